// One round on two sides, with workers that are shell scripts: whose turn it is, and how one that
// fails ends the other.
#include "harness/measure/pair_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include "harness/base/channel.h"
#include "harness/tests/unit/support/rows.h"
#include "harness/tests/unit/support/testing.h"
#include "harness/protocol/messages.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Workers that write their side's letter to a common file in each slice.
class PairRunnerTest : public ::testing::Test {
 protected:
  static constexpr const char* prelude =
      "#!/bin/sh\n"
      "cd $(dirname $0)\n"
      "request=$(cat <&3)\n"
      "nonce=$(echo \"$request\" | sed 's/.*\"nonce\":\\([0-9]*\\).*/\\1/')\n"
      "step() { printf + >&4; test \"$(head -c 1 <&5 | wc -c)\" -eq 1; }\n"
      "slice() { step && printf $letter >>turns; }\n"
      "answer() { printf '{\"protocol\":4,\"nonce\":%s,\"status\":\"ok\",\"reason\":\"%s\","
      "\"input_digest\":\"\",\"prepare_s\":0,\"timed_s\":0,\"metrics\":{}}' $nonce \"$1\" >&4; }\n";

  WorkerSettings side(const std::string& letter, const std::string& script,
                      double timeout_s = 30) const {
    const auto path = dir_ / letter;
    std::ofstream(path) << prelude << "letter=" << letter << "\n" << script << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return {.native_command = {path.string(), worker_argument},
            .engines = {{.label = "", .command = {"/nowhere/python", worker_argument}}},
            .python_dir = "/python",
            .timeout_s = timeout_s};
  }
  static std::string slices(int count, const std::string& then = "answer well") {
    return "for i in $(seq " + std::to_string(count) + "); do slice || exit 7; done; " + then;
  }
  static Task task(std::int64_t count) {
    return {.pass = Pass::time,
            .kernel = "sum",
            .variant = test::variant("native/simd"),
            .n = 4,
            .timing = {.slices = SlicePlan{.slices = count, .batches = 2}}};
  }
  std::string turns() const {
    return std::filesystem::exists(dir_ / "turns") ? test::contents_of(dir_ / "turns") : "";
  }

  test::TempDir dir_;
};

// Which side begins a slice alternates as A B B A, so that drifts weigh on both alike.
TEST_F(PairRunnerTest, TheSidesTakeTurns) {
  ProcessPairRunner runner(side("A", slices(6)), side("B", slices(6)));
  const auto outcomes = runner.run_pair(task(6), 0);
  EXPECT_EQ(turns(),
            "AB"
            "BA"
            "BA"
            "AB"
            "AB"
            "BA");
  for (const TaskOutcome& outcome : outcomes) {
    EXPECT_EQ(outcome.measurement.status, Status::ok);
    EXPECT_EQ(outcome.measurement.reason, "well");
    EXPECT_FALSE(outcome.abandoned);
    EXPECT_GT(outcome.wall_s, 0);
  }
}

TEST_F(PairRunnerTest, EitherSideCanBeginThem) {
  ProcessPairRunner runner(side("A", slices(4)), side("B", slices(4)));
  runner.run_pair(task(4), 1);
  EXPECT_EQ(turns(),
            "BA"
            "AB"
            "AB"
            "BA");
}

TEST_F(PairRunnerTest, NeitherBeginsBeforeBothAreReady) {
  ProcessPairRunner runner(side("A", slices(1)),
                           side("B", "sleep 0.3; printf r >>turns\n" + slices(1)));
  runner.run_pair(task(1), 0);
  EXPECT_EQ(turns(), "rAB");
}

TEST_F(PairRunnerTest, EachSideHasItsOwnOutcome) {
  ProcessPairRunner runner(side("A", slices(2, "answer base")), side("B", slices(2, "answer new")));
  const auto outcomes = runner.run_pair(task(2), 0);
  EXPECT_EQ(outcomes[0].measurement.reason, "base");
  EXPECT_EQ(outcomes[1].measurement.reason, "new");
}

TEST_F(PairRunnerTest, BothGetTheSameJob) {
  const std::string keep = "echo \"$request\" >request$letter\n";
  ProcessPairRunner runner(side("A", keep + slices(1)), side("B", keep + slices(1)));
  runner.run_pair(task(1), 0);
  for (const char* name : {"requestA", "requestB"}) {
    const Request request = decode_request(test::contents_of(dir_ / name));
    EXPECT_EQ(std::get<Task>(request.task), task(1));
  }
}

TEST_F(PairRunnerTest, ASideThatDiesEndsTheOther) {
  for (const int dying : {0, 1}) {
    std::filesystem::remove(dir_ / "turns");
    const std::string dies = slices(1, "slice; echo 'no memory left'; kill -SEGV $$");
    ProcessPairRunner runner(side("A", "ulimit -c 0\n" + (dying == 0 ? dies : slices(100))),
                             side("B", "ulimit -c 0\n" + (dying == 1 ? dies : slices(100))));
    const auto outcomes = runner.run_pair(task(100), 0);
    const TaskOutcome& dead = outcomes[static_cast<std::size_t>(dying)];
    const TaskOutcome& other = outcomes[static_cast<std::size_t>(1 - dying)];
    EXPECT_EQ(dead.measurement.status, Status::crashed);
    EXPECT_THAT(dead.measurement.reason, HasSubstr("no memory left"));
    EXPECT_FALSE(dead.abandoned);
    EXPECT_TRUE(other.abandoned) << "it did not fail";
    EXPECT_LE(turns().size(), 4U);
  }
  EXPECT_THAT(test::children_of_this_process(), IsEmpty());
}

TEST_F(PairRunnerTest, ASideThatNeverTakesAStepEndsTheOther) {
  ProcessPairRunner runner(side("A", slices(6)), side("B", "exit 3"));
  const auto outcomes = runner.run_pair(task(6), 0);
  EXPECT_TRUE(outcomes[0].abandoned);
  EXPECT_EQ(outcomes[1].measurement.reason, "exited with status 3 and no result");
  EXPECT_EQ(turns(), "");
}

// Both deadlines pass at the same time, but only one side is to blame.
TEST_F(PairRunnerTest, ASideThatHangsIsTheOneThatTimedOut) {
  for (const int hanging : {0, 1}) {
    const std::string hangs = slices(1, "slice; exec sleep 100");
    ProcessPairRunner runner(side("A", hanging == 0 ? hangs : slices(6), 1),
                             side("B", hanging == 1 ? hangs : slices(6), 1));
    const auto outcomes = runner.run_pair(task(6), 0);
    const TaskOutcome& hung = outcomes[static_cast<std::size_t>(hanging)];
    EXPECT_EQ(hung.measurement.status, Status::timeout);
    EXPECT_FALSE(hung.abandoned);
    EXPECT_TRUE(outcomes[static_cast<std::size_t>(1 - hanging)].abandoned);
  }
}

TEST_F(PairRunnerTest, ASideThatWantsMoreSlicesThanItWasToldIsToBlame) {
  ProcessPairRunner runner(side("A", slices(2)), side("B", slices(3)));
  const auto outcomes = runner.run_pair(task(2), 0);
  EXPECT_EQ(outcomes[0].measurement.reason, "well");
  EXPECT_EQ(outcomes[1].measurement.reason, "exited with status 7 and no result");
  EXPECT_FALSE(outcomes[1].abandoned);
}

TEST_F(PairRunnerTest, ASideThatAnswersEarlyEndsTheOther) {
  ProcessPairRunner runner(side("A", slices(6)), side("B", slices(2)));
  const auto outcomes = runner.run_pair(task(6), 0);
  EXPECT_TRUE(outcomes[0].abandoned);
  EXPECT_EQ(outcomes[1].measurement.reason, "well");
}

TEST_F(PairRunnerTest, ASideThatDoesNotStartIsNamedAndNothingIsLeft) {
  WorkerSettings missing = side("B", "");
  missing.native_command = {"/nowhere/gapmeter", worker_argument};
  ProcessPairRunner runner(side("A", slices(6)), missing);
  EXPECT_THAT(test::message_of<std::system_error>([&] { runner.run_pair(task(6), 0); }),
              HasSubstr("/nowhere/gapmeter"));
  EXPECT_THAT(test::children_of_this_process(), IsEmpty());
}

TEST_F(PairRunnerTest, UsersPatienceEndsBoth) {
  const std::atomic<bool> abandon{true};
  WorkerSettings base = side("A", "exec sleep 100"), compared = side("B", "exec sleep 100");
  base.abandon = compared.abandon = &abandon;
  for (const TaskOutcome& outcome : ProcessPairRunner(base, compared).run_pair(task(1), 0)) {
    EXPECT_TRUE(outcome.abandoned);
  }
}

TEST_F(PairRunnerTest, WhatAWorkerPrintsIsLogged) {
  WorkerSettings base = side("A", slices(1)), compared = side("B", "echo hello\n" + slices(1));
  std::vector<std::string> logged;
  base.log = compared.log = [&](const std::string& title, const std::string& output) {
    logged.push_back(title + ": " + output);
  };
  ProcessPairRunner(base, compared).run_pair(task(1), 0);
  EXPECT_THAT(logged, ElementsAre("sum native/simd n=4 time: hello\n"));
}

TEST_F(PairRunnerTest, RunsATaskOnOneSideAlone) {
  ProcessPairRunner runner(side("A", "answer base"), side("B", "answer new"));
  EXPECT_EQ(runner.run(0, task(1)).measurement.reason, "base");
  EXPECT_EQ(runner.run(1, task(1)).measurement.reason, "new");
}

}  // namespace
}  // namespace gapmeter
