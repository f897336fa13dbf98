// The scheduler against fake workers and a fake clock: exactly what runs in which order and in
// which round together, what is recorded, and what a failure, a budget or a user's stop leaves out.
#include "harness/measure/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "harness/tests/unit/support/rows.h"

namespace gapmeter {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
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

// Makes it a round that is cut like that.
void cut(Timing& timing, const SlicePlan& plan) {
  timing.calls = plan.calls;
  timing.batches = plan.batches * std::ssize(timing.slices);
}

// Performs every task well in one second of the fake clock, but for what a test changes.
class FakeRunner final : public TaskRunner {
 public:
  explicit FakeRunner(FakeClock& clock) : clock_(clock) {}

  TaskOutcome run(const Task& task) override {
    EXPECT_NE(task.pass, Pass::time) << "is timed in a round";
    return perform(task);
  }

  std::vector<TaskOutcome> run_round(const std::vector<Task>& together_now, std::uint64_t key,
                                     const std::atomic<bool>* stop) override {
    rounds.push_back({together_now, key, stop});
    std::vector<TaskOutcome> outcomes;
    for (const Task& task : together_now) {
      EXPECT_EQ(task.pass, Pass::time);
      outcomes.push_back(perform(task));
    }
    return outcomes;
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

  // The variants of each round, separated by spaces.
  std::vector<std::string> round_texts() const {
    std::vector<std::string> all;
    for (const Round& round : rounds) {
      std::string text;
      for (const Task& task : round.tasks) {
        text += (text.empty() ? "" : " ") + to_string(task.variant);
      }
      all.push_back(text);
    }
    return all;
  }

  struct Round {
    std::vector<Task> tasks;
    std::uint64_t key;
    const std::atomic<bool>* stop;
  };
  std::vector<Task> tasks;            // all, those of rounds as well
  std::vector<Round> rounds;          // as they were handed over
  std::vector<std::size_t> together;  // how many untimed tasks were handed over at a time
  double job_s = 1;
  std::function<void(const Task&, TaskOutcome&)> change;

 private:
  TaskOutcome perform(const Task& task) {
    tasks.push_back(task);
    clock_.advance(job_s);
    TaskOutcome outcome{.measurement = good_measurement(task), .wall_s = job_s};
    if (change) change(task, outcome);
    return outcome;
  }

  static Measurement good_measurement(const Task& task) {
    Measurement measurement{.input_digest = test::some_digest};
    if (task.pass == Pass::verify) measurement.max_error = 0;
    if (task.pass == Pass::memory) measurement.memory = MemoryUse{.baseline_bytes = 1};
    if (task.pass == Pass::time) {
      measurement.timing = test::timing_of(10, 64);
      if (task.timing.plan) cut(*measurement.timing, *task.timing.plan);
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
  void round_ends(const CellGroup& group, int round, int expected_rounds, std::size_t done,
                  std::size_t /*total*/) override {
    complete_rounds.push_back({group.n, round, done});
    expected.push_back(expected_rounds);
  }
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
  struct RoundEnd {
    std::size_t n;
    int round;
    std::size_t done;
  };
  struct End {
    std::size_t n, done, total;
  };
  std::vector<Start> starts;
  std::vector<RoundRow> rows;
  std::vector<RoundEnd> complete_rounds;
  std::vector<int> expected;
  std::vector<End> ends;
};

class SchedulerTest : public ::testing::Test {
 protected:
  // A group of native/a and native/b, or of other variants, at n.
  CellGroup& add_comparison(std::size_t n,
                            const std::vector<std::string>& variants = {"native/a", "native/b"}) {
    CellGroup group{.kernel = "sum", .n = n, .working_set_bytes = 77};
    for (const std::string& name : variants) {
      group.variants.push_back(
          {.id = test::variant(name), .job = "copy", .cost = {.bytes = 3, .flops = 2, .items = 1}});
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

TEST_F(SchedulerTest, VerifiesThenWeighsThenTimesInRounds) {
  plan_.rounds = 2;
  add_comparison(4);
  EXPECT_EQ(run(), RunEnd::complete);
  EXPECT_THAT(runner_.texts(), ElementsAre("verify native/a 4", "verify native/b 4",  //
                                           "memory native/a 4", "memory native/b 4",  //
                                           "time native/a 4", "time native/b 4",      //
                                           "time native/a 4", "time native/b 4"));
  EXPECT_THAT(runner_.round_texts(), ElementsAre("native/a native/b", "native/a native/b"));
}

TEST_F(SchedulerTest, HandsOverAllOfAComparisonThatIsNotTimed) {
  add_comparison(4);
  runner_.fail("verify native/b 4", Status::mismatch);
  run();
  EXPECT_THAT(runner_.together, ElementsAre(2, 1)) << "those to be verified, those to be weighed";
}

TEST_F(SchedulerTest, GivesEveryComparisonItsFirstRoundBeforeAnyASecond) {
  plan_.rounds = 2;
  add_comparison(4, {"native/a"});
  add_comparison(16, {"native/a"});
  run();
  EXPECT_THAT(runner_.texts(),
              ElementsAre("verify native/a 4", "memory native/a 4", "time native/a 4",     //
                          "verify native/a 16", "memory native/a 16", "time native/a 16",  //
                          "time native/a 4", "time native/a 16"));
}

// A cell whose rounds follow each other knows nothing of how the machine is minutes later.
TEST_F(SchedulerTest, SpreadsTheRoundsOfACellOverTheRun) {
  for (const std::size_t n : {4U, 16U, 64U}) add_comparison(n, {"native/a"});
  run();
  std::vector<std::size_t> sizes;
  for (const auto& round : runner_.rounds) sizes.push_back(round.tasks.front().n);
  EXPECT_THAT(sizes, ElementsAre(4, 16, 64, 4, 16, 64, 4, 16, 64, 4, 16, 64));
}

TEST_F(SchedulerTest, AllVariantsOfAComparisonAreInOneRoundTogether) {
  plan_.rounds = 3;
  CellGroup& group = add_comparison(4, {"native/a", "native/b", "python/c", "native/a"});
  group.variants[3].threads = 2;
  add_comparison(16, {"native/a", "python/c"});
  run();
  const std::string first = "native/a native/b python/c native/a", second = "native/a python/c";
  EXPECT_THAT(runner_.round_texts(), ElementsAre(first, second, first, second, first, second));
}

TEST_F(SchedulerTest, EachRoundHasItsOwnKey) {
  add_comparison(4);
  add_comparison(16);
  run();
  std::vector<std::uint64_t> keys, expected;
  for (const auto& round : runner_.rounds) keys.push_back(round.key);
  for (int round = 0; round < 4; ++round) {
    for (const CellGroup& group : plan_.groups) expected.push_back(round_key(plan_, group, round));
  }
  EXPECT_EQ(keys, expected);
  EXPECT_THAT(std::set(keys.begin(), keys.end()), SizeIs(8));
}

TEST_F(SchedulerTest, HandsThePlanToEveryJob) {
  plan_.seed = 99;
  plan_.timing = {.batch_ns = 123, .slice_ns = 234, .round_ns = 456, .single_calls_ns = 789};
  for (PlannedVariant& planned : add_comparison(4).variants) planned.threads = 2;
  run();
  for (const Task& task : runner_.tasks) {
    EXPECT_EQ(task.kernel, "sum");
    EXPECT_EQ(task.seed, 99U);
    EXPECT_EQ(task.threads, 2);
    EXPECT_EQ(task.timing.batch_ns, 123);
    EXPECT_EQ(task.timing.slice_ns, 234);
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
  EXPECT_THAT(runner_.round_texts(), Each("native/a native/b"));
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
    EXPECT_EQ(row.job, "copy");
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

TEST_F(SchedulerTest, CutsLaterRoundsLikeTheFirst) {
  add_comparison(4);
  const auto plan_of = [](const Task& task) {
    return task.variant.name == "a" ? SlicePlan{.calls = 500, .batches = 3}
                                    : SlicePlan{.calls = 1, .batches = 1};
  };
  runner_.change = [&](const Task& task, TaskOutcome& outcome) {
    if (outcome.measurement.timing && !task.timing.plan) {
      cut(*outcome.measurement.timing, plan_of(task));
    }
  };
  run();
  ASSERT_THAT(runner_.rounds, SizeIs(4));
  for (std::size_t round = 0; round < 4; ++round) {
    for (const Task& task : runner_.rounds[round].tasks) {
      EXPECT_EQ(task.timing.plan, round == 0 ? std::nullopt : std::optional(plan_of(task)));
    }
  }
  for (const Task& task : runner_.tasks) {
    EXPECT_TRUE(task.pass == Pass::time || !task.timing.plan);
  }
}

// Often enough to find a variant that changes its data, and no burden on the other rounds.
TEST_F(SchedulerTest, OnlyTheFirstRoundComparesResultsOnceMore) {
  plan_.rounds = 3;
  add_comparison(16);
  run();
  for (std::size_t round = 0; round < 3; ++round) {
    for (const Task& task : runner_.rounds.at(round).tasks) {
      EXPECT_EQ(task.verify_after, round == 0);
    }
  }
  for (const Task& task : runner_.tasks) {
    EXPECT_TRUE(task.pass == Pass::time || !task.verify_after);
  }
}

// It has fewer slices, but they are cut like all others.
TEST_F(SchedulerTest, ARoundThatWasStoppedTellsHowToCutTheNext) {
  plan_.rounds = 2;
  add_comparison(4, {"native/a"});
  run();
  RoundRow stopped = observer_.rows.at(2);
  stopped.measurement.timing->slices.resize(2);
  stopped.measurement.timing->batches = 2 * 5;
  runner_.rounds.clear();
  run({.known = {observer_.rows[0], observer_.rows[1], stopped}});
  ASSERT_THAT(runner_.rounds, SizeIs(1));
  EXPECT_EQ(runner_.rounds[0].tasks.at(0).timing.plan, (SlicePlan{.calls = 64, .batches = 5}));
}

TEST_F(SchedulerTest, CalibratesAgainAtEverySize) {
  plan_.rounds = 2;
  add_comparison(4, {"native/a"});
  add_comparison(16, {"native/a"});
  run();
  EXPECT_EQ(runner_.rounds.at(1).tasks.at(0).n, 16U);
  EXPECT_EQ(runner_.rounds.at(1).tasks.at(0).timing.plan, std::nullopt);
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
  EXPECT_THAT(runner_.round_texts(), Each("native/b"));
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
  EXPECT_THAT(runner_.round_texts(),
              ElementsAre("native/a native/b", "native/a native/b", "native/a native/b",  //
                          "native/b", "native/b", "native/b"));
}

TEST_F(SchedulerTest, WithoutAVariantLeftThereIsNoFurtherRound) {
  add_comparison(4);
  runner_.fail("time native/a 4", Status::crashed);
  runner_.fail("time native/b 4", Status::timeout);
  EXPECT_EQ(run(), RunEnd::complete);
  EXPECT_THAT(runner_.rounds, SizeIs(1));
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

// Rounds that take long must not use up what the others' rounds need.
TEST_F(Budget, AComparisonThatHasHadItsShareWaits) {
  plan_.rounds = 6;
  add_comparison(4, {"native/a"});
  add_comparison(16, {"native/a"});
  runner_.change = [this](const Task& task, TaskOutcome&) {
    if (task.n == 16 && task.pass == Pass::time) clock_.advance(9);
  };
  // 20 s each: 8 s are all that n = 4 can use, and n = 16 has used 22 s after its second round.
  // What is left is its own again.
  run({.budget_s = 40});
  EXPECT_EQ(rows_of("time native/a 4 ok"), 6U);
  EXPECT_EQ(rows_of("time native/a 16 ok"), 3U);
  std::vector<std::size_t> sizes;
  for (const auto& round : runner_.rounds) sizes.push_back(round.tasks.front().n);
  EXPECT_THAT(sizes, ElementsAre(4, 16, 4, 16, 4, 4, 4, 4, 16));
}

TEST_F(Budget, AlwaysAllowsAComparisonItsFirstRound) {
  add_comparison(4);
  run({.budget_s = 0.5});
  EXPECT_EQ(rows_of("time native/a 4 ok"), 1U);
  EXPECT_EQ(rows_of("time native/b 4 ok"), 1U);
}

TEST_F(Budget, NeverEndsARoundHalfway) {
  add_comparison(4);
  // 4 s for verification and memory, then rounds of 2 s: the second begins at 6 s.
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

// Up to 15 rounds, in which each variant takes its latencies in turn, over and over.
class WantedPrecision : public SchedulerTest {
 protected:
  WantedPrecision() {
    plan_.rounds = 15;
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
  const std::vector<double> settled_at_last_{10, 20, 28, 10, 10, 10, 10, 10, 10, 10,
                                             10, 10, 10, 10, 10, 10, 10, 10, 10, 10};
};

// Fewer than eight rounds decide nothing.
TEST_F(WantedPrecision, EndsACellsRoundsWhenItIsReached) {
  add_comparison(4).variants[1].job = "another";
  latencies_["native/a"] = steady_;
  latencies_["native/b"] = scattered_;
  EXPECT_EQ(run(), RunEnd::complete);
  EXPECT_EQ(rounds_of("native/a 4"), 8U);
  EXPECT_EQ(rounds_of("native/b 4"), 15U);
  std::vector<std::string> rounds(8, "native/a native/b");
  rounds.resize(15, "native/b");
  EXPECT_THAT(runner_.round_texts(), ElementsAreArray(rounds));
}

// Of ten rounds two at each end are left out; the next two confirm that it is narrow.
TEST_F(WantedPrecision, IsLookedForAfterEveryRound) {
  add_comparison(4, {"native/a"});
  latencies_["native/a"] = settled_at_last_;
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 12U);
}

TEST_F(WantedPrecision, IsThatOfThePlan) {
  add_comparison(4, {"native/a"});
  latencies_["native/a"] = {10, 10.15};
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 8U);
  observer_.rows.clear();
  runner_.tasks.clear();
  plan_.precision = 0.005;
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 15U);
}

TEST_F(WantedPrecision, ThatIsNeverReachedEndsWithTheRounds) {
  add_comparison(4);
  latencies_["native/a"] = latencies_["native/b"] = scattered_;
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 15U);
  EXPECT_EQ(rounds_of("native/b 4"), 15U);
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
  EXPECT_EQ(rounds[1], 8);
  EXPECT_EQ(rounds[2], 15);
}

// The gap is measured in pairs: without the native variant's rounds it would get no narrower.
// Another native variant, which nothing is compared with, may go.
TEST_F(WantedPrecision, KeepsANativeVariantWhileAGapAgainstItIsWide) {
  add_comparison(4, {"native/fastest", "native/slower", "python/c"});
  latencies_["native/fastest"] = {5};
  latencies_["native/slower"] = {7};
  latencies_["python/c"] = scattered_;
  run();
  EXPECT_EQ(rounds_of("native/fastest 4"), 15U);
  EXPECT_EQ(rounds_of("native/slower 4"), 8U);
  EXPECT_EQ(rounds_of("python/c 4"), 15U);
}

// What a round did to both cancels.
TEST_F(WantedPrecision, OfACompiledVariantIsThatOfItsRatioToTheFastest) {
  add_comparison(4);
  latencies_["native/a"] = {10, 12, 14, 16, 18, 11, 13, 15, 17, 19};
  latencies_["native/b"] = {30, 36, 42, 48, 54, 33, 39, 45, 51, 57};
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 8U);
  EXPECT_EQ(rounds_of("native/b 4"), 8U);
}

TEST_F(WantedPrecision, KeepsTheFastestWhileARatioToItIsWide) {
  add_comparison(4);
  latencies_["native/a"] = steady_;
  latencies_["native/b"] = {20, 24, 28, 32, 36, 22, 26, 30, 34, 38};
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 15U);
  EXPECT_EQ(rounds_of("native/b 4"), 15U);
}

TEST_F(WantedPrecision, LetsTheNativeVariantGoWithTheLastGapAgainstIt) {
  add_comparison(4, {"native/a", "python/b", "python/c"});
  latencies_["native/a"] = {5};
  latencies_["python/b"] = steady_;
  latencies_["python/c"] = settled_at_last_;
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 12U);
  EXPECT_EQ(rounds_of("python/b 4"), 8U);
  EXPECT_EQ(rounds_of("python/c 4"), 12U);
}

TEST_F(WantedPrecision, DoesNotWaitForVariantsThatFailed) {
  add_comparison(4, {"native/a", "python/b"});
  latencies_["native/a"] = {5};
  runner_.fail("time python/b 4", Status::crashed);
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 8U);
  EXPECT_EQ(rows_of("time python/b 4 crashed"), 1U);
}

TEST_F(WantedPrecision, IsReachedAnewAtEverySize) {
  for (const std::size_t n : {4U, 16U}) add_comparison(n, {"native/a"});
  latencies_["native/a"] = steady_;
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 8U);
  EXPECT_EQ(rounds_of("native/a 16"), 8U);
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

// A cell that was disturbed nearly all the time is not known, however narrow its interval.
TEST_F(WantedPrecision, IsNotReachedByACellThatWasDisturbed) {
  add_comparison(4).variants[1].job = "another";
  latencies_["native/a"] = latencies_["native/b"] = steady_;
  const auto steady = runner_.change;
  runner_.change = [&](const Task& task, TaskOutcome& outcome) {
    steady(task, outcome);
    if (!outcome.measurement.timing || to_string(task.variant) != "native/b") return;
    for (Slice& slice : outcome.measurement.timing->slices) slice.probe_after = 2000;
  };
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 8U);
  EXPECT_EQ(rounds_of("native/b 4"), 15U);
}

TEST_F(WantedPrecision, LeavesSingleCallsToTheRoundsThatEveryCellHas) {
  plan_.timing.single_calls_ns = 1000;
  add_comparison(4, {"native/a"});
  latencies_["native/a"] = scattered_;
  run();
  const auto with_single_calls = std::count_if(
      runner_.tasks.begin(), runner_.tasks.end(),
      [](const Task& task) { return task.pass == Pass::time && task.timing.single_calls_ns > 0; });
  EXPECT_EQ(with_single_calls, 8);
}

TEST_F(WantedPrecision, TellsHowManyRoundsItWillProbablyTake) {
  add_comparison(4, {"native/a"});
  latencies_["native/a"] = scattered_;
  run();
  EXPECT_EQ(observer_.expected.front(), 8);
  EXPECT_EQ(observer_.expected.at(10), 15);
}

TEST_F(WantedPrecision, StandsInEveryRow) {
  add_comparison(4, {"native/a"});
  run();
  for (const RoundRow& row : observer_.rows) {
    EXPECT_EQ(row.precision, 0.02);
    EXPECT_EQ(row.rounds_planned, 15);
    EXPECT_FALSE(row.budgeted);
  }
}

TEST_F(WantedPrecision, NobodyWantsMeansAllRounds) {
  plan_.precision.reset();
  add_comparison(4, {"native/a"});
  latencies_["native/a"] = steady_;
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 15U);
  for (const RoundRow& row : observer_.rows) EXPECT_EQ(row.precision, std::nullopt);
}

// Forty rounds would leave it at a width of far more than twice what is wanted.
TEST_F(WantedPrecision, ThatIsOutOfReachIsNotWaitedFor) {
  plan_.rounds = 40;
  add_comparison(4, {"native/a"});
  latencies_["native/a"] = scattered_;
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 16U);
}

TEST_F(WantedPrecision, ThatIsOutOfReachOfOneDoesNotKeepTheOther) {
  plan_.rounds = 40;
  add_comparison(4, {"native/a", "python/b"});
  latencies_["native/a"] = steady_;
  latencies_["python/b"] = scattered_;
  run();
  EXPECT_EQ(rounds_of("native/a 4"), 16U);
  EXPECT_EQ(rounds_of("python/b 4"), 16U);
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

TEST_F(Stop, EndsAfterTheRowInHandOfAPassThatIsNotTimed) {
  add_comparison(4);
  for (const std::size_t task : {1U, 2U, 3U, 4U}) {
    runner_.tasks.clear();
    observer_.rows.clear();
    stop_ = false;
    stop_at(task);
    EXPECT_EQ(run({.stop = &stop_}), RunEnd::interrupted);
    EXPECT_THAT(runner_.tasks, SizeIs(task));
    EXPECT_THAT(observer_.rows, SizeIs(task));
  }
}

// All of a round end with the slices that they have, which count.
TEST_F(Stop, EndsAfterTheRoundInHand) {
  add_comparison(4, {"native/a", "native/b", "native/c"});
  for (const std::size_t task : {7U, 8U, 9U, 10U}) {
    runner_.tasks.clear();
    runner_.rounds.clear();
    observer_.rows.clear();
    stop_ = false;
    stop_at(task);
    EXPECT_EQ(run({.stop = &stop_}), RunEnd::interrupted);
    const std::size_t rounds = task < 10 ? 1 : 2;
    EXPECT_THAT(runner_.rounds, SizeIs(rounds));
    EXPECT_THAT(observer_.rows, SizeIs(6 + 3 * rounds));
  }
}

TEST_F(Stop, IsToldToWhoeverRunsARound) {
  add_comparison(4);
  run({.stop = &stop_});
  ASSERT_THAT(runner_.rounds, SizeIs(4));
  for (const auto& round : runner_.rounds) EXPECT_EQ(round.stop, &stop_);
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
  stop_at(3, /*abandoned=*/true);
  EXPECT_EQ(run({.stop = &stop_}), RunEnd::interrupted);
  EXPECT_THAT(runner_.tasks, SizeIs(3));
  EXPECT_THAT(observer_.rows, SizeIs(2));
}

// Some of a round may have answered before the user lost patience.
TEST_F(Stop, OnlyTheAbandonedOnesOfARoundLeaveNoRow) {
  add_comparison(4, {"native/a", "native/b", "native/c"});
  stop_at(8, /*abandoned=*/true);
  EXPECT_EQ(run({.stop = &stop_}), RunEnd::interrupted);
  EXPECT_THAT(runner_.rounds, SizeIs(1));
  EXPECT_EQ(rows_of("time native/a 4 ok"), 1U);
  EXPECT_EQ(rows_of("time native/b 4 ok"), 0U);
  EXPECT_EQ(rows_of("time native/c 4 ok"), 1U);
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
  std::vector<std::size_t> done;
  for (const auto& start : observer_.starts) {
    done.push_back(start.done);
    EXPECT_EQ(start.total, 24U);
  }
  // Four tasks that are not timed and a round of two, for each; then three rounds of each.
  EXPECT_THAT(done, ElementsAre(0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 22));
  ASSERT_THAT(observer_.ends, SizeIs(2));
  EXPECT_EQ(observer_.ends[0].done, 22U);
  EXPECT_EQ(observer_.ends[1].done, 24U);
}

TEST_F(SchedulerTest, TellsOfEveryCompleteRound) {
  plan_.rounds = 2;
  add_comparison(4);
  add_comparison(16);
  run();
  std::vector<std::string> ends;
  for (const auto& end : observer_.complete_rounds) {
    ends.push_back(std::to_string(end.n) + " round " + std::to_string(end.round) + " done " +
                   std::to_string(end.done));
  }
  EXPECT_THAT(ends, ElementsAre("4 round 1 done 6", "16 round 1 done 12", "4 round 2 done 14",
                                "16 round 2 done 16"));
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

std::vector<std::string> places_of(const std::vector<RoundRow>& rows) {
  std::vector<std::string> places;
  for (const RoundRow& row : rows) {
    places.push_back(text_of(row) + " round " + std::to_string(row.round) + " position " +
                     std::to_string(row.position));
  }
  return places;
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
    const std::vector<RoundRow> rest(whole.begin() + static_cast<std::ptrdiff_t>(kept),
                                     whole.end());
    ASSERT_EQ(places_of(observer_.rows), places_of(rest)) << kept;
    const std::size_t ran = runner_.tasks.size();
    ASSERT_TRUE(std::equal(runner_.tasks.begin(), runner_.tasks.end(),
                           tasks.end() - static_cast<std::ptrdiff_t>(ran)))
        << "other tasks, or in another way, after " << kept;
  }
}

TEST_F(SchedulerTest, RunsOnlyWhatIsMissingOfARoundThatWasCutShort) {
  plan_.rounds = 3;
  add_comparison(4, {"native/a", "native/b", "native/c"});
  run();
  const std::vector<RoundRow> whole = observer_.rows;
  runner_.rounds.clear();
  // All but what native/a and native/c have in the second round, and all of the third.
  std::vector<RoundRow> known(whole.begin(), whole.begin() + 9);
  known.push_back(whole.at(10));
  run({.known = known});
  EXPECT_THAT(runner_.round_texts(),
              ElementsAre("native/a native/c", "native/a native/b native/c"));
  EXPECT_EQ(runner_.rounds[0].key, round_key(plan_, plan_.groups[0], 1));
  for (const Task& task : runner_.rounds[0].tasks) {
    EXPECT_EQ(task.timing.plan, (SlicePlan{.calls = 64, .batches = 5})) << "as in the first round";
  }
}

// Every variant takes 100 MiB, and what its name says on top of them.
class MemoryOfARound : public SchedulerTest {
 protected:
  static constexpr std::int64_t mib = std::int64_t{1} << 20;

  MemoryOfARound() {
    plan_.rounds = 2;
    runner_.change = [](const Task& task, TaskOutcome& outcome) {
      if (task.pass != Pass::memory) return;
      outcome.measurement.memory =
          MemoryUse{.baseline_bytes = 100 * mib, .peak_bytes = std::stoi(task.variant.name) * mib};
    };
  }
  std::vector<std::string> rounds_with(std::optional<std::int64_t> memory_mib) {
    runner_.rounds.clear();
    observer_.rows.clear();
    SchedulerOptions options;
    if (memory_mib) options.memory_bytes = *memory_mib * mib;
    run(options);
    return runner_.round_texts();
  }
};

TEST_F(MemoryOfARound, ThatDoesNotFitSplitsIt) {
  add_comparison(4, {"native/50", "native/60", "native/70"});
  const std::string all = "native/50 native/60 native/70";
  EXPECT_THAT(rounds_with(std::nullopt), ElementsAre(all, all));
  EXPECT_THAT(rounds_with(150 + 160 + 170), ElementsAre(all, all));
  EXPECT_THAT(rounds_with(150 + 160 + 170 - 1),
              ElementsAre("native/50 native/60", "native/70", "native/50 native/60", "native/70"));
  EXPECT_THAT(rounds_with(150 + 160 - 1), ElementsAre("native/50", "native/60", "native/70",
                                                      "native/50", "native/60", "native/70"));
}

TEST_F(MemoryOfARound, WhateverItIsEachHasItsRoundAndItsPlace) {
  add_comparison(4, {"native/50", "native/60", "native/70"});
  for (const std::int64_t memory_mib : {100, 200, 400, 800}) {
    rounds_with(memory_mib);
    std::vector<std::string> places;
    for (const RoundRow& row : observer_.rows) {
      if (row.pass != Pass::time) continue;
      places.push_back(row.cell.variant.name + " round " + std::to_string(row.round) +
                       " position " + std::to_string(row.position));
    }
    EXPECT_THAT(places, ElementsAre("50 round 0 position 0", "60 round 0 position 1",
                                    "70 round 0 position 2", "50 round 1 position 0",
                                    "60 round 1 position 1", "70 round 1 position 2"));
  }
}

TEST_F(MemoryOfARound, PartsShareTheKeyOfTheRound) {
  add_comparison(4, {"native/50", "native/60", "native/70"});
  rounds_with(320);
  std::vector<std::uint64_t> keys;
  for (const auto& round : runner_.rounds) keys.push_back(round.key);
  const std::uint64_t first = round_key(plan_, plan_.groups[0], 0);
  const std::uint64_t second = round_key(plan_, plan_.groups[0], 1);
  EXPECT_THAT(keys, ElementsAre(first, first, second, second));
}

// What a larger size took, scaled down, would be less than it was.
TEST_F(MemoryOfARound, IsThatOfItsOwnSizeInLaterRoundsToo) {
  add_comparison(4, {"native/50", "native/60"});
  add_comparison(16, {"native/50"});
  const std::string split[] = {"native/50", "native/60"};
  EXPECT_THAT(rounds_with(150 + 160 - 1),
              ElementsAre(split[0], split[1], "native/50", split[0], split[1], "native/50"));
}

// By the smaller size and what it declares: nothing else is known without a memory pass.
TEST_F(MemoryOfARound, IsThatOfSmallerSizesScaledOrDeclared) {
  plan_.rounds = 1;
  add_comparison(4, {"native/20", "native/21"});
  add_comparison(16, {"native/20", "native/21", "native/22"}).untimed = {Pass::verify};
  plan_.groups[1].working_set_bytes = static_cast<std::size_t>(200 * mib);
  // At 16 the first takes 100 + 4 * 20 MiB, but declares 200; so do the others.
  EXPECT_THAT(rounds_with(400),
              ElementsAre("native/20 native/21", "native/20 native/21", "native/22"));
  EXPECT_THAT(rounds_with(399),
              ElementsAre("native/20 native/21", "native/20", "native/21", "native/22"));
  plan_.groups[1].working_set_bytes = 0;
  EXPECT_THAT(rounds_with(180 + 184),
              ElementsAre("native/20 native/21", "native/20 native/21 native/22"));
  EXPECT_THAT(rounds_with(180 + 183),
              ElementsAre("native/20 native/21", "native/20", "native/21 native/22"));
}

TEST_F(MemoryOfARound, FreesThatOfVariantsThatFailed) {
  add_comparison(4, {"native/50", "native/60", "native/70"});
  runner_.fail("time native/50 4", Status::crashed);
  EXPECT_THAT(rounds_with(150 + 160 + 170 - 1),
              ElementsAre("native/50 native/60", "native/70", "native/60 native/70"));
}

TEST_F(MemoryOfARound, AStopEndsTheRunBetweenItsParts) {
  add_comparison(4, {"native/50", "native/60", "native/70"});
  std::atomic<bool> stop{false};
  runner_.change = [&, before = runner_.change](const Task& task, TaskOutcome& outcome) {
    before(task, outcome);
    if (task.pass == Pass::time) stop = true;
  };
  EXPECT_EQ(run({.stop = &stop, .memory_bytes = 320 * mib}), RunEnd::interrupted);
  EXPECT_THAT(runner_.round_texts(), ElementsAre("native/50 native/60"));
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

class ServersInTurn : public SchedulerTest {
 protected:
  ServersInTurn() {
    CellGroup& group = add_comparison(500, {"native/a", "native/b", "native/c"});
    group.untimed = {Pass::memory};
    group.rounds = 4;
    for (PlannedVariant& planned : group.variants) planned.server.emplace();
    plan_.rounds = 24;
  }
};

TEST_F(ServersInTurn, AreNeverAliveTogether) {
  run();
  ASSERT_THAT(runner_.rounds, SizeIs(4 * 3)) << "as many rounds as the group has";
  for (const auto& round : runner_.rounds) EXPECT_THAT(round.tasks, SizeIs(1));
}

TEST_F(ServersInTurn, ComeInTheOppositeOrderInEverySecondRound) {
  run();
  std::vector<std::string> order = runner_.round_texts();
  const std::vector<std::string> first(order.begin(), order.begin() + 3);
  const std::vector<std::string> second(order.begin() + 3, order.begin() + 6);
  EXPECT_THAT(second, ElementsAreArray(first.rbegin(), first.rend()));
}

TEST_F(ServersInTurn, HaveTheSameScheduleInARoundAndAnotherInTheNext) {
  run();
  std::vector<std::uint64_t> seeds;
  for (const auto& round : runner_.rounds) seeds.push_back(round.tasks.front().seed);
  EXPECT_EQ(seeds[0], seeds[2]);
  EXPECT_EQ(seeds[3], seeds[5]);
  EXPECT_NE(seeds[0], seeds[3]);
}

TEST_F(ServersInTurn, AreNotAskedAgainOnceTheyAreSaturated) {
  runner_.change = [](const Task& task, TaskOutcome& outcome) {
    if (task.pass != Pass::time) return;
    const bool is_b = task.variant.name == "b";
    outcome.measurement.load = Load{.requests = 10, .achieved_per_s = is_b ? 100.0 : 499.0};
  };
  run();
  const std::vector<std::string> all = runner_.round_texts();
  EXPECT_EQ(std::count(all.begin(), all.end(), "native/b"), 1);
  EXPECT_EQ(std::count(all.begin(), all.end(), "native/a"), 4);
}

TEST_F(ServersInTurn, OfFewRoundsAreNotSaidToMissAPrecision) {
  plan_.precision = 0.03;
  run();
  for (const RoundRow& row : observer_.rows) {
    EXPECT_EQ(row.precision, std::nullopt);
    EXPECT_EQ(row.rounds_planned, 4);
  }
}

TEST_F(ServersInTurn, ThatCannotBeAskedHaveARowThoughNothingIsVerified) {
  plan_.groups.back().variants[0].settled = {.status = Status::skipped, .reason = "no package"};
  run();
  EXPECT_THAT(observer_.row_texts(), ::testing::Contains("verify native/a 500 skipped"));
}

}  // namespace
}  // namespace gapmeter
