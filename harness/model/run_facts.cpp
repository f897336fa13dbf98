#include "harness/model/run_facts.h"

#include <fmt/format.h>

#include <stdexcept>

namespace gapmeter {
namespace {

[[noreturn]] void refuse(const std::string& key, const char* wanted) {
  throw std::invalid_argument(fmt::format("'{}' is not {}", key, wanted));
}

}  // namespace

RunContext context_of(const RunFacts& facts) {
  RunContext context;
  for (const auto& [name, kernel] : facts.kernels) {
    if (!kernel.baseline) continue;
    const auto variant = parse_variant(*kernel.baseline);
    if (!variant) refuse(fmt::format("kernels.{}.baseline", name), "a variant's name");
    context.baselines.emplace(name, *variant);
  }
  for (const CacheFacts& cache : facts.machine.caches) {
    if (cache.level < 1) refuse("machine.caches[].level", "a positive whole number");
    if (cache.size_bytes < 1) refuse("machine.caches[].size_bytes", "a positive whole number");
    context.cache_bytes[cache.level] = cache.size_bytes;
  }
  return context;
}

}  // namespace gapmeter
