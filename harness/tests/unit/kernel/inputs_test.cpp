// Generated inputs: the same bytes everywhere (golden digests), and other bytes for other keys.
#include "harness/kernel/inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "harness/kernel/kernel.h"
#include "harness/tests/unit/support/kernels.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<InputField> one_field_of_each_type() {
  return {input<float>("f32", uniform{-1, 1}), input<double>("f64", uniform{0, 10}),
          input<std::int32_t>("i32", uniform{-1000, 1000}),
          input<std::int64_t>("i64", uniform{-1e12, 1e12}),
          input<std::uint8_t>("u8", uniform{0, 255})};
}

std::uint64_t golden_digest(const InputField& field, std::size_t n) {
  return digest_of(generate_inputs("golden", {field}, n, 42));
}

bool same_bytes(const Buffer& a, const Buffer& b) {
  return a.bytes() == b.bytes() && std::memcmp(a.data(), b.data(), a.bytes()) == 0;
}

Shape matrix_of_n_by_3(std::size_t n) { return {n, 3}; }

TEST(ThreadCount, IsTheNumberOfThreads) {
  const std::vector<InputField> fields{input<float>("x", uniform{0, 1}), thread_count()};
  const Inputs inputs = generate_inputs("k", fields, 3, 1, /*threads=*/5);
  EXPECT_THAT(test::elements_of<std::int32_t>(inputs["threads"]), ElementsAre(5));
  EXPECT_EQ(inputs["threads"].shape(), Shape{});
}

TEST(ThreadCount, MakesAKernelOneOfSeveralThreads) {
  EXPECT_TRUE(uses_threads({input<float>("x", uniform{0, 1}), thread_count()}));
  EXPECT_FALSE(uses_threads({input<float>("x", uniform{0, 1})}));
}

// The golden values below come from an implementation of random.h and inputs.h in another language
// (Python's arithmetic, the xxhash package). They may only change on purpose: rows measured before
// and after would have the same key and other inputs.
TEST(GoldenInputs, DigestsOfEveryElementType) {
  const std::uint64_t small[] = {0xeaad9a39c9ca30c3, 0x8ba7f148c8c3557e, 0x6f32042c4288d9cc,
                                 0x6332022194a9a87f, 0x460a6ad43dbddee6};
  const std::uint64_t large[] = {0xc1a7307c1ab03ea3, 0x60ce8dee51f926e3, 0x6b66bd56cd80ae50,
                                 0x42912005d7f473b9, 0x30d5210d461b36d3};
  const std::vector<InputField> fields = one_field_of_each_type();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    EXPECT_EQ(golden_digest(fields[i], 16), small[i]) << fields[i].name;
    EXPECT_EQ(golden_digest(fields[i], 1000), large[i]) << fields[i].name;
  }
}

TEST(GoldenInputs, DigestOfSeveralFields) {
  const auto fields = one_field_of_each_type();
  EXPECT_EQ(digest_of(generate_inputs("golden", fields, 16, 42)), 0x9d37705b74e188a2U);
  EXPECT_EQ(digest_of(generate_inputs("golden", fields, 1000, 42)), 0xf25e9d269424e0caU);
}

TEST(GoldenInputs, DigestOfAScalarAMatrixAndNothing) {
  EXPECT_EQ(golden_digest(input<double>("s", uniform{-1, 1}, scalar), 7), 0x21a5f6833b26d581U);
  EXPECT_EQ(golden_digest(input<std::int64_t>("m", uniform{0, 9}, matrix_of_n_by_3), 7),
            0xb6062923b114ba05U);
  EXPECT_EQ(digest_of(Inputs{.n = 5, .fields = {}}), 0xdedb980100c87e72U);
}

TEST(GoldenInputs, FirstElements) {
  const Inputs inputs = generate_inputs("golden", one_field_of_each_type(), 16, 42);
  const auto first_of = [](const auto& span) {
    return std::vector(span.begin(), span.begin() + 3);
  };
  EXPECT_THAT(first_of(inputs["f32"].as<float>()),
              ElementsAre(-0x1.cbb9ccp-1F, 0x1.6ce76ap-1F, 0x1.282478p-1F));
  EXPECT_THAT(first_of(inputs["f64"].as<double>()),
              ElementsAre(0x1.5002fdfdcda88p+2, 0x1.145e59e732882p+3, 0x1.c12cc5fa98305p+0));
  EXPECT_THAT(first_of(inputs["i32"].as<std::int32_t>()), ElementsAre(276, 565, -568));
  EXPECT_THAT(first_of(inputs["i64"].as<std::int64_t>()),
              ElementsAre(-785'603'993'860, -685'216'818'206, -582'479'887'003));
  EXPECT_THAT(first_of(inputs["u8"].as<std::uint8_t>()), ElementsAre(90, 230, 151));
}

TEST(GenerateInputs, KeepsTheOrderOfDeclaration) {
  const Inputs inputs = generate_inputs("k", one_field_of_each_type(), 3, 1);
  std::vector<std::string> names;
  for (const NamedBuffer& field : inputs.fields) names.push_back(field.name);
  EXPECT_THAT(names, ElementsAre("f32", "f64", "i32", "i64", "u8"));
  EXPECT_EQ(inputs.n, 3U);
}

TEST(GenerateInputs, IsTheSameEachTime) {
  const auto fields = one_field_of_each_type();
  EXPECT_EQ(digest_of(generate_inputs("k", fields, 100, 1)),
            digest_of(generate_inputs("k", fields, 100, 1)));
}

TEST(GenerateInputs, AFieldsBytesDoNotDependOnTheOthers) {
  auto fields = one_field_of_each_type();
  const Inputs declared = generate_inputs("k", fields, 100, 1);
  std::reverse(fields.begin(), fields.end());
  const Inputs reversed = generate_inputs("k", fields, 100, 1);
  for (const InputField& field : fields) {
    EXPECT_TRUE(same_bytes(declared[field.name], reversed[field.name])) << field.name;
    const Inputs alone = generate_inputs("k", {field}, 100, 1);
    EXPECT_TRUE(same_bytes(declared[field.name], alone[field.name])) << field.name;
  }
}

TEST(GenerateInputs, EveryPartOfTheKeyChangesTheBytes) {
  const auto make = [](std::uint64_t seed, const char* kernel, const char* field, std::size_t n) {
    // The shape is fixed, so that the bytes can be compared when n differs.
    return generate_inputs(
        kernel, {input<double>(field, uniform{0, 1}, [](std::size_t) { return Shape{8}; })}, n,
        seed);
  };
  const Inputs base = make(1, "kernel", "x", 100);
  const Buffer& bytes = base.fields[0].buffer;
  EXPECT_TRUE(same_bytes(bytes, make(1, "kernel", "x", 100).fields[0].buffer));
  EXPECT_FALSE(same_bytes(bytes, make(2, "kernel", "x", 100).fields[0].buffer));
  EXPECT_FALSE(same_bytes(bytes, make(1, "kernel2", "x", 100).fields[0].buffer));
  EXPECT_FALSE(same_bytes(bytes, make(1, "kernel", "y", 100).fields[0].buffer));
  EXPECT_FALSE(same_bytes(bytes, make(1, "kernel", "x", 101).fields[0].buffer));
}

TEST(Inputs, FieldsAreFoundByName) {
  const Inputs inputs = generate_inputs("k", one_field_of_each_type(), 4, 1);
  EXPECT_EQ(inputs["i32"].dtype(), DType::i32);
  EXPECT_THAT(test::message_of<std::out_of_range>([&] { inputs["missing"]; }),
              HasSubstr("'missing'"));
}

class DigestOf : public ::testing::Test {
 protected:
  static Inputs make(const char* name, Buffer buffer, std::size_t n = 4) {
    Inputs inputs{.n = n, .fields = {}};
    inputs.fields.push_back({name, std::move(buffer)});
    return inputs;
  }
  static Buffer four() { return test::buffer_of<std::int32_t>({1, 2, 3, 4}); }
};

TEST_F(DigestOf, EqualInputsIsEqual) {
  EXPECT_EQ(digest_of(make("x", four())), digest_of(make("x", four())));
}

TEST_F(DigestOf, ChangesWithOneBit) {
  Buffer changed = four();
  changed.as<std::int32_t>()[3] ^= 1;
  EXPECT_NE(digest_of(make("x", std::move(changed))), digest_of(make("x", four())));
}

TEST_F(DigestOf, ChangesWithTheName) {
  EXPECT_NE(digest_of(make("y", four())), digest_of(make("x", four())));
}

TEST_F(DigestOf, ChangesWithTheSize) {
  EXPECT_NE(digest_of(make("x", four(), 5)), digest_of(make("x", four(), 4)));
}

TEST_F(DigestOf, ChangesWithTheShapeOfTheSameBytes) {
  EXPECT_NE(digest_of(make("x", test::buffer_of<std::int32_t>({1, 2, 3, 4}, {2, 2}))),
            digest_of(make("x", four())));
}

TEST_F(DigestOf, ChangesWithTheTypeOfTheSameBytes) {
  EXPECT_NE(digest_of(make("x", Buffer(DType::f32, {4}))),
            digest_of(make("x", Buffer(DType::i32, {4}))));
}

TEST_F(DigestOf, ChangesWithTheOrderOfFields) {
  Inputs ab = make("a", four()), ba = make("b", four());
  ab.fields.push_back({"b", four()});
  ba.fields.push_back({"a", four()});
  EXPECT_NE(digest_of(ab), digest_of(ba));
}

// A fill that leaves most of the field alone, and a number of threads.
std::vector<InputField> sparse_fields() {
  const Fill<double> one = [](std::span<double> x, Random& random) {
    x[random.below(x.size())] = random.unit();
  };
  return {input<double>("x", one), thread_count()};
}

TEST(RefillInputs, MakesWhatTheOtherSeedMakesInTheSamePlace) {
  Inputs inputs = generate_inputs("k", sparse_fields(), 100, 1, 2);
  const void* const data = inputs["x"].data();
  refill_inputs(inputs, "k", sparse_fields(), 2, 4);
  EXPECT_EQ(inputs["x"].data(), data);
  EXPECT_EQ(digest_of(inputs), digest_of(generate_inputs("k", sparse_fields(), 100, 2, 4)));
}

}  // namespace
}  // namespace gapmeter
