// Closed forms where there are some; a simulation of the same queue for the rest.
#include "harness/analysis/queueing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace gapmeter {
namespace {

TEST(QueueQuantile, IsOneServiceTimeForThoseWhoFindNobody) {
  EXPECT_EQ(queue_quantile(0.5, 0), 1);
  EXPECT_EQ(queue_quantile(0.5, 0.5), 1) << "half of all find nobody at half load";
  EXPECT_EQ(queue_quantile(0.01, 0.99), 1);
}

// Up to one service time the probability to wait at most t is (1 - load) exp(load t).
TEST(QueueQuantile, FollowsTheClosedFormOfShortWaits) {
  EXPECT_NEAR(queue_quantile(0.5, 0.7), 1 + std::log(0.7 / 0.5) / 0.5, 1e-6);
  EXPECT_NEAR(queue_quantile(0.25, 0.9), 1 + std::log(0.9 / 0.75) / 0.25, 1e-6);
}

TEST(QueueQuantile, AgreesWithASimulation) {
  for (const double load : {0.3, 0.5, 0.75}) {
    std::mt19937_64 random(1);
    std::exponential_distribution<> between(load);
    std::vector<double> times;
    double wait = 0;
    for (int i = 0; i < 300'000; ++i) {
      times.push_back(wait + 1);
      wait = std::max(0.0, wait + 1 - between(random));
    }
    std::sort(times.begin(), times.end());
    const auto at = [&](double q) {
      return times[static_cast<std::size_t>(q * static_cast<double>(times.size()))];
    };
    EXPECT_NEAR(queue_quantile(load, 0.5) / at(0.5), 1, 0.02) << load;
    EXPECT_NEAR(queue_quantile(load, 0.99) / at(0.99), 1, 0.03) << load;
  }
}

}  // namespace
}  // namespace gapmeter
