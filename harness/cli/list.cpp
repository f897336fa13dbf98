// gapmeter list: kernels, variants, sizes and claims; --check for what is wrong with them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "harness/cli/commands.h"
#include "harness/cli/run_facts.h"
#include "harness/run/sizes.h"

namespace gapmeter {
namespace {

std::vector<std::string> variant_names(const Catalog& catalog, const Kernel& kernel) {
  std::vector<std::string> names;
  for (const VariantId& variant : variants_of(catalog, kernel)) names.push_back(to_string(variant));
  return names;
}

void print_text(const Catalog& catalog) {
  for (const Kernel& kernel : catalog.kernels) {
    fmt::print("{}: {}\n", kernel.name, kernel.title);
    fmt::print("  sizes      {}\n", kernel.sizes);
    fmt::print("  variants   {}\n", fmt::join(variant_names(catalog, kernel), " "));
    fmt::print("  reference  native/{}\n", kernel.reference);
    fmt::print("  baseline   python/{}\n", kernel.baseline);
    if (!kernel.claims.empty()) fmt::print("  claims     {}\n", fmt::join(kernel.claims, " "));
  }
}

template <class Field>
nlohmann::json describe_fields(const std::vector<Field>& fields) {
  auto list = nlohmann::json::array();
  for (const Field& field : fields) {
    list.push_back({{"name", field.name},
                    {"dtype", name_of(field.dtype)},
                    {"dimensions", field.shape(1).size()}});
  }
  return list;
}

void print_json(const Catalog& catalog) {
  auto kernels = nlohmann::json::array();
  for (const Kernel& kernel : catalog.kernels) {
    kernels.push_back({{"name", kernel.name},
                       {"title", kernel.title},
                       {"item", kernel.item},
                       {"claims", kernel.claims},
                       {"sizes", parse_sizes(kernel.sizes)},
                       {"inputs", describe_fields(kernel.inputs)},
                       {"outputs", describe_fields(kernel.outputs)},
                       {"reference", "native/" + kernel.reference},
                       {"baseline", "python/" + kernel.baseline},
                       {"ladder", ladder_facts(kernel)},
                       {"variants", variant_names(catalog, kernel)}});
  }
  fmt::print("{}\n", nlohmann::json{{"kernels", kernels}}.dump(2));
}

int print_check(const Catalog& catalog) {
  const std::vector<std::string> problems = check_catalog(catalog);
  for (const std::string& problem : problems) fmt::print("{}\n", problem);
  if (problems.empty()) fmt::print("{} kernels, no problems\n", catalog.kernels.size());
  return problems.empty() ? 0 : 1;
}

}  // namespace

int run_list(const ListOptions& options, const Invocation& invocation) {
  WorkerSettings workers = default_workers(invocation);
  const Catalog catalog = load_catalog(workers);
  print_warnings(catalog.python.warnings);
  if (options.check) return print_check(catalog);
  if (options.format == Format::json) {
    print_json(catalog);
  } else {
    print_text(catalog);
  }
  return 0;
}

}  // namespace gapmeter
