#include "harness/model/lane.h"

#include <array>
#include <cstddef>

namespace gapmeter {
namespace {

constexpr std::array declared = std::to_array<LaneDeclaration>({
#include "lanes.inc"  // from lanes.json, by cmake/Lanes.cmake
});

constexpr std::uint8_t index_of(std::string_view name) {
  for (std::size_t i = 0; i < declared.size(); ++i) {
    if (declared[i].name == name) return static_cast<std::uint8_t>(i);
  }
  throw "lanes.json does not declare the lane";  // when compiling
}

bool may_be_called(std::string_view name) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view all = "abcdefghijklmnopqrstuvwxyz0123456789_+-";
  constexpr std::size_t longest = 50;
  return !name.empty() && name.size() <= longest && letters.find(name.front()) != letters.npos &&
         name.find_first_not_of(all) == name.npos;
}

constexpr std::uint8_t native_index = index_of("native");
constexpr std::uint8_t python_index = index_of("python");

}  // namespace

std::span<const LaneDeclaration> lanes() { return declared; }

LaneDeclaration Lane::declaration() const {
  if (index_ < declared.size()) return declared[index_];
  return {undeclared_, LaneSide::compiled, WorkerKind::program};
}

Lane Lane::native() { return Lane(native_index); }

Lane Lane::python() { return Lane(python_index); }

std::optional<Lane> Lane::called(std::string_view name) {
  for (std::size_t i = 0; i < declared.size(); ++i) {
    if (declared[i].name == name) return Lane(static_cast<std::uint8_t>(i));
  }
  if (!may_be_called(name)) return std::nullopt;
  return Lane(static_cast<std::uint8_t>(declared.size()), std::string(name));
}

}  // namespace gapmeter
