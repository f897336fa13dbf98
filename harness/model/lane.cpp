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

constexpr std::uint8_t native_index = index_of("native");
constexpr std::uint8_t python_index = index_of("python");

}  // namespace

std::span<const LaneDeclaration> lanes() { return declared; }

const LaneDeclaration& Lane::declaration() const { return declared[index_]; }

Lane Lane::native() { return Lane(native_index); }

Lane Lane::python() { return Lane(python_index); }

std::optional<Lane> Lane::called(std::string_view name) {
  for (std::size_t i = 0; i < declared.size(); ++i) {
    if (declared[i].name == name) return Lane(static_cast<std::uint8_t>(i));
  }
  return std::nullopt;
}

}  // namespace gapmeter
