// Copies of inout fields: what was declared, in every batch, at the same place, within a bound.
#include "harness/kernel/copies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/unit/support/kernels.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using test::buffer_of;
using test::elements_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// x is only read; y and z are changed.
Inputs one_read_and_two_changed() {
  Inputs inputs{.n = 2, .fields = {}};
  inputs.fields.push_back({"x", buffer_of<float>({1, 2})});
  inputs.fields.push_back({"y", buffer_of<double>({3, 4}), /*is_inout=*/true});
  inputs.fields.push_back({"z", buffer_of<std::uint8_t>({5}), /*is_inout=*/true});
  return inputs;
}

Inputs changed_bytes(std::size_t count) {
  Inputs inputs{.n = count, .fields = {}};
  inputs.fields.push_back({"y", Buffer(DType::u8, {count}), /*is_inout=*/true});
  return inputs;
}

TEST(Copies, AreOfInoutFieldsAlone) {
  const Inputs inputs = one_read_and_two_changed();
  Copies copies(inputs);
  ASSERT_EQ(copies.fields(), 2U);
  EXPECT_EQ(copies.original(0).name, "y");
  EXPECT_EQ(copies.original(1).name, "z");
  copies.restore(1);
  EXPECT_THAT(elements_of<double>(copies.at(0, 0)), ElementsAre(3, 4));
  EXPECT_THAT(elements_of<std::uint8_t>(copies.at(1, 0)), ElementsAre(5));
}

TEST(Copies, OfEachCallAreItsOwn) {
  const Inputs inputs = one_read_and_two_changed();
  Copies copies(inputs);
  copies.restore(3);
  copies.at(0, 1).as<double>()[0] = 10;
  EXPECT_THAT(elements_of<double>(copies.at(0, 0)), ElementsAre(3, 4));
  EXPECT_THAT(elements_of<double>(copies.at(0, 1)), ElementsAre(10, 4));
  EXPECT_THAT(elements_of<double>(copies.at(0, 2)), ElementsAre(3, 4));
}

TEST(Copies, AreRestoredWhereTheyAre) {
  const Inputs inputs = one_read_and_two_changed();
  Copies copies(inputs);
  copies.restore(1);
  Buffer& copy = copies.at(0, 0);
  const void* const data = copy.data();
  copy.as<double>()[0] = 10;
  copies.restore(1000);
  EXPECT_EQ(&copies.at(0, 0), &copy);
  EXPECT_EQ(copy.data(), data);
  EXPECT_THAT(elements_of<double>(copy), ElementsAre(3, 4));
}

TEST(Copies, FollowWhatTheInputsContain) {
  Inputs inputs = one_read_and_two_changed();
  Copies copies(inputs);
  inputs.fields[1].buffer.as<double>()[1] = 7;
  copies.restore(1);
  EXPECT_THAT(elements_of<double>(copies.at(0, 0)), ElementsAre(3, 7));
}

TEST(Copies, OfABatchFitInTheirBound) {
  const Inputs inputs = changed_bytes(std::size_t{1} << 20);
  EXPECT_EQ(Copies(inputs).most_calls(), 64);
}

TEST(Copies, OfAllFieldsCount) {
  const Inputs inputs = one_read_and_two_changed();
  EXPECT_EQ(Copies(inputs).most_calls(), (std::int64_t{64} << 20) / (2 * 8 + 1));
}

TEST(Copies, AreThereForOneCallHoweverLargeTheyAre) {
  const Inputs inputs = changed_bytes(most_bytes_of_copies + 1);
  Copies copies(inputs);
  EXPECT_EQ(copies.most_calls(), 1);
  copies.restore(1);
  EXPECT_EQ(copies.at(0, 0).count(), most_bytes_of_copies + 1);
}

TEST(Copies, AreRefusedBeyondTheBound) {
  const Inputs inputs = changed_bytes(most_bytes_of_copies / 2);
  Copies copies(inputs);
  EXPECT_THAT(test::message_of<std::logic_error>([&] { copies.restore(3); }),
              HasSubstr("copies for 2 at most"));
}

TEST(Copies, OfNothingAreForAnyNumberOfCalls) {
  const Inputs inputs{.n = 1, .fields = {}};
  Copies copies(inputs);
  EXPECT_EQ(copies.fields(), 0U);
  EXPECT_EQ(copies.most_calls(), unlimited_calls);
  copies.restore(unlimited_calls);
}

TEST(Copies, OfEmptyFieldsAreBounded) {
  const Inputs inputs = changed_bytes(0);
  EXPECT_LT(Copies(inputs).most_calls(), unlimited_calls);
}

}  // namespace
}  // namespace gapmeter
