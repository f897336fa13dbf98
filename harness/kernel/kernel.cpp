#include "harness/kernel/kernel.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "harness/base/sizes.h"
#include "harness/base/text.h"
#include "harness/kernel/rust_variants.h"

namespace gapmeter {
namespace {

struct Entry {
  std::string name;
  Kernel (*describe)();
};

// Filled by the constructors of static objects, before main; read-only afterwards.
std::vector<Entry>& entries() {
  static std::vector<Entry> all;
  return all;
}

Kernel describe(const Entry& entry) {
  Kernel kernel{};
  try {
    kernel = entry.describe();
  } catch (const std::exception& error) {
    kernel.failure = fmt::format("the description (GAPMETER_KERNEL) ends in an error: {}",
                                 one_line(error.what()));
  }
  kernel.name = entry.name;
  return kernel;
}

std::string name_of(const ParameterType& type) {
  switch (type.kind) {
    case Kind::scalar:
      return std::string(gapmeter::name_of(type.dtype));
    case Kind::array:
      return fmt::format("{}[]", gapmeter::name_of(type.dtype));
    case Kind::writable_array:
      return fmt::format("mutable {}[]", gapmeter::name_of(type.dtype));
    case Kind::nothing:
      return "nothing";
    case Kind::size:
      return "size";
    case Kind::report:
      return "report";
  }
  throw std::logic_error("unknown parameter kind");
}

std::string names_of(const std::vector<ParameterType>& types) {
  std::vector<std::string> names;
  names.reserve(types.size());
  for (const ParameterType& type : types) names.push_back(name_of(type));
  return fmt::format("({})", fmt::join(names, ", "));
}

template <class Field>
ParameterType parameter_for(const Field& field, Kind array_kind) {
  const bool is_scalar = field.shape(1).empty();
  return {is_scalar ? Kind::scalar : array_kind, field.dtype};
}

std::string full_name(const NativeVariant& variant) {
  return fmt::format("{}/{}", variant.lane, variant.name);
}

// The parameters of a variant without names: the inputs, inout ones writable, and the caller's
// buffers. A preparation reads all inputs; the function that it is for takes the inout ones.
std::vector<ParameterType> parameters_by_place(const Kernel& kernel, const NativeVariant& variant) {
  std::vector<ParameterType> expected;
  std::vector<ParameterType> changed;
  for (const InputField& field : kernel.inputs) {
    const bool is_changed = field.is_inout() && !variant.is_prepared;
    expected.push_back(parameter_for(field, is_changed ? Kind::writable_array : Kind::array));
    if (field.is_inout() && variant.is_prepared) {
      changed.push_back({Kind::writable_array, field.dtype});
    }
  }
  expected.insert(expected.end(), changed.begin(), changed.end());
  if (variant.returns.kind != Kind::nothing) return expected;
  for (const OutputField& field : kernel.outputs) {
    expected.push_back({Kind::writable_array, field.dtype});
  }
  return expected;
}

// What a parameter of this name is; nullopt if there is no such thing. A preparation only reads.
std::optional<ParameterType> parameter_named(const Kernel& kernel, const ParameterName& name) {
  if (name.field == "n") return ParameterType{Kind::size, DType::u8};
  if (name.field == "report" && name.is_preparations) return ParameterType{Kind::report, DType::u8};
  for (const InputField& field : kernel.inputs) {
    if (field.name != name.field) continue;
    const bool is_changed = field.is_inout() && !name.is_preparations;
    return parameter_for(field, is_changed ? Kind::writable_array : Kind::array);
  }
  for (const OutputField& field : kernel.outputs) {
    if (field.name == name.field && !name.is_preparations) {
      return ParameterType{Kind::writable_array, field.dtype};
    }
  }
  return std::nullopt;
}

// Whether a call writes what it has to: each inout field, and each output that it does not return.
void check_written(const Kernel& kernel, const NativeVariant& variant,
                   std::vector<std::string>& problems) {
  const auto check = [&](const std::string& field) {
    const bool is_written = std::any_of(
        variant.names->begin(), variant.names->end(),
        [&](const ParameterName& name) { return name.field == field && !name.is_preparations; });
    if (!is_written) {
      problems.push_back(fmt::format("{} does not take '{}', which a call is to write",
                                     full_name(variant), field));
    }
  };
  for (const InputField& field : kernel.inputs) {
    if (field.is_inout()) check(field.name);
  }
  if (variant.returns.kind != Kind::nothing) return;
  for (const OutputField& field : kernel.outputs) check(field.name);
}

// The parameters of a variant with names: what these stand for. Precondition: it has them.
std::vector<ParameterType> parameters_by_name(const Kernel& kernel, const NativeVariant& variant,
                                              std::vector<std::string>& problems) {
  std::vector<ParameterType> expected;
  for (const ParameterName& name : *variant.names) {
    const std::optional<ParameterType> type = parameter_named(kernel, name);
    if (type) {
      expected.push_back(*type);
    } else {
      problems.push_back(fmt::format("{} takes '{}', which is no {} of the kernel",
                                     full_name(variant), name.field,
                                     name.is_preparations ? "input" : "input or output"));
    }
  }
  if (problems.empty()) check_written(kernel, variant, problems);
  return expected;
}

void check_signature(const Kernel& kernel, const NativeVariant& variant,
                     std::vector<std::string>& problems) {
  if (!variant.missing.empty()) return;
  ParameterType returned{Kind::nothing, DType::u8};
  if (variant.returns.kind != Kind::nothing) {
    if (kernel.outputs.size() != 1) {
      problems.push_back(fmt::format("{} returns a value, but the kernel has {} outputs",
                                     full_name(variant), kernel.outputs.size()));
      return;
    }
    returned = parameter_for(kernel.outputs[0], Kind::array);
  }
  std::vector<std::string> wrong_names;
  const std::vector<ParameterType> expected = variant.names
                                                  ? parameters_by_name(kernel, variant, wrong_names)
                                                  : parameters_by_place(kernel, variant);
  if (!wrong_names.empty()) {
    problems.insert(problems.end(), wrong_names.begin(), wrong_names.end());
    return;
  }
  if (variant.parameters != expected || variant.returns != returned) {
    problems.push_back(
        fmt::format("{} is {} -> {}, but the declared inputs and outputs ask for {} -> {}",
                    full_name(variant), names_of(variant.parameters), name_of(variant.returns),
                    names_of(expected), name_of(returned)));
  }
}

std::string bad_name(const std::string& name) {
  return fmt::format(
      "'{}' can't be a name: use letters, digits, _ . - in UTF-8, and none of . - in front",
      one_line(name));
}

// A thousand times other kernels' pass: anything above is a mistake.
constexpr double most_single_calls = 1000;

// The compiled variant of a name as descriptions have it: lane/name, or only the name in C++.
const NativeVariant* find_named(const Kernel& kernel, std::string_view name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return find_native(kernel, "native", name);
  return find_native(kernel, name.substr(0, slash), name.substr(slash + 1));
}

void check_variants(const Kernel& kernel, std::vector<std::string>& problems) {
  std::set<std::string> seen;
  for (const NativeVariant& variant : kernel.native) {
    if (!seen.insert(full_name(variant)).second) {
      problems.push_back(fmt::format("{} is declared twice", full_name(variant)));
    }
    if (!is_plain_name(variant.name)) problems.push_back(bad_name(variant.name));
    check_signature(kernel, variant, problems);
  }
  if (kernel.native.empty()) {
    problems.emplace_back("no native variant is declared (.native)");
  } else if (kernel.reference.empty()) {
    problems.emplace_back("no reference is declared (.reference)");
  } else if (find_named(kernel, kernel.reference) == nullptr) {
    problems.push_back(
        fmt::format("the reference '{}' is not among the compiled variants", kernel.reference));
  }
}

// Both throw what is wrong at size n.
template <class Field>
void check_shape(std::string_view kind, const Field& field, std::size_t n) {
  try {
    element_count(field.shape(n));
  } catch (const std::exception& error) {
    throw std::invalid_argument(
        fmt::format("the shape of the {} '{}': {}", kind, field.name, error.what()));
  }
}

void check_cost(const std::string& member, const CostOf& cost_of, std::size_t n) {
  if (!cost_of) return;  // told once, not for each size
  // More than any call does; the scales of charts would end with larger ones.
  constexpr double most = 1e30;
  const Cost cost = cost_of(n);
  for (const auto& [name, value] :
       {std::pair{"bytes", cost.bytes}, {"flops", cost.flops}, {"items", cost.items}}) {
    if (value >= 0 && value <= most) continue;
    throw std::invalid_argument(
        fmt::format("the cost ({}) is {} {}: costs are not negative, and at most {:g}", member,
                    value, name, most));
  }
}

void check_sizes(const Kernel& kernel, std::vector<std::string>& problems) {
  try {
    for (const std::size_t n : parse_sizes(kernel.sizes)) {
      const std::optional<std::string> problem = find_problem_at(kernel, n);
      if (!problem) continue;
      problems.push_back(*problem);
      return;
    }
  } catch (const InvalidSizes& error) {
    problems.push_back(fmt::format("the sizes (.sizes) don't parse: {}", error.what()));
  }
}

// Python's rungs are checked where its variants are known.
void check_ladder(const Kernel& kernel, std::vector<std::string>& problems) {
  std::set<std::string> seen;
  for (const Rung& rung : kernel.ladder) {
    if (rung.name.empty()) problems.emplace_back("a rung of the ladder (.ladder) has no name");
    if (!seen.insert(rung.variant).second) {
      problems.push_back(fmt::format("{} stands on the ladder twice", rung.variant));
    }
    const bool is_compiled =
        rung.variant.find('/') != std::string::npos && find_named(kernel, rung.variant) != nullptr;
    if (!is_compiled && !rung.variant.starts_with("python/")) {
      problems.push_back(fmt::format("the rung '{}' is no variant", rung.variant));
    }
  }
  if (kernel.ladder.size() == 1) problems.emplace_back("a ladder of one rung leads nowhere");
}

// What `prepare` of a Python variant finds beside the inputs: an input of that name would be lost.
constexpr std::array<std::string_view, 4> names_in_python{"n", "report", "metrics", "left_out"};

void check_fields(const Kernel& kernel, std::vector<std::string>& problems) {
  std::set<std::string> seen;
  const auto check_name = [&](const std::string& name) {
    if (!seen.insert(name).second) {
      problems.push_back(fmt::format("two inputs or outputs are called '{}'", name));
    }
  };
  for (const InputField& field : kernel.inputs) {
    check_name(field.name);
    if (std::count(names_in_python.begin(), names_in_python.end(), field.name) > 0) {
      problems.push_back(
          fmt::format("an input is called '{0}': Python variants know something else as inputs.{0}",
                      field.name));
    }
    if (field.is_inout() && field.shape(1).empty()) {
      problems.push_back(fmt::format(
          "the inout field '{}' is a scalar: only arrays are changed in place", field.name));
    }
  }
  for (const OutputField& field : kernel.outputs) check_name(field.name);
}

// Of a kernel of servers: these, and that it has nothing else.
void check_service(const Kernel& kernel, std::vector<std::string>& problems) {
  const Service& service = *kernel.service;
  if (!kernel.native.empty() || !kernel.inputs.empty() || !kernel.outputs.empty()) {
    problems.emplace_back(
        "a kernel of servers (.service) has no functions, inputs or outputs of its own");
  }
  if (service.answer.empty()) problems.emplace_back("no right answer is declared (.answer)");
  if (!(service.tolerance >= 0 && service.tolerance < 1)) {
    problems.emplace_back("the tolerance of answers (.tolerance) is to be from 0 to below 1");
  }
  std::set<std::string> names;
  for (const ServerVariant& server : service.servers) {
    const std::string name = fmt::format("{}/{}", server.lane, server.name);
    if (!names.insert(name).second) problems.push_back(name + " is declared twice");
    if (!is_plain_name(server.name)) problems.push_back(bad_name(server.name));
    if (server.command.find("{port}") == std::string::npos) {
      problems.push_back(name + " does not say where {port} belongs (.command)");
    }
  }
  if (service.servers.empty()) problems.emplace_back("no server is declared (.servers)");
  const std::string reference = kernel.reference.find('/') == std::string::npos
                                    ? "native/" + kernel.reference
                                    : kernel.reference;
  if (!names.contains(reference)) {
    problems.push_back(fmt::format("the reference '{}' is not among the servers", reference));
  }
  if (!kernel.baseline.empty() && !names.contains("python/" + kernel.baseline)) {
    problems.push_back(
        fmt::format("the baseline 'python/{}' is not among the servers", kernel.baseline));
  }
}

}  // namespace

const NativeVariant* find_native(const Kernel& kernel, std::string_view lane,
                                 std::string_view name) {
  const auto found = std::find_if(
      kernel.native.begin(), kernel.native.end(),
      [&](const NativeVariant& variant) { return variant.lane == lane && variant.name == name; });
  return found == kernel.native.end() ? nullptr : &*found;
}

std::vector<OutputField> results_of(const Kernel& kernel) {
  std::vector<OutputField> results = kernel.outputs;
  for (const InputField& field : kernel.inputs) {
    if (!field.is_inout()) continue;
    results.push_back({field.name, field.dtype, field.shape, field.tolerance});
  }
  return results;
}

Cost cost_of(const Kernel& kernel, const std::string& job, std::size_t n) {
  const auto found = kernel.job_costs.find(job);
  return found == kernel.job_costs.end() ? kernel.cost(n) : found->second(n);
}

std::size_t working_set_bytes(const Kernel& kernel, std::size_t n) {
  std::size_t bytes = 0;
  for (const InputField& field : kernel.inputs) {
    bytes += element_count(field.shape(n)) * size_in_bytes(field.dtype);
  }
  for (const OutputField& field : kernel.outputs) {
    bytes += element_count(field.shape(n)) * size_in_bytes(field.dtype);
  }
  return bytes;
}

std::vector<std::size_t> own_sizes(const Kernel& kernel) {
  try {
    return parse_sizes(kernel.sizes);
  } catch (const InvalidSizes&) {
    return {1};
  }
}

std::optional<std::string> find_problem_at(const Kernel& kernel, std::size_t n) {
  try {
    for (const InputField& field : kernel.inputs) check_shape("input", field, n);
    for (const OutputField& field : kernel.outputs) check_shape("output", field, n);
    check_cost(".cost", kernel.cost, n);
    for (const auto& [job, cost] : kernel.job_costs) {
      check_cost(fmt::format(".job_costs, '{}'", job), cost, n);
    }
    return std::nullopt;
  } catch (const std::exception& error) {
    return fmt::format("{} at n = {}", error.what(), n);
  }
}

std::vector<std::string> problems_of(const Kernel& kernel) {
  if (!kernel.failure.empty()) return {kernel.failure};
  std::vector<std::string> problems;
  if (!is_plain_name(kernel.name) && !kernel.name.empty())
    problems.push_back(bad_name(kernel.name));
  if (kernel.title.empty()) problems.emplace_back("no title is declared (.title)");
  if (!kernel.cost && !kernel.service) problems.emplace_back("no cost is declared (.cost)");
  if (kernel.baseline.empty()) problems.emplace_back("no baseline is declared (.baseline)");
  if (!(kernel.single_calls >= 0 && kernel.single_calls <= most_single_calls)) {
    problems.push_back(fmt::format("single calls (.single_calls) are to be 0 to {} times others'",
                                   most_single_calls));
  }
  check_sizes(kernel, problems);
  check_fields(kernel, problems);
  if (kernel.service) {
    check_service(kernel, problems);
  } else {
    check_variants(kernel, problems);
  }
  check_ladder(kernel, problems);
  return problems;
}

Registration::Registration(std::string_view source_file, Kernel (*describe)()) {
  entries().push_back({std::filesystem::path(source_file).stem().string(), describe});
}

std::vector<Kernel> registered_kernels() {
  std::vector<Kernel> kernels;
  for (const Entry& entry : entries()) {
    kernels.push_back(describe(entry));
    append_rust_variants(kernels.back());
  }
  std::sort(kernels.begin(), kernels.end(),
            [](const Kernel& a, const Kernel& b) { return a.name < b.name; });
  return kernels;
}

}  // namespace gapmeter
