// Claims on threads, pauses and tails: C24 to C27.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/unit/support/evidence_rows.h"

namespace gapmeter {
namespace {

using test::decide;
using test::outcome;
using test::operator+;
using test::rounds_around;
using test::row_of;
using test::SummaryRows;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// With two threads so many times as fast as with one.
SummaryRows threaded(const char* kernel, const char* variant, double speedup, double spread = 0,
                     std::size_t n = 4096, int threads = 2) {
  return {row_of(kernel, variant, n, rounds_around(1000 * speedup, spread), 1),
          row_of(kernel, variant, n, rounds_around(1000), threads)};
}

SummaryRows sums(double python, double native, double spread = 0) {
  return threaded("parallel_sum", "python/threads", python, spread) +
         threaded("parallel_sum", "native/tbb", native, spread);
}

TEST(C24, HoldsWhereThreadsAddSpeedNativelyAlone) {
  const Decision decision = decide("C24", sums(1, 1.9));
  EXPECT_EQ(decision.outcome, Outcome::holds);
  const auto numbers = test::deciding(decision);
  ASSERT_THAT(numbers, SizeIs(2));
  EXPECT_EQ(numbers[0].what, "speed of python/threads with 2 threads over one");
  EXPECT_DOUBLE_EQ(numbers[0].value.value, 1);
  EXPECT_DOUBLE_EQ(numbers[1].value.value, 1.9);
  EXPECT_EQ(numbers[1].line, 1.25);
}

TEST(C24, FailsWherePythonsThreadsAddSpeed) {
  const Decision decision = decide("C24", sums(1.3, 1.9));
  EXPECT_EQ(decision.outcome, Outcome::fails);
  EXPECT_EQ(decision.reason, "Python's threads add speed");
}

TEST(C24, FailsWhereNativeOnesDoNotEither) {
  const Decision decision = decide("C24", sums(1, 1.2));
  EXPECT_EQ(decision.outcome, Outcome::fails);
  EXPECT_EQ(decision.reason, "native threads add no speed either");
}

TEST(C24, IsOpenWhereAnIntervalHoldsTheLine) {
  EXPECT_EQ(outcome("C24", sums(1, 1.25, 0.1)), Outcome::open);
  EXPECT_EQ(outcome("C24", sums(1.25, 2, 0.1)), Outcome::open);
}

TEST(C24, IsOpenWhereACellWasDisturbedNearlyAllTheTime) {
  SummaryRows rows = sums(1, 1.9);
  rows.at(0).state = MachineState::mixed;
  EXPECT_EQ(outcome("C24", rows), Outcome::open);
}

TEST(C24, IsDecidedWithoutTheGilAndOpenWhereItWasTurnedOn) {
  SummaryRows rows = sums(1.9, 1.9);
  for (SummaryRow& row : rows) row.metrics["gil_enabled"] = {0};
  EXPECT_EQ(outcome("C24", rows), Outcome::fails);
  for (SummaryRow& row : rows) row.metrics["gil_enabled"] = {1};
  const Decision decision = decide("C24", rows);
  EXPECT_EQ(decision.outcome, Outcome::open);
  EXPECT_THAT(decision.reason, HasSubstr("GIL"));
}

TEST(C24, TakesTheLargestSizeAndTheMostThreads) {
  const Decision decision =
      decide("C24", sums(1, 1.1) + threaded("parallel_sum", "native/tbb", 3.5, 0, 4096, 4) +
                        threaded("parallel_sum", "python/threads", 0.9, 0, 4096, 4) +
                        threaded("parallel_sum", "native/tbb", 1, 0, 16, 4) +
                        threaded("parallel_sum", "python/threads", 1, 0, 16, 4));
  // The rows with one thread came last with 3500 and 900 ns.
  EXPECT_EQ(decision.outcome, Outcome::holds);
  EXPECT_EQ(test::deciding(decision).at(1).what, "speed of native/tbb with 4 threads over one");
  EXPECT_EQ(test::deciding(decision).at(1).n, 4096U);
}

TEST(C24, IsNotMeasuredWithASingleThread) {
  SummaryRows rows;
  for (const SummaryRow& row : sums(1, 2)) {
    if (row.cell.threads == 1) rows.push_back(row);
  }
  const Decision decision = decide("C24", rows);
  EXPECT_EQ(decision.outcome, Outcome::not_measured);
  EXPECT_THAT(decision.reason, HasSubstr("with one and with several threads"));
  EXPECT_EQ(outcome("C24", threaded("parallel_sum", "native/tbb", 2)), Outcome::not_measured);
}

TEST(C24, NumpysThreadsAndProcessesAreToldBeside) {
  const auto told = test::beside(
      decide("C24", sums(1, 2) + threaded("parallel_sum", "python/numpy_threads", 1.5) +
                        threaded("parallel_sum", "python/processes", 1.75)));
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_DOUBLE_EQ(told[0].value.value, 1.5);
  EXPECT_DOUBLE_EQ(told[1].value.value, 1.75);
}

// What a second thread adds, with peers that wait so long.
SummaryRows pipelines(const std::string& wait, double python, double native, double spread = 0,
                      std::size_t n = 4096) {
  return threaded("io_pipeline", ("python/threads" + wait).c_str(), python, spread, n) +
         threaded("io_pipeline", ("native/threads" + wait).c_str(), native, 0, n);
}
// The same with each of the peers that wait.
SummaryRows waiting(double python, double native, double spread = 0, std::size_t n = 4096) {
  return pipelines("_1ms", python, native, spread, n) +
         pipelines("_10ms", python, native, spread, n);
}

TEST(C25, HoldsWhereThreadsThatWaitAddAsMuchInPython) {
  const Decision decision = decide("C25", waiting(1.7, 2));
  EXPECT_EQ(decision.outcome, Outcome::holds);
  const auto numbers = test::deciding(decision);
  ASSERT_THAT(numbers, SizeIs(1));
  EXPECT_DOUBLE_EQ(numbers[0].value.value, 0.85);
  EXPECT_EQ(numbers[0].line, 0.8);
  ASSERT_THAT(test::beside(decision), SizeIs(4));
  EXPECT_DOUBLE_EQ(test::beside(decision)[0].value.value, 1.7);
  EXPECT_DOUBLE_EQ(test::beside(decision)[1].value.value, 2);
}

TEST(C25, FailsWhereTheyAddLessWithEitherWait) {
  EXPECT_EQ(outcome("C25", waiting(1, 2)), Outcome::fails);
  const Decision decision = decide("C25", pipelines("_1ms", 1, 2) + pipelines("_10ms", 1.9, 2));
  EXPECT_EQ(decision.outcome, Outcome::fails);
  EXPECT_THAT(test::deciding(decision).at(0).what, HasSubstr("python/threads_1ms"));
}

TEST(C25, PeersThatAnswerAtOnceDecideNothing) {
  const Decision decision = decide("C25", waiting(1.9, 2) + pipelines("", 0.3, 2));
  EXPECT_EQ(decision.outcome, Outcome::holds);
  EXPECT_THAT(test::beside(decision).at(0).what, HasSubstr("python/threads over"));
  EXPECT_DOUBLE_EQ(test::beside(decision).at(0).value.value, 0.15);
  EXPECT_EQ(outcome("C25", pipelines("", 1.9, 2)), Outcome::not_measured);
}

TEST(C25, IsOpenWhereTheIntervalHoldsTheLine) {
  EXPECT_EQ(outcome("C25", waiting(1.6, 2, 0.1)), Outcome::open);
}

TEST(C25, IsOpenWhereNativeThreadsAddNothingThatPythonsCouldLack) {
  EXPECT_EQ(outcome("C25", waiting(1, 1)), Outcome::open);
  EXPECT_EQ(outcome("C25", waiting(1.25, 1.25)), Outcome::open);
}

TEST(C25, HoldsFromTheSizeWhereTheyDo) {
  const Decision decision = decide("C25", waiting(1, 2, 0, 16) + waiting(1.9, 2, 0, 64));
  EXPECT_EQ(decision.outcome, Outcome::holds_from);
  EXPECT_EQ(decision.n, 64U);
}

TEST(C25, HoldsUpToTheSizeWhereTheyDoNot) {
  EXPECT_EQ(verdict_of(decide("C25", waiting(1.9, 2, 0, 16) + waiting(1, 2, 0, 64))),
            "holds up to n = 16");
}

TEST(C25, CellsThatWereDisturbedNearlyAllTheTimeDecideNothing) {
  SummaryRows rows = waiting(1.9, 2);
  rows.at(0).state = MachineState::mixed;
  EXPECT_EQ(outcome("C25", rows), Outcome::open);
}

TEST(C25, IsNotMeasuredWithASingleThreadOrOneLanguageOrOneWait) {
  SummaryRows single;
  for (const SummaryRow& row : waiting(1.9, 2)) {
    if (row.cell.threads == 1) single.push_back(row);
  }
  EXPECT_THAT(decide("C25", single).reason, HasSubstr("with one and with several threads"));
  EXPECT_EQ(outcome("C25", threaded("io_pipeline", "python/threads_1ms", 2)),
            Outcome::not_measured);
  EXPECT_THAT(decide("C25", pipelines("_1ms", 1.9, 2)).reason,
              HasSubstr("python/threads_10ms and native/threads_10ms"));
}

Histogram& calls_in(SummaryRow& row) {
  auto& single_calls = row.combined.single_calls;
  return (single_calls ? *single_calls : single_calls.emplace()).calls;
}

// 100,000 calls timed one by one; all but the slowest hundredth take middle_ns. Of these hundredth
// each takes tail_ns, which is the 99.9th percentile then, and so are both ends of its interval,
// the 99.88th and the 99.92nd. Below 2 µs a histogram is exact.
SummaryRow churn(const char* variant, std::int64_t middle_ns, std::int64_t tail_ns,
                 std::size_t n = 1024) {
  SummaryRow row = row_of("request_churn", variant, n, rounds_around(100));
  calls_in(row).add(middle_ns, 99'000);
  calls_in(row).add(tail_ns, 1000);
  return row;
}

// The same with 110 slow calls, so that the 99.88th percentile is still middle_ns: an interval from
// there to tail_ns.
SummaryRow unsure(const char* variant, std::int64_t middle_ns, std::int64_t tail_ns) {
  SummaryRow row = row_of("request_churn", variant, 1024, rounds_around(100));
  calls_in(row).add(middle_ns, 99'890);
  calls_in(row).add(tail_ns, 110);
  return row;
}

constexpr std::int64_t ms = 1'000'000;

SummaryRow pausing(SummaryRow row, std::int64_t longest_ns) {
  row.combined.single_calls->collections =
      Collections{.count = {3, 2, 1}, .total_ns = 2 * longest_ns, .longest_ns = longest_ns};
  return row;
}

// The collector multiplies the tail, and its longest pause takes so long.
SummaryRows collected(double tail, std::int64_t longest_ns, std::size_t n = 1024) {
  return {
      pausing(churn("python/collected", 100, static_cast<std::int64_t>(500 * tail), n), longest_ns),
      churn("python/disabled", 100, 500, n)};
}

TEST(C26, HoldsWhereThePauseIsBeyondADeadlineAndMakesTheTail) {
  const Decision decision = decide("C26", collected(2.1, 11 * ms));
  EXPECT_EQ(decision.outcome, Outcome::holds);
  const auto numbers = test::deciding(decision);
  ASSERT_THAT(numbers, SizeIs(2));
  EXPECT_DOUBLE_EQ(numbers[0].value.value, 2.1);
  EXPECT_EQ(numbers[0].what, "99.9th percentile of python/collected over python/disabled");
  EXPECT_EQ(numbers[0].line, 2);
  EXPECT_EQ(numbers[1].value.value, 11 * ms);
  EXPECT_EQ(numbers[1].unit, "ns");
  EXPECT_EQ(numbers[1].line, 10 * ms);
}

TEST(C26, TellsTheLongestCallWithoutTheCollectorBeside) {
  const auto told = test::beside(decide("C26", collected(2.1, 11 * ms)));
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].what, "longest call of python/disabled");
  EXPECT_EQ(told[0].value.value, 500);
}

TEST(C26, FailsWhereEitherHalfDoes) {
  EXPECT_EQ(outcome("C26", collected(1.9, 11 * ms)), Outcome::fails);
  EXPECT_EQ(outcome("C26", collected(3.5, 9 * ms)), Outcome::fails);
}

TEST(C26, HoldsFromTheSizeWhereBothHalvesDo) {
  const SummaryRows rows = collected(3.5, 4 * ms, 16) + collected(3.5, 20 * ms, 64);
  const Decision decision = decide("C26", rows);
  EXPECT_EQ(decision.outcome, Outcome::holds_from);
  EXPECT_EQ(decision.n, 64U);
  EXPECT_EQ(outcome("C26", collected(3.5, 20 * ms, 16) + collected(1.5, 20 * ms, 64)),
            Outcome::holds_up_to);
}

TEST(C26, TheVerdictTellsWhichDeadlinesTheLongestPauseIsBeyond) {
  const auto verdict = [](std::int64_t longest_ns) {
    return verdict_of(decide("C26", collected(3.5, 3 * ms, 16) + collected(3.5, longest_ns, 64)));
  };
  EXPECT_EQ(verdict(4 * ms),
            "does not hold (the longest pause is 4.00 ms, not beyond a deadline of 10.0 ms)");
  EXPECT_EQ(verdict(32 * ms),
            "holds from n = 64 (the longest pause is 32.0 ms, beyond a deadline of 10.0 ms but not "
            "of 100 ms)");
  EXPECT_EQ(verdict(320 * ms),
            "holds from n = 64 (the longest pause is 320 ms, beyond a deadline of 100 ms but not "
            "of 1.00 s)");
  EXPECT_EQ(verdict(3200 * ms),
            "holds from n = 64 (the longest pause is 3.20 s, beyond a deadline of 1.00 s)");
}

TEST(C26, IsOpenWhereThePercentileIsNotKnownWellEnough) {
  // Between 100 / 500 and 1900 / 500.
  const Decision decision = decide("C26", {pausing(unsure("python/collected", 100, 1900), 11 * ms),
                                           churn("python/disabled", 100, 500)});
  EXPECT_EQ(verdict_of(decision), "open");
  const Estimate ratio = test::deciding(decision).at(0).value;
  EXPECT_DOUBLE_EQ(ratio.value, 3.8);
  EXPECT_DOUBLE_EQ(ratio.interval->low, 0.2);
  EXPECT_DOUBLE_EQ(ratio.interval->high, 3.8);
}

TEST(C26, IsNotMeasuredWithFewerThan10000Calls) {
  SummaryRow few = row_of("request_churn", "python/collected", 1024, rounds_around(100));
  calls_in(few).add(100, 9999);
  const SummaryRow other = churn("python/disabled", 100, 500);
  EXPECT_EQ(outcome("C26", {pausing(few, 11 * ms), other}), Outcome::not_measured);
  calls_in(few).add(100, 1);
  EXPECT_EQ(outcome("C26", {pausing(few, 11 * ms), other}), Outcome::fails);
}

TEST(C26, IsNotMeasuredWhereNobodyWatchedTheCollector) {
  EXPECT_EQ(
      outcome("C26", {churn("python/collected", 100, 1900), churn("python/disabled", 100, 500)}),
      Outcome::not_measured);
}

SummaryRow with_floor(SummaryRow row, double floor_ns) {
  row.p999_floor_ns = floor_ns;
  return row;
}

TEST(C27, HoldsWherePythonsTailIsFartherOut) {
  // 15 medians against 10.
  const Decision decision =
      decide("C27", {churn("python/collected", 100, 1500), churn("native/unique_ptrs", 20, 200)});
  EXPECT_EQ(decision.outcome, Outcome::holds);
  EXPECT_DOUBLE_EQ(test::deciding(decision).at(0).value.value, 1.5);
  EXPECT_EQ(test::deciding(decision).at(0).line, 1.25);
  ASSERT_THAT(test::beside(decision), SizeIs(1));
  EXPECT_DOUBLE_EQ(test::beside(decision)[0].value.value, 10);
}

TEST(C27, FailsWhereItIsNot) {
  EXPECT_EQ(
      outcome("C27", {churn("python/collected", 100, 1200), churn("native/unique_ptrs", 20, 200)}),
      Outcome::fails);
}

// Tails of Python and of native code over their medians, at one size.
SummaryRows tails(std::int64_t python, std::int64_t native, std::size_t n) {
  return {churn("python/collected", 100, 100 * python, n),
          churn("native/unique_ptrs", 100, 100 * native, n)};
}

TEST(C27, HoldsFromASizeOnOrUpToOne) {
  EXPECT_EQ(verdict_of(decide("C27", tails(5, 5, 16) + tails(15, 5, 64))), "holds from n = 64");
  EXPECT_EQ(verdict_of(decide("C27", tails(15, 5, 16) + tails(5, 5, 64))), "holds up to n = 16");
}

TEST(C27, WhatTheMachineAloneDoesIsNobodysTail) {
  // Interruptions alone explain half of Python's tail, and all of the native one: 2 against 1.
  const auto python = churn("python/collected", 100, 1600),
             native = churn("native/unique_ptrs", 20, 800);
  ASSERT_EQ(outcome("C27", {python, native}), Outcome::fails);
  const Decision decision = decide("C27", {with_floor(python, 800), with_floor(native, 800)});
  EXPECT_EQ(decision.outcome, Outcome::holds);
  EXPECT_DOUBLE_EQ(test::deciding(decision).at(0).value.value, 2);
}

TEST(C27, IsOpenWhereThePercentileIsNotKnownWellEnough) {
  EXPECT_EQ(
      outcome("C27", {unsure("python/collected", 100, 1900), churn("native/unique_ptrs", 20, 200)}),
      Outcome::open);
}

TEST(C27, IsNotMeasuredWithoutEitherTail) {
  SummaryRow untailed = row_of("request_churn", "native/unique_ptrs", 1024, rounds_around(100));
  const Decision decision = decide("C27", {churn("python/collected", 100, 1900), untailed});
  EXPECT_EQ(decision.outcome, Outcome::not_measured);
  EXPECT_THAT(decision.reason, AllOf(HasSubstr("request_churn"), HasSubstr("native/unique_ptrs")));
  EXPECT_EQ(outcome("C27", {churn("native/unique_ptrs", 20, 200)}), Outcome::not_measured);
}

}  // namespace
}  // namespace gapmeter
