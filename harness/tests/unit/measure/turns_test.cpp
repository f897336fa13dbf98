// One round, with workers that are shell scripts: whose turn it is, and what one that fails, or a
// user who stops, costs the others.
#include "harness/measure/turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <stdexcept>
#include <utility>

#include "harness/tests/unit/support/script_workers.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using test::slices;
using test::turns_of;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

constexpr std::uint64_t key = 7;

class TakeTurns : public ::testing::Test {
 protected:
  // The next worker of the round: A, B, C, …
  void enter(const std::string& script, double timeout_s = 30) {
    const std::string letter(1, static_cast<char>('A' + static_cast<char>(entrants_.size())));
    entrants_.push_back({&workers_.settings(letter, script, timeout_s), workers_.task()});
  }
  void enter_slices(int count) { enter(slices(count)); }

  void play() { outcomes_ = take_turns(entrants_, key, &stop_); }

  // What each answered, or how it failed.
  std::vector<std::string> ends() const {
    std::vector<std::string> all;
    for (const TaskOutcome& outcome : outcomes_) {
      const Measurement& measurement = outcome.measurement;
      all.emplace_back(measurement.status == Status::ok ? measurement.reason
                                                        : name_of(measurement.status));
    }
    return all;
  }

  test::ScriptWorkers workers_;
  std::vector<Entrant> entrants_;
  std::atomic<bool> stop_{false};
  std::vector<TaskOutcome> outcomes_;
};

TEST_F(TakeTurns, EachHasOneSliceATurnInTheOrderOfTheTurn) {
  for (int i = 0; i < 3; ++i) enter_slices(6);
  play();
  EXPECT_EQ(workers_.turns(), turns_of(key, {6, 6, 6}));
  EXPECT_THAT(ends(), Each("6 slices"));
  for (const TaskOutcome& outcome : outcomes_) {
    EXPECT_FALSE(outcome.abandoned);
    EXPECT_FALSE(outcome.killed);
    EXPECT_GT(outcome.wall_s, 0);
  }
}

TEST_F(TakeTurns, TheKeyDecidesTheOrder) {
  for (int i = 0; i < 3; ++i) enter_slices(6);
  std::set<std::string> orders;
  for (const std::uint64_t other : {1U, 2U, 3U}) {
    workers_.remove("turns");
    take_turns(entrants_, other);
    EXPECT_EQ(workers_.turns(), turns_of(other, {6, 6, 6}));
    orders.insert(workers_.turns());
  }
  EXPECT_THAT(orders, SizeIs(3));
}

// Preparing one must not run beside the slices of another.
TEST_F(TakeTurns, AreAllPreparedOneByOneBeforeTheFirstTurn) {
  enter("sleep 0.2; printf a >>turns; " + slices(2, "answer well"));
  enter("printf b >>turns; " + slices(2, "answer well"));
  enter("sleep 0.1; printf c >>turns; " + slices(2, "answer well"));
  play();
  EXPECT_EQ(workers_.turns(), "abc" + turns_of(key, {2, 2, 2}));
}

TEST_F(TakeTurns, OneThatWantsFewerSlicesDropsOut) {
  enter_slices(5);
  enter_slices(2);
  enter_slices(0);
  enter_slices(3);
  play();
  EXPECT_EQ(workers_.turns(), turns_of(key, {5, 2, 0, 3}));
  EXPECT_THAT(ends(), ElementsAre("5 slices", "2 slices", "0 slices", "3 slices"));
}

TEST_F(TakeTurns, OfOneAloneAreItsSlices) {
  enter_slices(3);
  play();
  EXPECT_EQ(workers_.turns(), "AAA");
}

TEST_F(TakeTurns, OfNobodyIsNothing) {
  play();
  EXPECT_THAT(outcomes_, IsEmpty());
}

TEST_F(TakeTurns, OneThatCrashesCostsOnlyItself) {
  enter_slices(4);
  enter(slices(2, "echo no luck; kill -SEGV $$"));
  enter_slices(4);
  play();
  EXPECT_EQ(workers_.turns(), turns_of(key, {4, 2, 4}));
  EXPECT_THAT(ends(), ElementsAre("4 slices", "crashed", "4 slices"));
  EXPECT_THAT(outcomes_[1].measurement.reason, HasSubstr("no luck"));
  EXPECT_FALSE(outcomes_[1].killed);
  EXPECT_THAT(test::children_of_this_process(), IsEmpty());
}

TEST_F(TakeTurns, OneThatEndsBeforeItsFirstSliceCostsOnlyItself) {
  enter("exit 3");
  enter_slices(3);
  play();
  EXPECT_EQ(workers_.turns(), "BBB");
  EXPECT_THAT(ends(), ElementsAre("crashed", "3 slices"));
  EXPECT_EQ(outcomes_[0].measurement.reason, "exited with status 3 and no result");
}

TEST_F(TakeTurns, OneThatHangsCostsOnlyItself) {
  enter_slices(3);
  enter("slice; exec sleep 100", /*timeout_s=*/1);
  enter_slices(3);
  enter("exec sleep 100", /*timeout_s=*/0.3);
  play();
  EXPECT_THAT(ends(), ElementsAre("3 slices", "timeout", "3 slices", "timeout"));
  EXPECT_EQ(outcomes_[1].measurement.reason, "still running after 1 s (--timeout)");
  EXPECT_EQ(outcomes_[3].measurement.reason, "still running after 0.3 s (--timeout)");
  EXPECT_FALSE(outcomes_[1].abandoned);
  EXPECT_THAT(test::children_of_this_process(), IsEmpty());
}

TEST_F(TakeTurns, OneThatCannotBeStartedCostsOnlyItself) {
  enter_slices(3);
  enter("");
  workers_.latest().native_command = {"/nowhere/gapmeter", worker_argument};
  enter_slices(3);
  play();
  EXPECT_EQ(workers_.turns(), turns_of(key, {3, 0, 3}));
  EXPECT_THAT(ends(), ElementsAre("3 slices", "error", "3 slices"));
  EXPECT_THAT(outcomes_[1].measurement.reason, HasSubstr("/nowhere/gapmeter"));
}

TEST_F(TakeTurns, AnEngineThatIsNotThereIsAMistakeAndNothingIsLeft) {
  enter_slices(3);
  enter_slices(3);
  entrants_[1].task.variant = test::variant("python@3.14/loop");
  EXPECT_THAT(test::message_of<std::invalid_argument>([&] { play(); }), HasSubstr("'3.14'"));
  EXPECT_THAT(test::children_of_this_process(), IsEmpty());
}

TEST_F(TakeTurns, OneThatIsKilledIsRunOnceMoreAloneAfterTheOthers) {
  enter_slices(3);
  enter("if mkdir killed; then slice; slice; kill -9 $$; fi; " + slices(3));
  enter_slices(3);
  play();
  EXPECT_EQ(workers_.turns(), turns_of(key, {3, 2, 3}) + "BBB");
  EXPECT_THAT(ends(), Each("3 slices"));
  EXPECT_FALSE(outcomes_[1].killed);
}

TEST_F(TakeTurns, OneThatIsKilledAgainHadTooLittleMemory) {
  enter("echo start >>starts; slice; kill -9 $$");
  enter_slices(2);
  play();
  EXPECT_EQ(workers_.file("starts"), "start\nstart\n");
  EXPECT_THAT(ends(), ElementsAre("oom", "2 slices"));
  EXPECT_TRUE(outcomes_[0].killed);
}

TEST_F(TakeTurns, OneThatCrashesIsNotRunAgain) {
  enter("echo start >>starts; slice; kill -SEGV $$");
  play();
  EXPECT_EQ(workers_.file("starts"), "start\n");
}

// B ends with its second slice and prints something, which stops the round. Those whose second turn
// came before that have two slices, the others one.
TEST_F(TakeTurns, WhenStoppedAllEndWithTheSlicesThatTheyHave) {
  const std::string tells = "answer \"$had slices, then $word\"";
  enter(slices(100, tells));
  enter(slices(2, "echo I end; answer well"));
  workers_.latest().log = [&](const std::string&, const std::string&) { stop_ = true; };
  enter(slices(100, tells));
  enter(slices(100, tells));
  play();
  const std::string all = turns_of(key, {2, 2, 2, 2});
  const std::string had = all.substr(0, all.rfind('B') + 1);
  EXPECT_EQ(workers_.turns(), had);
  for (const std::size_t i : {0U, 2U, 3U}) {
    const auto count = std::count(had.begin(), had.end(), static_cast<char>('A' + i));
    EXPECT_EQ(ends()[i], std::to_string(count) + " slices, then .");
    EXPECT_FALSE(outcomes_[i].abandoned);
  }
  EXPECT_EQ(ends()[1], "well");
}

TEST_F(TakeTurns, WhenStoppedBeforeTheFirstTurnNobodyHasOne) {
  stop_ = true;
  for (int i = 0; i < 2; ++i) enter(slices(3, "answer \"$had slices, then $word\""));
  play();
  EXPECT_THAT(ends(), Each("0 slices, then ."));
}

TEST_F(TakeTurns, WithoutAFlagNothingStopsThem) {
  enter_slices(3);
  EXPECT_EQ(take_turns(entrants_, key).at(0).measurement.reason, "3 slices");
}

// B takes longer for its slice than A may take altogether.
TEST_F(TakeTurns, TheTurnsOfOthersDoNotCountForADeadline) {
  enter(slices(2), /*timeout_s=*/2);
  enter("step; sleep 2.5; answer well");
  play();
  EXPECT_THAT(ends(), ElementsAre("2 slices", "well"));
  EXPECT_GE(outcomes_[1].wall_s, 2.5);
}

// One that takes its time is not excused because it lets others have their turns.
TEST_F(TakeTurns, AllOfItsOwnTurnsCountForADeadline) {
  enter("while step; do sleep 0.05; done", /*timeout_s=*/0.5);
  enter_slices(100);
  play();
  EXPECT_THAT(ends(), ElementsAre("timeout", "100 slices"));
}

TEST_F(TakeTurns, UsersPatienceEndsAll) {
  std::atomic<bool> abandon{false};
  enter("while slice; do :; done");
  workers_.latest().abandon = &abandon;
  enter(slices(2, "echo I end; answer well"));
  workers_.latest().log = [&](const std::string&, const std::string&) { abandon = true; };
  enter("while slice; do :; done");
  workers_.latest().abandon = &abandon;
  play();
  EXPECT_TRUE(outcomes_[0].abandoned);
  EXPECT_FALSE(outcomes_[1].abandoned);
  EXPECT_TRUE(outcomes_[2].abandoned);
  EXPECT_THAT(test::children_of_this_process(), IsEmpty());
}

TEST_F(TakeTurns, TheRequestIsAsForAnyOtherTask) {
  const std::string keeps = "echo \"$request\" >request$letter; answer $OMP_NUM_THREADS";
  enter(keeps);
  enter(keeps);
  entrants_[1].task.n = 5;
  entrants_[1].task.threads = 3;
  play();
  std::set<std::uint64_t> nonces;
  for (const std::size_t i : {0U, 1U}) {
    const auto& [settings, task] = entrants_[i];
    const WorkerCall call = call_of(*settings, settings->native_command, task, task.threads);
    const Request expected = decode_request(call.spec.request);
    const Request sent = decode_request(workers_.file(i == 0 ? "requestA" : "requestB"));
    EXPECT_EQ(std::get<Task>(sent.task), task);
    EXPECT_EQ(sent.task, expected.task);
    EXPECT_EQ(sent.python_dir, expected.python_dir);
    EXPECT_EQ(sent.extension_dir, expected.extension_dir);
    nonces.insert(sent.nonce);
  }
  EXPECT_THAT(nonces, SizeIs(2)) << "one could answer for the other";
  EXPECT_THAT(ends(), ElementsAre("1", "3")) << "threads reach the libraries";
}

TEST_F(TakeTurns, WhatAWorkerPrintsIsLogged) {
  std::vector<std::string> logged;
  const auto log = [&](const std::string& title, const std::string& output) {
    logged.push_back(title + ": " + output);
  };
  enter_slices(2);
  workers_.latest().log = log;
  enter("echo hello\n" + slices(1));
  workers_.latest().log = log;
  play();
  EXPECT_THAT(logged, ElementsAre("sum native/simd n=4 time: hello\n"));
}

// It would run beside the slices of the others.
TEST_F(TakeTurns, WhatAWorkerLeavesBehindIsEndedWithIt) {
  enter("sleep 100 & echo $! >pid; " + slices(1));
  enter(slices(3, "if kill -0 $(cat pid) 2>/dev/null; then answer runs; else answer ended; fi"));
  play();
  EXPECT_THAT(ends(), ElementsAre("1 slices", "ended"));
}

using Order = std::vector<std::size_t>;

TEST(TurnOrder, IsAPermutation) {
  for (std::size_t count = 0; count <= 9; ++count) {
    for (int turn = 0; turn < 30; ++turn) {
      Order sorted = turn_order(key, turn, count), expected(count);
      std::sort(sorted.begin(), sorted.end());
      std::iota(expected.begin(), expected.end(), std::size_t{0});
      EXPECT_EQ(sorted, expected);
    }
  }
}

TEST(TurnOrder, OfAnOddTurnReversesTheOneBefore) {
  for (int turn = 0; turn < 20; turn += 2) {
    Order reversed = turn_order(key, turn + 1, 5);
    std::reverse(reversed.begin(), reversed.end());
    EXPECT_EQ(turn_order(key, turn, 5), reversed);
  }
}

TEST(TurnOrder, OfTwoIsAbbaOrBaab) {
  std::set<std::string> seen;
  for (int turn = 0; turn < 40; turn += 2) {
    std::string letters;
    for (const int one : {turn, turn + 1}) {
      for (const std::size_t i : turn_order(key, one, 2)) letters += i == 0 ? 'A' : 'B';
    }
    seen.insert(letters);
  }
  EXPECT_THAT(seen, ElementsAre("ABBA", "BAAB"));
}

constexpr int many_turns = 2000;

// Each follows each other one in one of five places of a turn, give or take what chance does.
TEST(TurnOrder, PutsEachRightAfterEachOtherEquallyOften) {
  std::map<std::pair<std::size_t, std::size_t>, int> after;
  for (int turn = 0; turn < many_turns; ++turn) {
    const Order order = turn_order(key, turn, 5);
    for (std::size_t place = 1; place < 5; ++place) ++after[{order[place - 1], order[place]}];
  }
  EXPECT_THAT(after, SizeIs(20));
  for (const auto& [pair, count] : after) {
    EXPECT_THAT(count, AllOf(Ge(many_turns / 5 * 0.85), Le(many_turns / 5 * 1.15)));
    EXPECT_EQ(count, after[std::pair(pair.second, pair.first)]) << "turns are reversed";
  }
}

TEST(TurnOrder, PutsEachFirstAsOftenAsLast) {
  std::map<std::size_t, int> first, last;
  for (int turn = 0; turn < many_turns; ++turn) {
    const Order order = turn_order(key, turn, 5);
    ++first[order.front()];
    ++last[order.back()];
  }
  EXPECT_EQ(first, last);
  EXPECT_THAT(first, SizeIs(5));
  for (const auto& [entrant, count] : first) {
    EXPECT_THAT(count, AllOf(Ge(many_turns / 5 * 0.85), Le(many_turns / 5 * 1.15)));
  }
}

TEST(TurnOrder, IsTheSameEachTime) { EXPECT_EQ(turn_order(key, 3, 6), turn_order(key, 3, 6)); }

// Of 720 permutations: 20 draws are nearly always 20 different ones.
TEST(TurnOrder, DependsOnTheKeyAndTheTurn) {
  std::set<Order> by_key, by_turn;
  for (int i = 0; i < 20; ++i) {
    by_key.insert(turn_order(static_cast<std::uint64_t>(i), 0, 6));
    by_turn.insert(turn_order(key, 2 * i, 6));
  }
  EXPECT_THAT(by_key, SizeIs(Ge(15U)));
  EXPECT_THAT(by_turn, SizeIs(Ge(15U)));
}

}  // namespace
}  // namespace gapmeter
