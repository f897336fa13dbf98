// Typed, shaped, aligned memory: what inputs and outputs of a kernel are made of.
//
// A Buffer is the unit that both lanes see: native variants as a std::span, Python variants through
// the buffer protocol. Element types are limited to those that NumPy, array.array and C++ lay out
// alike on every supported platform.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace gapmeter {

static_assert(std::endian::native == std::endian::little,
              "input digests are defined over little-endian bytes");

enum class DType : std::uint8_t { f32, f64, i32, i64, u8 };

template <class T>
inline constexpr bool is_element = false;
template <>
inline constexpr bool is_element<float> = true;
template <>
inline constexpr bool is_element<double> = true;
template <>
inline constexpr bool is_element<std::int32_t> = true;
template <>
inline constexpr bool is_element<std::int64_t> = true;
template <>
inline constexpr bool is_element<std::uint8_t> = true;

template <class T>
concept Element = is_element<T>;

template <Element T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, float>) return DType::f32;
  if constexpr (std::is_same_v<T, double>) return DType::f64;
  if constexpr (std::is_same_v<T, std::int32_t>) return DType::i32;
  if constexpr (std::is_same_v<T, std::int64_t>) return DType::i64;
  if constexpr (std::is_same_v<T, std::uint8_t>) return DType::u8;
}

std::size_t size_in_bytes(DType dtype);
std::string_view name_of(DType dtype);           // "f32"
std::string_view python_format_of(DType dtype);  // struct module code: "f"
inline bool is_floating(DType dtype) { return dtype == DType::f32 || dtype == DType::f64; }

// Extents, outermost first; empty for a scalar.
using Shape = std::vector<std::size_t>;

// Number of elements; throws std::length_error where the product or its bytes overflow.
std::size_t element_count(const Shape& shape);
std::string to_string(const Shape& shape);  // "[]", "[16, 4]"

// Owns element_count(shape) elements of dtype, zeroed and therefore touched, so that no first-touch
// page fault is left for a timed region. Movable, not copyable.
class Buffer {
 public:
  Buffer(DType dtype, Shape shape);

  Buffer clone() const;

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  std::size_t count() const { return count_; }
  std::size_t bytes() const { return count_ * size_in_bytes(dtype_); }
  const void* data() const { return data_.get(); }
  void* data() { return data_.get(); }

  // Throws std::logic_error when T is not the element type.
  template <Element T>
  std::span<T> as() {
    require(dtype_of<T>());
    return {static_cast<T*>(data_.get()), count_};
  }
  template <Element T>
  std::span<const T> as() const {
    require(dtype_of<T>());
    return {static_cast<const T*>(data_.get()), count_};
  }

 private:
  void require(DType wanted) const;

  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  DType dtype_;
  Shape shape_;
  std::size_t count_;
  std::unique_ptr<void, Free> data_;
};

// Calls visit(elements) with the buffer's elements as a span of their own type, which is of const
// elements for a const buffer.
template <class SomeBuffer, class Visit>
auto visit_elements(SomeBuffer& buffer, Visit visit) {
  switch (buffer.dtype()) {
    case DType::f32:
      return visit(buffer.template as<float>());
    case DType::f64:
      return visit(buffer.template as<double>());
    case DType::i32:
      return visit(buffer.template as<std::int32_t>());
    case DType::i64:
      return visit(buffer.template as<std::int64_t>());
    case DType::u8:
      return visit(buffer.template as<std::uint8_t>());
  }
  throw std::logic_error("unknown dtype");
}

}  // namespace gapmeter
