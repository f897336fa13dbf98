// A measured quantity is declared once, next to the member that holds it: its name, how it is read
// and written, how the rounds of a cell become its summary, and what it means. The columns of the
// CSV files, the messages of workers and the tables of docs/results.md all come from there.
//
// A struct of quantities (a part of a measurement) has a static member function
//
//   template <class Visit> static void quantities(Visit&& visit);
//
// that calls `visit` with each Quantity in the order of the columns. A row or message that has none
// of them lacks the part.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace gapmeter {

// Which values are accepted from a file or a worker. Floating-point values must be finite and not
// negative.
enum class Bound : std::uint8_t { any, not_negative, positive };

// How the rounds' values of a quantity become one in the summary. `resolved` is the last value,
// absent if it is indistinguishable from noise (rss_resolution_bytes). `merged` histograms have no
// summary column of their own, only columns computed from them. `none` has no summary column.
enum class Rule : std::uint8_t { none, last, mean, resolved, sum, least, largest, merged };
constexpr bool is_summarized(Rule rule) { return rule != Rule::none && rule != Rule::merged; }

template <class Get>
struct Quantity {
  // The name of the column, and the key in messages; ends in the unit if there is one.
  std::string_view name;
  // From the part to the value, by reference: a pointer to its member, or a function. A value is
  // int64_t, double, an optional of one of them or of a PeakFrom (absent if nothing was measured,
  // and in files older than the column), Histogram or Slices.
  Get get;
  Bound bound;
  Rule rule;
  std::string_view meaning;  // for readers of the files
  int decimals = -1;         // in files; -1: as many as it takes

  template <class Part>
  decltype(auto) of(Part& part) const {
    return std::invoke(get, part);
  }
};

// Before version 17, clang deduces nothing for aggregates.
template <class Get>
Quantity(std::string_view, Get, Bound, Rule, std::string_view, int = -1) -> Quantity<Get>;

}  // namespace gapmeter
