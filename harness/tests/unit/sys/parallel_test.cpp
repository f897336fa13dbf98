#include "harness/sys/parallel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace gapmeter {
namespace {

using ::testing::Each;

TEST(InParallel, CallsTheBodyOnceForEachIndex) {
  for (const std::size_t count : {0U, 1U, 2U, 1000U}) {
    std::vector<int> calls(count);
    in_parallel(count, [&](std::size_t i) { ++calls[i]; });
    EXPECT_THAT(calls, Each(1)) << count;
  }
}

TEST(InParallel, RethrowsWhatAnyIndexThrows) {
  for (const std::size_t bad : {0U, 7U, 99U}) {
    const auto body = [&](std::size_t i) {
      if (i == bad) throw std::runtime_error("bad");
    };
    EXPECT_THROW(in_parallel(100, body), std::runtime_error) << bad;
  }
}

}  // namespace
}  // namespace gapmeter
