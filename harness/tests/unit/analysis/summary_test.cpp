// The summary as a pure function of the rows: medians, paired gaps, what is compared and what not.
#include "harness/analysis/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include <algorithm>
#include <limits>

#include "harness/tests/unit/support/rows.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using test::cell;
using test::failed_row;
using test::memory_row;
using test::time_row;
using test::verified_row;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

using Rows = std::vector<RoundRow>;

// A cell that was verified and then timed once for each latency.
Rows measured(const CellKey& key, const std::vector<double>& latencies) {
  Rows rows{verified_row(key)};
  for (std::size_t round = 0; round < latencies.size(); ++round) {
    rows.push_back(time_row(key, static_cast<int>(round), latencies[round]));
  }
  return rows;
}

Rows joined(std::initializer_list<Rows> parts) {
  Rows all;
  for (const Rows& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

SummaryRow only_row(const Rows& rounds) {
  const std::vector<SummaryRow> rows = summarize(rounds);
  EXPECT_THAT(rows, SizeIs(1));
  return rows.at(0);
}

SummaryRow row_of(const std::vector<SummaryRow>& rows, const CellKey& key) {
  for (const SummaryRow& row : rows) {
    if (row.cell == key) return row;
  }
  ADD_FAILURE() << "no row of " << to_string(key.variant);
  return {.cell = key};
}

SummaryRow row_of(const Rows& rounds, const CellKey& key) { return row_of(summarize(rounds), key); }

std::optional<Collections> collections_of(const SummaryRow& row) {
  const auto& single_calls = row.combined.single_calls;
  return single_calls ? single_calls->collections : std::nullopt;
}

TEST(Summarize, NothingIsNothing) { EXPECT_THAT(summarize({}), IsEmpty()); }

TEST(Summarize, LatencyIsTheFigureOfItsRounds) {
  EXPECT_NEAR(only_row(measured(cell("native/simd"), {8, 10, 12.5})).latency_ns.value(), 10, 1e-9);
}

TEST(Summarize, TheIntervalComesFromTheRounds) {
  const SummaryRow row = only_row(measured(cell("native/simd"), {9, 10, 10 / 0.9}));
  ASSERT_TRUE(row.latency_ci_ns.has_value());
  // Student's t with two degrees of freedom at 95 %, and the error of a mean of three logarithms.
  const double margin = std::exp(4.302653 * std::log(1 / 0.9) / std::sqrt(3.0));
  EXPECT_NEAR(row.latency_ci_ns->low, 10 / margin, 1e-5);
  EXPECT_NEAR(row.latency_ci_ns->high, 10 * margin, 1e-5);
  EXPECT_EQ(only_row(measured(cell("native/simd"), {10, 11})).latency_ci_ns, std::nullopt);
}

TEST(Summarize, CellsComeInTheOrderOfTheirFirstRows) {
  const CellKey a = cell("python/numpy"), b = cell("native/simd"), c = cell("native/simd", 64);
  std::vector<CellKey> keys;
  for (const SummaryRow& row : summarize({verified_row(c), verified_row(a), verified_row(b),
                                          time_row(a, 0, 1), time_row(c, 0, 1)})) {
    keys.push_back(row.cell);
  }
  EXPECT_THAT(keys, ElementsAre(c, a, b));
}

TEST(Summarize, CellsOfOtherKernelsSizesAndThreadsAreNotMixed) {
  const CellKey base = cell("native/simd");
  CellKey other_kernel = base, other_threads = base;
  other_kernel.kernel = "dot";
  other_threads.threads = 2;
  EXPECT_THAT(summarize({time_row(base, 0, 1), time_row(cell("native/simd", 64), 0, 2),
                         time_row(other_kernel, 0, 3), time_row(other_threads, 0, 4),
                         time_row(cell("native/other"), 0, 5)}),
              SizeIs(5));
}

TEST(Summarize, RatesAreCostOverLatency) {
  // 16 items, 64 bytes and 16 flops in each call of 32 ns.
  const SummaryRow row = only_row(measured(cell("native/simd", 16), {32}));
  EXPECT_DOUBLE_EQ(row.items_per_s.value(), 0.5e9);
  EXPECT_DOUBLE_EQ(row.bytes_per_s.value(), 2e9);
  EXPECT_DOUBLE_EQ(row.flops_per_s.value(), 0.5e9);
}

TEST(Summarize, ACostThatDoesNotApplyHasNoRate) {
  Rows rounds = measured(cell("native/simd"), {32});
  for (RoundRow& row : rounds) row.flops_per_call = 0;
  const SummaryRow row = only_row(rounds);
  EXPECT_EQ(row.flops_per_s, std::nullopt);
  EXPECT_TRUE(row.items_per_s.has_value());
}

TEST(Summarize, PassesOnWhatTheCellWas) {
  const SummaryRow row = only_row(
      joined({{verified_row(cell("native/simd"), 1e-7)}, {time_row(cell("native/simd"), 0, 8)}}));
  EXPECT_EQ(row.verified, true);
  EXPECT_EQ(row.max_error, 1e-7);
  EXPECT_EQ(row.input_digest, test::some_digest);
  EXPECT_EQ(row.combined.timing->calls, 100);
  EXPECT_EQ(row.working_set_bytes, 68);
  EXPECT_EQ(row.status, Status::ok);
}

TEST(Summarize, WhatWasNotVerifiedIsNotCalledSo) {
  EXPECT_EQ(only_row({time_row(cell("native/simd"), 0, 8)}).verified, std::nullopt);
}

TEST(StopReason, IsRoundsWhenAllWereRun) {
  EXPECT_EQ(only_row(measured(cell("native/simd"), {1, 1, 1, 1, 1, 1})).stop_reason, "rounds");
}

TEST(StopReason, IsBudgetWhenItEndedThemSooner) {
  Rows rounds = measured(cell("native/simd"), {1, 1, 1, 1, 1});
  for (RoundRow& row : rounds) row.budgeted = true;
  const SummaryRow row = only_row(rounds);
  EXPECT_EQ(row.stop_reason, "budget");
  EXPECT_EQ(row.rounds, 5);
}

TEST(StopReason, IsInterruptedWhenNoBudgetEndedThemSooner) {
  const SummaryRow row = only_row(measured(cell("native/simd"), {1, 1, 1}));
  EXPECT_EQ(row.stop_reason, "interrupted");
  EXPECT_EQ(row.reason, "");
}

// Rows of a run that wanted intervals of a half-width of 2 %.
Rows wanting_precision(Rows rounds, int rounds_planned, bool budgeted = false) {
  for (RoundRow& row : rounds) {
    row.precision = 0.02;
    row.rounds_planned = rounds_planned;
    row.budgeted = budgeted;
  }
  return rounds;
}

const char* const not_reached = "the wanted precision was not reached";
const std::vector<double> narrow{100, 101, 102, 103, 104, 103};  // 4 in 204: half-width below 2 %
const std::vector<double> wide{100, 101, 102, 103, 104, 105};    // 5 in 205: above

TEST(StopReason, IsPrecisionWhenItWasReached) {
  for (const int rounds_planned : {6, 100}) {
    const SummaryRow row =
        only_row(wanting_precision(measured(cell("native/simd"), narrow), rounds_planned));
    EXPECT_EQ(row.stop_reason, "precision");
    EXPECT_EQ(row.reason, "");
    EXPECT_EQ(row.status, Status::ok);
  }
}

TEST(StopReason, IsRoundsWhenTheyDidNotSufficeForThePrecision) {
  const SummaryRow row = only_row(wanting_precision(measured(cell("native/simd"), wide), 6));
  EXPECT_EQ(row.stop_reason, "rounds");
  EXPECT_EQ(row.reason, not_reached);
  EXPECT_EQ(row.status, Status::ok);
}

TEST(StopReason, IsBudgetOrInterruptedWhenThatCameBeforeThePrecision) {
  for (const bool budgeted : {false, true}) {
    const SummaryRow row =
        only_row(wanting_precision(measured(cell("native/simd"), wide), 100, budgeted));
    EXPECT_EQ(row.stop_reason, budgeted ? "budget" : "interrupted");
    EXPECT_EQ(row.reason, not_reached);
  }
}

TEST(StopReason, IsNotPrecisionWithoutAnInterval) {
  EXPECT_EQ(only_row(wanting_precision(measured(cell("native/simd"), {1, 1}), 2)).stop_reason,
            "rounds");
}

TEST(StopReason, IsNotPrecisionWhenNoneWasWanted) {
  EXPECT_EQ(only_row(measured(cell("native/simd"), narrow)).stop_reason, "rounds");
}

// Both latencies are within 2 %, each in its own rounds; their ratio is not.
TEST(StopReason, IsNotPrecisionWhileTheGapIsWide) {
  const CellKey native = cell("native/simd"), python = cell("python/loop");
  const std::vector<SummaryRow> rows =
      summarize(wanting_precision(joined({measured(native, {100, 101, 102, 103, 104, 103}),
                                          measured(python, {1040, 1030, 1020, 1010, 1000, 1030})}),
                                  6));
  EXPECT_EQ(row_of(rows, native).stop_reason, "precision");
  EXPECT_EQ(row_of(rows, python).stop_reason, "rounds");
  EXPECT_EQ(row_of(rows, python).reason, not_reached);
}

// What a round did to both cancels in a gap, which is the figure that is wanted of such a cell.
TEST(StopReason, IsPrecisionOfANarrowGapWhoseLatenciesAreWide) {
  const CellKey native = cell("native/simd"), python = cell("python/loop");
  const std::vector<SummaryRow> rows =
      summarize(wanting_precision(joined({measured(native, {100, 120, 110, 130, 105, 125}),
                                          measured(python, {1000, 1200, 1100, 1300, 1050, 1250})}),
                                  6));
  EXPECT_EQ(row_of(rows, native).stop_reason, "precision");
  EXPECT_EQ(row_of(rows, python).stop_reason, "precision");
}

TEST(StopReason, OfAFailureIsNotTouchedByAPrecision) {
  const SummaryRow row =
      only_row(wanting_precision({failed_row(cell("python/loop"), Status::timeout, "slow")}, 6));
  EXPECT_EQ(row.stop_reason, "timeout");
  EXPECT_EQ(row.reason, "slow");
}

TEST(RelativeHalfWidth, IsHalfTheWidthOverTheMiddle) {
  EXPECT_DOUBLE_EQ(relative_half_width({98, 102}), 0.02);
  EXPECT_DOUBLE_EQ(relative_half_width({1, 3}), 0.5);
  EXPECT_EQ(relative_half_width({7, 7}), 0);
}

TEST(IsPrecise, NeedsAnIntervalOfTheLatency) {
  const SummaryRow row{.cell = cell("native/simd"), .latency_ns = 100};
  EXPECT_FALSE(is_precise(row, 0.5));
}

TEST(IsPrecise, IsUpToTheWantedWidth) {
  const SummaryRow row{
      .cell = cell("native/simd"), .latency_ns = 100, .latency_ci_ns = Interval{98, 102}};
  EXPECT_TRUE(is_precise(row, 0.021));
  EXPECT_TRUE(is_precise(row, 0.02));
  EXPECT_FALSE(is_precise(row, 0.019));
}

TEST(IsPrecise, NeedsTheGapToBeSoToo) {
  SummaryRow row{
      .cell = cell("python/loop"), .latency_ns = 100, .latency_ci_ns = Interval{100, 100}};
  EXPECT_TRUE(is_precise(row, 0.02));
  row.gap = 5;
  EXPECT_FALSE(is_precise(row, 0.02)) << "without an interval";
  row.gap_ci = Interval{4.8, 5.2};
  EXPECT_FALSE(is_precise(row, 0.02));
  EXPECT_TRUE(is_precise(row, 0.041));
  row.gap_ci = Interval{4.95, 5.05};
  EXPECT_TRUE(is_precise(row, 0.02));
}

// A machine that grows slower and slower moves every latency, and no ratio between two of them.
TEST(IsPrecise, OfCompiledCellsGoesByTheirRatioToTheFastest) {
  const CellKey fastest = cell("native/simd"), other = cell("rust/simd"), odd = cell("native/odd");
  const Rows two = joined({measured(fastest, {100, 110, 120, 130, 140, 150}),
                           measured(other, {150, 165, 180, 195, 210, 225})});
  EXPECT_TRUE(is_precise(row_of(two, other), 0.02));
  EXPECT_TRUE(is_precise(row_of(two, fastest), 0.02)) << "what is compared with it is known";
  const Rows three = joined({two, measured(odd, {300, 390, 300, 390, 300, 390})});
  EXPECT_TRUE(is_precise(row_of(three, other), 0.02));
  EXPECT_FALSE(is_precise(row_of(three, odd), 0.02));
  EXPECT_TRUE(is_precise(row_of(three, fastest), 0.02)) << "as well as what is known best";
}

TEST(OutOfReach, IsWhatAllRoundsWouldLeaveFarTooWide) {
  SummaryRow row{.cell = cell("native/simd"), .rounds = 16, .latency_ns = 100};
  const auto is_beyond = [&](double half_width) {
    row.latency_ci_ns = Interval{100 * (1 - half_width), 100 * (1 + half_width)};
    return is_out_of_reach(row, 0.03, 64);
  };
  // Four times as many rounds halve it.
  EXPECT_FALSE(is_beyond(0.119));
  EXPECT_TRUE(is_beyond(0.121));
  row.rounds = 15;
  EXPECT_FALSE(is_beyond(0.5)) << "nobody can tell yet";
}

// The other side had to go on for another variant, on a machine that changed.
TEST(StopReason, IsPrecisionOfACellThatOthersWentOnWithout) {
  const CellKey native = cell("native/simd"), python = cell("python/loop");
  const std::vector<double> latencies{100, 120, 110, 130, 105, 125, 190, 150, 90, 170, 80, 140};
  const std::vector<SummaryRow> rows = summarize(wanting_precision(
      joined({measured(native, latencies), measured(python, {1000, 1200, 1100, 1300, 1050, 1250})}),
      40));
  EXPECT_FALSE(is_precise(row_of(rows, python), 0.02)) << "not any more";
  EXPECT_EQ(row_of(rows, python).stop_reason, "precision");
  EXPECT_EQ(row_of(rows, python).reason, "");
  EXPECT_EQ(row_of(rows, native).stop_reason, "interrupted");
}

TEST(StopReason, IsThatThePrecisionIsOutOfReach) {
  std::vector<double> latencies;
  for (int i = 0; i < 16; ++i) latencies.push_back(100 + 10 * (i % 5));
  EXPECT_EQ(only_row(wanting_precision(measured(cell("native/simd"), latencies), 40)).stop_reason,
            "out of reach");
}

TEST(StopReason, IsTheStatusOfAFailure) {
  EXPECT_EQ(only_row({failed_row(cell("python/loop"), Status::timeout, "slow")}).stop_reason,
            "timeout");
}

class FailedCell : public ::testing::TestWithParam<Status> {};
INSTANTIATE_TEST_SUITE_P(EveryStatus, FailedCell,
                         ::testing::Values(Status::mismatch, Status::error, Status::timeout,
                                           Status::crashed, Status::oom, Status::skipped),
                         [](const auto& status) { return std::string(name_of(status.param)); });

TEST_P(FailedCell, HasAStatusAReasonAndNoFigures) {
  const CellKey key = cell("python/loop");
  const SummaryRow row = row_of(
      joined({measured(cell("native/simd"), {1, 1}), {failed_row(key, GetParam(), "because")}}),
      key);
  EXPECT_EQ(row.status, GetParam());
  EXPECT_EQ(row.reason, "because");
  EXPECT_EQ(row.latency_ns, std::nullopt);
  EXPECT_EQ(row.latency_ci_ns, std::nullopt);
  EXPECT_EQ(row.items_per_s, std::nullopt);
  EXPECT_EQ(row.gap, std::nullopt);
  EXPECT_EQ(row.reference, "");
}

TEST_P(FailedCell, StaysFailedWhateverRoundsEndedWell) {
  const CellKey key = cell("python/loop");
  const SummaryRow row = row_of(joined({measured(cell("native/simd"), {1, 1}),
                                        measured(key, {5, 5}),
                                        {failed_row(key, GetParam(), "later", Pass::time)},
                                        {time_row(key, 3, 5)}}),
                                key);
  EXPECT_EQ(row.status, GetParam());
  EXPECT_EQ(row.latency_ns, std::nullopt);
  EXPECT_EQ(row.gap, std::nullopt);
}

TEST(Summarize, TheFirstFailureIsTheOneTold) {
  const CellKey key = cell("python/loop");
  const SummaryRow row = only_row({failed_row(key, Status::mismatch, "first"),
                                   failed_row(key, Status::crashed, "second", Pass::time)});
  EXPECT_EQ(row.status, Status::mismatch);
  EXPECT_EQ(row.reason, "first");
}

TEST(Summarize, AMismatchAfterTheTimedCallsIsVerifiedAsWrong) {
  const CellKey key = cell("native/simd");
  const SummaryRow row =
      only_row({verified_row(key), failed_row(key, Status::mismatch, "x", Pass::time)});
  EXPECT_EQ(row.verified, false);
  EXPECT_EQ(row.status, Status::mismatch);
}

TEST(Summarize, OnlyAMismatchIsVerifiedAsWrong) {
  const CellKey key = cell("python/loop");
  EXPECT_EQ(only_row({failed_row(key, Status::mismatch, "x")}).verified, false);
  EXPECT_EQ(only_row({failed_row(key, Status::crashed, "x")}).verified, std::nullopt);
  EXPECT_EQ(only_row({failed_row(key, Status::skipped, "x")}).verified, std::nullopt);
}

TEST(Memory, IncrementsBelowTheResolutionAreLeftOut) {
  const SummaryRow row =
      only_row({memory_row(cell("native/simd"), {.baseline_bytes = 3 * test::mebibyte,
                                                 .input_bytes = test::mebibyte,
                                                 .peak_bytes = test::mebibyte - 1,
                                                 .retained_bytes = -4096})});
  EXPECT_EQ(row.combined.memory->baseline_bytes, 3 * test::mebibyte);
  EXPECT_EQ(row.combined.memory->input_bytes, test::mebibyte);
  EXPECT_EQ(row.combined.memory->peak_bytes, std::nullopt);
  EXPECT_EQ(row.combined.memory->retained_bytes, std::nullopt);
}

TEST(Memory, WhatCouldNotBeMeasuredStaysAbsent) {
  const SummaryRow row = only_row({memory_row(cell("native/simd"), {.baseline_bytes = 5'000'000})});
  EXPECT_EQ(row.combined.memory->baseline_bytes, 5'000'000);
  EXPECT_EQ(row.combined.memory->input_bytes, std::nullopt);
  EXPECT_EQ(row.combined.memory->peak_bytes, std::nullopt);
}

// What is printed divides: 20 / 1, although no round had that ratio.
TEST(Gap, IsTheQuotientOfTheTwoLatencies) {
  const CellKey python = cell("python/loop");
  const SummaryRow row = row_of(
      joined({measured(cell("native/simd"), {1, 2, 0.5}), measured(python, {10, 20, 40})}), python);
  EXPECT_NEAR(row.latency_ns.value(), 20, 1e-9);
  EXPECT_NEAR(row.gap.value(), 20, 1e-9);
  EXPECT_EQ(row.reference, "native/simd");
}

TEST(Gap, OfTwoPythonVariantsDivideToTheirOwn) {
  const Rows rounds = joined({measured(cell("native/simd"), {1, 3, 2, 1.5}),
                              measured(cell("python/loop"), {90, 70, 80, 85}),
                              measured(cell("python/numpy"), {7, 11, 8, 9})});
  const std::vector<SummaryRow> rows = summarize(rounds);
  const SummaryRow loop = row_of(rows, cell("python/loop"));
  const SummaryRow numpy = row_of(rows, cell("python/numpy"));
  EXPECT_NEAR(*loop.gap / *numpy.gap, latency_ratio(loop, numpy).value, 1e-12);
}

TEST(Gap, HasAnIntervalFromThreeRoundsOn) {
  const CellKey python = cell("python/loop");
  const auto gap_of = [&](const std::vector<double>& native, const std::vector<double>& loop) {
    return row_of(joined({measured(cell("native/simd"), native), measured(python, loop)}), python);
  };
  const SummaryRow row = gap_of({1, 1, 1}, {4.5, 5, 5 / 0.9});
  ASSERT_TRUE(row.gap_ci.has_value());
  const double margin = std::exp(4.302653 * std::log(1 / 0.9) / std::sqrt(3.0));
  EXPECT_NEAR(row.gap_ci->low, 5 / margin, 1e-5);
  EXPECT_NEAR(row.gap_ci->high, 5 * margin, 1e-5);
  EXPECT_EQ(gap_of({1, 1}, {5, 5}).gap_ci, std::nullopt);
}

// Native misses round 1, Python misses round 2: only rounds 0 and 3 say how far the two are known
// together, but the gap is that of the two latencies all the same.
TEST(Gap, TakesItsRoundsFromThoseThatBothHave) {
  const CellKey native = cell("native/simd"), python = cell("python/loop");
  const Rows rounds{verified_row(native),   verified_row(python),   time_row(native, 0, 2),
                    time_row(python, 0, 6), time_row(python, 1, 7), time_row(native, 2, 3),
                    time_row(native, 3, 4), time_row(python, 3, 8)};
  const SummaryRow row = row_of(rounds, python);
  EXPECT_THAT(row.round_gaps, ElementsAre(RoundValue{0, 3}, RoundValue{3, 2}));
  EXPECT_NEAR(row.gap.value(), std::cbrt(6 * 7 * 8) / std::cbrt(2 * 3 * 4), 1e-9);
}

// As little is then known of it as of the two latencies together.
TEST(Gap, WithoutCommonRoundsHasAWiderInterval) {
  const CellKey native = cell("native/simd"), python = cell("python/loop");
  Rows rounds{verified_row(native), verified_row(python)};
  for (int round = 0; round < 8; ++round) {
    rounds.push_back(time_row(native, round, 1 + 0.01 * round));
    rounds.push_back(time_row(python, 8 + round, 6 * (1 + 0.01 * round)));
  }
  const SummaryRow row = row_of(rounds, python);
  EXPECT_NEAR(row.gap.value(), 6, 1e-9);
  ASSERT_TRUE(row.gap_ci.has_value());
  EXPECT_LT(row.gap_ci->low, 5.85);
  EXPECT_GT(row.gap_ci->high, 6.15);
  EXPECT_THAT(row.round_gaps, IsEmpty());
}

// Whatever slows a round down for both sides is no part of what is known of the gap.
TEST(Gap, IsKnownBetterThanEitherLatency) {
  const CellKey python = cell("python/loop");
  const SummaryRow row = row_of(joined({measured(cell("native/simd"), {1, 2, 3, 4, 5, 6, 7, 8}),
                                        measured(python, {10, 20, 30, 40, 50, 60, 70, 80})}),
                                python);
  ASSERT_TRUE(row.gap_ci && row.latency_ci_ns);
  EXPECT_NEAR(row.gap_ci->low, 10, 1e-6);
  EXPECT_NEAR(row.gap_ci->high, 10, 1e-6);
  EXPECT_GT(relative_half_width(*row.latency_ci_ns), 0.3);
}

TEST(Gap, IsAgainstTheFastestNativeVariant) {
  const CellKey python = cell("python/loop");
  const SummaryRow row =
      row_of(joined({measured(cell("native/slow"), {4, 4}), measured(cell("native/fast"), {2, 2}),
                     measured(cell("native/middle"), {3, 3}), measured(python, {20, 20})}),
             python);
  EXPECT_EQ(row.reference, "native/fast");
  EXPECT_NEAR(row.gap.value(), 10, 1e-12);
}

Rows doing(const std::string& job, Rows rows) {
  for (RoundRow& row : rows) row.job = job;
  return rows;
}

// Borrowing is faster than any copy, and no measure of one.
TEST(Gap, IsAgainstTheFastestNativeVariantOfTheSameJob) {
  const CellKey borrow = cell("native/borrow"), copy = cell("native/copy"),
                python = cell("python/copy"), reference = cell("python/reference");
  const std::vector<SummaryRow> rows = summarize(joined(
      {doing("borrow", measured(borrow, {1, 1, 1})), measured(copy, {100, 100, 100}),
       measured(python, {300, 300, 300}), doing("borrow", measured(reference, {40, 40, 40}))}));
  EXPECT_EQ(row_of(rows, python).reference, "native/copy");
  EXPECT_NEAR(row_of(rows, python).gap.value(), 3, 1e-9);
  EXPECT_EQ(row_of(rows, reference).reference, "native/borrow");
  EXPECT_NEAR(row_of(rows, reference).gap.value(), 40, 1e-9);
  EXPECT_EQ(row_of(rows, reference).job, "borrow");
}

TEST(Gap, IsAbsentWhereNoNativeVariantDoesTheJob) {
  const CellKey native = cell("native/copy"), python = cell("python/shallow");
  const SummaryRow row = row_of(
      joined({measured(native, {1, 1, 1}), doing("shallow", measured(python, {9, 9, 9}))}), python);
  EXPECT_EQ(row.gap, std::nullopt);
  EXPECT_EQ(row.reference, "");
}

TEST(Gap, MayBeBelowOne) {
  const CellKey python = cell("python/numpy");
  EXPECT_NEAR(row_of(joined({measured(cell("native/simd"), {4}), measured(python, {2})}), python)
                  .gap.value(),
              0.5, 1e-12);
}

TEST(Gap, OnlyPythonRowsHaveOne) {
  const std::vector<SummaryRow> rows =
      summarize(joined({measured(cell("native/slow"), {4}), measured(cell("native/fast"), {2}),
                        measured(cell("python/loop"), {8})}));
  EXPECT_EQ(row_of(rows, cell("native/slow")).gap, std::nullopt);
  EXPECT_EQ(row_of(rows, cell("native/slow")).reference, "");
  EXPECT_EQ(row_of(rows, cell("native/fast")).gap, std::nullopt);
  EXPECT_TRUE(row_of(rows, cell("python/loop")).gap.has_value());
}

// A round whose slices took so long and stand between these readings of the probe.
RoundRow sliced_row(const CellKey& key, int round, const Slices& slices) {
  RoundRow row = time_row(key, round, 1);
  row.measurement.timing->slices = slices;
  return row;
}

constexpr std::int64_t best = 1000, near = 1029, far = 1031, beside_a_neighbour = 1900;

Slices slices_of(std::size_t count, double call_ns, std::int64_t reading) {
  return Slices(count, {call_ns, reading, reading});
}

Slices operator+(Slices first, const Slices& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

TEST(MachineState, OfSlicesNearTheBestProbeIsUndisturbed) {
  const CellKey key = cell("python/loop");
  const SummaryRow row =
      only_row({verified_row(key),
                sliced_row(key, 0, slices_of(6, 10, best) + slices_of(30, 18, beside_a_neighbour)),
                sliced_row(key, 1, slices_of(6, 12, near) + slices_of(30, 17, far)),
                sliced_row(key, 2, slices_of(30, 19, beside_a_neighbour))});
  EXPECT_EQ(row.state, MachineState::undisturbed);
  EXPECT_DOUBLE_EQ(row.latency_ns.value(), std::sqrt(10 * 12.0))
      << "of the rounds that had undisturbed slices";
  EXPECT_EQ(row.slices, 102);
  EXPECT_EQ(row.undisturbed_slices, 12);
  EXPECT_NEAR(row.disturbed_ns.value(), std::cbrt(18 * 17 * 19), 1e-9) << "of all three";
}

// Whichever of its probes was slow.
TEST(MachineState, NeedsBothProbesOfASlice) {
  const CellKey key = cell("python/loop");
  const Slices before(5, {20, far, best}), after(5, {30, best, far});
  const SummaryRow row =
      only_row({verified_row(key), sliced_row(key, 0, slices_of(5, 10, best) + before + after)});
  EXPECT_DOUBLE_EQ(row.latency_ns.value(), 10);
  EXPECT_EQ(row.undisturbed_slices, 5);
}

// The best is one of the whole run, not of the cell.
TEST(MachineState, IsMixedIfTooFewSlicesWereUndisturbed) {
  const CellKey key = cell("python/loop"), other = cell("native/simd");
  const std::vector<SummaryRow> rows = summarize(
      {verified_row(key), verified_row(other), sliced_row(other, 0, slices_of(50, 1, best)),
       sliced_row(key, 0, slices_of(4, 10, best) + slices_of(20, 18, beside_a_neighbour))});
  EXPECT_EQ(row_of(rows, key).state, MachineState::mixed);
  EXPECT_DOUBLE_EQ(row_of(rows, key).latency_ns.value(), 18) << "the median of all slices";
  EXPECT_EQ(row_of(rows, key).undisturbed_slices, 4);
  EXPECT_EQ(row_of(rows, other).state, MachineState::undisturbed);
}

// Several threads are probed on several processors, whose slowest counts: another quantity.
TEST(MachineState, IsJudgedByTheProbesOfAsManyThreads) {
  CellKey two = cell("native/tbb");
  two.threads = 2;
  const CellKey one = cell("native/simd");
  const std::vector<SummaryRow> rows =
      summarize({verified_row(one), verified_row(two), sliced_row(one, 0, slices_of(9, 5, best)),
                 sliced_row(two, 0, slices_of(9, 3, beside_a_neighbour))});
  EXPECT_EQ(row_of(rows, two).state, MachineState::undisturbed);
}

TEST(MachineState, OfALongCallThatWasNeverDisturbedIsUndisturbed) {
  const CellKey key = cell("python/loop");
  const SummaryRow row = only_row({verified_row(key), sliced_row(key, 0, slices_of(1, 10, best)),
                                   sliced_row(key, 1, slices_of(1, 11, best))});
  EXPECT_EQ(row.state, MachineState::undisturbed);
  EXPECT_EQ(row.disturbed_ns, std::nullopt);
}

// Rounds of schema version 2 have no slices; their median batch is the nearest that they have.
TEST(MachineState, OfAnOlderRunIsUnknown) {
  const CellKey key = cell("python/loop");
  Rows rounds{verified_row(key), sliced_row(key, 0, {})};
  rounds.back().measurement.timing->p50_ns = 77;
  const SummaryRow row = only_row(rounds);
  EXPECT_EQ(row.state, MachineState::unknown);
  EXPECT_DOUBLE_EQ(row.latency_ns.value(), 77);
  EXPECT_EQ(row.slices, 0);
}

TEST(DisturbedGap, IsThatOfTheDisturbedLatencies) {
  const CellKey native = cell("native/strict"), python = cell("python/loop");
  const auto two_states = [](double alone, double beside) {
    return slices_of(9, alone, best) + slices_of(9, beside, beside_a_neighbour);
  };
  const SummaryRow row =
      row_of({verified_row(native), verified_row(python), sliced_row(native, 0, two_states(10, 10)),
              sliced_row(python, 0, two_states(180, 310))},
             python);
  EXPECT_DOUBLE_EQ(row.gap.value(), 18);
  EXPECT_DOUBLE_EQ(row.disturbed_gap.value(), 31);
}

TEST(Speeds, OfACellWhoseRoundsFallApartAreBothTold) {
  const CellKey key = cell("python/numpy");
  Rows rounds = measured(key, {11, 88, 11.2, 87, 88.5, 11.1, 86});
  for (RoundRow& row : rounds) {
    if (row.measurement.timing && row.measurement.timing->p50_ns > 50) {
      row.measurement.timing->minor_faults =
          row.measurement.timing->calls * row.measurement.timing->batches;
    }
  }
  const SummaryRow row = only_row(rounds);
  ASSERT_THAT(row.speeds, SizeIs(2));
  EXPECT_THAT(row.speeds[0].rounds, ElementsAre(0, 2, 5));
  EXPECT_THAT(row.speeds[1].rounds, ElementsAre(1, 3, 4, 6));
  EXPECT_NEAR(row.speeds[0].latency_ns, 11.1, 0.1);
  EXPECT_EQ(row.latency_ns, row.speeds[1].latency_ns) << "that of most rounds";
  EXPECT_EQ(row.speeds_reason, "page faults a call: 1, against none");
}

TEST(Speeds, OfOneSpeedAreNotTold) {
  const SummaryRow row = only_row(measured(cell("native/simd"), {10, 11, 12, 13, 14, 15}));
  EXPECT_THAT(row.speeds, SizeIs(1));
  EXPECT_EQ(row.speeds_reason, "");
}

TEST(Drift, OfARoundThatGetsFasterIsTold) {
  const CellKey key = cell("python/loop");
  const Slices warming = slices_of(5, 70, best) + slices_of(5, 20, best) + slices_of(5, 14, best);
  const Slices steady = slices_of(15, 14, best);
  const SummaryRow row = row_of({verified_row(key), sliced_row(key, 0, warming)}, key);
  EXPECT_NEAR(row.drift.value_or(0), 0.2, 1e-9);
  EXPECT_EQ(only_row({verified_row(key), sliced_row(key, 0, steady)}).drift, std::nullopt);
  EXPECT_EQ(
      only_row({verified_row(key), sliced_row(key, 0, warming), sliced_row(key, 1, steady)}).drift,
      std::nullopt)
      << "not in every round";
}

TEST(Gap, IsThereForVariantsOfFurtherEngines) {
  const CellKey first = cell("python/loop"), further = cell("python@3.12/loop");
  const std::vector<SummaryRow> rows = summarize(
      joined({measured(cell("native/simd"), {2}), measured(first, {20}), measured(further, {10})}));
  EXPECT_NEAR(row_of(rows, first).gap.value(), 10, 1e-12);
  EXPECT_NEAR(row_of(rows, further).gap.value(), 5, 1e-12);
  EXPECT_EQ(row_of(rows, further).reference, "native/simd");
}

SingleCalls calls_of(std::int64_t call_ns, std::int64_t calls,
                     std::optional<Collections> collections = std::nullopt) {
  SingleCalls single{.collections = collections};
  single.calls.add(call_ns, calls);
  return single;
}

// One cell, with a round for each of these.
Rows with_single_calls(const CellKey& key, const std::vector<SingleCalls>& rounds) {
  Rows rows = measured(key, std::vector<double>(rounds.size(), 1000.0));
  for (std::size_t i = 0; i < rounds.size(); ++i) rows[1 + i].measurement.single_calls = rounds[i];
  return rows;
}

TEST(SingleCallsOfACell, AddUpOverItsRounds) {
  const SummaryRow row =
      only_row(with_single_calls(cell("native/simd"), {calls_of(1000, 600), calls_of(1500, 400)}));
  EXPECT_EQ(to_string(single_calls_of(row)), "1000:600 1500:400");
  EXPECT_EQ(collections_of(row), std::nullopt);
}

TEST(SingleCallsOfACell, TellEveryCollectionAndTheLongest) {
  const Collections first{.count = {10, 2, 0}, .total_ns = 500, .longest_ns = 100};
  const Collections second{.count = {20, 3, 1}, .total_ns = 700, .longest_ns = 90};
  const SummaryRow row = only_row(with_single_calls(
      cell("python/loop"), {calls_of(1000, 1, first), calls_of(1000, 1, second)}));
  EXPECT_EQ(collections_of(row),
            (Collections{.count = {30, 5, 1}, .total_ns = 1200, .longest_ns = 100}));
}

TEST(SingleCallsOfACell, AreNotThoseOfAnother) {
  const CellKey native = cell("native/simd"), python = cell("python/loop");
  const std::vector<SummaryRow> rows =
      summarize(joined({with_single_calls(native, {calls_of(1000, 5)}),
                        with_single_calls(python, {calls_of(1500, 7, Collections{})})}));
  EXPECT_EQ(to_string(single_calls_of(row_of(rows, native))), "1000:5");
  EXPECT_EQ(to_string(single_calls_of(row_of(rows, python))), "1500:7");
  EXPECT_EQ(collections_of(row_of(rows, native)), std::nullopt);
  EXPECT_EQ(collections_of(row_of(rows, python)), Collections{});
}

// What failed once is not to be relied on, and has no latency beside which a percentile could
// stand.
TEST(SingleCallsOfACell, ThatFailedLaterAreLeftOut) {
  const CellKey key = cell("python/loop");
  Rows rounds = with_single_calls(key, {calls_of(1000, 1000, Collections{})});
  rounds.push_back(failed_row(key, Status::crashed, "later", Pass::time));
  const SummaryRow row = only_row(rounds);
  EXPECT_EQ(single_calls_of(row).count(), 0);
  EXPECT_EQ(collections_of(row), std::nullopt);
  EXPECT_EQ(row.p99_floor_ns, std::nullopt);
}

// A thousand calls of 1 µs, of which a machine that was watched for 0.5 s beside each of two cells
// would have run a million. Only beside the second it interrupted, for 2 µs.
class Floors : public ::testing::Test {
 protected:
  static std::vector<SummaryRow> rows_with(std::int64_t hiccups, std::int64_t calls = 1000) {
    SingleCalls quiet = calls_of(1000, calls), busy = quiet;
    quiet.hiccup_s = busy.hiccup_s = 0.5;
    if (hiccups > 0) busy.hiccups.add(2000, hiccups);
    return summarize(joined({with_single_calls(cell("native/simd"), {quiet}),
                             with_single_calls(cell("python/loop"), {busy})}));
  }
};

TEST_F(Floors, ComeFromAllThatTheRunSawOfTheMachine) {
  for (const SummaryRow& row : rows_with(10'001)) EXPECT_EQ(row.p99_floor_ns, 3000);
  for (const SummaryRow& row : rows_with(10'000)) EXPECT_EQ(row.p99_floor_ns, 1000);
}

TEST_F(Floors, StandBesidePercentilesOnly) {
  for (const SummaryRow& row : rows_with(0, 999)) EXPECT_EQ(row.p99_floor_ns, std::nullopt);
  for (const SummaryRow& row : rows_with(0, 9999)) EXPECT_EQ(row.p999_floor_ns, std::nullopt);
  for (const SummaryRow& row : rows_with(0, 10'000)) EXPECT_EQ(row.p999_floor_ns, 1000);
}

TEST(Usage, AddsUpOverRounds) {
  Rows rounds = measured(cell("native/simd"), {1, 1});
  int value = 1;
  for (RoundRow& row : rounds) {
    if (!row.measurement.timing) continue;
    row.measurement.timing->involuntary_switches = value;
    row.measurement.timing->minor_faults = 10 * value;
    row.measurement.timing->major_faults = 100 * value;
    value = 2;
  }
  const SummaryRow row = only_row(rounds);
  EXPECT_EQ(row.combined.timing->involuntary_switches, 3);
  EXPECT_EQ(row.combined.timing->minor_faults, 30);
  EXPECT_EQ(row.combined.timing->major_faults, 300);
}

TEST(Usage, OfRowsThatClaimTooMuchDoesNotOverflow) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  Rows rounds = measured(cell("python/loop"), {1, 1});
  for (RoundRow& row : rounds) {
    if (!row.measurement.timing) continue;
    row.measurement.timing->minor_faults = most;
    row.measurement.single_calls.emplace();
    row.measurement.single_calls->collections = {{most, 0, 0}, most, most};
  }
  const SummaryRow row = only_row(rounds);
  EXPECT_EQ(row.combined.timing->minor_faults, most);
  EXPECT_EQ(collections_of(row)->count[0], most);
  EXPECT_EQ(collections_of(row)->total_ns, most);
}

// What Python is compared with when the fastest native variant is out of the question.
class FastestNative : public ::testing::Test {
 protected:
  // The reference of a Python row beside native/slow (4 ns) and these rows of native/fast.
  static std::string reference_beside(const Rows& fast) {
    const CellKey python = cell("python/loop");
    return row_of(joined({fast, measured(cell("native/slow"), {4}), measured(python, {8})}), python)
        .reference;
  }
  static Rows changed(const std::function<void(RoundRow&)>& change) {
    Rows rows = measured(cell("native/fast"), {1});
    for (RoundRow& row : rows) change(row);
    return rows;
  }
};

TEST_F(FastestNative, IsComparedWithWhenNothingIsWrongWithIt) {
  EXPECT_EQ(reference_beside(measured(cell("native/fast"), {1})), "native/fast");
}

TEST_F(FastestNative, IsLeftOutWhenItIsWrong) {
  EXPECT_EQ(reference_beside({failed_row(cell("native/fast"), Status::mismatch, "wrong"),
                              time_row(cell("native/fast"), 0, 1)}),
            "native/slow");
}

TEST_F(FastestNative, IsLeftOutWhenItWasNotVerified) {
  EXPECT_EQ(reference_beside({time_row(cell("native/fast"), 0, 1)}), "native/slow");
}

TEST_F(FastestNative, IsLeftOutWhenItFailedLater) {
  EXPECT_EQ(reference_beside(
                joined({measured(cell("native/fast"), {1}),
                        {failed_row(cell("native/fast"), Status::crashed, "x", Pass::time)}})),
            "native/slow");
}

TEST_F(FastestNative, IsLeftOutWhenItUsedMoreThreads) {
  EXPECT_EQ(reference_beside(changed([](RoundRow& row) { row.cell.threads = 2; })), "native/slow");
}

TEST_F(FastestNative, IsLeftOutWhenItsInputsWereOthers) {
  EXPECT_EQ(reference_beside(
                changed([](RoundRow& row) { row.measurement.input_digest = "00000000000000bb"; })),
            "native/slow");
}

TEST_F(FastestNative, IsLeftOutWhenItIsOfAnotherSizeOrKernel) {
  EXPECT_EQ(reference_beside(changed([](RoundRow& row) { row.cell.n = 64; })), "native/slow");
  EXPECT_EQ(reference_beside(changed([](RoundRow& row) { row.cell.kernel = "dot"; })),
            "native/slow");
}

TEST(Gap, IsAgainstTheFastestOfTheLaneThatWasChosen) {
  const CellKey python = cell("python/loop");
  const Rows rounds = joined({measured(cell("native/fast"), {1}), measured(cell("rust/slow"), {4}),
                              measured(cell("rust/slower"), {8}), measured(python, {8})});
  const auto against = [&](const char* text) {
    const auto rows = summarize(rounds, parse_against(text).value());
    return fmt::format("{:.3g} over {}", rows.back().gap.value_or(0), rows.back().reference);
  };
  EXPECT_EQ(summarize(rounds).back().reference, "native/fast");
  EXPECT_EQ(against("rust"), "2 over rust/slow");
  EXPECT_EQ(against("rust/slower"), "1 over rust/slower");
  EXPECT_EQ(against("go"), "0 over ") << "never against another";
}

TEST(Gap, CanBeTakenAgainstAnotherLaneLater) {
  const Rows rounds = joined({measured(cell("native/fast"), {1}), measured(cell("rust/slow"), {4}),
                              measured(cell("python/loop"), {8})});
  for (const char* lane : {"native", "rust", "go"}) {
    const Against against = parse_against(lane).value();
    EXPECT_EQ(with_gaps_against(summarize(rounds), against), summarize(rounds, against)) << lane;
  }
}

TEST(Gap, IsAbsentWhenNoNativeVariantIsComparable) {
  const CellKey python = cell("python/loop");
  const SummaryRow row = row_of(
      joined({{failed_row(cell("native/simd"), Status::crashed, "x")}, measured(python, {8})}),
      python);
  EXPECT_DOUBLE_EQ(row.latency_ns.value(), 8);
  EXPECT_EQ(row.gap, std::nullopt);
  EXPECT_EQ(row.reference, "");
}

// Both lanes get the same threads, and their rounds are interleaved.
TEST(Gap, OfThreadedPythonIsAgainstAsManyNativeThreads) {
  CellKey python = cell("python/numpy"), native = cell("native/tbb");
  python.threads = native.threads = 2;
  const SummaryRow row = row_of(
      joined({measured(cell("native/simd"), {1}), measured(native, {4}), measured(python, {8})}),
      python);
  EXPECT_EQ(row.reference, "native/tbb");
  EXPECT_DOUBLE_EQ(row.gap.value(), 2);
}

TEST(Metrics, AreThoseOfEveryRound) {
  Rows rounds = measured(cell("python/loop"), {1, 1});
  for (double compile_s = 1; RoundRow & row : rounds) {
    if (row.pass == Pass::time) row.measurement.metrics = {{"compile_s", compile_s++}};
  }
  EXPECT_THAT(row_of(rounds, cell("python/loop")).metrics,
              ElementsAre(Pair("compile_s", ElementsAre(1, 2))));
}

// As when a run is resumed with another seed: such rounds did not compute the same thing.
TEST(Gap, LeavesOutRoundsWhoseInputsDiffer) {
  const CellKey python = cell("python/loop");
  Rows rounds =
      joined({measured(cell("native/simd"), {1, 1, 1}), measured(python, {10, 10, 1000})});
  rounds.back().measurement.input_digest = "00000000000000bb";
  rounds.push_back(time_row(cell("native/simd"), 3, 1));
  rounds.push_back(time_row(python, 3, 3000));
  rounds.back().measurement.input_digest = "00000000000000bb";
  const SummaryRow row = row_of(rounds, python);
  EXPECT_NEAR(row.gap.value_or(10), 10, 1e-9);
}

// Only a time pass is timed, once for each round.
TEST(Summarize, CountsWhatHappenedOnceForEachRound) {
  Rows rounds = measured(cell("native/simd"), {1, 1});
  for (RoundRow& row : rounds) {
    if (row.measurement.timing) row.measurement.timing->minor_faults = 5;
  }
  rounds.push_back(rounds.back());
  EXPECT_EQ(only_row(rounds).combined.timing->minor_faults, 10);
}

class Purity : public ::testing::Test {
 protected:
  const Rows rounds_ =
      joined({measured(cell("native/simd"), {1, 3, 2}),
              measured(cell("native/slow"), {4, 4, 4}),
              measured(cell("python/loop"), {20, 50, 40}),
              with_single_calls(cell("python/other"), {calls_of(5000, 2000, Collections{}),
                                                       calls_of(9000, 2000, Collections{})}),
              {failed_row(cell("python/numpy"), Status::skipped, "no numpy")}});
};

TEST_F(Purity, TheSameRowsGiveTheSameSummary) { EXPECT_EQ(summarize(rounds_), summarize(rounds_)); }

TEST_F(Purity, TheOrderOfRowsOfDifferentCellsDoesNotMatter) {
  Rows interleaved = rounds_;
  // By round instead of by cell, as the scheduler records them; the order inside a cell is kept.
  std::stable_sort(interleaved.begin(), interleaved.end(), [](const auto& a, const auto& b) {
    return std::pair(a.pass, a.round) < std::pair(b.pass, b.round);
  });
  auto by_cell = summarize(rounds_), by_round = summarize(interleaved);
  const auto cell_before = [](const auto& a, const auto& b) { return a.cell < b.cell; };
  std::sort(by_cell.begin(), by_cell.end(), cell_before);
  std::sort(by_round.begin(), by_round.end(), cell_before);
  EXPECT_EQ(by_cell, by_round);
}

// A server in one round: its median, its p99, and what it was asked.
RoundRow row_of_server(const CellKey& key, std::int64_t median_ns, std::int64_t p99_ns, Load load,
                       int round = 0) {
  RoundRow row = test::time_row(key, round, static_cast<double>(median_ns));
  row.items_per_call = 0;
  load.requests = 1000;
  row.measurement.load = load;
  row.measurement.single_calls.emplace();
  row.measurement.single_calls->calls.add(median_ns, 980);
  row.measurement.single_calls->calls.add(p99_ns, 20);
  return row;
}

const CellKey python_server = cell("python/fastapi", 500),
              native_server = cell("native/beast", 500);

TEST(Servers, AreVerifiedByTheirRoundsAndHaveGapsAtEqualRates) {
  const Load well{.achieved_per_s = 499, .client_lag_p99_ns = 1e4};
  const auto rows = summarize({row_of_server(native_server, 100'000, 1'000'000, well),
                               row_of_server(python_server, 2'000'000, 8'000'000, well)});
  const SummaryRow& python = row_of(rows, python_server);
  EXPECT_EQ(python.verified, true);
  EXPECT_NEAR(python.gap.value(), 20, 0.1);
  EXPECT_EQ(python.combined.load->requests, 1000);
  EXPECT_EQ(python.items_per_s, std::nullopt) << "n is no amount of work";
}

TEST(Servers, ThatAnswerTooFewAreSaturatedAndHaveNoLatency) {
  const auto row_with = [](double achieved) {
    return only_row({row_of_server(python_server, 1, 2, {.achieved_per_s = achieved})});
  };
  const SummaryRow saturated = row_with(489);
  EXPECT_EQ(saturated.state, MachineState::saturated);
  EXPECT_EQ(saturated.status, Status::ok);
  EXPECT_EQ(saturated.stop_reason, "saturated");
  EXPECT_EQ(saturated.reason, "saturated: 489 right answers a second to 500 requests");
  EXPECT_EQ(saturated.latency_ns, std::nullopt);
  EXPECT_EQ(single_calls_of(saturated).count(), 0);
  EXPECT_EQ(saturated.combined.load->achieved_per_s, 489);
  EXPECT_NE(row_with(491).state, MachineState::saturated);
}

TEST(Servers, ThatAreSaturatedAreNoReference) {
  const auto rows =
      summarize({row_of_server(native_server, 100'000, 1'000'000, {.achieved_per_s = 100}),
                 row_of_server(python_server, 2'000'000, 8'000'000, {.achieved_per_s = 500})});
  EXPECT_EQ(row_of(rows, python_server).gap, std::nullopt);
}

TEST(Servers, WhoseClientWasLateAreBoundByIt) {
  const auto state_with = [](double lag_ns) {
    return only_row({row_of_server(python_server, 100'000, 1'000'000,
                                   {.achieved_per_s = 500, .client_lag_p99_ns = lag_ns})})
        .state;
  };
  EXPECT_EQ(state_with(210'000), MachineState::client_bound);
  EXPECT_NE(state_with(190'000), MachineState::client_bound);
}

TEST(Servers, AreOfEveryRoundTogether) {
  const SummaryRow row =
      only_row({row_of_server(python_server, 1'000'000, 3'000'000,
                              {.achieved_per_s = 490, .connections = 3}, 0),
                row_of_server(python_server, 1'000'000, 3'000'000,
                              {.achieved_per_s = 500, .errors = 2, .connections = 9}, 1)});
  EXPECT_EQ(row.combined.load->requests, 2000);
  EXPECT_EQ(row.combined.load->achieved_per_s, 495);
  EXPECT_EQ(row.combined.load->errors, 2);
  EXPECT_EQ(row.combined.load->connections, 9);
  EXPECT_EQ(single_calls_of(row).count(), 2000);
}

TEST(Servers, MayCountCollectionsWhereNothingWasTimed) {
  Rows rows{test::memory_row(python_server, {.baseline_bytes = 5})};
  rows[0].measurement.server =
      ServerProcesses{.processes = 2, .collections = Collections{.count = {7, 1, 0}}};
  const SummaryRow row = only_row(rows);
  EXPECT_EQ(row.combined.server->processes, 2);
  EXPECT_EQ(row.combined.server->collections->count[0], 7);
}

// What is read of it: the summary's columns look in both parts.
TEST(Servers, KeepTheCollectionsOfTheirMemoryPassBesideTheirLatencies) {
  Rows rows{test::memory_row(python_server, {.baseline_bytes = 5}),
            row_of_server(python_server, 1'000'000, 3'000'000,
                          {.achieved_per_s = 500, .client_lag_p99_ns = 1})};
  rows[0].measurement.server =
      ServerProcesses{.processes = 1, .collections = Collections{.count = {7, 1, 0}}};
  const SummaryRow row = only_row(rows);
  const Collections* found = nullptr;
  each_part([&]<class Part>(std::type_identity<Part>, auto slot) {
    if constexpr (std::is_same_v<Part, Collections>) {
      const auto* const part = slot(row.combined);
      if (part != nullptr && *part) found = &**part;
    }
  });
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->count[0], 7);
}

}  // namespace
}  // namespace gapmeter
