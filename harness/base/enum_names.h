// Names of enumerators in files and messages: writing and reading share one table.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace gapmeter {

// In the order of the enumerators, which count from 0.
template <class Enum, std::size_t Count>
using EnumNames = std::array<std::pair<Enum, std::string_view>, Count>;

template <class Enum, std::size_t Count>
constexpr std::string_view find_name(const EnumNames<Enum, Count>& names, Enum value) {
  return names[static_cast<std::size_t>(value)].second;
}

template <class Enum, std::size_t Count>
constexpr std::optional<Enum> find_value(const EnumNames<Enum, Count>& names,
                                         std::string_view text) {
  for (const auto& [value, name] : names) {
    if (name == text) return value;
  }
  return std::nullopt;
}

}  // namespace gapmeter
