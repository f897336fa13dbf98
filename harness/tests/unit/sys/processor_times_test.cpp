// Who used the processors, as /proc tells it.
#include "harness/sys/processor_times.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>
#include <fstream>

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
      for (const auto& [process, use] : processor_times().processes) {
        if (process == getpid()) text = "listed itself";
        if (process != spinning) continue;
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

TEST(ProcessorTimes, AreReadOfEveryProcessor) {
  const test::TempDir proc;
  std::ofstream(proc / "stat") << "cpu  9 9 9 9 9 9 9 9 0 0\n"
                                  "cpu0 100 20 30 1000 50 3 2 45 0 0\n"
                                  "cpu7 1 0 0 0 0 0 0\nintr 5\n";
  const auto cpus = processor_times(proc.path()).cpus;
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  ASSERT_EQ(cpus.size(), 1U) << "the second line is too short";
  EXPECT_DOUBLE_EQ(cpus.at(0).busy_s, 155 / ticks);
  EXPECT_DOUBLE_EQ(cpus.at(0).stolen_s, 45 / ticks);
}

}  // namespace
}  // namespace gapmeter
