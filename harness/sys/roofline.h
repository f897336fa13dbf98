// The most that one processor of this machine can do: the limit that throughput is compared with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gapmeter {

struct Roofline {
  double flops_per_s = 0;  // fused multiply-adds in float32, two operations each
  // Of memory, where it was measured:
  std::optional<double> read_bytes_per_s{};  // adding up an array that no cache holds
  std::optional<double> copy_bytes_per_s{};  // read plus written, from one such array to another
  // Read plus written: two such arrays multiplied into a third.
  std::optional<double> multiply_bytes_per_s{};
};

// How large all arrays of a loop are together: several times the last cache and, where there is so
// much memory, at least a size that no cache of our days holds for one processor. Ascending, one
// at least; none needs more than a quarter of the memory, and each is notably larger than the last.
std::vector<std::size_t> roofline_sizes(std::int64_t last_cache_bytes,
                                        std::optional<std::int64_t> available_bytes);

// The best of several tries, sizes and ways on the given processor (-1: any): with and without
// prefetching, with ordinary stores and with those that pass the caches by, on huge pages. This is
// the most that such loops reach, not what the data sheet says. Memory takes a second.
Roofline measure_roofline(int cpu, std::int64_t last_cache_bytes, bool with_memory);

// Of two measurements the higher of each limit.
Roofline best_of(const Roofline& one, const Roofline& other);

}  // namespace gapmeter
