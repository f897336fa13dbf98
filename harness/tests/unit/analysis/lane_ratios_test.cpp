// Compiled languages against each other: which variants are paired, and what is told of a pair.
#include "harness/analysis/lane_ratios.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/unit/support/rows.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

SummaryRow row_of(std::string_view variant, double latency_ns, std::string job = "",
                  std::size_t n = 16) {
  return {.cell = test::cell(variant, n),
          .job = std::move(job),
          .verified = true,
          .latency_ns = latency_ns,
          .round_latencies_ns = {{0, latency_ns}, {1, latency_ns}, {2, latency_ns}}};
}

// "rust/simd over native/simd: 2".
std::vector<std::string> told(const std::vector<SummaryRow>& rows) {
  std::vector<std::string> lines;
  for (const LaneRatio& ratio : lane_ratios_of(rows)) {
    lines.push_back(fmt::format("{} over {} by {}: {:.3g}", to_string(ratio.cell.variant),
                                to_string(ratio.reference), name_of(ratio.pairing),
                                ratio.ratio.value));
  }
  return lines;
}

TEST(LaneRatios, ArePairedByName) {
  EXPECT_THAT(told({row_of("native/strict", 8), row_of("native/simd", 1), row_of("rust/strict", 4),
                    row_of("rust/indexed", 2)}),
              ElementsAre("rust/strict over native/strict by name: 0.5"));
}

TEST(LaneRatios, AreOfTheFastestWhereNoNameIsInBothLanes) {
  EXPECT_THAT(told({row_of("native/ranges", 8), row_of("native/lambda", 1),
                    row_of("rust/iterator", 2), row_of("rust/closure", 4)}),
              ElementsAre("rust/iterator over native/lambda by fastest: 2"));
}

TEST(LaneRatios, AreOfOneJobAndOneSize) {
  EXPECT_THAT(told({row_of("native/simd", 1), row_of("rust/simd", 1, "into"),
                    row_of("rust/simd", 1, "", 64)}),
              IsEmpty());
}

TEST(LaneRatios, LeaveOutWhatWasNotVerifiedOrNotTimed) {
  SummaryRow unverified = row_of("rust/simd", 1), untimed = row_of("rust/strict", 1);
  unverified.verified.reset();
  untimed.latency_ns.reset();
  EXPECT_THAT(told({row_of("native/simd", 1), row_of("native/strict", 1), unverified, untimed}),
              IsEmpty());
}

TEST(LaneRatios, AreOverTheFirstLaneOfAJob) {
  EXPECT_THAT(
      told({row_of("zig/wc", 2), row_of("go/wc", 4), row_of("rust/wc", 1), row_of("python/wc", 9)}),
      ElementsAre("go/wc over rust/wc by name: 4", "zig/wc over rust/wc by name: 2"));
}

TEST(LaneRatios, HaveNoIntervalWhereACellWasDisturbedNearlyAllTheTime) {
  SummaryRow rust = row_of("rust/simd", 2);
  const SummaryRow native = row_of("native/simd", 1);
  EXPECT_TRUE(lane_ratios_of({native, rust}).front().ratio.interval);
  rust.state = MachineState::mixed;
  EXPECT_FALSE(lane_ratios_of({native, rust}).front().ratio.interval);
}

}  // namespace
}  // namespace gapmeter
