// gapmeter list: kernels, variants, sizes and claims; --check for what is wrong with them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "harness/base/sizes.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/session/workers.h"
#include "harness/sys/streams.h"

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
    fmt::print("  reference  {}\n", to_string(reference_of(kernel)));
    fmt::print("  baseline   {}\n", to_string(baseline_of(kernel)));
    if (!kernel.claims.empty()) fmt::print("  claims     {}\n", fmt::join(kernel.claims, " "));
  }
}

nlohmann::json describe_ladder(const Kernel& kernel) {
  auto ladder = nlohmann::json::array();
  for (const Rung& rung : kernel.ladder) {
    ladder.push_back({{"rung", rung.name}, {"variant", rung.variant}});
  }
  return ladder;
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
                       {"reference", to_string(reference_of(kernel))},
                       {"baseline", to_string(baseline_of(kernel))},
                       {"ladder", describe_ladder(kernel)},
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

int list_kernels(const ListOptions& options, const Invocation& invocation) {
  WorkerSettings workers = default_workers(invocation);
  const Catalog catalog = load_catalog(workers);
  print_warnings(catalog.python.warnings);
  if (options.check) return print_check(catalog);
  if (options.format == OutputFormat::json) {
    print_json(catalog);
  } else {
    print_text(catalog);
  }
  return 0;
}

void declare(OptionSet& set, ListOptions& options) {
  set.text_or_json(options.format);
  set.flag("--check", options.check,
           "Check that every kernel has both its parts; exit 1 if not");
}

}  // namespace

Command list_command() {
  return CommandOf<ListOptions>{.name = "list",
    .summary = "Kernels, variants, sizes and claims",
    .declare = declare,
    .run = list_kernels};
}

}  // namespace gapmeter
