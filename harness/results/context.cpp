#include "harness/results/context.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace gapmeter {
namespace {

using Json = nlohmann::json;

std::map<std::string, VariantId> baselines_of(const Json& kernels) {
  std::map<std::string, VariantId> baselines;
  for (const auto& [name, kernel] : kernels.items()) {
    const auto baseline = parse_variant(kernel.at("baseline").get<std::string>());
    if (!baseline) throw std::invalid_argument(fmt::format("kernels: {}: no baseline", name));
    baselines.emplace(name, *baseline);
  }
  return baselines;
}

std::map<int, std::int64_t> caches_of(const Json& caches) {
  std::map<int, std::int64_t> bytes;
  for (const Json& cache : caches) {
    bytes[cache.at("level").get<int>()] = cache.at("size_bytes").get<std::int64_t>();
  }
  return bytes;
}

}  // namespace

RunContext context_of(const Json& facts) {
  try {
    return {.baselines = baselines_of(facts.value("kernels", Json::object())),
            .cache_bytes =
                caches_of(facts.value("machine", Json::object()).value("caches", Json::array()))};
  } catch (const Json::exception& error) {
    throw std::invalid_argument(fmt::format("kernels or machine.caches: {}", error.what()));
  }
}

}  // namespace gapmeter
