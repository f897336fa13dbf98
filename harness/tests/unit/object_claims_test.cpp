// Claims on objects and memory that are not a ratio of times: C01, C02, C03 and C05.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/unit/evidence_rows.h"

namespace gapmeter {
namespace {

using test::decide;
using test::outcome;
using test::operator+;
using test::rounds_around;
using test::row_of;
using test::SummaryRows;
using test::with_metric;
using ::testing::HasSubstr;
using ::testing::SizeIs;

struct SizeClaim {
  const char* id;
  const char* variant;
  double bytes;
};

class SizeClaims : public ::testing::TestWithParam<SizeClaim> {
 protected:
  static SummaryRow object(double bytes, std::size_t n = 1024) {
    return with_metric(row_of("object_size", GetParam().variant, n, rounds_around(10)),
                       "object_bytes", std::vector<double>(6, bytes));
  }
};

TEST_P(SizeClaims, HoldForExactlyThatSize) {
  const Decision decision = decide(GetParam().id, {object(GetParam().bytes)});
  EXPECT_EQ(decision.outcome, Outcome::holds);
  ASSERT_THAT(decision.figures, SizeIs(1));
  EXPECT_EQ(decision.figures[0].value.value, GetParam().bytes);
  EXPECT_EQ(decision.figures[0].line, GetParam().bytes);
  EXPECT_EQ(decision.figures[0].unit, "bytes");
}

TEST_P(SizeClaims, FailForAnyOther) {
  EXPECT_EQ(outcome(GetParam().id, {object(GetParam().bytes + 4)}), Outcome::fails);
  EXPECT_EQ(outcome(GetParam().id, {object(GetParam().bytes - 4)}), Outcome::fails);
}

TEST_P(SizeClaims, NeedNoIntervalForWhatTheInterpreterSays) {
  SummaryRow row = object(GetParam().bytes);
  row.metrics["object_bytes"].resize(1);
  EXPECT_EQ(outcome(GetParam().id, {row}), Outcome::holds);
}

TEST_P(SizeClaims, AreNotMeasuredWhereNothingReportsIt) {
  const Decision decision =
      decide(GetParam().id, {row_of("object_size", GetParam().variant, 1024, rounds_around(10))});
  EXPECT_EQ(decision.outcome, Outcome::not_measured);
  EXPECT_THAT(decision.reason, HasSubstr(GetParam().variant));
}

TEST_P(SizeClaims, TellWhatAnElementTakesBeside) {
  SummaryRow small = object(GetParam().bytes, 1'000'000),
             large = object(GetParam().bytes, 3'000'000);
  large.metrics["element_bytes"] = {32};
  small.rss_peak_bytes = 40'000'000;
  large.rss_peak_bytes = 104'000'000;
  const auto told = test::beside(decide(GetParam().id, {small, large}));
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(told[0].value.value, 32);
  EXPECT_EQ(told[1].value.value, 32);  // 64,000,000 bytes for 2,000,000 more
}

INSTANTIATE_TEST_SUITE_P(Claims, SizeClaims,
                         ::testing::Values(SizeClaim{"C01", "python/floats", 24},
                                           SizeClaim{"C02", "python/ints", 28}),
                         [](const auto& param_info) { return std::string(param_info.param.id); });

// Vectors whose memory grows by so many bytes an element.
SummaryRows vectors(double f32_bytes, double f64_bytes) {
  SummaryRows rows;
  for (const auto& [variant, bytes] :
       {std::pair{"native/f32", f32_bytes}, {"native/f64", f64_bytes}}) {
    for (const std::size_t n : {std::size_t{1'000'000}, std::size_t{2'000'000}}) {
      SummaryRow row = row_of("object_size", variant, n, rounds_around(10));
      row.rss_peak_bytes = 300'000 + static_cast<std::int64_t>(bytes * static_cast<double>(n));
      rows.push_back(row);
    }
  }
  return rows;
}

TEST(C03, HoldsWithin5Percent) {
  const Decision decision = decide("C03", vectors(4, 8));
  EXPECT_EQ(decision.outcome, Outcome::holds);
  ASSERT_THAT(decision.figures, SizeIs(2));
  EXPECT_DOUBLE_EQ(decision.figures[0].value.value, 4);
  EXPECT_EQ(decision.figures[0].line, 4);
  EXPECT_DOUBLE_EQ(decision.figures[1].value.value, 8);
  EXPECT_EQ(decision.figures[1].line, 8);
  EXPECT_EQ(outcome("C03", vectors(4.15, 7.65)), Outcome::holds);
}

TEST(C03, FailsWhereEitherGrowsByAnythingElse) {
  EXPECT_EQ(outcome("C03", vectors(4.25, 8)), Outcome::fails);
  EXPECT_EQ(outcome("C03", vectors(3.75, 8)), Outcome::fails);
  EXPECT_EQ(outcome("C03", vectors(4, 8.5)), Outcome::fails);
  EXPECT_EQ(outcome("C03", vectors(4, 16)), Outcome::fails);
}

TEST(C03, IsNotMeasuredWhereMemoryIsNotResolvedAtTwoSizes) {
  SummaryRows rows = vectors(4, 8);
  rows[0].rss_peak_bytes.reset();
  EXPECT_EQ(outcome("C03", rows), Outcome::not_measured);
}

// A kernel whose baseline takes so many times the memory of the fastest native variant.
struct Footprint {
  const char* kernel;
  double ratio;
};

SummaryRows footprints(const std::vector<Footprint>& kernels) {
  SummaryRows rows;
  for (const auto& [kernel, ratio] : kernels) {
    SummaryRow python = row_of(kernel, "python/loop", 1024, rounds_around(10));
    SummaryRow native = row_of(kernel, "native/simd", 1024, rounds_around(1));
    python.reference = "native/simd";
    native.rss_peak_bytes = 10'000'000;
    python.rss_peak_bytes = static_cast<std::int64_t>(10'000'000 * ratio);
    rows.push_back(python);
    rows.push_back(native);
  }
  return rows;
}

RunContext loops_of(const std::vector<const char*>& kernels) {
  RunContext context;
  for (const char* kernel : kernels)
    context.baselines.emplace(kernel, test::variant("python/loop"));
  return context;
}

const RunContext four = loops_of({"a", "b", "c", "d"});

TEST(C05, HoldsWithTwiceTheMemoryInThreeQuartersOfTheKernels) {
  const Decision decision =
      decide("C05", footprints({{"a", 2.1}, {"b", 8}, {"c", 2.1}, {"d", 1}}), four);
  EXPECT_EQ(decision.outcome, Outcome::holds);
  ASSERT_THAT(decision.figures, SizeIs(4));
  EXPECT_DOUBLE_EQ(decision.figures[1].value.value, 8);
  EXPECT_EQ(decision.figures[1].kernel, "b");
  EXPECT_EQ(decision.figures[1].n, 1024U);
  EXPECT_EQ(decision.figures[1].what, "peak memory of python/loop over native/simd");
  EXPECT_EQ(decision.figures[1].line, 2);
}

TEST(C05, FailsWhereHalfOfTheKernelsTakeLess) {
  EXPECT_EQ(outcome("C05", footprints({{"a", 3}, {"b", 3}, {"c", 1.9}, {"d", 1}}), four),
            Outcome::fails);
}

TEST(C05, IsOpenBetweenThose) {
  EXPECT_EQ(outcome("C05", footprints({{"a", 3}, {"b", 3}, {"c", 1}}), four), Outcome::open);
}

TEST(C05, TakesTheLargestSizeAtWhichBothAreResolved) {
  SummaryRows rows = footprints({{"a", 3}}), larger = footprints({{"a", 1}});
  for (SummaryRow& row : larger) row.cell.n = 4096;
  EXPECT_EQ(outcome("C05", rows + larger, four), Outcome::fails);
  larger[1].rss_peak_bytes.reset();
  const Decision decision = decide("C05", rows + larger, four);
  EXPECT_EQ(decision.outcome, Outcome::holds);
  EXPECT_EQ(decision.figures[0].n, 1024U);
}

TEST(C05, IsNotMeasuredWithoutMemoryOrBaseline) {
  EXPECT_EQ(outcome("C05", footprints({{"a", 3}}), {}), Outcome::not_measured);
  SummaryRows rows = footprints({{"a", 3}});
  rows[0].rss_peak_bytes.reset();
  EXPECT_EQ(outcome("C05", rows, four), Outcome::not_measured);
}

}  // namespace
}  // namespace gapmeter
