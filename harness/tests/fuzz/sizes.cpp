// Sizes as users write them, one and a list.
#include "harness/base/sizes.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "harness/tests/fuzz/target.h"

using gapmeter::fuzz::expect;

namespace {

constexpr std::size_t largest = std::numeric_limits<std::int64_t>::max();

void read_size(std::string_view text) {
  try {
    const std::size_t size = gapmeter::parse_size(text);
    expect(size >= 1 && size <= largest, "a size is positive and fits into 63 bits");
    expect(gapmeter::parse_size(gapmeter::format_size(size)) == size,
           "a size that is written reads back");
  } catch (const gapmeter::InvalidSizes&) {
  }
}

void read_sizes(std::string_view text) {
  try {
    const std::vector<std::size_t> sizes = gapmeter::parse_sizes(text);
    expect(!sizes.empty() && sizes.size() <= 10'000, "there are 1 to 10,000 sizes");
    expect(std::adjacent_find(sizes.begin(), sizes.end(), std::greater_equal()) == sizes.end(),
           "sizes ascend, without duplicates");
    expect(sizes.front() >= 1 && sizes.back() <= largest, "every size can be one");
  } catch (const gapmeter::InvalidSizes&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = gapmeter::fuzz::text_of(data, size);
  read_size(text);
  read_sizes(text);
  return 0;
}
