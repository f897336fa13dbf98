#include "harness/cli/text/list_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "harness/base/sizes.h"
#include "harness/measure/plan.h"
#include "harness/session/command_files.h"

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

// What names of files are in need not be UTF-8.
std::string text_of(const nlohmann::json& json) {
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
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
  return text_of(nlohmann::json{{"kernels", kernels}});
}

// By name, in the order of the command line: what was written, and the file that it runs.
std::vector<std::pair<std::string, CommandFacts>> described(const Commands& commands,
                                                            const std::vector<CellGroup>& groups) {
  const KernelFacts facts = describe_commands(commands, groups);
  std::vector<std::pair<std::string, CommandFacts>> list;
  for (const CommandVariant& variant : commands.variants) {
    const std::string name = to_string(variant.id);
    list.emplace_back(name, facts.commands->at(name));
  }
  return list;
}

std::vector<std::size_t> sizes_of(const std::vector<CellGroup>& groups) {
  std::vector<std::size_t> sizes;
  for (const CellGroup& group : groups) sizes.push_back(group.n);
  return sizes;
}

std::string commands_as_text(const Commands& commands, const std::vector<CellGroup>& groups) {
  std::vector<std::string> sizes;
  for (const std::size_t n : sizes_of(groups)) sizes.push_back(format_size(n));
  std::vector<std::pair<std::string, std::string>> lines{
      {"sizes", fmt::format("{}", fmt::join(sizes, " "))}};
  for (const auto& [name, command] : described(commands, groups)) {
    lines.emplace_back(name, fmt::format("{}  (runs {})", command.text, command.executable));
  }
  if (commands.input) lines.emplace_back("input", commands.input_text);
  lines.emplace_back("reference", to_string(reference_of(commands).id));
  if (const CommandVariant* baseline = baseline_of(commands)) {
    lines.emplace_back("baseline", to_string(baseline->id));
  }
  std::size_t width = 0;
  for (const auto& [name, what] : lines) width = std::max(width, name.size());
  std::string text = fmt::format("{}: whole programs\n", commands.name);
  for (const auto& [name, what] : lines) text += fmt::format("  {:<{}}  {}\n", name, width, what);
  return text;
}

std::string commands_as_json(const Commands& commands, const std::vector<CellGroup>& groups) {
  nlohmann::json kernel{{"name", commands.name},
                        {"sizes", sizes_of(groups)},
                        {"reference", to_string(reference_of(commands).id)},
                        {"variants", nlohmann::json::array()},
                        {"commands", nlohmann::json::object()}};
  for (const auto& [name, command] : described(commands, groups)) {
    kernel["variants"].push_back(name);
    kernel["commands"][name] = {{"text", command.text}, {"executable", command.executable}};
  }
  if (commands.input) kernel["input"] = commands.input_text;
  if (const CommandVariant* baseline = baseline_of(commands)) {
    kernel["baseline"] = to_string(baseline->id);
  }
  return text_of(nlohmann::json{{"kernels", {kernel}}});
}

}  // namespace

std::string format_commands(const Commands& commands, const std::vector<CellGroup>& groups,
                            OutputFormat format) {
  return format == OutputFormat::json ? commands_as_json(commands, groups)
                                      : commands_as_text(commands, groups);
}

std::string format_catalog(const Catalog& catalog, OutputFormat format) {
  return format == OutputFormat::json ? as_json(catalog) : as_text(catalog);
}

}  // namespace gapmeter
