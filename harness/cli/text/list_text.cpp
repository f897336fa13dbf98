#include "harness/cli/text/list_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "harness/measure/plan.h"

namespace gapmeter {
namespace {

std::vector<std::string> variant_names(const Catalog& catalog, const Kernel& kernel) {
  std::vector<std::string> names;
  for (const VariantId& variant : variants_of(catalog, kernel)) names.push_back(to_string(variant));
  return names;
}

// The variants of each job, by its name.
std::map<std::string, std::vector<std::string>> variants_by_job(const Catalog& catalog,
                                                                const Kernel& kernel) {
  std::map<std::string, std::vector<std::string>> jobs;
  for (const VariantId& variant : variants_of(catalog, kernel)) {
    jobs[job_of(catalog, kernel, variant)].push_back(to_string(variant));
  }
  return jobs;
}

std::string as_text(const Catalog& catalog) {
  std::string text;
  for (const Kernel& kernel : catalog.kernels) {
    text += fmt::format("{}: {}\n", kernel.name,
                        kernel.failure.empty() ? kernel.title : kernel.failure);
    text += fmt::format("  sizes      {}\n", kernel.sizes);
    for (const auto& [job, variants] : variants_by_job(catalog, kernel)) {
      const std::string said = job.empty() ? "" : job + ": ";
      text += fmt::format("  variants   {}{}\n", said, fmt::join(variants, " "));
    }
    text += fmt::format("  reference  {}\n", to_string(reference_of(kernel)));
    text += fmt::format("  baseline   {}\n", to_string(baseline_of(kernel)));
    if (!kernel.claims.empty()) {
      text += fmt::format("  claims     {}\n", fmt::join(kernel.claims, " "));
    }
  }
  return text;
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
    if constexpr (std::is_same_v<Field, InputField>) list.back()["inout"] = field.is_inout();
  }
  return list;
}

std::string as_json(const Catalog& catalog) {
  auto kernels = nlohmann::json::array();
  for (const Kernel& kernel : catalog.kernels) {
    kernels.push_back({{"name", kernel.name},
                       {"title", kernel.title},
                       {"item", kernel.item},
                       {"claims", kernel.claims},
                       {"sizes", own_sizes(kernel)},
                       {"inputs", describe_fields(kernel.inputs)},
                       {"outputs", describe_fields(kernel.outputs)},
                       {"reference", to_string(reference_of(kernel))},
                       {"baseline", to_string(baseline_of(kernel))},
                       {"ladder", describe_ladder(kernel)},
                       {"variants", variant_names(catalog, kernel)},
                       {"jobs", variants_by_job(catalog, kernel)}});
  }
  const nlohmann::json list{{"kernels", kernels}};
  return list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string format_catalog(const Catalog& catalog, OutputFormat format) {
  return format == OutputFormat::json ? as_json(catalog) : as_text(catalog);
}

}  // namespace gapmeter
