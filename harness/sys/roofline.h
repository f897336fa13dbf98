// The most that one processor of this machine can do: the limit that throughput is compared with.
#pragma once

namespace gapmeter {

struct Roofline {
  double read_bytes_per_s = 0;  // adding up an array that no cache holds
  double copy_bytes_per_s = 0;  // read plus written, between such arrays
  double flops_per_s = 0;       // fused multiply-adds in float32, two operations each
};

// The best of several tries of a few milliseconds each, on the given processor (-1: any). This is
// the most that simple loops reach, not what the data sheet says.
Roofline measure_roofline(int cpu);

}  // namespace gapmeter
