#include "harness/kernel/buffer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/mman.h>

#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>

namespace gapmeter {
namespace {

// Large buffers start on a huge page, so that every run uses the same number of huge pages; small
// ones start on a cache line.
constexpr std::size_t huge_page = std::size_t{2} << 20;
constexpr std::size_t cache_line = 64;
// From this size on NumPy asks for huge pages for its arrays, and so do buffers, in which inputs of
// both lanes are and which native variants write to: else what a variant reads or writes would be
// on other pages than the array that NumPy makes for the same purpose.
constexpr std::size_t least_on_huge_pages = std::size_t{4} << 20;

std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

void* allocate_zeroed(std::size_t bytes) {
  const std::size_t alignment = bytes >= huge_page ? huge_page : cache_line;
  const std::size_t rounded = round_up(bytes == 0 ? 1 : bytes, cache_line);
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment, rounded) != 0) throw std::bad_alloc();
  if (bytes >= least_on_huge_pages) {
    [[maybe_unused]] const int refused = madvise(memory, rounded, MADV_HUGEPAGE);
  }
  std::memset(memory, 0, rounded);
  return memory;
}

}  // namespace

std::size_t size_in_bytes(DType dtype) {
  switch (dtype) {
    case DType::u8:
      return 1;
    case DType::f32:
    case DType::i32:
      return 4;
    case DType::f64:
    case DType::i64:
      return 8;
  }
  throw std::logic_error("unknown dtype");
}

std::string_view name_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return "f32";
    case DType::f64:
      return "f64";
    case DType::i32:
      return "i32";
    case DType::i64:
      return "i64";
    case DType::u8:
      return "u8";
  }
  throw std::logic_error("unknown dtype");
}

std::string_view python_format_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return "f";
    case DType::f64:
      return "d";
    case DType::i32:
      return "i";
    case DType::i64:
      return "q";
    case DType::u8:
      return "B";
  }
  throw std::logic_error("unknown dtype");
}

std::size_t element_count(const Shape& shape) {
  // Half of the address space in elements of eight bytes: more than any machine has, and few enough
  // that the arithmetic on bytes does not overflow.
  constexpr std::size_t limit = std::numeric_limits<std::ptrdiff_t>::max() / 8;
  std::size_t count = 1;
  for (const std::size_t extent : shape) {
    if (extent != 0 && count > limit / extent) {
      throw std::length_error(fmt::format("a buffer of shape {} does not fit in memory", shape));
    }
    count *= extent;
  }
  return count;
}

std::string to_string(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

Buffer::Buffer(DType dtype, Shape shape)
    : dtype_(dtype),
      shape_(std::move(shape)),
      count_(element_count(shape_)),
      data_(allocate_zeroed(count_ * size_in_bytes(dtype))) {}

Buffer Buffer::clone() const {
  Buffer copy(dtype_, shape_);
  std::memcpy(copy.data(), data(), bytes());
  return copy;
}

void Buffer::require(DType wanted) const {
  if (wanted != dtype_) {
    throw std::logic_error(
        fmt::format("a buffer of {} was read as {}", name_of(dtype_), name_of(wanted)));
  }
}

}  // namespace gapmeter
