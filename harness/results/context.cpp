#include "harness/results/context.h"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace gapmeter {
namespace {

using Json = nlohmann::json;

void expect(bool is, const std::string& key, const char* wanted) {
  if (!is) throw std::invalid_argument(fmt::format("'{}' is not {}", key, wanted));
}

std::map<std::string, VariantId> baselines_of(const Json& facts) {
  std::map<std::string, VariantId> baselines;
  if (!facts.contains("kernels")) return baselines;
  const Json& kernels = facts["kernels"];
  expect(kernels.is_object(), "kernels", "an object");
  for (const auto& [name, kernel] : kernels.items()) {
    expect(kernel.is_object(), "kernels." + name, "an object");
    if (!kernel.contains("baseline")) continue;
    const Json& baseline = kernel["baseline"];
    const auto variant =
        baseline.is_string() ? parse_variant(baseline.get<std::string>()) : std::nullopt;
    expect(variant.has_value(), fmt::format("kernels.{}.baseline", name), "a variant's name");
    baselines.emplace(name, *variant);
  }
  return baselines;
}

std::map<int, std::int64_t> caches_of(const Json& facts) {
  std::map<int, std::int64_t> bytes;
  if (!facts.contains("machine")) return bytes;
  const Json& machine = facts["machine"];
  expect(machine.is_object(), "machine", "an object");
  if (!machine.contains("caches")) return bytes;
  expect(machine["caches"].is_array(), "machine.caches", "an array");
  for (const Json& cache : machine["caches"]) {
    const auto number = [&](const char* key, std::int64_t most) {
      const bool is_whole =
          cache.is_object() && cache.contains(key) && cache[key].is_number_integer();
      // What 64 bits with a sign don't hold becomes negative.
      const auto value = is_whole ? cache[key].get<std::int64_t>() : 0;
      expect(value >= 1 && value <= most, fmt::format("machine.caches[].{}", key),
             "a positive whole number");
      return value;
    };
    const auto level = static_cast<int>(number("level", std::numeric_limits<int>::max()));
    bytes[level] = number("size_bytes", std::numeric_limits<std::int64_t>::max());
  }
  return bytes;
}

}  // namespace

RunContext context_of(const Json& facts) {
  expect(facts.is_object(), "run.json", "an object");
  return {.baselines = baselines_of(facts), .cache_bytes = caches_of(facts)};
}

}  // namespace gapmeter
