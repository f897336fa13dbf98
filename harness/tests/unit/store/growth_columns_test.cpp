// growth.csv: every member under its column, and nothing where there is nothing to tell.
#include "harness/store/growth_columns.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/tests/unit/support/rows.h"

namespace gapmeter {
namespace {

std::string field(const GrowthRow& row, const std::string& column) {
  const Fields& columns = growth_columns();
  const auto found = std::find(columns.begin(), columns.end(), column);
  EXPECT_NE(found, columns.end()) << column;
  return to_fields(row).at(static_cast<std::size_t>(found - columns.begin()));
}

TEST(GrowthFields, HoldEverythingUnderTheirColumns) {
  const GrowthRow row{.series = {"sum", test::variant("python/numpy"), 2},
                      .quantity = "gap",
                      .against = "fastest compiled",
                      .regime = "L2",
                      .n_from = 16,
                      .n_to = 4096,
                      .sizes = 5,
                      .exponent = Estimate{0.5, Interval{0.25, 0.75}},
                      .deviation = 0.125,
                      .local_exponents = {{16, 64, 0.5}, {64, 4096, 0.75}},
                      .crossover_n = 62.5,
                      .faster_beyond = "python/numpy"};
  ASSERT_EQ(to_fields(row).size(), growth_columns().size());
  for (const auto& [column, text] : std::vector<std::pair<std::string, std::string>>{
           {"kernel", "sum"},
           {"variant", "python/numpy"},
           {"lane", "python"},
           {"threads", "2"},
           {"quantity", "gap"},
           {"against", "fastest compiled"},
           {"regime", "L2"},
           {"n_from", "16"},
           {"n_to", "4096"},
           {"sizes", "5"},
           {"exponent", "0.5"},
           {"exponent_ci_low", "0.25"},
           {"exponent_ci_high", "0.75"},
           {"deviation", "0.125"},
           {"local_exponents", "16-64:0.5 64-4096:0.75"},
           {"crossover_n", "62.5"},
           {"faster_beyond", "python/numpy"}}) {
    EXPECT_EQ(field(row, column), text) << column;
  }
}

TEST(GrowthFields, AbsenceIsAnEmptyField) {
  const GrowthRow nothing{.series = {"sum", test::variant("native/simd")}};
  GrowthRow without_interval = nothing;
  without_interval.exponent = Estimate{1};
  for (const char* column : {"against", "regime", "exponent", "exponent_ci_low", "exponent_ci_high",
                             "crossover_n", "faster_beyond", "deviation", "local_exponents"}) {
    EXPECT_EQ(field(nothing, column), "") << column;
  }
  EXPECT_EQ(field(without_interval, "exponent"), "1");
  EXPECT_EQ(field(without_interval, "exponent_ci_low"), "");
  EXPECT_EQ(field(without_interval, "exponent_ci_high"), "");
}

}  // namespace
}  // namespace gapmeter
