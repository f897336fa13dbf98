// Ctrl-C: the first ends after the row in hand, the second at once.
#include "harness/sys/interrupts.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

// The flags after each of the signals, in a process of their own: "stop", "stop abandon", …
std::string flags_after(const std::vector<int>& signals) {
  return test::in_child([&] {
    const Interrupts& interrupts = handle_interrupts();
    for (const int signal : signals) raise(signal);
    return std::string(interrupts.stop ? "stop" : "go") + (interrupts.abandon ? " abandon" : "");
  });
}

TEST(HandleInterrupts, NoSignalChangesNothing) { EXPECT_EQ(flags_after({}), "go"); }

TEST(HandleInterrupts, TheFirstStops) {
  EXPECT_EQ(flags_after({SIGINT}), "stop");
  EXPECT_EQ(flags_after({SIGTERM}), "stop");
}

TEST(HandleInterrupts, TheSecondAbandons) {
  EXPECT_EQ(flags_after({SIGINT, SIGINT}), "stop abandon");
  EXPECT_EQ(flags_after({SIGTERM, SIGINT}), "stop abandon");
  EXPECT_EQ(flags_after({SIGINT, SIGINT, SIGINT}), "stop abandon");
}

TEST(HandleInterrupts, AClosedPipeIsAnErrorAndNotTheEnd) {
  EXPECT_EQ(test::in_child([] {
              handle_interrupts();
              int ends[2];
              if (pipe(ends) != 0) return std::string("no pipe");
              close(ends[0]);
              return std::string(::write(ends[1], "x", 1) < 0 ? "an error" : "no error");
            }),
            "an error");
}

}  // namespace
}  // namespace gapmeter
