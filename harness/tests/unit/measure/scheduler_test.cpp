// The scheduler against fake workers and a fake clock: exactly what runs in which order, what is
// recorded, and what a failure, a budget or a user's stop leaves out.
#include "harness/measure/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "harness/tests/unit/support/rows.h"

namespace gapmeter {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class FakeClock final : public Clock {
 public:
  double now_s() const override { return now_s_; }
  void advance(double seconds) { now_s_ += seconds; }

 private:
  double now_s_ = 1e6;
};

std::string text_of(const Task& task) {
  std::ostringstream text;
  text << name_of(task.pass) << ' ' << to_string(task.variant) << ' ' << task.n;
  return text.str();
}

std::string text_of(const RoundRow& row) {
  std::ostringstream text;
  text << name_of(row.pass) << ' ' << to_string(row.cell.variant) << ' ' << row.cell.n << ' '
       << name_of(row.measurement.status);
  return text.str();
}

// Performs every task well in one second of the fake clock, but for what a test changes.
class FakeRunner final : public TaskRunner {
 public:
  explicit FakeRunner(FakeClock& clock) : clock_(clock) {}

  TaskOutcome run(const Task& task) override {
    tasks.push_back(task);
    clock_.advance(job_s);
    TaskOutcome outcome{.measurement = good_measurement(task), .wall_s = job_s};
    if (change) change(task, outcome);
    return outcome;
  }

  void run_untimed(const std::vector<Task>& untimed, const Take& take) override {
    together.push_back(untimed.size());
    TaskRunner::run_untimed(untimed, take);
  }

  // Makes every task whose text (see text_of) is this one end so.
  void fail(const std::string& job_text, Status status) {
    change = [=, before = change](const Task& task, TaskOutcome& outcome) {
      if (before) before(task, outcome);
      if (text_of(task) != job_text) return;
      outcome.measurement = {.status = status, .reason = "because"};
    };
  }

  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const Task& task : tasks) all.push_back(text_of(task));
    return all;
  }

  std::vector<Task> tasks;
  std::vector<std::size_t> together;  // how many untimed tasks were handed over at a time
  double job_s = 1;
  std::function<void(const Task&, TaskOutcome&)> change;

 private:
  static Measurement good_measurement(const Task& task) {
    Measurement measurement{.input_digest = test::some_digest};
    if (task.pass == Pass::verify) measurement.max_error = 0;
    if (task.pass == Pass::memory) measurement.memory = MemoryUse{.baseline_bytes = 1};
    if (task.pass == Pass::time) {
      measurement.timing = test::timing_of(10, 64);
      if (task.timing.batch) measurement.timing->batch = *task.timing.batch;
    }
    return measurement;
  }

  FakeClock& clock_;
};

class RecordingObserver final : public RunObserver {
 public:
  void task_starts(const Task& task, int round, std::size_t done, std::size_t total) override {
    starts.push_back({text_of(task), round, done, total});
  }
  void row_ends(const RoundRow& row) override { rows.push_back(row); }
  void group_ends(const CellGroup& group, std::size_t done, std::size_t total) override {
    ends.push_back({group.n, done, total});
  }

  std::vector<std::string> row_texts() const {
    std::vector<std::string> all;
    for (const RoundRow& row : rows) all.push_back(text_of(row));
    return all;
  }

  struct Start {
    std::string task;
    int round;
    std::size_t done, total;
  };
  struct End {
    std::size_t n, done, total;
  };
  std::vector<Start> starts;
  std::vector<RoundRow> rows;
  std::vector<End> ends;
};

class SchedulerTest : public ::testing::Test {
 protected:
  // A group of native/a and native/b, or of other variants, at n.
  CellGroup& add_comparison(std::size_t n,
                            const std::vector<std::string>& variants = {"native/a", "native/b"}) {
    CellGroup group{.kernel = "sum",
                    .n = n,
                    .cost = {.bytes = 3, .flops = 2, .items = 1},
                    .working_set_bytes = 77};
    for (const std::string& name : variants) {
      group.variants.push_back({.id = test::variant(name)});
    }
    plan_.groups.push_back(std::move(group));
    return plan_.groups.back();
  }

  RunEnd run(const SchedulerOptions& options = {}) {
    return Scheduler(plan_, runner_, clock_, observer_, options).run();
  }

  std::size_t rows_of(const std::string& text) const {
    const auto texts = observer_.row_texts();
    return static_cast<std::size_t>(std::count(texts.begin(), texts.end(), text));
  }

  std::string reason_of(const std::string& text) const {
    for (const RoundRow& row : observer_.rows) {
      if (text_of(row) == text) return row.measurement.reason;
    }
    ADD_FAILURE() << "no row '" << text << "'";
    return "";
  }

  Plan plan_{.seed = 1, .rounds = 4};
  FakeClock clock_;
  FakeRunner runner_{clock_};
  RecordingObserver observer_;
};

TEST_F(SchedulerTest, VerifiesThenWeighsThenTimesInAbbaOrder) {
  add_comparison(4);
  EXPECT_EQ(run(), RunEnd::complete);
  const auto first = round_order(plan_, plan_.groups[0], 0, 2).at(0);
  const std::string x = first == 0 ? "time native/a 4" : "time native/b 4";
  const std::string y = first == 0 ? "time native/b 4" : "time native/a 4";
  EXPECT_THAT(runner_.texts(), ElementsAre("verify native/a 4", "verify native/b 4",
                                           "memory native/a 4", "memory native/b 4",  //
                                           x, y, y, x, y, x, x, y));
}

TEST_F(SchedulerTest, HandsOverAllOfAComparisonThatIsNotTimed) {
  add_comparison(4);
  runner_.fail("verify native/b 4", Status::mismatch);
  run();
  EXPECT_THAT(runner_.together, ElementsAre(2, 1)) << "those to be verified, those to be weighed";
}

TEST_F(SchedulerTest, EndsAComparisonBeforeItStartsTheNext) {
  plan_.rounds = 1;
  add_comparison(4, {"native/a"});
  add_comparison(16, {"native/a"});
  run();
  EXPECT_THAT(runner_.texts(),
              ElementsAre("verify native/a 4", "memory native/a 4", "time native/a 4",
                          "verify native/a 16", "memory native/a 16", "time native/a 16"));
}

TEST_F(SchedulerTest, FollowsTheOrderOfEachRound) {
  plan_.rounds = 6;
  add_comparison(4, {"native/a", "native/b", "native/c"});
  run();
  std::vector<std::string> expected;
  for (int round = 0; round < 6; ++round) {
    for (const std::size_t index : round_order(plan_, plan_.groups[0], round, 3)) {
      expected.push_back(std::string("time native/") + "abc"[index] + " 4");
    }
  }
  const auto texts = runner_.texts();
  EXPECT_EQ(std::vector(texts.begin() + 6, texts.end()), expected);
}

TEST_F(SchedulerTest, HandsThePlanToEveryJob) {
  plan_.seed = 99;
  plan_.timing = {.batch_ns = 123, .round_ns = 456, .single_calls_ns = 789};
  for (PlannedVariant& planned : add_comparison(4).variants) planned.threads = 2;
  run();
  for (const Task& task : runner_.tasks) {
    EXPECT_EQ(task.kernel, "sum");
    EXPECT_EQ(task.seed, 99U);
    EXPECT_EQ(task.threads, 2);
    EXPECT_EQ(task.timing.batch_ns, 123);
    EXPECT_EQ(task.timing.round_ns, 456);
    EXPECT_EQ(task.timing.single_calls_ns, 789);
  }
}

TEST_F(SchedulerTest, LengthensThePassOfSingleCallsAsTheKernelAsks) {
  plan_.timing.single_calls_ns = 100;
  add_comparison(4).single_calls = 2.5;
  run();
  for (const Task& task : runner_.tasks) EXPECT_EQ(task.timing.single_calls_ns, 250);
}

TEST_F(SchedulerTest, LeavesOutTheMemoryPassWhereThePlanDoes) {
  add_comparison(4).untimed = {Pass::verify};
  run();
  ASSERT_THAT(runner_.tasks, SizeIs(10));
  for (const Task& task : runner_.tasks) EXPECT_NE(task.pass, Pass::memory);
  EXPECT_EQ(observer_.starts.back().total, 10U);
  EXPECT_EQ(observer_.ends.back().done, 10U);
}

TEST_F(SchedulerTest, RecordsARowForEveryJob) {
  add_comparison(4);
  run();
  ASSERT_THAT(observer_.rows, SizeIs(12));
  EXPECT_EQ(rows_of("verify native/a 4 ok"), 1U);
  EXPECT_EQ(rows_of("memory native/b 4 ok"), 1U);
  EXPECT_EQ(rows_of("time native/a 4 ok"), 4U);
  for (const RoundRow& row : observer_.rows) {
    EXPECT_EQ(row.cell.kernel, "sum");
    EXPECT_EQ(row.rounds_planned, 4);
    EXPECT_EQ(row.items_per_call, 1);
    EXPECT_EQ(row.flops_per_call, 2);
    EXPECT_EQ(row.bytes_per_call, 3);
    EXPECT_EQ(row.working_set_bytes, 77);
    EXPECT_EQ(row.worker_s, 1);
  }
}

TEST_F(SchedulerTest, RecordsRoundAndPosition) {
  add_comparison(4);
  run();
  std::vector<std::pair<int, int>> places;
  for (const RoundRow& row : observer_.rows) {
    if (row.pass == Pass::time) {
      places.emplace_back(row.round, row.position);
    } else {
      EXPECT_EQ(row.round, 0);
      EXPECT_EQ(row.position, 0);
    }
  }
  using Place = std::pair<int, int>;
  EXPECT_THAT(places, ElementsAre(Place(0, 0), Place(0, 1), Place(1, 0), Place(1, 1), Place(2, 0),
                                  Place(2, 1), Place(3, 0), Place(3, 1)));
}

TEST_F(SchedulerTest, PassesTheFirstRoundsBatchesToLaterOnes) {
  add_comparison(4);
  const auto batch_of = [](const Task& task) {
    return task.variant.name == "a" ? BatchPlan{500, Estimator::p10}
                                    : BatchPlan{7, Estimator::median};
  };
  runner_.change = [&](const Task& task, TaskOutcome& outcome) {
    if (!outcome.measurement.timing || task.timing.batch) return;
    outcome.measurement.timing->batch = batch_of(task);
  };
  run();
  for (std::size_t i = 0; i < runner_.tasks.size(); ++i) {
    const Task& task = runner_.tasks[i];
    const bool calibrates = task.pass != Pass::time || observer_.starts[i].round == 0;
    EXPECT_EQ(task.timing.batch, calibrates ? std::nullopt : std::optional(batch_of(task)));
  }
}

TEST_F(SchedulerTest, CalibratesAgainAtEverySize) {
  plan_.rounds = 2;
  add_comparison(4, {"native/a"});
  add_comparison(16, {"native/a"});
  run();
  EXPECT_EQ(runner_.tasks.at(4 + 2).n, 16U);
  EXPECT_EQ(runner_.tasks.at(4 + 2).timing.batch, std::nullopt);
}

TEST_F(SchedulerTest, AMismatchLeavesARowAndNothingElseOfTheVariant) {
  add_comparison(4);
  runner_.fail("verify native/b 4", Status::mismatch);
  EXPECT_EQ(run(), RunEnd::complete);
  EXPECT_THAT(
      runner_.texts(),
      ElementsAre("verify native/a 4", "verify native/b 4", "memory native/a 4", "time native/a 4",
                  "time native/a 4", "time native/a 4", "time native/a 4"));
  EXPECT_EQ(rows_of("verify native/b 4 mismatch"), 1U);
  EXPECT_EQ(reason_of("verify native/b 4 mismatch"), "because");
}

TEST_F(SchedulerTest, AFailureWhileWeighingDropsTheVariantFromTheRounds) {
  add_comparison(4);
  runner_.fail("memory native/a 4", Status::crashed);
  run();
  EXPECT_EQ(rows_of("memory native/a 4 crashed"), 1U);
  EXPECT_EQ(rows_of("time native/a 4 ok"), 0U);
  EXPECT_EQ(rows_of("time native/b 4 ok"), 4U);
}

TEST_F(SchedulerTest, AFailureInARoundDropsTheVariantFromLaterOnes) {
  plan_.rounds = 6;
  add_comparison(4);
  int times = 0;
  runner_.change = [&](const Task& task, TaskOutcome& outcome) {
    if (text_of(task) != "time native/a 4" || ++times != 3) return;
    outcome.measurement = {.status = Status::crashed, .reason = "in its third round"};
  };
  run();
  EXPECT_EQ(rows_of("time native/a 4 ok"), 2U);
  EXPECT_EQ(rows_of("time native/a 4 crashed"), 1U);
  EXPECT_EQ(rows_of("time native/b 4 ok"), 6U);
}

TEST_F(SchedulerTest, GoesOnWhenEveryVariantFails) {
  add_comparison(4);
  add_comparison(16);
  runner_.fail("verify native/a 4", Status::error);
  runner_.fail("verify native/b 4", Status::mismatch);
  EXPECT_EQ(run(), RunEnd::complete);
  EXPECT_EQ(rows_of("time native/a 16 ok"), 4U);
  EXPECT_EQ(rows_of("time native/b 16 ok"), 4U);
}

// As when the system has no process left: fork fails for one task and works for the next.
TEST_F(SchedulerTest, ATaskThatCannotBeStartedIsAnErrorAndTheRunGoesOn) {
  add_comparison(4);
  runner_.change = [](const Task& task, TaskOutcome&) {
    if (text_of(task) == "memory native/a 4") {
      throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again),
                              "fork");
    }
  };
  EXPECT_EQ(run(), RunEnd::complete);
  EXPECT_EQ(reason_of("memory native/a 4 error"), "fork: Resource temporarily unavailable");
  EXPECT_EQ(rows_of("time native/b 4 ok"), 4U);
}

class Exhausted : public SchedulerTest, public ::testing::WithParamInterface<Status> {};
INSTANTIATE_TEST_SUITE_P(ByTimeOrMemory, Exhausted, ::testing::Values(Status::timeout, Status::oom),
                         [](const auto& status) { return std::string(name_of(status.param)); });

TEST_P(Exhausted, IsNotTriedAtLargerSizes) {
  for (const std::size_t n : {4U, 16U, 64U}) add_comparison(n);
  runner_.fail("time native/a 16", GetParam());
  run();
  EXPECT_EQ(rows_of("time native/a 4 ok"), 4U);
  EXPECT_EQ(rows_of("verify native/a 64 skipped"), 1U);
  EXPECT_EQ(reason_of("verify native/a 64 skipped"),
            std::string(name_of(GetParam())) + " already at n=16");
  EXPECT_THAT(runner_.texts(), Not(Contains("verify native/a 64")));
  EXPECT_THAT(runner_.texts(), Not(Contains("time native/a 64")));
}

TEST_P(Exhausted, LeavesOtherVariantsAlone) {
  for (const std::size_t n : {4U, 16U}) add_comparison(n);
  runner_.fail("verify native/a 4", GetParam());
  run();
  EXPECT_EQ(rows_of("time native/b 4 ok"), 4U);
  EXPECT_EQ(rows_of("time native/b 16 ok"), 4U);
}

TEST_P(Exhausted, LeavesOtherKernelsAlone) {
  add_comparison(4);
  add_comparison(16).kernel = "dot";
  runner_.fail("verify native/a 4", GetParam());
  run();
  EXPECT_EQ(rows_of("time native/a 16 ok"), 4U);
}

TEST_P(Exhausted, TellsTheFirstSizeAtEveryLargerOne) {
  for (const std::size_t n : {4U, 16U, 64U}) add_comparison(n);
  runner_.fail("verify native/a 4", GetParam());
  run();
  EXPECT_THAT(reason_of("verify native/a 16 skipped"), HasSubstr("n=4"));
  EXPECT_THAT(reason_of("verify native/a 64 skipped"), HasSubstr("n=4"));
}

TEST_F(SchedulerTest, OtherFailuresAreTriedAgainAtLargerSizes) {
  for (const std::size_t n : {4U, 16U}) add_comparison(n);
  runner_.fail("verify native/a 4", Status::mismatch);
  runner_.fail("verify native/b 4", Status::crashed);
  run();
  EXPECT_EQ(rows_of("time native/a 16 ok"), 4U);
  EXPECT_EQ(rows_of("time native/b 16 ok"), 4U);
}

TEST_F(SchedulerTest, SettledVariantsLeaveTheirRowWithoutBeingRun) {
  CellGroup& group = add_comparison(4);
  group.variants[1].settled = Measurement{.status = Status::skipped, .reason = "max_size"};
  run();
  EXPECT_EQ(rows_of("verify native/b 4 skipped"), 1U);
  EXPECT_EQ(reason_of("verify native/b 4 skipped"), "max_size");
  EXPECT_THAT(runner_.texts(), Not(Contains(HasSubstr("native/b"))));
}

// Tasks of one second each; verification, memory and the first round are 3 s of a group.
class Budget : public SchedulerTest {
 protected:
  Budget() { plan_.rounds = 20; }
};

TEST_F(Budget, IsSharedByTheVariants) {
  add_comparison(4, {"native/a"});
  add_comparison(16, {"native/a", "native/b"});
  run({.budget_s = 24});
  // 8 s for each of the three: 2 for verification and memory, 6 rounds.
  EXPECT_EQ(rows_of("time native/a 4 ok"), 6U);
  EXPECT_EQ(rows_of("time native/a 16 ok"), 6U);
  EXPECT_EQ(rows_of("time native/b 16 ok"), 6U);
}

TEST_F(Budget, IsSharedByTheComparisons) {
  add_comparison(4, {"native/a"});
  add_comparison(16, {"native/a"});
  run({.budget_s = 16});
  // 8 s each: 2 for verification and memory, 6 rounds.
  EXPECT_EQ(rows_of("time native/a 4 ok"), 6U);
  EXPECT_EQ(rows_of("time native/a 16 ok"), 6U);
}

TEST_F(Budget, WhatAComparisonLeavesGoesToTheNext) {
  add_comparison(4, {"native/a"});
  add_comparison(16, {"native/a"});
  runner_.fail("verify native/a 4", Status::crashed);
  run({.budget_s = 16});
  // 1 s is spent on n = 4; of the 15 that are left, 2 go to verification and memory.
  EXPECT_EQ(rows_of("time native/a 16 ok"), 13U);
}

TEST_F(Budget, AlwaysAllowsAComparisonItsFirstRound) {
  add_comparison(4);
  run({.budget_s = 0.5});
  EXPECT_EQ(rows_of("time native/a 4 ok"), 1U);
  EXPECT_EQ(rows_of("time native/b 4 ok"), 1U);
}

TEST_F(Budget, NeverEndsARoundHalfway) {
  add_comparison(4);
  // 4 s for verification and memory, then rounds of 2 s: 5, 6 and 7 s are inside a round.
  run({.budget_s = 7});
  EXPECT_EQ(rows_of("time native/a 4 ok"), 2U);
  EXPECT_EQ(rows_of("time native/b 4 ok"), 2U);
}

TEST_F(Budget, ComparisonsAfterItsEndLeaveSkippedRows) {
  add_comparison(4, {"native/a"});
  add_comparison(16);
  runner_.job_s = 10;
  EXPECT_EQ(run({.budget_s = 15}), RunEnd::complete);
  EXPECT_EQ(rows_of("time native/a 4 ok"), 1U);
  EXPECT_EQ(rows_of("verify native/a 16 skipped"), 1U);
  EXPECT_EQ(rows_of("verify native/b 16 skipped"), 1U);
  EXPECT_EQ(reason_of("verify native/a 16 skipped"), "the budget ended before this size");
  EXPECT_THAT(runner_.texts(), Not(Contains(HasSubstr(" 16"))));
}

TEST_F(Budget, SettledVariantsKeepTheirOwnReasonAfterItsEnd) {
  add_comparison(4, {"native/a"});
  add_comparison(16).variants[0].settled =
      Measurement{.status = Status::error, .reason = "SyntaxError"};
  runner_.job_s = 10;
  run({.budget_s = 15});
  EXPECT_EQ(reason_of("verify native/a 16 error"), "SyntaxError");
}

TEST_F(Budget, WithoutOneEveryRoundIsRun) {
  add_comparison(4, {"native/a"});
  runner_.job_s = 1e6;
  run();
  EXPECT_EQ(rows_of("time native/a 4 ok"), 20U);
}

// Up to 20 rounds, in which each variant takes its latencies in turn, over and over.
class WantedPrecision : public SchedulerTest {
 protected:
  WantedPrecision() {
    plan_.rounds = 20;
    plan_.precision = 0.02;
    runner_.change = [this](const Task& task, TaskOutcome& outcome) {
      if (!outcome.measurement.timing) return;
      std::string name = to_string(task.variant);
      if (task.threads > 1) name += " with " + std::to_string(task.threads) + " threads";
      const std::vector<double>& latencies = latencies_[name];
      if (latencies.empty()) return;
      const auto timed = static_cast<std::size_t>(
          std::count_if(runner_.tasks.begin(), runner_.tasks.end(), [&](const Task& before) {
            return before.pass == Pass::time && before.variant == task.variant &&
                   before.n == task.n && before.threads == task.threads;
          }));
      outcome.measurement.timing = test::timing_of(latencies[(timed - 1) % latencies.size()]);
    };
  }
  std::size_t rounds_of(const std::string& variant_and_n) const {
    return rows_of("time " + variant_and_n + " ok");
  }

  std::map<std::string, std::vector<double>> latencies_;
  const std::vector<double> steady_{10}, scattered_{10, 20};
};

// With fewer than six rounds there is no interval, and of nine the first six decide.
TEST_F(WantedPrecision, EndsACellsRoundsWhenItIsReached) {
  add_comparison(4);
  latencies_["native/a"] = steady_;
  latencies_["native/b"] = scattered_;
  EXPECT_EQ(run(), RunEnd::complete);
  EXPECT_EQ(rounds_of("native/a 4"), 9U);
  EXPECT_EQ(rounds_of("native/b 4"), 20U);
}

// Of nine rounds the interval leaves out the shortest and the longest, and of fourteen nine decide.
TEST_F(WantedPrecision, IsLookedForAfterEveryRound) {
  add_comparison(4, {"native/a"});
  latencies_["native/a"] = {10, 20, 10, 10, 10, 10, 10, 10, 10, 10};
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 14U);
}

TEST_F(WantedPrecision, IsThatOfThePlan) {
  add_comparison(4, {"native/a"});
  latencies_["native/a"] = {10, 10.4};
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 9U);
  observer_.rows.clear();
  runner_.tasks.clear();
  plan_.precision = 0.019;
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 20U);
}

TEST_F(WantedPrecision, ThatIsNeverReachedEndsWithTheRounds) {
  add_comparison(4);
  latencies_["native/a"] = latencies_["native/b"] = scattered_;
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 20U);
  EXPECT_EQ(rounds_of("native/b 4"), 20U);
}

TEST_F(WantedPrecision, IsReachedAtEachNumberOfThreadsByItself) {
  CellGroup& group = add_comparison(4, {"native/a", "native/a"});
  group.variants[1].threads = 2;
  latencies_["native/a"] = steady_;
  latencies_["native/a with 2 threads"] = scattered_;
  run();
  std::map<int, int> rounds;
  for (const RoundRow& row : observer_.rows) {
    if (row.pass == Pass::time) ++rounds[row.cell.threads];
  }
  EXPECT_EQ(rounds[1], 9);
  EXPECT_EQ(rounds[2], 20);
}

// The gap is measured in pairs: without the native variant's rounds it would get no narrower.
// Another native variant, which nothing is compared with, may go.
TEST_F(WantedPrecision, KeepsANativeVariantWhileAGapAgainstItIsWide) {
  add_comparison(4, {"native/fastest", "native/slower", "python/c"});
  latencies_["native/fastest"] = {5};
  latencies_["native/slower"] = {7};
  latencies_["python/c"] = scattered_;
  run();
  EXPECT_EQ(rounds_of("native/fastest 4"), 20U);
  EXPECT_EQ(rounds_of("native/slower 4"), 9U);
  EXPECT_EQ(rounds_of("python/c 4"), 20U);
}

TEST_F(WantedPrecision, LetsTheNativeVariantGoWithTheLastGapAgainstIt) {
  add_comparison(4, {"native/a", "python/b", "python/c"});
  latencies_["native/a"] = {5};
  latencies_["python/b"] = steady_;
  latencies_["python/c"] = {10, 20, 10, 10, 10, 10, 10, 10, 10, 10};
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 14U);
  EXPECT_EQ(rounds_of("python/b 4"), 9U);
  EXPECT_EQ(rounds_of("python/c 4"), 14U);
}

TEST_F(WantedPrecision, DoesNotWaitForVariantsThatFailed) {
  add_comparison(4, {"native/a", "python/b"});
  latencies_["native/a"] = {5};
  runner_.fail("time python/b 4", Status::crashed);
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 9U);
  EXPECT_EQ(rows_of("time python/b 4 crashed"), 1U);
}

TEST_F(WantedPrecision, IsReachedAnewAtEverySize) {
  for (const std::size_t n : {4U, 16U}) add_comparison(n, {"native/a"});
  latencies_["native/a"] = steady_;
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 9U);
  EXPECT_EQ(rounds_of("native/a 16"), 9U);
  ASSERT_THAT(observer_.ends, SizeIs(2));
  EXPECT_EQ(observer_.ends.back().done, observer_.ends.back().total);
}

// Tasks of one second: 2 s for verification and memory, 8 rounds.
TEST_F(WantedPrecision, EndsWithTheBudgetToo) {
  add_comparison(4, {"native/a"});
  latencies_["native/a"] = scattered_;
  run({.budget_s = 10});
  EXPECT_EQ(rounds_of("native/a 4"), 8U);
  for (const RoundRow& row : observer_.rows) EXPECT_TRUE(row.budgeted);
}

TEST_F(WantedPrecision, StandsInEveryRow) {
  add_comparison(4, {"native/a"});
  run();
  for (const RoundRow& row : observer_.rows) {
    EXPECT_EQ(row.precision, 0.02);
    EXPECT_EQ(row.rounds_planned, 20);
    EXPECT_FALSE(row.budgeted);
  }
}

TEST_F(WantedPrecision, NobodyWantsMeansAllRounds) {
  plan_.precision.reset();
  add_comparison(4, {"native/a"});
  latencies_["native/a"] = steady_;
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 20U);
  for (const RoundRow& row : observer_.rows) EXPECT_EQ(row.precision, std::nullopt);
}

class Stop : public SchedulerTest {
 protected:
  void stop_at(std::size_t task, bool abandoned = false) {
    runner_.change = [=, this](const Task&, TaskOutcome& outcome) {
      if (runner_.tasks.size() != task) return;
      stop_ = true;
      outcome.abandoned = abandoned;
    };
  }
  std::atomic<bool> stop_{false};
};

TEST_F(Stop, EndsAfterTheRowInHandInEveryPass) {
  add_comparison(4);
  for (const std::size_t task : {1U, 2U, 3U, 4U, 5U, 6U, 9U}) {
    runner_.tasks.clear();
    observer_.rows.clear();
    stop_ = false;
    stop_at(task);
    EXPECT_EQ(run({.stop = &stop_}), RunEnd::interrupted);
    EXPECT_THAT(runner_.tasks, SizeIs(task));
    EXPECT_THAT(observer_.rows, SizeIs(task));
  }
}

TEST_F(Stop, StartsNoFurtherComparison) {
  add_comparison(4);
  add_comparison(16);
  stop_at(3);
  run({.stop = &stop_});
  EXPECT_THAT(runner_.texts(), Not(Contains(HasSubstr(" 16"))));
  EXPECT_THAT(observer_.ends, IsEmpty());
}

TEST_F(Stop, AnAbandonedJobLeavesNoRow) {
  add_comparison(4);
  stop_at(5, /*abandoned=*/true);
  EXPECT_EQ(run({.stop = &stop_}), RunEnd::interrupted);
  EXPECT_THAT(runner_.tasks, SizeIs(5));
  EXPECT_THAT(observer_.rows, SizeIs(4));
}

TEST_F(Stop, BeforeTheStartRunsNothing) {
  add_comparison(4);
  stop_ = true;
  EXPECT_EQ(run({.stop = &stop_}), RunEnd::interrupted);
  EXPECT_THAT(runner_.tasks, IsEmpty());
}

TEST_F(Stop, ThatNeverComesChangesNothing) {
  add_comparison(4);
  EXPECT_EQ(run({.stop = &stop_}), RunEnd::complete);
  EXPECT_THAT(runner_.tasks, SizeIs(12));
}

TEST_F(SchedulerTest, CountsEveryJobFromZeroToTheTotal) {
  add_comparison(4);
  add_comparison(16);
  run();
  ASSERT_THAT(observer_.starts, SizeIs(24));
  for (std::size_t i = 0; i < observer_.starts.size(); ++i) {
    EXPECT_EQ(observer_.starts[i].done, i);
    EXPECT_EQ(observer_.starts[i].total, 24U);
  }
  ASSERT_THAT(observer_.ends, SizeIs(2));
  EXPECT_EQ(observer_.ends[0].done, 12U);
  EXPECT_EQ(observer_.ends[1].done, 24U);
}

TEST_F(SchedulerTest, ReachesTheTotalWhateverIsLeftOut) {
  for (const std::size_t n : {4U, 16U, 64U, 256U}) add_comparison(n);
  plan_.groups[1].variants[0].settled = Measurement{.status = Status::skipped};
  runner_.fail("verify native/a 4", Status::timeout);
  runner_.fail("memory native/b 64", Status::crashed);
  run({.budget_s = 40});
  std::size_t before = 0;
  for (const auto& start : observer_.starts) {
    EXPECT_GE(start.done, before);
    EXPECT_LT(start.done, start.total);
    before = start.done;
  }
  ASSERT_THAT(observer_.ends, SizeIs(4));
  EXPECT_EQ(observer_.ends.back().done, observer_.ends.back().total);
}

TEST_F(SchedulerTest, EveryPlannedCellLeavesARow) {
  for (const std::size_t n : {4U, 16U, 64U})
    add_comparison(n, {"native/a", "native/b", "python/c"});
  plan_.groups[0].variants[2].settled = Measurement{.status = Status::skipped};
  runner_.fail("verify native/a 4", Status::oom);
  runner_.fail("memory native/b 16", Status::crashed);
  run({.budget_s = 20});
  for (const CellGroup& group : plan_.groups) {
    for (const PlannedVariant& planned : group.variants) {
      EXPECT_TRUE(std::any_of(observer_.rows.begin(), observer_.rows.end(),
                              [&](const RoundRow& row) {
                                return row.cell.n == group.n && row.cell.variant == planned.id;
                              }))
          << to_string(planned.id) << " " << group.n;
    }
  }
}

// Whatever row a run was cut short after, the rest is what it would have measured.
TEST_F(SchedulerTest, GoesOnWithWhatARunThatWasCutShortLacks) {
  add_comparison(4);
  add_comparison(16, {"native/a", "native/b", "python/c"});
  plan_.groups[1].variants[2].settled = Measurement{.status = Status::skipped};
  runner_.fail("memory native/b 16", Status::timeout);
  add_comparison(64, {"native/a", "native/b"});
  run();
  const std::vector<RoundRow> whole = observer_.rows;
  const std::vector<Task> tasks = runner_.tasks;
  for (std::size_t kept = 0; kept <= whole.size(); ++kept) {
    runner_.tasks.clear();
    observer_.rows.clear();
    run({.known = {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(kept)}});
    std::vector<std::string> texts = observer_.row_texts(), expected;
    for (std::size_t i = kept; i < whole.size(); ++i) expected.push_back(text_of(whole[i]));
    ASSERT_EQ(texts, expected) << kept;
    const std::size_t ran = runner_.tasks.size();
    ASSERT_TRUE(std::equal(runner_.tasks.begin(), runner_.tasks.end(),
                           tasks.end() - static_cast<std::ptrdiff_t>(ran)))
        << "other tasks, or in another way, after " << kept;
  }
}

TEST_F(SchedulerTest, SkipsWhatWouldNotFitByWhatSmallerSizesTook) {
  plan_.rounds = 1;
  runner_.change = [](const Task& task, TaskOutcome& outcome) {
    if (task.pass != Pass::memory) return;
    outcome.measurement.memory =
        MemoryUse{.baseline_bytes = 100 << 20, .input_bytes = 10 << 20, .peak_bytes = 50 << 20};
  };
  for (const std::size_t n : {4U, 16U}) add_comparison(n, {"native/a"});
  // At 16 it would take 100 + 50 * 4 MiB.
  run({.memory_bytes = 300 << 20});
  EXPECT_EQ(rows_of("time native/a 16 ok"), 1U);
  observer_.rows.clear();
  run({.memory_bytes = (300 << 20) - 1});
  EXPECT_EQ(rows_of("time native/a 4 ok"), 1U);
  EXPECT_EQ(reason_of("verify native/a 16 skipped"),
            "would need about 300 MiB, the limit is 300 (--mem-limit)");
}

TEST_F(SchedulerTest, ScalesNoMemoryThatRoundingExplains) {
  plan_.rounds = 1;
  runner_.change = [](const Task& task, TaskOutcome& outcome) {
    if (task.pass != Pass::memory) return;
    outcome.measurement.memory = MemoryUse{.baseline_bytes = 1, .peak_bytes = (16 << 20) - 1};
  };
  for (const std::size_t n : {4U, 4096U}) add_comparison(n, {"native/a"});
  run({.memory_bytes = 300 << 20});
  EXPECT_EQ(rows_of("time native/a 4096 ok"), 1U);
}

TEST_F(SchedulerTest, SkipsWhatDeclaresMoreThanTheLimit) {
  add_comparison(4).working_set_bytes = 78;
  run({.memory_bytes = 77});
  EXPECT_EQ(rows_of("verify native/a 4 skipped"), 1U);
  EXPECT_THAT(runner_.tasks, IsEmpty());
}

TEST_F(SchedulerTest, CountsKnownRowsAsDone) {
  plan_.rounds = 1;
  add_comparison(4, {"native/a"});
  run();
  const std::vector<RoundRow> whole = observer_.rows;
  observer_.starts.clear();
  run({.known = {whole[0]}});
  ASSERT_THAT(observer_.starts, SizeIs(2));
  EXPECT_EQ(observer_.starts[0].done, 1U);
  EXPECT_EQ(observer_.starts[0].task, "memory native/a 4");
}

TEST_F(SchedulerTest, AnEmptyPlanIsCompleteAtOnce) {
  EXPECT_EQ(run(), RunEnd::complete);
  EXPECT_THAT(runner_.tasks, IsEmpty());
  EXPECT_THAT(observer_.rows, IsEmpty());
}

TEST(SteadyClockTest, NeverGoesBack) {
  const SteadyClock clock;
  const double before = clock.now_s();
  EXPECT_GE(clock.now_s(), before);
}

}  // namespace
}  // namespace gapmeter
