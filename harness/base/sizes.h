// Input sizes as users write them: 16:4Mi:4x, 100:1000:100, 1k,10k.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gapmeter {

// what() names the offending part and what would have been right.
class InvalidSizes : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

// A positive whole number with an optional suffix: k, M, G (powers of 1000), Ki, Mi, Gi (of 1024).
std::size_t parse_size(std::string_view text);

// A comma-separated list of sizes and ranges FIRST:LAST:STEP; a STEP that ends in x multiplies,
// any other adds. LAST is included when the steps hit it. Sorted, without duplicates, at most
// 10,000.
std::vector<std::size_t> parse_sizes(std::string_view text);

// The shortest of the forms that parse_size reads: 4194304 -> "4Mi".
std::string format_size(std::size_t size);

}  // namespace gapmeter
