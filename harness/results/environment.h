// The machine, the build and the interpreter that a run was measured with, for run.json.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace gapmeter {

// Facts read from /proc and /sys; what the system does not tell is left out, never guessed.
nlohmann::json machine_facts();

// Compiler, flags, build type, libraries and their versions, git revision.
nlohmann::json build_facts();

// Now, as ISO 8601 in UTC: 2026-01-31T12:00:00Z.
std::string utc_now();

}  // namespace gapmeter
