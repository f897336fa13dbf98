#include "harness/model/slices.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <system_error>

namespace gapmeter {
namespace {

// Takes a number and the separator behind it, or the end, from the front of the text.
template <class Number>
bool take(std::string_view& text, char separator, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty()) return separator == ' ';
  if (text.front() != separator) return false;
  text.remove_prefix(1);
  return !text.empty();
}

}  // namespace

std::string to_string(const Slices& slices) {
  std::string text;
  for (const Slice& slice : slices) {
    fmt::format_to(std::back_inserter(text), "{}{:.6g}:{}:{}:{}", text.empty() ? "" : " ",
                   slice.call_ns, slice.probe_before, slice.probe_after, slice.waited);
  }
  return text;
}

std::optional<Slices> parse_slices(std::string_view text) {
  Slices slices;
  slices.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ')) + 1);
  while (!text.empty()) {
    Slice& slice = slices.emplace_back();
    const bool is_read = take(text, ':', slice.call_ns) && take(text, ':', slice.probe_before) &&
                         take(text, ':', slice.probe_after) && take(text, ' ', slice.waited);
    if (!is_read || !std::isfinite(slice.call_ns) || slice.call_ns <= 0 ||
        std::min({slice.probe_before, slice.probe_after, slice.waited}) < 0) {
      return std::nullopt;
    }
  }
  return slices;
}

}  // namespace gapmeter
