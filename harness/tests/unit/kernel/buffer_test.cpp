// Buffers: shapes, alignment, zeroed memory, element types that are not confused.
#include "harness/kernel/buffer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <new>
#include <string>

#include "harness/tests/unit/support/kernels.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr DType all_dtypes[] = {DType::f32, DType::f64, DType::i32, DType::i64, DType::u8};
constexpr std::size_t most_elements = std::numeric_limits<std::ptrdiff_t>::max() / 8;

bool is_aligned(const Buffer& buffer, std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(buffer.data()) % alignment == 0;
}

TEST(DTypes, HaveTheSizesAndNamesOfThePythonSide) {
  const std::tuple<DType, std::size_t, const char*, const char*> expected[] = {
      {DType::f32, 4, "f32", "f"},
      {DType::f64, 8, "f64", "d"},
      {DType::i32, 4, "i32", "i"},
      {DType::i64, 8, "i64", "q"},
      {DType::u8, 1, "u8", "B"}};
  for (const auto& [dtype, size, name, format] : expected) {
    EXPECT_EQ(size_in_bytes(dtype), size) << name;
    EXPECT_EQ(name_of(dtype), name);
    EXPECT_EQ(python_format_of(dtype), format);
  }
}

TEST(DTypes, BelongToTheirCppTypes) {
  EXPECT_EQ(dtype_of<float>(), DType::f32);
  EXPECT_EQ(dtype_of<double>(), DType::f64);
  EXPECT_EQ(dtype_of<std::int32_t>(), DType::i32);
  EXPECT_EQ(dtype_of<std::int64_t>(), DType::i64);
  EXPECT_EQ(dtype_of<std::uint8_t>(), DType::u8);
}

TEST(DTypes, FloatingOnesAreToldFromWholeOnes) {
  EXPECT_TRUE(is_floating(DType::f32));
  EXPECT_TRUE(is_floating(DType::f64));
  EXPECT_FALSE(is_floating(DType::i32));
  EXPECT_FALSE(is_floating(DType::i64));
  EXPECT_FALSE(is_floating(DType::u8));
}

TEST(ElementCount, IsTheProductOfTheExtents) {
  EXPECT_EQ(element_count({}), 1U);
  EXPECT_EQ(element_count({7}), 7U);
  EXPECT_EQ(element_count({3, 4, 5}), 60U);
  EXPECT_EQ(element_count({3, 0, 5}), 0U);
  EXPECT_EQ(element_count({most_elements}), most_elements);
}

TEST(ElementCount, RefusesShapesWhoseBytesOverflow) {
  const std::size_t huge = std::numeric_limits<std::size_t>::max();
  for (const Shape& shape :
       {Shape{most_elements + 1}, Shape{huge}, Shape{most_elements, 2},
        Shape{std::size_t{1} << 32, std::size_t{1} << 32}, Shape{huge, huge}}) {
    EXPECT_THROW(element_count(shape), std::length_error) << to_string(shape);
  }
}

TEST(ElementCount, NamesTheShapeThatOverflows) {
  EXPECT_THAT(test::message_of<std::length_error>([] {
                element_count({most_elements, 16});
              }),
              HasSubstr("[1152921504606846975, 16]"));
}

TEST(ShapeText, ListsTheExtents) {
  EXPECT_EQ(to_string(Shape{}), "[]");
  EXPECT_EQ(to_string(Shape{16}), "[16]");
  EXPECT_EQ(to_string(Shape{16, 4}), "[16, 4]");
}

TEST(Buffers, KnowTheirShapeAndBytes) {
  const Buffer buffer(DType::i32, {3, 5});
  EXPECT_EQ(buffer.dtype(), DType::i32);
  EXPECT_EQ(buffer.shape(), (Shape{3, 5}));
  EXPECT_EQ(buffer.count(), 15U);
  EXPECT_EQ(buffer.bytes(), 60U);
}

TEST(Buffers, OfNoDimensionsHoldOneElement) {
  const Buffer scalar(DType::f64, {});
  EXPECT_EQ(scalar.count(), 1U);
  EXPECT_EQ(scalar.bytes(), 8U);
}

TEST(Buffers, OfExtentZeroHoldNothing) {
  const Buffer empty(DType::f64, {0});
  EXPECT_EQ(empty.count(), 0U);
  EXPECT_EQ(empty.bytes(), 0U);
  EXPECT_TRUE(empty.as<double>().empty());
}

TEST(Buffers, StartOnACacheLine) {
  for (const DType dtype : all_dtypes) {
    for (const std::size_t count : {1U, 3U, 63U, 65U, 1000U, 70'001U}) {
      EXPECT_TRUE(is_aligned(Buffer(dtype, {count}), 64)) << name_of(dtype) << " " << count;
    }
  }
}

TEST(Buffers, OfTwoMebibytesAndMoreStartOnAHugePage) {
  constexpr std::size_t huge_page = std::size_t{2} << 20;
  EXPECT_TRUE(is_aligned(Buffer(DType::u8, {huge_page}), huge_page));
  EXPECT_TRUE(is_aligned(Buffer(DType::u8, {huge_page + 1}), huge_page));
  EXPECT_TRUE(is_aligned(Buffer(DType::f64, {500'000}), huge_page));
}

// As the kernel shows it: the flags of the mapping that holds an address.
std::string mapping_flags(const void* memory) {
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  std::ifstream maps("/proc/self/smaps");
  bool is_within = false;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0, end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2) {
      is_within = begin <= address && address < end;
    } else if (is_within && line.starts_with("VmFlags:")) {
      return line + " ";
    }
  }
  return "";
}

TEST(Buffers, AskForHugePagesFromTheSizeOnFromWhichNumPyDoes) {
  if (!std::filesystem::exists("/sys/kernel/mm/transparent_hugepage")) {
    GTEST_SKIP() << "the system has none";
  }
  constexpr std::size_t numpys = std::size_t{4} << 20;
  const Buffer large(DType::u8, {numpys}), smaller(DType::u8, {numpys - 1});
  EXPECT_THAT(mapping_flags(large.data()), HasSubstr(" hg "));
  EXPECT_THAT(mapping_flags(smaller.data()), Not(HasSubstr(" hg ")));
}

TEST(Buffers, AreZeroedEvenInMemoryThatWasUsedBefore) {
  for (int i = 0; i < 20; ++i) {
    Buffer buffer(DType::u8, {10'000});
    const auto bytes = buffer.as<std::uint8_t>();
    EXPECT_TRUE(std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; }));
    std::fill(bytes.begin(), bytes.end(), std::uint8_t{0xff});
  }
}

TEST(Buffers, RefuseToBeReadAsAnotherType) {
  Buffer buffer(DType::f32, {4});
  EXPECT_NO_THROW(buffer.as<float>());
  EXPECT_THROW(buffer.as<double>(), std::logic_error);
  EXPECT_THROW(std::as_const(buffer).as<std::uint8_t>(), std::logic_error);
  EXPECT_EQ(test::message_of<std::logic_error>([&] { buffer.as<std::int32_t>(); }),
            "a buffer of f32 was read as i32");
}

TEST(Buffers, ClonesAreEqualAndIndependent) {
  Buffer original = test::buffer_of<std::int64_t>({1, 2, 3, 4}, {2, 2});
  const Buffer copy = original.clone();
  original.as<std::int64_t>()[0] = 99;
  EXPECT_EQ(copy.dtype(), DType::i64);
  EXPECT_EQ(copy.shape(), (Shape{2, 2}));
  EXPECT_EQ(test::elements_of<std::int64_t>(copy), (std::vector<std::int64_t>{1, 2, 3, 4}));
}

TEST(Buffers, LargerThanMemoryAreBadAlloc) {
  if (GAPMETER_TEST_OWN_ALLOCATOR) GTEST_SKIP() << "a sanitizer's allocator ends the process";
  EXPECT_THROW(Buffer(DType::f64, {most_elements}), std::bad_alloc);
}

TEST(Buffers, WhoseShapeOverflowsAreNotMade) {
  EXPECT_THROW(Buffer(DType::u8, {most_elements, 9}), std::length_error);
}

}  // namespace
}  // namespace gapmeter
