// Keeps a result alive, so that the compiler can't remove the work that made it.
#pragma once

namespace gapmeter {

// Forces `value` into memory and makes the compiler assume that all of memory is read and written.
// benchmark::DoNotOptimize is not used: in Google Benchmark 1.7.1 with g++ 12 its T& overload can
// drop the store that initialises a float or double, and the benchmark then runs on stack garbage.
// A memory operand by const reference does not have this problem; it costs one store.
template <class T>
inline void keep(const T& value) {
  asm volatile("" : : "m"(value) : "memory");
}

}  // namespace gapmeter
