// Failures: one line for a variant, whatever the number of sizes.
#include "harness/session/failures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

CellKey cell(const char* variant, std::size_t n) {
  return {.kernel = "sum", .variant = *parse_variant(variant), .n = n};
}

const Measurement right{};
const Measurement wrong{.status = Status::mismatch, .reason = "y[0] is 1"};
const Measurement broken{.status = Status::error, .reason = "ImportError"};

TEST(Failures, OfNoneAreNothing) {
  Failures failures;
  EXPECT_FALSE(failures.add(cell("native/plain", 16), right));
  EXPECT_THAT(failures.lines(), IsEmpty());
}

TEST(Failures, AreNewAtTheirFirstSizeAlone) {
  Failures failures;
  EXPECT_TRUE(failures.add(cell("python/loop", 16), broken));
  EXPECT_FALSE(failures.add(cell("python/loop", 64), broken));
  EXPECT_TRUE(failures.add(cell("python/loop", 256), wrong));
  EXPECT_TRUE(failures.add(cell("python/numpy", 16), broken));
}

TEST(Failures, SayAtHowManyOfTheSizes) {
  Failures failures;
  failures.add(cell("python/loop", 16), broken);
  failures.add(cell("python/loop", 1024), broken);
  failures.add(cell("python/loop", 1024), broken);  // with more threads
  failures.add(cell("python/loop", 4096), right);
  failures.add(cell("python/numpy", 16), wrong);
  EXPECT_THAT(failures.lines(),
              ElementsAre("sum python/loop n=16,1Ki: error at 2 of 3 sizes: ImportError",
                          "sum python/numpy n=16: mismatch: y[0] is 1"));
  EXPECT_THAT(failures.lines(2),
              ElementsAre("sum python/loop n=16,1Ki: error at 2 of 3 sizes: ImportError"));
}

}  // namespace
}  // namespace gapmeter
