// What is measured, by name: a variant, a cell, and the cells of one variant over all sizes.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "harness/model/lane.h"

namespace gapmeter {

// One implementation of a kernel, written lane/name: native/simd. A Python variant that runs on
// another engine than the run's first carries its label: python@3.13/builtin.
struct VariantId {
  Lane lane = Lane::native();
  std::string name{};
  std::string engine{};

  bool operator==(const VariantId&) const = default;
  // Engine by engine.
  auto operator<=>(const VariantId& other) const {
    return std::tie(lane, engine, name) <=> std::tie(other.lane, other.engine, other.name);
  }
};
std::string to_string(const VariantId& variant);
// nullopt unless the text is a lane's name, an engine's label where the lane has engines, a slash
// and a name.
std::optional<VariantId> parse_variant(std::string_view text);

// The cells of a variant that differ only in n: the points of a curve.
struct SeriesKey {
  std::string kernel;
  VariantId variant{};
  int threads = 1;

  auto operator<=>(const SeriesKey&) const = default;
};

// Kernel, variant, n, threads: what a row of results is about.
struct CellKey {
  std::string kernel;
  VariantId variant{};
  std::size_t n = 0;
  int threads = 1;

  auto operator<=>(const CellKey&) const = default;
};
SeriesKey series_of(const CellKey& cell);

// For unordered containers of a hundred thousand rows.
struct CellHash {
  std::size_t operator()(const CellKey& cell) const;
};

}  // namespace gapmeter
