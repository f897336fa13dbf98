// Progress: the time left from hand-made rows, durations, and what is drawn where.
#include "harness/session/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "harness/tests/unit/support/rows.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A plan of the kernel `sum` with 3 rounds, 5 tasks for each variant at each size.
Plan plan_of(const std::vector<std::size_t>& sizes, const std::vector<std::string>& variants) {
  Plan plan{.rounds = 3};
  for (const std::size_t n : sizes) {
    CellGroup group{.kernel = "sum", .n = n};
    for (const std::string& name : variants) {
      group.variants.push_back({.id = test::variant(name)});
    }
    plan.groups.push_back(std::move(group));
  }
  return plan;
}

RoundRow ended(std::string_view variant, std::size_t n, double worker_s,
               Status status = Status::ok) {
  RoundRow row{
      .cell = test::cell(variant, n), .pass = Pass::verify, .measurement = {.status = status}};
  row.worker_s = worker_s;
  return row;
}

TEST(TimeLeft, IsUnknownBeforeAnythingHasEnded) {
  const Plan plan = plan_of({16}, {"native/simd"});
  EXPECT_EQ(TimeLeft(plan, {}).estimate_s(), std::nullopt);
}

TEST(TimeLeft, TakesTheMedianOfACellsJobsForTheOnesToCome) {
  const Plan plan = plan_of({16}, {"native/simd"});
  TimeLeft left(plan, {});
  left.task_ended(ended("native/simd", 16, 2));
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 4 * 2);
  left.task_ended(ended("native/simd", 16, 100));
  left.task_ended(ended("native/simd", 16, 3));
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 2 * 3);
}

TEST(TimeLeft, ExpectsNothingMoreOfACellThatCouldNotBeStarted) {
  const Plan plan = plan_of({16}, {"native/simd", "python/loop"});
  TimeLeft left(plan, {});
  left.task_ended(ended("native/simd", 16, 1));
  left.task_ended(ended("python/loop", 16, 0, Status::error));
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 4 * 1);
}

// The rounds that are planned are then only the most there may be.
TEST(TimeLeft, GoesByTheExpectedRoundsWithAWantedPrecision) {
  Plan plan = plan_of({16, 64}, {"native/simd"});
  plan.rounds = 20;
  plan.precision = 0.02;
  TimeLeft left(plan, {});
  left.task_ended(ended("native/simd", 16, 2));
  const auto untimed = static_cast<double>(plan.groups[0].untimed.size());
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 2 * (2 * (untimed + least_precise_rounds) - 1));
  left.round_ended(plan.groups[0], 12);
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 2 * (2 * (untimed + 12) - 1));
}

TEST(TimeLeft, EndsAtZero) {
  const Plan plan = plan_of({16}, {"native/simd"});
  TimeLeft left(plan, {});
  for (int i = 0; i < 5; ++i) left.task_ended(ended("native/simd", 16, 2));
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 0);
}

TEST(TimeLeft, TakesTheAverageForVariantsThatHaveNotRun) {
  const Plan plan = plan_of({16}, {"native/simd", "python/loop"});
  TimeLeft left(plan, {});
  left.task_ended(ended("native/simd", 16, 1));
  left.task_ended(ended("native/simd", 16, 3));
  // 3 more of the median, 5 of the average; both are 2 s.
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 3 * 2 + 5 * 2);
}

// What a row says its worker took is without the turns of others in its round.
TEST(TimeLeft, AddsUpThoseThatTakeTurns) {
  Plan plan = plan_of({16}, {"native/simd", "python/loop", "python/numba"});
  plan.groups[0].variants[2].settled = Measurement{.status = Status::skipped};
  TimeLeft left(plan, {});
  for (const char* variant : {"native/simd", "python/loop"}) {
    RoundRow row = ended(variant, 16, 2);
    row.pass = Pass::time;
    left.task_ended(row);
  }
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 4 * 2 + 4 * 2);
}

// Importing and compiling take seconds whatever n is.
TEST(TimeLeft, DoesNotScaleWhatPreparingTook) {
  const Plan plan = plan_of({16, 16777216}, {"python/numba"});
  TimeLeft left(plan, {});
  left.task_ended(ended("python/numba", 16, 2));
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 9 * 2);
}

// A task with calls of so many seconds.
RoundRow with_calls(std::string_view variant, std::size_t n, double worker_s, double call_s) {
  RoundRow row = ended(variant, n, worker_s);
  row.measurement.timing = test::timing_of(call_s * 1e9);
  return row;
}

TEST(TimeLeft, AddsAFewCallsThatGrowWithTheSize) {
  const Plan plan = plan_of({1'000'000, 4'000'000}, {"native/simd"});
  TimeLeft left(plan, {});
  left.task_ended(with_calls("native/simd", 1'000'000, 2, 0.5));
  // Half a second at one million are two at four: for each of four calls one and a half more.
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 4 * 2 + 5 * (2 + 4 * 1.5));
}

// Fifty milliseconds at 16 are a cost of every n; in proportion they would be fourteen hours a
// call.
TEST(TimeLeft, TakesOnlyAMicrosecondForEachOfNForGrowth) {
  const Plan plan = plan_of({16, 16'000'016}, {"native/simd"});
  TimeLeft left(plan, {});
  for (int i = 0; i < 5; ++i) left.task_ended(with_calls("native/simd", 16, 1, 0.05));
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 5 * (1 + 4 * 16.0));
}

TEST(TimeLeft, ExpectsNoGrowthOfCallsThatTookTheSameAtTwoSizes) {
  const Plan plan = plan_of({16, 1'000'000, 64'000'000}, {"native/simd"});
  TimeLeft left(plan, {});
  for (int i = 0; i < 5; ++i) left.task_ended(with_calls("native/simd", 16, 1, 0.05));
  for (int i = 0; i < 5; ++i) left.task_ended(with_calls("native/simd", 1'000'000, 1, 0.06));
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 5 * 1);
}

// The scheduler skips what does not fit, by what it declares or by what smaller sizes took.
TEST(TimeLeft, ExpectsNothingOfCellsThatDoNotFitIntoMemory) {
  Plan plan = plan_of({16, 32, 64}, {"python/loop"});
  plan.groups[2].working_set_bytes = 301 * test::mebibyte;
  TimeLeft left(plan, 300 * test::mebibyte);
  left.task_ended(ended("python/loop", 16, 2));
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 4 * 2 + 5 * 2) << "the third declares too much";
  RoundRow memory = ended("python/loop", 16, 2);
  memory.measurement.memory = MemoryUse{.baseline_bytes = 0, .peak_bytes = 151 * test::mebibyte};
  left.task_ended(memory);
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 3 * 2) << "the second would need twice as much";
}

TEST(TimeLeft, FollowsTheLineThroughTheTwoSizesBefore) {
  const Plan plan = plan_of({16, 64, 256}, {"native/simd"});
  TimeLeft left(plan, {});
  for (int i = 0; i < 5; ++i) left.task_ended(ended("native/simd", 16, 1));
  for (int i = 0; i < 5; ++i) left.task_ended(ended("native/simd", 64, 2));
  // One second more for 48, four for the 192 to come.
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 5 * (2 + 4));
}

// Two threads at one size are no growth with n.
TEST(TimeLeft, ComparesSizesOfTheSameThreads) {
  Plan plan = plan_of({16, 1048576}, {"python/threads", "python/threads"});
  for (CellGroup& group : plan.groups) group.variants[1].threads = 2;
  TimeLeft left(plan, {});
  for (int i = 0; i < 5; ++i) {
    left.task_ended(ended("python/threads", 16, 1));
    RoundRow row = ended("python/threads", 16, 3);
    row.cell.threads = 2;
    left.task_ended(row);
  }
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 5 * 1 + 5 * 3);
}

// A hundredth of a second for 112 elements more would be half an hour for 16 Mi.
TEST(TimeLeft, TakesLittleGrowthForNoise) {
  // The first is little, the second is little of what the tasks take.
  for (const auto& [before_s, after_s] : {std::pair(0.01, 0.02), std::pair(1.0, 1.2)}) {
    const Plan plan = plan_of({16, 128, 16777216}, {"native/simd"});
    TimeLeft left(plan, {});
    for (int i = 0; i < 5; ++i) left.task_ended(ended("native/simd", 16, before_s));
    for (int i = 0; i < 5; ++i) left.task_ended(ended("native/simd", 128, after_s));
    EXPECT_DOUBLE_EQ(left.estimate_s().value(), 5 * after_s);
  }
}

TEST(TimeLeft, ExpectsNoMemoryPassWhereThereIsNone) {
  Plan plan = plan_of({16}, {"native/simd"});
  plan.groups[0].untimed = {Pass::verify};
  TimeLeft left(plan, {});
  left.task_ended(ended("native/simd", 16, 2));
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 3 * 2);
}

TEST(TimeLeft, DoesNotExpectLargerSizesToBeFaster) {
  const Plan plan = plan_of({16, 64, 256}, {"native/simd"});
  TimeLeft left(plan, {});
  for (int i = 0; i < 5; ++i) left.task_ended(ended("native/simd", 16, 2));
  for (int i = 0; i < 5; ++i) left.task_ended(ended("native/simd", 64, 1));
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 5 * 1);
}

TEST(TimeLeft, ExpectsNothingMoreOfAFailedCell) {
  const Plan plan = plan_of({16}, {"native/simd", "python/loop"});
  TimeLeft left(plan, {});
  left.task_ended(ended("python/loop", 16, 3, Status::mismatch));
  left.task_ended(ended("native/simd", 16, 1));
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 4 * 1);
}

TEST(TimeLeft, ExpectsNothingOfSettledVariants) {
  Plan plan = plan_of({16}, {"native/simd", "python/loop"});
  plan.groups[0].variants[1].settled = Measurement{.status = Status::skipped};
  TimeLeft left(plan, {});
  left.task_ended(ended("native/simd", 16, 1));
  EXPECT_DOUBLE_EQ(left.estimate_s().value(), 4 * 1);
}

// The scheduler skips what timed out or ran out of memory at a smaller size.
TEST(TimeLeft, ExpectsNothingAtSizesAboveATimeout) {
  for (const Status status : {Status::timeout, Status::oom}) {
    const Plan plan = plan_of({16, 64}, {"python/loop"});
    TimeLeft left(plan, {});
    left.task_ended(ended("python/loop", 16, 120, status));
    EXPECT_DOUBLE_EQ(left.estimate_s().value(), 0);
  }
}

// Rows of variants that were settled without being run took no time and say nothing of the others.
TEST(TimeLeft, LearnsNothingFromRowsThatWereNotRun) {
  Plan plan = plan_of({16}, {"python/loop", "native/simd"});
  plan.groups[0].variants[0].settled = Measurement{.status = Status::skipped};
  TimeLeft left(plan, {});
  left.task_ended(ended("python/loop", 16, 0, Status::skipped));
  EXPECT_EQ(left.estimate_s(), std::nullopt);
}

// What a Progress writes while `use` drives it.
template <class Use>
std::string drawn(const Plan& plan, bool is_terminal, const Use& use,
                  const std::optional<double>& budget_s = {}) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* stream = open_memstream(&text, &size);
  {
    Progress progress(plan, {}, budget_s, stream, is_terminal);
    use(progress);
  }
  std::fclose(stream);
  std::string result(text, size);
  std::free(text);
  return result;
}

class ProgressTest : public ::testing::Test {
 protected:
  static Task task(Pass pass) {
    return {.pass = pass, .kernel = "sum", .variant = test::variant("native/simd"), .n = 4096};
  }
  const Plan plan_ = plan_of({4096}, {"native/simd"});
};

TEST_F(ProgressTest, OnATerminalDrawsTheJobInHand) {
  const std::string text = drawn(
      plan_, true, [&](Progress& progress) { progress.task_starts(task(Pass::verify), 0, 3, 10); });
  EXPECT_THAT(text, HasSubstr("[3/10 tasks] sum native/simd n=4Ki verify"));
  EXPECT_THAT(text, Not(HasSubstr("left")));
}

TEST_F(ProgressTest, OnATerminalCountsRoundsFromOneAndTellsTheTimeLeft) {
  const std::string text = drawn(plan_, true, [&](Progress& progress) {
    progress.row_ends(ended("native/simd", 4096, 20));
    progress.task_starts(task(Pass::time), 1, 4, 10);
  });
  EXPECT_THAT(text, HasSubstr("[4/10 tasks] sum n=4Ki round 2, 1 min 20 s left"));
}

TEST_F(ProgressTest, ExpectsNoMoreThanTheBudgetLeaves) {
  const std::string text = drawn(
      plan_, true,
      [&](Progress& progress) {
        progress.row_ends(ended("native/simd", 4096, 2000));
        progress.task_starts(task(Pass::time), 1, 4, 10);
      },
      0.0);
  EXPECT_THAT(text, HasSubstr("round 2, 0 s left"));
}

TEST_F(ProgressTest, OnATerminalRemovesItsLineInTheEnd) {
  const std::string text = drawn(
      plan_, true, [&](Progress& progress) { progress.task_starts(task(Pass::verify), 0, 0, 10); });
  EXPECT_TRUE(text.ends_with("\r\x1b[K")) << text;
}

TEST_F(ProgressTest, ElsewhereWritesALineForEachTwentiethOfTheTasksAndNoEscapes) {
  const std::string text = drawn(plan_, false, [&](Progress& progress) {
    progress.task_starts(task(Pass::verify), 0, 0, 100);
    progress.round_ends(plan_.groups[0], 1, 5, 4, 100);
    progress.round_ends(plan_.groups[0], 2, 5, 5, 100);
    progress.round_ends(plan_.groups[0], 3, 5, 9, 100);
    progress.round_ends(plan_.groups[0], 4, 5, 98, 100);
    progress.round_ends(plan_.groups[0], 5, 5, 100, 100);
    progress.group_ends(plan_.groups[0], 100, 100);
  });
  EXPECT_EQ(text,
            "[5/100 tasks] sum n=4Ki round 2\n[98/100 tasks] sum n=4Ki round 4\n"
            "[100/100 tasks] sum n=4Ki round 5\n");
}

TEST_F(ProgressTest, TellsOfFailuresOnALineOfTheirOwn) {
  const std::string line = "sum native/simd n=4Ki: crashed: killed by signal 11\n";
  for (const bool is_terminal : {false, true}) {
    EXPECT_THAT(drawn(plan_, is_terminal,
                      [&](Progress& progress) {
                        RoundRow row = ended("native/simd", 4096, 1, Status::crashed);
                        row.measurement.reason = "killed by signal 11";
                        progress.row_ends(row);
                      }),
                HasSubstr(line));
  }
}

// A budget may end a group before all of its rounds: they are not to be waited for.
TEST_F(ProgressTest, ExpectsNothingMoreOfAComparisonThatHasEnded) {
  const Plan plan = plan_of({16, 32}, {"native/simd"});
  const std::string text = drawn(plan, false, [&](Progress& progress) {
    progress.row_ends(ended("native/simd", 16, 0.4));
    progress.group_ends(plan.groups[0], 5, 10);
  });
  // Only the 5 tasks of n = 32 are left, of 0.4 s each.
  EXPECT_EQ(text, "[5/10 tasks] sum n=16 done, 2 s left\n");
}

}  // namespace
}  // namespace gapmeter
