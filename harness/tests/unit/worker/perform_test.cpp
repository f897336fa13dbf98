// What happens inside a worker: each pass over a good kernel, and what each kind of bad variant
// becomes.
#include "harness/worker/perform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <new>
#include <stdexcept>

#include "harness/tests/unit/support/kernels.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Field;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using In = std::span<const double>;
using Out = std::span<double>;

void wrong(In x, Out y) {
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = 2 * x[i];
  y[1] += 0.5;
}
void nan_result(In x, Out y) {
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = std::nan("");
}
std::vector<double> too_short(In x) { return std::vector<double>(x.size() - 1); }

int calls_of_right_once = 0;
void right_once(In x, Out y) {
  const double factor = ++calls_of_right_once == 1 ? 2 : 3;
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = factor * x[i];
}

// Near enough to right, but its successors would find other inputs.
void changes_inputs(In x, Out y) {
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = 2 * x[i];
  const_cast<double&>(x[0]) += 0.125;
}

constexpr std::int64_t length_of_long_call_ns = 5000;
void takes_long(In x, Out y) {
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::nanoseconds(length_of_long_call_ns);
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = 2 * x[i];
  while (std::chrono::steady_clock::now() < end) {
  }
}

void throws(In, Out) { throw std::runtime_error("singular matrix"); }
void throws_a_number(In, Out) { throw 42; }
void out_of_memory(In, Out) { throw std::bad_alloc(); }
void skips(In, Out) { throw Skipped("needs AVX-512"); }

class PerformTest : public ::testing::Test {
 protected:
  PerformTest() {
    kernel_.native = {native<wrong>("wrong"),
                      native<nan_result>("nan"),
                      native<too_short>("too_short"),
                      native<right_once>("right_once"),
                      native<takes_long>("takes_long"),
                      native<throws>("throws"),
                      native<throws_a_number>("throws_a_number"),
                      native<out_of_memory>("out_of_memory"),
                      native<skips>("skips"),
                      kernel_.native[0],
                      kernel_.native[1]};
  }

  Measurement perform_on(const std::string& variant, Pass pass = Pass::verify) const {
    NativeLane lane;
    return perform({.pass = pass,
                    .kernel = "twice",
                    .variant = {Lane::native(), variant},
                    .n = 100,
                    .seed = 3,
                    .timing = {.batch_ns = 1000, .round_ns = 10'000}},
                   {test::twice_kernel("other"), kernel_}, lane);
  }
  std::string digest() const {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx",
                  static_cast<unsigned long long>(
                      digest_of(generate_inputs("twice", kernel_.inputs, 100, 3))));
    return text;
  }

  Kernel kernel_ = test::twice_kernel();
};

TEST_F(PerformTest, AVerifiedVariantIsOkWithItsErrorAndDigest) {
  const Measurement measurement = perform_on("fast");
  EXPECT_EQ(measurement.status, Status::ok);
  EXPECT_EQ(measurement.reason, "");
  EXPECT_EQ(measurement.max_error, 0);
  EXPECT_EQ(measurement.input_digest, digest());
  EXPECT_FALSE(measurement.timing.has_value());
  EXPECT_FALSE(measurement.memory.has_value());
}

TEST_F(PerformTest, TheReferenceIsVerifiedAgainstItself) {
  EXPECT_EQ(perform_on("plain").status, Status::ok);
}

TEST_F(PerformTest, AWrongResultIsAMismatchThatNamesTheElement) {
  const Measurement measurement = perform_on("wrong");
  EXPECT_EQ(measurement.status, Status::mismatch);
  EXPECT_THAT(measurement.reason, AllOf(HasSubstr("output 'y'"), HasSubstr("element 1 is ")));
}

TEST_F(PerformTest, AMismatchKeepsItsErrorAndDigest) {
  const Measurement measurement = perform_on("wrong");
  ASSERT_EQ(measurement.status, Status::mismatch);
  ASSERT_TRUE(measurement.max_error.has_value());
  EXPECT_NEAR(*measurement.max_error, 0.5, 1e-12);
  EXPECT_EQ(measurement.input_digest, digest());
}

TEST_F(PerformTest, NanIsAMismatch) { EXPECT_EQ(perform_on("nan").status, Status::mismatch); }

TEST_F(PerformTest, AResultOfTheWrongLengthIsAMismatch) {
  const Measurement measurement = perform_on("too_short");
  EXPECT_EQ(measurement.status, Status::mismatch);
  EXPECT_THAT(measurement.reason, HasSubstr("returned 99 values, expected 100"));
}

// Nothing was compared: an error of 0 would say that it was, and equal.
TEST_F(PerformTest, AResultOfTheWrongLengthHasNoError) {
  EXPECT_EQ(perform_on("too_short").max_error, std::nullopt);
}

TEST_F(PerformTest, AVariantThatIsRightOnlyOnceIsAMismatch) {
  calls_of_right_once = 0;
  const Measurement measurement = perform_on("right_once");
  EXPECT_EQ(measurement.status, Status::mismatch);
  EXPECT_THAT(measurement.reason, HasSubstr("in the second call"));
}

TEST_F(PerformTest, AVariantThatChangesItsInputsIsAMismatch) {
  kernel_.outputs = {output<double>("y", Tolerance{.abs = 1})};
  kernel_.native.push_back(native<changes_inputs>("changes_inputs"));
  const Measurement measurement = perform_on("changes_inputs");
  EXPECT_EQ(measurement.status, Status::mismatch);
  EXPECT_THAT(measurement.reason, HasSubstr("changed its inputs"));
}

TEST_F(PerformTest, ToleranceDecidesWhatIsWrong) {
  kernel_.outputs = {output<double>("y", Tolerance{.abs = 0.75})};
  const Measurement measurement = perform_on("wrong");
  EXPECT_EQ(measurement.status, Status::ok);
  EXPECT_NEAR(measurement.max_error.value(), 0.5, 1e-12);
}

TEST_F(PerformTest, ATimedVariantHasATimingAndTheDigest) {
  const Measurement measurement = perform_on("fast", Pass::time);
  EXPECT_EQ(measurement.status, Status::ok);
  ASSERT_TRUE(measurement.timing.has_value());
  EXPECT_THAT(measurement.timing->slices, Not(IsEmpty()));
  EXPECT_EQ(measurement.input_digest, digest());
  EXPECT_FALSE(measurement.max_error.has_value());
}

// With several threads every processor is probed, whichever the call ran on.
TEST_F(PerformTest, EverySliceOfATimedVariantIsProbed) {
  for (const int threads : {1, 2}) {
    NativeLane lane;
    const Measurement measurement = perform({.pass = Pass::time,
                                             .kernel = "twice",
                                             .variant = {Lane::native(), "fast"},
                                             .n = 100,
                                             .threads = threads,
                                             .timing = {.round_ns = 10'000}},
                                            {kernel_}, lane);
    const Slices& slices = measurement.timing.value().slices;
    EXPECT_THAT(slices, Not(IsEmpty()));
    EXPECT_THAT(slices,
                Each(AllOf(Field(&Slice::call_ns, Gt(0)), Field(&Slice::probe_before, Gt(0)),
                           Field(&Slice::probe_after, Gt(0)))));
  }
}

TEST_F(PerformTest, AVariantIsTimedByThePlanOfItsTask) {
  NativeLane lane;
  const SlicePlan plan{.calls = 3, .batches = 2};
  const Measurement measurement = perform({.pass = Pass::time,
                                           .kernel = "twice",
                                           .variant = {Lane::native(), "fast"},
                                           .n = 100,
                                           .timing = {.round_ns = 10'000, .plan = plan}},
                                          {kernel_}, lane);
  EXPECT_EQ(slices_of(measurement.timing.value()), plan);
}

class SingleCallsOfAVariant : public PerformTest {
 protected:
  Measurement timed(const std::string& variant, std::int64_t single_calls_ns, std::size_t n = 100,
                    const Turn& turn = {}) const {
    NativeLane lane;
    return perform({.pass = Pass::time,
                    .kernel = "twice",
                    .variant = {Lane::native(), variant},
                    .n = n,
                    .timing = {.round_ns = 100'000, .single_calls_ns = single_calls_ns}},
                   {kernel_}, lane, turn);
  }
};

TEST_F(SingleCallsOfAVariant, AreTimedWhenTheyAreWanted) {
  const Measurement measurement = timed("takes_long", 1'000'000);
  EXPECT_EQ(measurement.status, Status::ok);
  ASSERT_TRUE(measurement.single_calls.has_value());
  const SingleCalls& single = *measurement.single_calls;
  EXPECT_GE(single.calls.count(), 1);
  EXPECT_LE(single.calls.count(), 1'000'000 / length_of_long_call_ns);
  EXPECT_EQ(single.collections, std::nullopt) << "native code has no collector";
}

TEST_F(SingleCallsOfAVariant, AreNotTimedWhenNobodyWantsThem) {
  const Measurement measurement = timed("takes_long", 0);
  EXPECT_TRUE(measurement.timing.has_value());
  EXPECT_FALSE(measurement.single_calls.has_value());
}

// The clock would be a visible part of them.
TEST_F(SingleCallsOfAVariant, AreNotTimedWhenTheyAreShorterThanAMicrosecond) {
  const Measurement measurement = timed("plain", 1'000'000, 1);
  ASSERT_TRUE(measurement.timing.has_value());
  EXPECT_EQ(measurement.single_calls.has_value(), measurement.timing->p50_ns >= 1000);
}

// The others' slices must not be disturbed by them.
TEST_F(SingleCallsOfAVariant, HaveATurnOfTheirOwn) {
  std::size_t turns = 0;
  const Measurement measurement = timed("takes_long", 1'000'000, 100, [&] {
    ++turns;
    return true;
  });
  EXPECT_TRUE(measurement.single_calls.has_value());
  EXPECT_EQ(turns, measurement.timing.value().slices.size() + 1);
}

TEST_F(SingleCallsOfAVariant, TakeNoTurnWhenNobodyWantsThem) {
  std::size_t turns = 0;
  const Measurement measurement = timed("takes_long", 0, 100, [&] {
    ++turns;
    return true;
  });
  EXPECT_EQ(turns, measurement.timing.value().slices.size());
}

TEST_F(SingleCallsOfAVariant, AreNotTimedWithoutATurnForThem) {
  int turns = 0;
  const Measurement measurement = timed("takes_long", 1'000'000, 100, [&] { return ++turns == 1; });
  EXPECT_EQ(measurement.status, Status::ok);
  EXPECT_THAT(measurement.timing.value().slices, SizeIs(1));
  EXPECT_FALSE(measurement.single_calls.has_value());
}

TEST_F(SingleCallsOfAVariant, CountAsTimed) {
  const Measurement measurement = timed("takes_long", 1'000'000);
  const Timing& timing = measurement.timing.value();
  const double batches_s =
      timing.mean_ns * 1e-9 * static_cast<double>(timing.batches * timing.calls);
  const double single_s = 1e-9 * 0.999 * static_cast<double>(length_of_long_call_ns) *
                          static_cast<double>(measurement.single_calls.value().calls.count());
  EXPECT_GE(measurement.effort.timed_s, batches_s + single_s);
  EXPECT_GT(measurement.effort.prepare_s, 0);
}

TEST_F(PerformTest, AWeighedVariantHasItsMemoryAndTheDigest) {
  const Measurement measurement = perform_on("fast", Pass::memory);
  EXPECT_EQ(measurement.status, Status::ok);
  ASSERT_TRUE(measurement.memory.has_value());
  EXPECT_GT(measurement.memory->baseline_bytes, 0);
  EXPECT_TRUE(measurement.memory->input_bytes.has_value());
  EXPECT_TRUE(measurement.memory->retained_bytes.has_value());
  EXPECT_EQ(measurement.input_digest, digest());
}

// 8 MiB of x; 8 MiB of y and of what push_back left behind while it grew.
TEST_F(PerformTest, WeighsInputsAndResults) {
  if (GAPMETER_TEST_OWN_ALLOCATOR) GTEST_SKIP() << "a sanitizer's allocator keeps freed memory";
  const std::string report = test::in_child([&]() -> std::string {
    NativeLane lane;
    const Measurement measurement = perform({.pass = Pass::memory,
                                             .kernel = "twice",
                                             .variant = {Lane::native(), "fast"},
                                             .n = std::size_t{1} << 20},
                                            {kernel_}, lane);
    const MemoryUse& memory = measurement.memory.value();
    if (memory.input_bytes < 7 * test::mebibyte || memory.input_bytes > 11 * test::mebibyte)
      return "input";
    if (memory.peak_bytes && memory.peak_bytes < 15 * test::mebibyte) return "peak";
    if (memory.retained_bytes > 2 * test::mebibyte) return "retained";
    return "as expected";
  });
  EXPECT_EQ(report, "as expected");
}

class PerformEveryPass : public PerformTest, public ::testing::WithParamInterface<Pass> {};
INSTANTIATE_TEST_SUITE_P(Passes, PerformEveryPass,
                         ::testing::Values(Pass::verify, Pass::memory, Pass::time),
                         [](const auto& pass) { return std::string(name_of(pass.param)); });

TEST_P(PerformEveryPass, AnExceptionIsAnErrorWithItsMessage) {
  const Measurement measurement = perform_on("throws", GetParam());
  EXPECT_EQ(measurement.status, Status::error);
  EXPECT_EQ(measurement.reason, "singular matrix");
}

TEST_P(PerformEveryPass, AnythingElseThrownIsAnError) {
  const Measurement measurement = perform_on("throws_a_number", GetParam());
  EXPECT_EQ(measurement.status, Status::error);
  EXPECT_THAT(measurement.reason, HasSubstr("not a std::exception"));
}

TEST_P(PerformEveryPass, BadAllocIsOom) {
  EXPECT_EQ(perform_on("out_of_memory", GetParam()).status, Status::oom);
}

TEST_P(PerformEveryPass, SkippedIsSkippedWithItsReason) {
  const Measurement measurement = perform_on("skips", GetParam());
  EXPECT_EQ(measurement.status, Status::skipped);
  EXPECT_EQ(measurement.reason, "needs AVX-512");
}

TEST_P(PerformEveryPass, AnUnknownVariantIsAnErrorThatNamesIt) {
  const Measurement measurement = perform_on("nosuch", GetParam());
  EXPECT_EQ(measurement.status, Status::error);
  EXPECT_THAT(measurement.reason, HasSubstr("nosuch"));
}

TEST_P(PerformEveryPass, AnUnknownKernelIsAnErrorThatNamesIt) {
  NativeLane lane;
  const Measurement measurement =
      perform({.pass = GetParam(), .kernel = "nosuch", .n = 4}, {kernel_}, lane);
  EXPECT_EQ(measurement.status, Status::error);
  EXPECT_THAT(measurement.reason, HasSubstr("nosuch"));
}

TEST_P(PerformEveryPass, ASizeThatCannotBeIsAnError) {
  NativeLane lane;
  const Measurement measurement = perform(
      {.pass = GetParam(), .kernel = "twice", .variant = {Lane::native(), "fast"}, .n = SIZE_MAX},
      {kernel_}, lane);
  EXPECT_EQ(measurement.status, Status::error);
  EXPECT_THAT(measurement.reason, HasSubstr("does not fit in memory"));
}

}  // namespace
}  // namespace gapmeter
