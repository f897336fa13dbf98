#include "harness/measure/catalog.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "harness/base/text.h"
#include "harness/model/server_spec.h"

namespace gapmeter {
namespace {

bool glob(const std::string& pattern, const std::string& name) {
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

[[noreturn]] void reject(std::string_view what, const std::string& pattern,
                         const std::vector<std::string>& candidates) {
  const std::optional<std::string> nearest = nearest_name(pattern, candidates);
  const std::string hint = nearest ? fmt::format("did you mean '{}'?", *nearest)
                                   : fmt::format("there are: {}", fmt::join(candidates, ", "));
  throw UnknownName(fmt::format("no {} matches '{}'; {}", what, pattern, hint));
}

bool contains(const std::vector<std::string>& values, std::string_view value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

const PythonDescription& python_of(const Catalog& catalog, std::string_view engine) {
  for (const FurtherEngine& further : catalog.further_engines) {
    if (further.label == engine) return further.python;
  }
  return catalog.python;
}

void append_python(const Catalog& catalog, const Kernel& kernel, const std::string& engine,
                   std::vector<VariantId>& variants) {
  for (const PythonVariant& variant : python_of(catalog, engine).variants) {
    if (variant.kernel == kernel.name) variants.push_back({Lane::python(), variant.name, engine});
  }
  if (find_import_problem(catalog, kernel, engine) != nullptr && !kernel.baseline.empty()) {
    variants.push_back({Lane::python(), kernel.baseline, engine});
  }
}

bool has_native_of(const Kernel& kernel, const std::string& job) {
  return std::any_of(kernel.native.begin(), kernel.native.end(),
                     [&](const NativeVariant& variant) { return variant.job == job; });
}

// A gap is between variants of one job.
template <class Report>
void check_jobs(const Catalog& catalog, const Kernel& kernel, const Report& report) {
  for (const auto& [role, id] :
       {std::pair{"reference", reference_of(kernel)}, std::pair{"baseline", baseline_of(kernel)}}) {
    const std::string job = job_of(catalog, kernel, id);
    if (job.empty()) continue;
    report(fmt::format("the {} {} does the job '{}', not the kernel's main one, which has no name",
                       role, to_string(id), job));
  }
  std::set<std::string> done;
  for (const VariantId& id : variants_of(catalog, kernel)) {
    const std::string job = job_of(catalog, kernel, id);
    done.insert(job);
    if (id.lane.is_compiled() || has_native_of(kernel, job)) continue;
    report(fmt::format("{} does {}, which no compiled variant does: it has no gap", to_string(id),
                       job.empty() ? "the main job" : fmt::format("the job '{}'", job)));
  }
  for (const auto& [job, cost] : kernel.job_costs) {
    if (!done.contains(job)) report(fmt::format("no variant does the job '{}' (.job_costs)", job));
  }
}

template <class Report>
void check_servers(const Service& service, const Report& report) {
  for (const ServerVariant& server : service.servers) {
    const std::string name = fmt::format("{}/{}", server.lane, server.name);
    if (!Lane::called(server.lane)) report(fmt::format("'{}' can't be a lane", server.lane));
    try {
      parse_command(server.command, server_placeholders);
    } catch (const std::invalid_argument& error) {
      report(fmt::format("the command of {}: {}", name, error.what()));
    }
  }
}

void check_kernel(const Catalog& catalog, const Kernel& kernel,
                  std::vector<std::string>& problems) {
  const auto report = [&](const std::string& text) {
    problems.push_back(fmt::format("{}: {}", kernel.name, text));
  };
  for (const std::string& text : problems_of(kernel)) report(text);
  if (!kernel.failure.empty()) return;  // what it lacks is unknown
  if (kernel.service) {
    check_servers(*kernel.service, report);
    return;
  }
  if (!contains(catalog.python.modules, kernel.name)) {
    report(fmt::format("{0}.cpp has no {0}.py beside it in the Python directory", kernel.name));
    return;
  }
  bool importable = true;
  for (const PythonDescription::Problem& problem : catalog.python.problems) {
    if (problem.kernel != kernel.name) continue;
    report(problem.text);
    importable = false;
  }
  if (importable && !kernel.baseline.empty() &&
      find_python_variant(catalog, kernel.name, kernel.baseline) == nullptr) {
    report(fmt::format("the baseline '{}' is not among the Python variants", kernel.baseline));
  }
  if (importable) check_jobs(catalog, kernel, report);
  constexpr std::string_view python = "python/";
  for (const Rung& rung : kernel.ladder) {
    if (importable && rung.variant.starts_with(python) &&
        find_python_variant(catalog, kernel.name, rung.variant.substr(python.size())) == nullptr) {
      report(fmt::format("the rung '{}' is not among the Python variants", rung.variant));
    }
  }
}

bool has_variants(const PythonDescription& python, const std::string& module) {
  return std::any_of(python.variants.begin(), python.variants.end(),
                     [&](const PythonVariant& variant) { return variant.kernel == module; });
}

// A module without variants is one that others import.
void check_further_module(const Catalog& catalog, const std::string& module,
                          std::vector<std::string>& problems) {
  if (has_variants(catalog.python, module)) {
    problems.push_back(
        fmt::format("{0}: {0}.py has no {0}.cpp in this build, or that has no "
                    "GAPMETER_KERNEL() {{ … }}",
                    module));
    return;
  }
  for (const PythonDescription::Problem& problem : catalog.python.problems) {
    if (problem.kernel == module) problems.push_back(fmt::format("{}: {}", module, problem.text));
  }
}

}  // namespace

std::vector<std::string> check_catalog(const Catalog& catalog) {
  std::vector<std::string> problems;
  std::set<std::string> names;
  for (const Kernel& kernel : catalog.kernels) {
    if (names.insert(kernel.name).second) {
      check_kernel(catalog, kernel, problems);
    } else {
      problems.push_back(fmt::format("{}: two .cpp files have this stem", kernel.name));
    }
  }
  for (const std::string& module : catalog.python.modules) {
    if (!names.contains(module)) check_further_module(catalog, module, problems);
  }
  for (const std::string& stem : catalog.rust_files) {
    if (!names.contains(stem)) {
      problems.push_back(fmt::format("{0}: {0}.rs has no {0}.cpp beside it", stem));
    }
  }
  return problems;
}

void note_silent_modules(const std::vector<Kernel>& kernels, PythonDescription& python) {
  const auto has_problem = [&](const std::string& module) {
    return std::any_of(python.problems.begin(), python.problems.end(),
                       [&](const auto& problem) { return problem.kernel == module; });
  };
  for (const Kernel& kernel : kernels) {
    if (!contains(python.modules, kernel.name) || has_variants(python, kernel.name)) continue;
    if (has_problem(kernel.name)) continue;
    python.problems.push_back(
        {kernel.name, fmt::format("{}.py declares no variant (@variant)", kernel.name)});
  }
}

std::vector<VariantId> variants_of(const Catalog& catalog, const Kernel& kernel) {
  std::vector<VariantId> variants;
  for (const NativeVariant& variant : kernel.native) {
    const VariantId id{Lane::called(variant.lane).value(), variant.name};
    // Of one that is declared twice, which is a contradiction, two rows could not be told apart.
    if (std::find(variants.begin(), variants.end(), id) == variants.end()) variants.push_back(id);
  }
  if (kernel.service) {
    for (const ServerVariant& server : kernel.service->servers) {
      variants.push_back({Lane::called(server.lane).value_or(Lane::native()), server.name});
    }
    return variants;
  }
  append_python(catalog, kernel, "", variants);
  for (const FurtherEngine& further : catalog.further_engines) {
    append_python(catalog, kernel, further.label, variants);
  }
  return variants;
}

std::string job_of(const Catalog& catalog, const Kernel& kernel, const VariantId& variant) {
  if (variant.lane.has_engines()) {
    const PythonVariant* python =
        find_python_variant(catalog, kernel.name, variant.name, variant.engine);
    return python == nullptr ? std::string() : python->job;
  }
  const NativeVariant* found = find_native(kernel, variant.lane.name(), variant.name);
  return found == nullptr ? std::string() : found->job;
}

const PythonDescription::Problem* find_import_problem(const Catalog& catalog, const Kernel& kernel,
                                                      std::string_view engine) {
  if (find_python_variant(catalog, kernel.name, kernel.baseline, engine) != nullptr) return nullptr;
  for (const PythonDescription::Problem& problem : python_of(catalog, engine).problems) {
    if (problem.kernel == kernel.name) return &problem;
  }
  return nullptr;
}

std::optional<std::string> find_contradiction(const Catalog& catalog, const Kernel& kernel) {
  const std::vector<std::string> problems = problems_of(kernel);
  if (!problems.empty()) return problems.front();
  for (const PythonDescription::Problem& problem : catalog.python.problems) {
    const bool is_its_own = problem.kernel == kernel.name;
    if (is_its_own && find_import_problem(catalog, kernel) == nullptr) return problem.text;
  }
  return std::nullopt;
}

const PythonVariant* find_python_variant(const Catalog& catalog, std::string_view kernel,
                                         std::string_view variant, std::string_view engine) {
  const auto& all = python_of(catalog, engine).variants;
  const auto found = std::find_if(all.begin(), all.end(), [&](const PythonVariant& known) {
    return known.kernel == kernel && known.name == variant;
  });
  return found == all.end() ? nullptr : &*found;
}

std::vector<const Kernel*> select_kernels(const Catalog& catalog,
                                          const std::vector<std::string>& patterns) {
  std::vector<std::string> names;
  for (const Kernel& kernel : catalog.kernels) names.push_back(kernel.name);
  for (const std::string& pattern : patterns) {
    const bool known = std::any_of(names.begin(), names.end(),
                                   [&](const std::string& name) { return glob(pattern, name); });
    if (!known) reject("kernel", pattern, names);
  }
  std::vector<const Kernel*> selected;
  for (const Kernel& kernel : catalog.kernels) {
    if (patterns.empty() || matches_any_name(kernel.name, patterns)) selected.push_back(&kernel);
  }
  return selected;
}

bool matches_any_name(const std::string& name, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return glob(pattern, name); });
}

bool matches_any(const VariantId& variant, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    if (pattern.find('/') == std::string::npos) return glob(pattern, variant.name);
    return glob(pattern, to_string(variant)) ||
           glob(pattern, to_string(VariantId{variant.lane, variant.name}));
  });
}

void check_variant_patterns(const Catalog& catalog, const std::vector<const Kernel*>& kernels,
                            const std::vector<std::string>& patterns) {
  std::set<VariantId> variants;
  for (const Kernel* kernel : kernels) {
    for (VariantId& variant : variants_of(catalog, *kernel)) variants.insert(std::move(variant));
  }
  for (const std::string& pattern : patterns) {
    const bool known = std::any_of(variants.begin(), variants.end(), [&](const VariantId& variant) {
      return matches_any(variant, {pattern});
    });
    if (known) continue;
    const bool whole = pattern.find('/') != std::string::npos;
    std::vector<std::string> names(variants.size());
    std::transform(variants.begin(), variants.end(), names.begin(), [&](const VariantId& variant) {
      return whole ? to_string(variant) : variant.name;
    });
    reject("variant", pattern, names);
  }
}

}  // namespace gapmeter
