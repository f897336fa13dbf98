// What gaps are against: which compiled variants may be the denominator.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/model/cell.h"

namespace gapmeter {

// Of the variants that it admits, a gap is against the fastest verified one of the same job.
struct Against {
  std::optional<Lane> lane{};  // empty: any compiled one
  std::string name{};          // empty: any of the lane

  bool admits(const VariantId& variant) const {
    return variant.lane.is_compiled() && (!lane || variant.lane == *lane) &&
           (name.empty() || variant.name == name);
  }
  bool operator==(const Against&) const = default;
};

// "rust", "rust/zipped"; empty: any.
std::string to_string(const Against& against);
// What a gap is over, for readers: "fastest compiled", "fastest rust", "rust/zipped".
std::string denominator(const Against& against);
// nullopt unless the text is that of a compiled lane, or of a variant of one.
std::optional<Against> parse_against(std::string_view text);

}  // namespace gapmeter
