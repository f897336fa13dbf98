// Programs that run until they are told to end: nothing of them is left, however it comes to that.
#include "harness/sys/supervised_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <thread>

#include "harness/sys/process_tree.h"
#include "harness/tests/unit/support/shell_program.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Within seconds; where it takes longer, something is wrong.
bool becomes_true(const std::function<bool()>& condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

bool are_gone(const std::set<pid_t>& processes) {
  return becomes_true([&] {
    for (const pid_t process : processes) {
      if (kill(process, 0) == 0) return false;
    }
    return true;
  });
}

// With as many processes as it should have.
std::set<pid_t> processes_of(const SupervisedProgram& program, std::size_t count) {
  EXPECT_TRUE(becomes_true([&] { return program.processes().size() == count; }));
  return program.processes();
}

TEST(SupervisedPrograms, RunUntilTheyAreToldToEnd) {
  SupervisedProgram program(test::shell_program(
      "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done"));
  EXPECT_TRUE(becomes_true([&] { return program.last_words() == "ready"; }));
  EXPECT_FALSE(program.has_ended());
  const SupervisedProgram::End end = program.end();
  EXPECT_FALSE(end.was_killed);
  EXPECT_THAT(end.leaked, IsEmpty());
  EXPECT_EQ(program.last_words(), "ready | bye");
}

TEST(SupervisedPrograms, ThatEndByThemselvesSayHow) {
  SupervisedProgram program(test::shell_program("echo one; echo two >&2; exit 3"));
  EXPECT_TRUE(becomes_true([&] { return program.has_ended(); }));
  EXPECT_EQ(program.how_it_ended(), "exited with status 3: one | two");
  SupervisedProgram killed(test::shell_program("kill -SEGV $$"));
  EXPECT_TRUE(becomes_true([&] { return killed.has_ended(); }));
  EXPECT_THAT(killed.how_it_ended(), HasSubstr("was killed by signal 11"));
}

TEST(SupervisedPrograms, ThatCannotStartSayWhy) {
  const auto error = test::message_of<std::runtime_error>(
      [] { SupervisedProgram({.executable = "/no/such/program", .arguments = {"x"}}); });
  EXPECT_THAT(error, HasSubstr("/no/such/program can't be started: No such file"));
  EXPECT_THAT(test::children_of_this_process(), IsEmpty());
}

TEST(SupervisedPrograms, HaveTheirProcessesWithoutTheSupervisor) {
  SupervisedProgram program(test::shell_program("sleep 100 & sleep 100 & wait"));
  EXPECT_THAT(processes_of(program, 3), SizeIs(3));
}

TEST(SupervisedPrograms, AreGivenVariablesAndProcessors) {
  SupervisedProgram program(test::shell_program("echo $GAPMETER_TEST; exec sleep 100"), {},
                            {{"GAPMETER_TEST", "here"}});
  EXPECT_TRUE(becomes_true([&] { return program.last_words() == "here"; }));
  EXPECT_EQ(getenv("GAPMETER_TEST"), nullptr) << "nobody else is";
}

TEST(SupervisedPrograms, TellWhatOutlivesThem) {
  SupervisedProgram program(test::shell_program(
      "sleep 100 & trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done"));
  EXPECT_TRUE(becomes_true([&] { return program.last_words() == "ready"; }));
  const std::set<pid_t> all = program.processes();
  const SupervisedProgram::End end = program.end();
  ASSERT_THAT(end.leaked, SizeIs(1));
  EXPECT_THAT(end.leaked[0], HasSubstr("sleep ("));
  EXPECT_TRUE(are_gone(all));
}

// setsid takes it out of the process group, and the double fork from below the program.
TEST(SupervisedPrograms, DoNotLeaveWhatHasLeftThem) {
  SupervisedProgram program(test::shell_program(
      "(setsid sleep 100 &) ; trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done"));
  EXPECT_TRUE(becomes_true([&] { return program.last_words() == "ready"; }));
  const std::set<pid_t> all = program.processes();
  EXPECT_THAT(program.end().leaked, SizeIs(1));
  EXPECT_TRUE(are_gone(all));
}

TEST(SupervisedPrograms, ThatDoNotEndAreKilled) {
  SupervisedProgram program(
      test::shell_program("trap '' TERM; echo ready; while :; do sleep 0.1; done"));
  EXPECT_TRUE(becomes_true([&] { return program.last_words() == "ready"; }));
  const std::set<pid_t> all = program.processes();
  EXPECT_TRUE(program.end().was_killed);
  EXPECT_TRUE(are_gone(all));
}

TEST(SupervisedPrograms, AreGoneWithTheObject) {
  std::set<pid_t> all;
  {
    const SupervisedProgram program(test::shell_program("sleep 100 & wait"));
    all = processes_of(program, 2);
  }
  EXPECT_TRUE(are_gone(all));
}

// Nobody is there to end them: the supervisor sees it.
TEST(SupervisedPrograms, AreGoneAfterTheirStarterWasKilled) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t starter = fork();
  if (starter == 0) {
    const SupervisedProgram program(test::shell_program("sleep 100 & wait"));
    while (program.processes().size() < 2) {
    }
    for (const pid_t process : program.processes()) {
      [[maybe_unused]] const ssize_t written = write(ends[1], &process, sizeof process);
    }
    pause();
    _exit(0);
  }
  std::set<pid_t> all;
  for (int i = 0; i < 2; ++i) {
    pid_t process = 0;
    ASSERT_EQ(read(ends[0], &process, sizeof process), static_cast<ssize_t>(sizeof process));
    all.insert(process);
  }
  kill(starter, SIGKILL);
  waitpid(starter, nullptr, 0);
  EXPECT_TRUE(are_gone(all));
  // Where this process adopts orphans, the supervisor has become its child.
  EXPECT_TRUE(becomes_true([] {
    waitpid(-1, nullptr, WNOHANG);
    return test::children_of_this_process().empty();
  }));
  close(ends[0]);
  close(ends[1]);
}

// A server that writes a line for each request must neither wait nor fill the memory.
TEST(SupervisedPrograms, KeepOnlyTheLastOfMuchOutput) {
  SupervisedProgram program(test::shell_program("yes something | head -c 5000000; echo the end"));
  EXPECT_TRUE(becomes_true([&] { return program.has_ended(); }));
  EXPECT_THAT(program.last_words(), HasSubstr("the end"));
}

}  // namespace
}  // namespace gapmeter
