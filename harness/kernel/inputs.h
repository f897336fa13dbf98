// A kernel's inputs at one size: generated in C++, the same bytes for both lanes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/kernel/buffer.h"
#include "harness/kernel/random.h"
#include "harness/kernel/tolerance.h"

namespace gapmeter {

using ShapeOf = std::function<Shape(std::size_t n)>;

inline Shape vector_of_n(std::size_t n) { return {n}; }
inline Shape scalar(std::size_t /*n*/) { return {}; }
inline ShapeOf rows_of(std::size_t columns) {
  return [columns](std::size_t n) { return Shape{n, columns}; };
}
// The same shape for every n.
inline ShapeOf always(Shape shape) {
  return [shape = std::move(shape)](std::size_t /*n*/) { return shape; };
}

// The declaration of one input: what it is called, its type and shape, how it is filled.
struct InputField {
  std::string name;
  DType dtype;
  ShapeOf shape;
  std::function<void(Buffer&, Random&)> fill;  // none: the field is thread_count
  // Of an inout field: what a call leaves there is a result. None: a call must not change the
  // field.
  ToleranceOf tolerance{};

  bool is_inout() const { return static_cast<bool>(tolerance); }
};

// An int32_t scalar: how many threads a call may use. A kernel with this input is measured at
// several numbers of threads.
InputField thread_count(std::string name = "threads");
bool uses_threads(const std::vector<InputField>& fields);

struct NamedBuffer {
  std::string name;
  Buffer buffer;
  bool is_inout = false;
};

struct Inputs {
  std::size_t n = 0;
  std::vector<NamedBuffer> fields;  // in the order of declaration

  // Throws std::out_of_range when no field has that name.
  const Buffer& operator[](std::string_view name) const;
};

// Fills every field from a generator keyed by (seed, kernel, field, n): a field's bytes do not
// depend on the other fields, nor on the order in which they are made.
Inputs generate_inputs(std::string_view kernel, const std::vector<InputField>& fields,
                       std::size_t n, std::uint64_t seed, int threads = 1);

// Fills the fields of inputs that were generated before as another seed does, where they are.
void refill_inputs(Inputs& inputs, std::string_view kernel, const std::vector<InputField>& fields,
                   std::uint64_t seed, int threads = 1);

// XXH3-64 over names, types, shapes and bytes of all fields. Equal digests mean equal inputs.
std::uint64_t digest_of(const Inputs& inputs);

}  // namespace gapmeter
