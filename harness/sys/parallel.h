// Work on every processor, for files of a hundred thousand rows. Never used during timing.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <future>
#include <vector>

#include "harness/sys/affinity.h"

namespace gapmeter {

// Calls body(i) once for each i below `count`, from as many threads as there are processors, and
// rethrows one of the exceptions that it throws.
template <class Body>
void in_parallel(std::size_t count, const Body& body) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) body(i);
  };
  std::vector<std::future<void>> others;
  for (std::size_t i = 1; i < std::min(processors(), count); ++i) {
    others.push_back(std::async(std::launch::async, work));
  }
  work();
  for (std::future<void>& other : others) other.get();
}

}  // namespace gapmeter
