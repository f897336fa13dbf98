// What a worker makes of an interpreter's answers, and of its end: scripts stand for the
// interpreter.
#include "harness/worker/interpreter_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <new>
#include <stdexcept>
#include <system_error>

#include "harness/sys/files.h"
#include "harness/tests/unit/support/testing.h"
#include "harness/worker/lane_runner.h"

namespace gapmeter {
namespace {

using test::message_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::ExitedWithCode;
using ::testing::HasSubstr;
using ::testing::KilledBySignal;

class InterpreterProcessTest : public ::testing::Test {
 protected:
  // Runs after the first request has been read into $line.
  std::vector<std::string> that(const std::string& answers) {
    const auto path = dir_ / "python";
    write_file(path, "#!/bin/sh\nread -r line <&3\n" + answers + "\n");
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return {path.string()};
  }

  test::TempDir dir_;
};

TEST_F(InterpreterProcessTest, SendsALineAndTakesSoManyBytes) {
  InterpreterProcess process(that(R"(printf 'ok 10\n%s\n\n' "$line" >&4)"));
  EXPECT_EQ(process.ask("time 3 4"), "time 3 4\n\n");
}

TEST_F(InterpreterProcessTest, ReadsWholeNumbers) {
  InterpreterProcess process(that(R"(printf 'ok 16\n\001\0\0\0\0\0\0\0\0\001\0\0\0\0\0\0' >&4)"));
  EXPECT_THAT(process.ask_numbers("numbers"), ElementsAre(1, 256));
}

TEST_F(InterpreterProcessTest, AFailureIsThrownAsWhatItMeans) {
  EXPECT_EQ(message_of<Skipped>(
                [&] { InterpreterProcess(that(R"(printf 'skipped 2\nno' >&4)")).ask("x"); }),
            "no");
  EXPECT_EQ(message_of<WrongResult>(
                [&] { InterpreterProcess(that(R"(printf 'mismatch 5\n99, 1' >&4)")).ask("x"); }),
            "99, 1");
  EXPECT_THROW(InterpreterProcess(that(R"(printf 'oom 0\n' >&4)")).ask("x"), std::bad_alloc);
  EXPECT_EQ(message_of<std::runtime_error>(
                [&] { InterpreterProcess(that(R"(printf 'error 4\noops' >&4)")).ask("x"); }),
            "oops");
}

TEST_F(InterpreterProcessTest, NonsenseIsToldWithTheInterpretersName) {
  EXPECT_THAT(message_of<std::runtime_error>(
                  [&] { InterpreterProcess(that("echo nonsense >&4; sleep 1")).ask("x"); }),
              AllOf(HasSubstr((dir_ / "python").string()), HasSubstr("nonsense")));
}

TEST_F(InterpreterProcessTest, OneThatCannotBeStartedIsNamed) {
  EXPECT_THAT(message_of<std::system_error>([] { InterpreterProcess({"/nonexistent/python"}); }),
              HasSubstr("/nonexistent/python"));
}

using InterpreterProcessDeathTest = InterpreterProcessTest;

TEST_F(InterpreterProcessDeathTest, ItsEndIsTheWorkersEnd) {
  EXPECT_EXIT(InterpreterProcess(that("exit 7")).ask("x"), ExitedWithCode(7), "");
  EXPECT_EXIT(InterpreterProcess(that("printf 'ok 100\\nfew' >&4")).ask("x"), ExitedWithCode(0),
              "");
  EXPECT_EXIT(InterpreterProcess(that("kill -KILL $$")).ask("x"), KilledBySignal(SIGKILL), "");
}

}  // namespace
}  // namespace gapmeter
