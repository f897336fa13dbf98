// The memory of a program with all its processes, from commands whose need is known: tail keeps as
// many bytes of a pipe as it is to print. Margins are wide, as an allocator doubles.
#include "harness/sys/program_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using test::mebibyte;

std::int64_t peak_of(const std::string& script) {
  return peak_of_program({.executable = "/bin/sh", .arguments = {"sh", "-c", script}}).bytes;
}

class MemoryOfPrograms : public ::testing::Test {
 protected:
  void SetUp() override {
    if (GAPMETER_TEST_OWN_ALLOCATOR) GTEST_SKIP() << "the sanitizer's memory counts";
  }
};

TEST_F(MemoryOfPrograms, IsThatOfAChild) {
  const std::int64_t peak = peak_of("head -c 104857600 /dev/zero | tail -c 104857600 > /dev/null");
  EXPECT_GT(peak, 100 * mebibyte);
  EXPECT_LT(peak, 250 * mebibyte);
}

TEST_F(MemoryOfPrograms, IsSeenHoweverShortTheirLifeIs) {
  const std::int64_t peak = peak_of("true");
  EXPECT_GT(peak, mebibyte / 4);
  EXPECT_LT(peak, 20 * mebibyte);
}

TEST_F(MemoryOfPrograms, HasNothingOfWhoStartsThem) {
  const std::vector<char> large(200 * mebibyte, 1);
  EXPECT_LT(peak_of("true"), 20 * mebibyte);
  EXPECT_EQ(large.back(), 1);
}

// Each half keeps 60 MiB until it may end, which it may when both have all of it.
TEST_F(MemoryOfPrograms, IsTheSumOfThoseThatRunTogether) {
  const test::TempDir dir;
  const std::string one = (dir / "one").string(), other = (dir / "other").string();
  const auto half = [](const std::string& mine, const std::string& others) {
    return "{ head -c 62914560 /dev/zero; : > " + mine + "; while [ ! -e " + others +
           " ]; do sleep 0.01; done; sleep 0.1; } | tail -c 62914560 > /dev/null & ";
  };
  const std::int64_t peak = peak_of(half(one, other) + half(other, one) + "wait");
  EXPECT_GT(peak, 110 * mebibyte);
  EXPECT_LT(peak, 300 * mebibyte);
}

TEST_F(MemoryOfPrograms, IsNotToldOfOneThatFails) {
  EXPECT_EQ(test::message_of<std::runtime_error>([] { peak_of("echo no >&2; exit 4"); }),
            "exited with status 4: no");
  EXPECT_THAT(test::message_of<std::runtime_error>(
                  [] { peak_of_program({.executable = "/no/program", .arguments = {"program"}}); }),
              ::testing::HasSubstr("/no/program can't be started"));
}

TEST_F(MemoryOfPrograms, LetsSignalsAndThreadsOfTheProgramBe) {
  EXPECT_GT(peak_of("trap 'exit 0' USR1; kill -USR1 $$; exit 1"), 0);
}

}  // namespace
}  // namespace gapmeter
