// Which slices of a run were undisturbed, by its probes.
#include "harness/analysis/undisturbed.h"

#include <gtest/gtest.h>

#include "harness/tests/unit/support/rows.h"

namespace gapmeter {
namespace {

RoundRow row_with(const Slices& slices, int threads = 1) {
  CellKey cell = test::cell("python/loop");
  cell.threads = threads;
  RoundRow row = test::time_row(cell, 0, 1);
  row.measurement.timing->slices = slices;
  return row;
}

TEST(Probes, WithoutAnyHaveNoBest) {
  Probes probes;
  EXPECT_EQ(probes.best(1), std::nullopt);
  probes.add(test::verified_row(test::cell("python/loop")));
  probes.add(row_with({{10, 0, 0}}));  // was not probed
  EXPECT_EQ(probes.best(1), std::nullopt);
}

// A few readings above the usual speed of the processor are not what it does undisturbed.
TEST(Probes, TheBestIsALowQuantileOfTheGreaterReadings) {
  Probes probes;
  probes.add(row_with(Slices(5, {10, 900, 880})));
  probes.add(row_with(Slices(495, {10, 990, 1000})));
  probes.add(row_with(Slices(500, {10, 1800, 1000})));
  EXPECT_EQ(probes.best(1), 1000);
}

TEST(Probes, AreKeptApartByTheNumberOfThreads) {
  Probes probes;
  probes.add(row_with(Slices(10, {10, 1000, 1000}), 1));
  probes.add(row_with(Slices(10, {10, 1200, 1100}), 2));
  EXPECT_EQ(probes.best(1), 1000);
  EXPECT_EQ(probes.best(2), 1200);
  EXPECT_EQ(probes.best(3), std::nullopt);
}

TEST(IsUndisturbed, UpToThreePercentAboveTheBestOnBothSides) {
  EXPECT_TRUE(is_undisturbed({10, 1030, 1000}, 1000));
  EXPECT_TRUE(is_undisturbed({10, 1000, 1030}, 1000));
  EXPECT_TRUE(is_undisturbed({10, 900, 900}, 1000));
  EXPECT_FALSE(is_undisturbed({10, 1031, 1000}, 1000));
  EXPECT_FALSE(is_undisturbed({10, 1000, 1031}, 1000));
}

}  // namespace
}  // namespace gapmeter
