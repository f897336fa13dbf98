// Replaces a function of Highway's library that nothing here uses but that the library calls
// whenever it is loaded. The library's own version measures the clock for 6 ms, more than the rest
// of a native worker's start, and a run starts thousands of workers. A program's definition takes
// precedence over a library's.
#include <hwy/nanobenchmark.h>

#include <cstdint>

namespace hwy::platform {

std::uint64_t TimerResolution() { return 1; }

}  // namespace hwy::platform
