#include "harness/model/run_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace gapmeter {
namespace {

[[noreturn]] void refuse(const std::string& key, const char* wanted) {
  throw std::invalid_argument(fmt::format("'{}' is not {}", key, wanted));
}

// "GNU 12.2.0, vectors of 256 bits".
std::string name_of_compiler(const std::optional<std::string>& compiler,
                             const std::optional<std::int64_t>& vector_bits) {
  const std::string name = compiler.value_or("");
  if (name.empty() || !vector_bits) return name;
  return fmt::format("{}, vectors of {} bits", name, *vector_bits);
}

// "fastapi 0.92.0, uvicorn 0.17.6".
std::string list_of(const std::map<std::string, std::string>& packages) {
  std::string text;
  for (const auto& [name, version] : packages) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, version);
  }
  return text;
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
  if (facts.against) {
    const auto against = parse_against(*facts.against);
    if (!against) refuse("against", "a compiled lane, nor a variant of one");
    context.against = *against;
  }
  // Older runs of gapmeter's own kernels do not tell what these serve.
  const auto is_own = [&](const auto& described) {
    const auto& service = described.second.service;
    return !facts.suite && !described.second.commands && !(service && service->is_users);
  };
  context.serves_claims =
      facts.kernels.empty() ||
      std::any_of(facts.kernels.begin(), facts.kernels.end(), [&](const auto& described) {
        return is_own(described) || !described.second.claims.empty();
      });
  if (facts.objective_ns) context.objective_ns = *facts.objective_ns;
  context.wanted_per_s = facts.wanted_per_s;
  for (const auto& [name, kernel] : facts.kernels) {
    if (!kernel.service) continue;
    for (const auto& [variant, server] : kernel.service->servers) {
      context.packages[{name, variant}] = list_of(server.packages);
    }
  }
  const BuildFacts& build = facts.build;
  context.compilers = {{"native", name_of_compiler(build.compiler, build.vector_bits)},
                       {"rust", name_of_compiler(build.rust_compiler, build.rust_vector_bits)}};
  context.processor = facts.machine.cpu.value_or("");
  if (facts.python.version) context.interpreter = "CPython " + *facts.python.version;
  return context;
}

}  // namespace gapmeter
