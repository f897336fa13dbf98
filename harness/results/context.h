// What statistics over all of a run need to know beside its rows.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "harness/worker/job.h"

namespace gapmeter {

struct RunContext {
  std::map<std::string, VariantId> baselines{};  // of each kernel: what people would write first
  std::map<int, std::int64_t> cache_bytes{};     // of each level's data cache, on this machine
};

// From the contents of a run.json. What is absent there stays absent; throws std::invalid_argument
// for what is there and of the wrong type.
RunContext context_of(const nlohmann::json& facts);

}  // namespace gapmeter
