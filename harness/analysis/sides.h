// On which side of a line figures lie, size by size, and where that changes.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace gapmeter {

// An answer for each size, ascending; nullopt where it is open.
using AnswersBySize = std::vector<std::optional<bool>>;

// How often the answers change from one size to the next decided one, and the positions of those on
// both sides of the last change.
struct SideChange {
  std::size_t changes = 0;
  std::size_t last_before = 0, first_after = 0;
};

SideChange change_of(const AnswersBySize& answers);

}  // namespace gapmeter
