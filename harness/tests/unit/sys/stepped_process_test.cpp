// Children that work in steps, with real ones: when they may go on, and how they end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <thread>

#include "harness/sys/process.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::IsEmpty;
using End = ProcessResult::End;

namespace fs = std::filesystem;

constexpr double patience_s = 30;  // for what takes milliseconds unless the machine is very busy

// `step` says that the child is ready and fails when no word ever comes; `go_on` also when the word
// is not the one to go on.
constexpr const char* with_steps =
    "step() { printf + >&4; word=$(head -c 1 <&5); test -n \"$word\"; }\n"
    "go_on() { step && test \"$word\" = +; }\n";

bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

// The letter that /proc shows: R, S, Z; 0 when there is no such process.
char state_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(file, text)) return 0;
  return text.at(text.rfind(')') + 2);
}

class SteppedProcessTest : public ::testing::Test {
 protected:
  // Scripts run in dir_.
  ProcessSpec& shell(const std::string& script) {
    spec_ = {
        .arguments = {"/bin/sh", "-c", "cd " + dir_.path().string() + "\n" + with_steps + script},
        .environment = {},
        .timeout_s = patience_s};
    return spec_;
  }
  std::string log() const {
    return fs::exists(dir_ / "log") ? test::contents_of(dir_ / "log") : "";
  }
  // That a script leaves in the file `pid`, whole with its line's end.
  int pid() const {
    std::string text;
    const bool found = eventually([&] {
      if (fs::exists(dir_ / "pid")) text = test::contents_of(dir_ / "pid");
      return text.ends_with('\n');
    });
    EXPECT_TRUE(found);
    return std::stoi(text);
  }

  test::TempDir dir_;
  ProcessSpec spec_;
};

TEST_F(SteppedProcessTest, TakesEachStepWhenItIsTold) {
  SteppedProcess process(shell("for i in 1 2 3; do step; echo $i >>log; done; printf answer >&4"));
  ASSERT_TRUE(process.wait_until_ready());
  EXPECT_EQ(log(), "");
  process.step();
  ASSERT_TRUE(process.wait_until_ready());
  EXPECT_EQ(log(), "1\n");
  process.step();
  ASSERT_TRUE(process.wait_until_ready());
  EXPECT_EQ(log(), "1\n2\n");
  process.step();
  EXPECT_FALSE(process.wait_until_ready());
  EXPECT_EQ(log(), "1\n2\n3\n");
  EXPECT_EQ(process.wait().answer, "answer");
}

TEST_F(SteppedProcessTest, AnswersWithWhatItHasWhenItIsToldToEnd) {
  SteppedProcess process(shell("n=0; while go_on; do n=$((n + 1)); done; printf \"$n$word\" >&4"));
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(process.wait_until_ready());
    process.step();
  }
  ASSERT_TRUE(process.wait_until_ready());
  process.end();
  EXPECT_FALSE(process.wait_until_ready());
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.end, End::exited);
  EXPECT_EQ(result.answer, "3.");
}

TEST_F(SteppedProcessTest, MayBeToldToEndBeforeItsFirstStep) {
  SteppedProcess process(shell("go_on || printf \"none$word\" >&4"));
  ASSERT_TRUE(process.wait_until_ready());
  process.end();
  EXPECT_EQ(process.wait().answer, "none.");
}

TEST_F(SteppedProcessTest, TheSignsOfBeingReadyAreNoPartOfTheAnswer) {
  SteppedProcess process(shell("printf ++answer+ >&4"));
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.end, End::exited);
  EXPECT_EQ(result.answer, "answer+");
}

TEST_F(SteppedProcessTest, AnAnswerWithoutBeingReadyIsTheAnswer) {
  SteppedProcess process(shell("printf answer >&4; exit 3"));
  EXPECT_FALSE(process.wait_until_ready());
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.code, 3);
  EXPECT_EQ(result.answer, "answer");
}

// It need not end: nobody waits for a step of a child that has answered.
TEST_F(SteppedProcessTest, AnEarlyAnswerEndsTheSteps) {
  SteppedProcess process(shell("step; printf answer >&4; exec sleep 100"));
  ASSERT_TRUE(process.wait_until_ready());
  process.step();
  EXPECT_FALSE(process.wait_until_ready());
}

TEST_F(SteppedProcessTest, AClosedAnswerPipeEndsTheSteps) {
  SteppedProcess process(shell("step; exec sleep 100 4>&-"));
  ASSERT_TRUE(process.wait_until_ready());
  process.step();
  EXPECT_FALSE(process.wait_until_ready());
}

TEST_F(SteppedProcessTest, AChildThatDiesInAStepHasNoNextOne) {
  SteppedProcess process(shell("step; echo last words; kill -9 $$"));
  ASSERT_TRUE(process.wait_until_ready());
  process.step();
  EXPECT_FALSE(process.wait_until_ready());
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.end, End::signalled);
  EXPECT_EQ(result.code, SIGKILL);
  EXPECT_EQ(result.output, "last words\n");
}

// Telling it to go on must not end the program by SIGPIPE.
TEST_F(SteppedProcessTest, AChildMayDieBetweenSteps) {
  SteppedProcess process(shell("printf + >&4; echo $$ >pid; exit 3"));
  ASSERT_TRUE(process.wait_until_ready());
  const int child = pid();
  ASSERT_TRUE(eventually([&] { return state_of(child) == 'Z'; }));
  process.step();
  process.end();
  EXPECT_FALSE(process.wait_until_ready());
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.end, End::exited);
  EXPECT_EQ(result.code, 3);
}

TEST_F(SteppedProcessTest, AChildThatIsNeverReadyRunsOutOfTime) {
  shell("echo thinking; exec sleep 100").timeout_s = 0.3;
  SteppedProcess process(spec_);
  EXPECT_FALSE(process.wait_until_ready());
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.end, End::timed_out);
  EXPECT_GE(result.wall_s, 0.3);
  EXPECT_EQ(result.output, "thinking\n");
}

TEST_F(SteppedProcessTest, TheDeadlineCountsAllStepsTogether) {
  shell("while step; do sleep 0.05; done").timeout_s = 0.5;
  SteppedProcess process(spec_);
  int steps = 0;
  for (; steps < 1000 && process.wait_until_ready(); ++steps) process.step();
  EXPECT_LE(steps, 10);
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.end, End::timed_out);
  EXPECT_GE(result.wall_s, 0.5);
}

// A child that is ready may wait for longer than it has time: others have their turn.
TEST_F(SteppedProcessTest, TimeThatOthersTakeCountsNeitherForTheDeadlineNorAsItsOwn) {
  using Steady = std::chrono::steady_clock;
  const auto seconds_since = [](Steady::time_point start) {
    return std::chrono::duration<double>(Steady::now() - start).count();
  };
  shell("step; step; printf answer >&4").timeout_s = 1;
  const Steady::time_point start = Steady::now();
  SteppedProcess process(spec_);
  double others_s = 0;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(process.wait_until_ready());
    const Steady::time_point turn_of_others = Steady::now();
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    others_s += seconds_since(turn_of_others);
    process.step();
  }
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.end, End::exited);
  EXPECT_EQ(result.answer, "answer");
  EXPECT_GT(result.wall_s, 0);
  EXPECT_LE(result.wall_s, seconds_since(start) - others_s);
}

TEST_F(SteppedProcessTest, ItsOwnTimeCountsAgainFromItsStepOn) {
  shell("step; exec sleep 100").timeout_s = 1;
  SteppedProcess process(spec_);
  ASSERT_TRUE(process.wait_until_ready());
  process.step();
  EXPECT_FALSE(process.wait_until_ready());
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.end, End::timed_out);
  EXPECT_GE(result.wall_s, 1);
}

TEST_F(SteppedProcessTest, AnAbandonedChildHasNoNextStep) {
  const std::atomic<bool> abandon{true};
  shell("exec sleep 100").abandon = &abandon;
  SteppedProcess process(spec_);
  EXPECT_FALSE(process.wait_until_ready());
  EXPECT_EQ(process.wait().end, End::abandoned);
}

TEST_F(SteppedProcessTest, WaitingForTheEndRefusesFurtherSteps) {
  SteppedProcess process(shell("step || { printf refused >&4; exit 5; }"));
  ASSERT_TRUE(process.wait_until_ready());
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.code, 5);
  EXPECT_EQ(result.answer, "refused");
}

TEST_F(SteppedProcessTest, IsKilledWithItsGroupWhenDestroyed) {
  std::optional<SteppedProcess> process;
  process.emplace(shell("sleep 100 & echo $! >pid; step; sleep 100"));
  ASSERT_TRUE(process->wait_until_ready());
  const int grandchild = pid();
  process.reset();
  EXPECT_THAT(test::children_of_this_process(), IsEmpty()) << "not even a zombie";
  EXPECT_TRUE(eventually([&] { return state_of(grandchild) == 0 || state_of(grandchild) == 'Z'; }));
}

TEST_F(SteppedProcessTest, HasItsRequestAndEnvironmentLikeAnyOther) {
  shell("step; cat <&3 >&4; echo $COLOUR").request = "request";
  spec_.environment = {{"COLOUR", "red"}};
  SteppedProcess process(spec_);
  ASSERT_TRUE(process.wait_until_ready());
  process.step();
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.answer, "request");
  EXPECT_EQ(result.output, "red\n");
}

TEST_F(SteppedProcessTest, SeveralCanBeAliveAtOnce) {
  ProcessSpec first = shell("step; printf first >&4");
  ProcessSpec second = shell("step; printf second >&4");
  SteppedProcess one(first), other(second);
  ASSERT_TRUE(one.wait_until_ready());
  ASSERT_TRUE(other.wait_until_ready());
  other.step();
  EXPECT_EQ(other.wait().answer, "second");
  one.step();
  EXPECT_EQ(one.wait().answer, "first");
}

}  // namespace
}  // namespace gapmeter
