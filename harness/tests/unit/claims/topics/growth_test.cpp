// Claims on how times and gaps grow with n: C21 to C23.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "harness/tests/unit/support/evidence_rows.h"

namespace gapmeter {
namespace {

using test::contrast;
using test::decide;
using test::gap_row;
using test::Level;
using test::outcome;
using test::operator+;
using test::rounds_around;
using test::row_of;
using test::SummaryRows;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// The gap of a kernel's baseline at five sizes from n = 16 to n = 4096, 256 times as large: with
// the exponent k the gap grows from 10 to 10 * 256^k. Spread at the largest tilts each round's
// line.
struct Gap {
  const char* kernel;
  double exponent;
  double spread = 0;
};

constexpr std::size_t five_sizes[]{16, 64, 256, 1024, 4096};

SummaryRows gaps_of(const std::vector<Gap>& kernels) {
  SummaryRows rows;
  for (const auto& [kernel, exponent, spread] : kernels) {
    for (const std::size_t n : five_sizes) {
      const double gap = 10 * std::pow(static_cast<double>(n) / 16, exponent);
      rows.push_back(gap_row(kernel, "python/loop", n, gap, n == 4096 ? spread : 0));
    }
  }
  return rows;
}

// The gap of the kernel a at as many of the five sizes, with spread at the last of them.
SummaryRows gaps_at(const std::vector<double>& gaps, double spread = 0) {
  SummaryRows rows;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    const bool last = i + 1 == gaps.size();
    rows.push_back(gap_row("a", "python/loop", five_sizes[i], gaps[i], last ? spread : 0));
  }
  return rows;
}

RunContext four_kernels() {
  RunContext context;
  for (const char* kernel : {"a", "b", "c", "d"}) {
    context.baselines.emplace(kernel, test::variant("python/loop"));
  }
  return context;
}

TEST(C21, HoldsWhereGapsWidenInThreeQuartersOfTheKernels) {
  const Decision decision =
      decide("C21", gaps_of({{"a", 0.5}, {"b", 0.25}, {"c", 0.06}, {"d", 0}}), four_kernels());
  EXPECT_EQ(decision.outcome, Outcome::holds);
  ASSERT_THAT(decision.figures, SizeIs(4));
  EXPECT_NEAR(decision.figures[0].value.value, 0.5, 1e-12);
  EXPECT_NEAR(decision.figures[1].value.value, 0.25, 1e-12);
  EXPECT_EQ(decision.figures[0].what, "growth exponent of the gap of python/loop");
  EXPECT_EQ(decision.figures[0].line, 0.05);
}

TEST(C21, FailsWhereHalfOfThemDoNot) {
  EXPECT_EQ(
      outcome("C21", gaps_of({{"a", 0.5}, {"b", 0.5}, {"c", 0.04}, {"d", -0.5}}), four_kernels()),
      Outcome::fails);
}

TEST(C21, IsOpenWhereNoiseHidesThem) {
  // 20 % either way at the last of five sizes tilts their line by some 0.03.
  EXPECT_EQ(
      outcome("C21", gaps_of({{"a", 0.5}, {"b", 0.05, 0.2}, {"c", 0.05, 0.2}, {"d", 0.05, 0.2}}),
              four_kernels()),
      Outcome::open);
}

TEST(C21, LeavesOutSizesThatWereDisturbedNearlyAllTheTime) {
  SummaryRows rows = gaps_at({10, 14, 1000});
  rows[2].state = MachineState::mixed;
  const Decision decision = decide("C21", rows, four_kernels());
  ASSERT_THAT(decision.figures, SizeIs(1));
  EXPECT_EQ(decision.figures[0].what, "gap of python/loop at n = 64 over that at n = 16");
}

TEST(C21, ComparesTheEndsWhereFewerThanFiveSizesTellNoExponent) {
  const Decision decision = decide("C21", gaps_at({10, 14}), four_kernels());
  EXPECT_EQ(decision.outcome, Outcome::holds);
  ASSERT_THAT(decision.figures, SizeIs(1));
  EXPECT_EQ(decision.figures[0].what, "gap of python/loop at n = 64 over that at n = 16");
  EXPECT_NEAR(decision.figures[0].value.value, 1.4, 1e-12);
  EXPECT_EQ(decision.figures[0].unit, "x");
  EXPECT_NEAR(decision.figures[0].line.value(), std::pow(4, 0.05), 1e-12);
}

TEST(C21, ComparesTheEndsWhereNoStraightLineFits) {
  // Up to nine times as large and back: a line over it has the exponent 0.
  const Decision decision = decide("C21", gaps_at({10, 30, 90, 30, 10}), four_kernels());
  EXPECT_EQ(decision.outcome, Outcome::fails);
  EXPECT_EQ(decision.figures.at(0).what, "gap of python/loop at n = 4Ki over that at n = 16");
  EXPECT_EQ(decision.figures.at(0).value.value, 1);
  // A step, which a line would call an exponent of 0.33.
  EXPECT_EQ(outcome("C21", gaps_at({10, 10, 10, 40, 40}), four_kernels()), Outcome::holds);
}

TEST(C21, IsOpenWhereTheEndsAreTooUnsure) {
  EXPECT_EQ(outcome("C21", gaps_at({10, 11}, 0.2), four_kernels()), Outcome::open);
}

TEST(C21, LooksAtBaselinesAlone) {
  SummaryRows rows = gaps_of({{"a", 0.5}});
  rows.push_back(gap_row("a", "python/numpy", 16, 100));
  rows.push_back(gap_row("a", "python/numpy", 4096, 1));
  EXPECT_EQ(outcome("C21", rows, four_kernels()), Outcome::holds);
  EXPECT_EQ(outcome("C21", rows, {}), Outcome::not_measured) << "no baseline is known";
}

TEST(C21, IsNotMeasuredAtASingleSize) {
  EXPECT_EQ(outcome("C21", {gap_row("a", "python/loop", 16, 10)}, four_kernels()),
            Outcome::not_measured);
}

const std::vector<std::pair<const char*, const char*>> linear_lines{
    {"sum", "native/strict"},
    {"sum", "python/builtin"},
    {"apply_weights", "native/into"},
    {"apply_weights", "python/comprehension"}};

// At five sizes from 1024 on; spread at the largest tilts each round's line.
SummaryRows line(std::size_t which, double exponent, double spread = 0) {
  const auto& [kernel, variant] = linear_lines[which];
  SummaryRows rows;
  for (std::size_t n = 1024; n <= 1024 * 256; n *= 4) {
    const double time = 1000 * std::pow(static_cast<double>(n) / 1024, exponent);
    rows.push_back(row_of(kernel, variant, n, rounds_around(time, n == 1024 * 256 ? spread : 0)));
  }
  return rows;
}

SummaryRows three_linear_lines() { return line(0, 1) + line(1, 1.05) + line(2, 0.95); }

TEST(C22, HoldsWhereEveryExponentIsNear1) {
  const Decision decision = decide("C22", three_linear_lines() + line(3, 1));
  EXPECT_EQ(decision.outcome, Outcome::holds);
  ASSERT_THAT(decision.figures, SizeIs(4));
  EXPECT_NEAR(decision.figures[1].value.value, 1.05, 1e-12);
}

TEST(C22, FailsWhereOneIsNot) {
  EXPECT_EQ(outcome("C22", three_linear_lines() + line(3, 1.2)), Outcome::fails);
  EXPECT_EQ(outcome("C22", three_linear_lines() + line(3, 0.8)), Outcome::fails);
}

TEST(C22, IsOpenWhereAnIntervalReachesBeyond) {
  EXPECT_EQ(outcome("C22", three_linear_lines() + line(3, 1.1, 0.2)), Outcome::open);
  EXPECT_EQ(outcome("C22", three_linear_lines() + line(3, 0.9, 0.2)), Outcome::open);
}

TEST(C22, LeavesOutSizesAtWhichACallCountsMore) {
  SummaryRows rows = three_linear_lines() + line(3, 1);
  for (const auto& [kernel, variant] : linear_lines) {
    rows.push_back(row_of(kernel, variant, 1023, rounds_around(9000)));
  }
  EXPECT_EQ(outcome("C22", rows), Outcome::holds);
}

// Linear up to the last size, which takes twice as long as it should.
SummaryRows bent_line(std::size_t which) {
  SummaryRows rows = line(which, 1);
  const SummaryRow& last = rows.back();
  rows.back() = row_of(last.cell.kernel, linear_lines[which].second, last.cell.n,
                       rounds_around(2 * *last.latency_ns));
  return rows;
}

TEST(C22, IsOpenWhereNoStraightLineFits) {
  const Decision decision = decide("C22", three_linear_lines() + bent_line(3));
  EXPECT_EQ(decision.outcome, Outcome::open);
  EXPECT_THAT(decision.reason, HasSubstr("python/comprehension of apply_weights is up to 32 % from "
                                         "a straight line"));
  EXPECT_THAT(decision.figures, SizeIs(3));
}

TEST(C22, FailsAllTheSameWhereAStraightOneIsNotLinear) {
  EXPECT_EQ(outcome("C22", line(0, 1) + line(1, 1) + line(2, 1.2) + bent_line(3)), Outcome::fails);
}

TEST(C22, IsNotMeasuredWithoutFiveSizesOfEach) {
  EXPECT_EQ(outcome("C22", three_linear_lines()), Outcome::not_measured);
  SummaryRows four_sizes = line(3, 1);
  four_sizes.pop_back();
  const Decision decision = decide("C22", three_linear_lines() + four_sizes);
  EXPECT_EQ(decision.outcome, Outcome::not_measured);
  EXPECT_THAT(decision.reason, HasSubstr("five sizes"));
}

SummaryRows loops(const std::vector<Level>& levels) {
  return contrast("apply_weights", "native/into", "python/numpy_out", levels);
}
SummaryRows layers(const std::vector<Level>& levels) {
  return contrast("linear_batch", "native/rows", "native/cblas", levels);
}

TEST(C23, HoldsWhereLoopsKeepUpAndTheLargestLayerNeedsBlas) {
  const Decision decision =
      decide("C23", loops({{16, 0.2}, {256, 1.09}}) + layers({{4, 0.5}, {64, 1.6}}));
  EXPECT_EQ(decision.outcome, Outcome::holds);
  const auto numbers = test::deciding(decision);
  ASSERT_THAT(numbers, SizeIs(3));
  EXPECT_EQ(numbers[0].line, 1.1);
  EXPECT_EQ(numbers[2].line, 1.5);
  EXPECT_EQ(numbers[2].n, 64U);
  ASSERT_THAT(test::beside(decision), SizeIs(1));
  EXPECT_EQ(test::beside(decision)[0].n, 4U);
}

TEST(C23, FailsWhereEitherHalfDoes) {
  EXPECT_EQ(outcome("C23", loops({{16, 1.2}, {256, 1.2}}) + layers({{64, 2}})), Outcome::fails);
  EXPECT_EQ(outcome("C23", loops({{16, 0.2}, {256, 1}}) + layers({{64, 1.4}})), Outcome::fails);
}

TEST(C23, HoldsUpToTheSizeWhereLoopsFallBehind) {
  const Decision decision = decide("C23", loops({{16, 0.2}, {256, 1.2}}) + layers({{64, 2}}));
  EXPECT_EQ(decision.outcome, Outcome::holds_up_to);
  EXPECT_EQ(decision.n, 16U);
}

TEST(C23, HoldsFromTheSizeWhereLoopsCatchUp) {
  EXPECT_EQ(verdict_of(decide("C23", loops({{16, 1.2}, {256, 0.2}}) + layers({{64, 2}}))),
            "holds from n = 256");
}

TEST(C23, IsOpenWhereEitherHalfIsAndNoneFails) {
  EXPECT_EQ(outcome("C23", loops({{16, 1.1, 0.1}}) + layers({{64, 2}})), Outcome::open);
  EXPECT_EQ(outcome("C23", loops({{16, 0.5}}) + layers({{64, 1.5, 0.1}})), Outcome::open);
  EXPECT_EQ(outcome("C23", loops({{16, 1.2}}) + layers({{64, 1.5, 0.1}})), Outcome::fails);
}

TEST(C23, IsNotMeasuredWithoutEitherKernel) {
  EXPECT_EQ(decide("C23", loops({{16, 0.2}})).reason,
            "the run has no rows of linear_batch with native/rows and native/cblas");
  EXPECT_EQ(decide("C23", layers({{64, 2}})).reason,
            "the run has no rows of apply_weights with native/into and python/numpy_out");
}

}  // namespace
}  // namespace gapmeter
