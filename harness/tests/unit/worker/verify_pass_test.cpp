// A variant is right only if every call does the work: on data that stays as they were, and without
// what earlier calls have left behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "harness/tests/unit/support/kernels.h"
#include "harness/worker/perform.h"

namespace gapmeter {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

using In = std::span<const double>;
using Vector = std::vector<double>;

Vector sorted(In x) {
  Vector y(x.begin(), x.end());
  std::sort(y.begin(), y.end());
  return y;
}
Vector copy(In x) { return {x.begin(), x.end()}; }

Vector sorts_prepared(Vector& y) {
  std::sort(y.begin(), y.end());
  return y;
}
Vector only_reads(const Vector& x) { return sorted(x); }

// Writes between borders that have to stay 0.
In data_of_room;
Vector room_for(In x) {
  data_of_room = x;
  return Vector(x.size() + 2);
}
Vector works_in_room(Vector& room) {
  std::copy(data_of_room.begin(), data_of_room.end(), room.begin() + 1);
  std::sort(room.begin() + 1, room.end() - 1);
  if (room.front() != 0 || room.back() != 0) return {};
  return {room.begin() + 1, room.end() - 1};
}

Vector remembers(In x) {
  static const Vector first = sorted(x);
  return first;
}
// Bounds what it prepared: on bounded numbers it has no effect.
Vector bounds_above(Vector& y) {
  for (double& value : y) value = std::min(value, 0.25);
  return y;
}
Vector bounds_below(Vector& y) {
  for (double& value : y) value = std::max(value, -0.25);
  return y;
}
Vector bounded_above(In x) {
  Vector y = copy(x);
  return bounds_above(y);
}
Vector bounded_below(In x) {
  Vector y = copy(x);
  return bounds_below(y);
}

bool is_tired = false;  // as if by many calls
Vector tires(In x) { return is_tired ? copy(x) : sorted(x); }

class VerifyPass : public ::testing::Test {
 protected:
  static Measurement perform_on(const NativeVariant& reference, const NativeVariant& variant,
                                Pass pass = Pass::verify, bool verify_after = false) {
    Kernel kernel = test::twice_kernel();
    kernel.reference = reference.name;
    kernel.native = {reference, variant};
    NativeLane lane;
    return perform({.pass = pass,
                    .kernel = "twice",
                    .variant = {Lane::native(), variant.name},
                    .n = 100,
                    .seed = 3,
                    .timing = {.batch_ns = 1000, .slice_ns = 2000, .round_ns = 10'000},
                    .verify_after = verify_after},
                   {kernel}, lane);
  }
  static Measurement verify(const NativeVariant& variant) {
    return perform_on(native<sorted>("sorted"), variant);
  }
};

TEST_F(VerifyPass, FindsAVariantThatSortsWhatItPrepared) {
  const Measurement measurement = verify(native<copy, sorts_prepared>("v"));
  EXPECT_EQ(measurement.status, Status::mismatch);
  EXPECT_EQ(measurement.reason,
            "changes what it prepared: each call must start from the same data; see inout");
  EXPECT_EQ(measurement.max_error, 0) << "every result was right";
}

TEST_F(VerifyPass, AcceptsAVariantThatReadsWhatItPrepared) {
  EXPECT_EQ(verify(native<copy, only_reads>("v")).status, Status::ok);
}

TEST_F(VerifyPass, AcceptsRoomThatIsWrittenAndABorderThatIsNot) {
  EXPECT_EQ(verify(native<room_for, works_in_room>("v")).status, Status::ok);
}

// Garbage of one sign alone would be bounded to what was there before.
TEST_F(VerifyPass, FindsDataThatAreBoundedFromEitherSide) {
  EXPECT_THAT(perform_on(native<bounded_above>("r"), native<copy, bounds_above>("v")).reason,
              StartsWith("changes what it prepared"));
  EXPECT_THAT(perform_on(native<bounded_below>("r"), native<copy, bounds_below>("v")).reason,
              StartsWith("changes what it prepared"));
}

TEST_F(VerifyPass, FindsAResultThatIsKeptForGood) {
  const Measurement measurement = verify(native<remembers>("v"));
  EXPECT_EQ(measurement.status, Status::mismatch);
  EXPECT_THAT(measurement.reason, HasSubstr("answers with what an earlier call computed"));
}

TEST_F(VerifyPass, TheTimePassComparesOnceMoreIfItIsToldTo) {
  is_tired = false;
  EXPECT_EQ(verify(native<tires>("v")).status, Status::ok);
  is_tired = true;
  const Measurement unasked =
      perform_on(native<sorted>("sorted"), native<tires>("v"), Pass::time, false);
  EXPECT_EQ(unasked.status, Status::ok);
  const Measurement asked =
      perform_on(native<sorted>("sorted"), native<tires>("v"), Pass::time, true);
  EXPECT_EQ(asked.status, Status::mismatch);
  EXPECT_THAT(asked.reason, StartsWith("after the timed calls, output 'y': element "));
  EXPECT_FALSE(asked.timing.has_value());
  EXPECT_EQ(asked.input_digest, unasked.input_digest);
}

TEST_F(VerifyPass, TheTimePassIsWhatItWasForARightVariant) {
  const Measurement measurement =
      perform_on(native<sorted>("sorted"), native<copy, only_reads>("v"), Pass::time, true);
  EXPECT_EQ(measurement.status, Status::ok);
  EXPECT_TRUE(measurement.timing.has_value());
}

}  // namespace
}  // namespace gapmeter
