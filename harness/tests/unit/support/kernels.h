// Hand-made kernels and buffers with nothing wrong, from which a test departs in one place.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harness/kernel/kernel.h"

namespace gapmeter::test {

template <Element T>
Buffer buffer_of(std::initializer_list<T> values, Shape shape) {
  Buffer buffer(dtype_of<T>(), std::move(shape));
  std::copy(values.begin(), values.end(), buffer.as<T>().begin());
  return buffer;
}
template <Element T>
Buffer buffer_of(std::initializer_list<T> values) {
  return buffer_of<T>(values, {values.size()});
}

template <Element T>
std::vector<T> elements_of(const Buffer& buffer) {
  const std::span<const T> elements = buffer.as<T>();
  return {elements.begin(), elements.end()};
}

// y[i] = 2 x[i]: a correct kernel with the native variants `plain` (the reference) and `fast`, the
// baseline `loop` and the sizes 4, 16 and 64.
Kernel twice_kernel(std::string name = "twice");

}  // namespace gapmeter::test
