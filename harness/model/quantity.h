// A measured quantity is declared once, beside the member that holds it: its name, how it is read
// and written, how the rounds of a cell become its summary, and what it means. The columns of the
// CSV files, the messages of workers and the tables of docs/results.md all come from there.
//
// A struct of quantities (a part of a measurement) has a static member function
//
//   template <class Visit> static void quantities(Visit&& visit);
//
// that calls `visit` with each Quantity in the order of the columns. A row or message that lacks
// the first one lacks the part.
#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace gapmeter {

// What values a file or a worker may claim. Floating-point ones are finite and never negative.
enum class Bound : std::uint8_t { any, not_negative, positive };

// What the rounds of a cell make of a quantity in its summary. `resolved` is the last one's, absent
// below what can be told from noise (rss_resolution_bytes). `merged` histograms have no column of
// their own there, only what is computed from them; `none` has nothing.
enum class Rule : std::uint8_t { none, last, resolved, sum, largest, merged };
constexpr bool is_summarized(Rule rule) { return rule != Rule::none && rule != Rule::merged; }

template <class Get>
struct Quantity {
  // Of the column, and the key in messages; ends in the unit where there is one.
  std::string_view name;
  // From the part to the value, by reference: int64_t, double, an optional of one of them (absent
  // where nothing was measured, and in files from before the column was), Histogram or Estimator.
  Get get;
  Bound bound;
  Rule rule;
  std::string_view meaning;  // for readers of the files
  int decimals = -1;         // in files; -1: as many as it takes
};

template <class Part, class Get>
using ValueOf = std::remove_cvref_t<std::invoke_result_t<Get, Part&>>;

}  // namespace gapmeter
