#include "harness/base/sizes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <utility>

namespace gapmeter {
namespace {

constexpr std::size_t most_sizes = 10'000;
constexpr std::size_t largest_size = std::numeric_limits<std::int64_t>::max();

using Suffix = std::pair<std::string_view, std::size_t>;
constexpr std::array suffixes{Suffix{"Gi", std::size_t{1} << 30},
                              Suffix{"Mi", std::size_t{1} << 20},
                              Suffix{"Ki", std::size_t{1} << 10},
                              Suffix{"G", 1'000'000'000},
                              Suffix{"M", 1'000'000},
                              Suffix{"k", 1'000},
                              Suffix{"K", 1'000}};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::size_t> expand_range(std::string_view range,
                                      const std::vector<std::string_view>& parts) {
  const std::size_t first = parse_size(parts[0]);
  const std::size_t last = parse_size(parts[1]);
  const bool geometric = parts[2].ends_with('x');
  const std::size_t step =
      parse_size(geometric ? parts[2].substr(0, parts[2].size() - 1) : parts[2]);
  if (last < first) {
    throw InvalidSizes(fmt::format("'{}' ends before it starts", range));
  }
  if (geometric && step < 2) {
    throw InvalidSizes(fmt::format("'{}' never grows: multiply by at least 2x", range));
  }
  std::vector<std::size_t> sizes;
  for (std::size_t size = first;;) {
    sizes.push_back(size);
    if (sizes.size() > most_sizes) {
      throw InvalidSizes(fmt::format("'{}' is more than {} sizes", range, most_sizes));
    }
    const bool next_is_past = geometric ? size > last / step : size > last - std::min(step, last);
    if (next_is_past) return sizes;
    size = geometric ? size * step : size + step;
  }
}

void sort_distinct(std::vector<std::size_t>& sizes) {
  std::sort(sizes.begin(), sizes.end());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  if (sizes.size() > most_sizes) {
    throw InvalidSizes(fmt::format("more than {} sizes", most_sizes));
  }
}

}  // namespace

std::size_t parse_size(std::string_view text) {
  std::size_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::result_out_of_range) {
    throw InvalidSizes(fmt::format("'{}' is too large", text));
  }
  if (error != std::errc{}) {
    throw InvalidSizes(fmt::format("'{}' is not a size: write for instance 4096, 4Ki or 1M", text));
  }
  std::size_t factor = 1;
  if (rest != end) {
    const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
    const auto* found = std::find_if(std::begin(suffixes), std::end(suffixes),
                                     [&](const auto& known) { return known.first == suffix; });
    if (found == std::end(suffixes)) {
      throw InvalidSizes(
          fmt::format("'{}' has the unknown suffix '{}': use k, M, G, Ki, Mi or Gi", text, suffix));
    }
    factor = found->second;
  }
  if (value == 0) throw InvalidSizes(fmt::format("'{}': a size is at least 1", text));
  if (value > largest_size / factor) throw InvalidSizes(fmt::format("'{}' is too large", text));
  return value * factor;
}

std::vector<std::size_t> parse_sizes(std::string_view text) {
  if (text.empty()) throw InvalidSizes("no size is given: write for instance 16:4Mi:4x");
  std::vector<std::size_t> sizes;
  for (const std::string_view part : split(text, ',')) {
    const std::vector<std::string_view> range = split(part, ':');
    if (range.size() == 1) {
      sizes.push_back(parse_size(part));
    } else if (range.size() == 3) {
      const std::vector<std::size_t> expanded = expand_range(part, range);
      sizes.insert(sizes.end(), expanded.begin(), expanded.end());
    } else {
      throw InvalidSizes(
          fmt::format("'{}' is not FIRST:LAST:STEP, for instance 16:4Mi:4x or 100:1000:100", part));
    }
    // Checked here and not only at the end: a short text can name the same sizes millions of times.
    if (sizes.size() > most_sizes) sort_distinct(sizes);
  }
  sort_distinct(sizes);
  return sizes;
}

std::string format_size(std::size_t size) {
  std::string shortest = fmt::to_string(size);
  for (const auto& [suffix, factor] : suffixes) {
    if (size == 0 || size % factor != 0) continue;
    std::string text = fmt::format("{}{}", size / factor, suffix);
    if (text.size() < shortest.size()) shortest = std::move(text);
  }
  return shortest;
}

}  // namespace gapmeter
