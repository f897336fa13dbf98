// Who used the processors, as /proc tells it.
#include "harness/sys/processor_times.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

// A child that spins: it is listed, with the time that it used, and this process is not.
TEST(ProcessorTimes, AreThoseOfOtherProcesses) {
  const std::string told = test::in_child([] {
    const pid_t spinning = getpid();
    // By its own time, not the clock's: on a busy machine it may hardly run.
    while (std::clock() < CLOCKS_PER_SEC / 5) {
    }
    int report[2];
    if (pipe(report) != 0) return std::string("no pipe");
    if (fork() == 0) {
      std::string text = "not listed";
      for (const auto& [name, use] : processor_times(0).processes) {
        if (name.ends_with(" (" + std::to_string(getpid()) + ")")) text = "listed itself";
        if (!name.ends_with(" (" + std::to_string(spinning) + ")")) continue;
        text = use.used_s > 0.05 ? "used" : "unused";
      }
      (void)!write(report[1], text.data(), text.size());
      _exit(0);
    }
    char text[32] = {};
    const auto size = static_cast<std::size_t>(read(report[0], text, sizeof(text)));
    wait(nullptr);  // or this program, which may adopt orphans by now, would have a child
    return std::string(text, size);
  });
  EXPECT_EQ(told, "used");
}

TEST(ProcessorTimes, NoProcessorHasNoStolenTime) {
  EXPECT_EQ(processor_times(1'000'000).stolen_s, std::nullopt);
}

}  // namespace
}  // namespace gapmeter
