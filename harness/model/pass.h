// The passes over a cell, each in worker processes of its own: what a worker does with a variant.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "harness/base/enum_names.h"

namespace gapmeter {

enum class Pass : std::uint8_t { verify, memory, time };

inline constexpr EnumNames<Pass, 3> pass_names{
    {{Pass::verify, "verify"}, {Pass::memory, "memory"}, {Pass::time, "time"}}};

inline std::string_view name_of(Pass pass) { return find_name(pass_names, pass); }
inline std::optional<Pass> parse_pass(std::string_view text) {
  return find_value(pass_names, text);
}

}  // namespace gapmeter
