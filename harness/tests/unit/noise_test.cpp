// What doctor measures: a build against itself, and who else used the processor.
#include "harness/measure/noise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "harness/tests/unit/fake_pairs.h"
#include "harness/tests/unit/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MeasureNoise : public ::testing::Test {
 protected:
  // The confidence is that of the range of eight ratios.
  NoiseCell measure() {
    return measure_noise(test::cell("python/loop"), runner_, clock_,
                         {.most_pairs = 8, .confidence = 1 - 2.0 / 256}, 8);
  }
  test::FakeClock clock_;
  test::FakePairRunner runner_{clock_};
};

TEST_F(MeasureNoise, IsTheIntervalsOfADuelAndOfAGap) {
  runner_.pair_s = 0.5;
  runner_.ratio = [](std::size_t pair) { return pair == 0 ? 0.9 : 1.1; };
  const NoiseCell noise = measure();
  EXPECT_EQ(noise.failure, "");
  EXPECT_DOUBLE_EQ(noise.change.value().low, 0.9);
  EXPECT_DOUBLE_EQ(noise.change.value().high, 1.1);
  EXPECT_DOUBLE_EQ(noise.gap.value().low, 1);
  EXPECT_DOUBLE_EQ(noise.gap.value().high, 1);
  EXPECT_DOUBLE_EQ(noise.seconds, 4);
}

// As `run` interleaves: neither side is always first.
TEST_F(MeasureNoise, RoundsOfAGapAlternate) {
  measure();
  const std::vector<std::string> rounds(runner_.log.end() - 4, runner_.log.end());
  EXPECT_THAT(rounds, ElementsAre("time base", "time new", "time new", "time base"));
}

TEST_F(MeasureNoise, AFailureHasNoIntervals) {
  runner_.unverified[1] = test::failing(Status::crashed, "killed");
  const NoiseCell noise = measure();
  EXPECT_THAT(noise.failure, HasSubstr("killed"));
  EXPECT_EQ(noise.change, std::nullopt);
  EXPECT_EQ(noise.gap, std::nullopt);
}

// A child that spins: it is listed, with the time that it used, and this process is not.
TEST(ProcessorTimes, AreThoseOfOtherProcesses) {
  const std::string told = test::in_child([] {
    const pid_t spinning = getpid();
    const double started_s = SteadyClock().now_s();
    while (SteadyClock().now_s() < started_s + 0.2) {
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
