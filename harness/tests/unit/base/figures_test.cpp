// Figures as people read them: three significant digits, whatever the magnitude. The cases in
// number_cases.csv are those that the charts are held to as well.
#include "harness/base/figures.h"

#include <gtest/gtest.h>

#include "harness/base/sizes.h"
#include "harness/tests/unit/support/csv_table.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

TEST(FormatTime, PicksTheUnit) {
  EXPECT_EQ(format_time(1.23), "1.23 ns");
  EXPECT_EQ(format_time(1230), "1.23 µs");
  EXPECT_EQ(format_time(1.23e6), "1.23 ms");
  EXPECT_EQ(format_time(1.23e9), "1.23 s");
  EXPECT_EQ(format_time(1.23e12), "1230 s");
}

TEST(FormatTime, KeepsThreeDigits) {
  EXPECT_EQ(format_time(9.99), "9.99 ns");
  EXPECT_EQ(format_time(10.04), "10.0 ns");
  EXPECT_EQ(format_time(99.94), "99.9 ns");
  EXPECT_EQ(format_time(123.4), "123 ns");
}

TEST(FormatTime, CarriesWhenRoundingAddsADigit) {
  EXPECT_EQ(format_time(9.994), "9.99 ns");
  EXPECT_EQ(format_time(9.996), "10.0 ns");
  EXPECT_EQ(format_time(99.94), "99.9 ns");
  EXPECT_EQ(format_time(99.96), "100 ns");
  EXPECT_EQ(format_time(999.4), "999 ns");
  EXPECT_EQ(format_time(999.6), "1.00 µs");
  EXPECT_EQ(format_time(999'400), "999 µs");
  EXPECT_EQ(format_time(999'600), "1.00 ms");
  EXPECT_EQ(format_time(999.6e6), "1.00 s");
}

TEST(FormatRatio, KeepsThreeDigits) {
  EXPECT_EQ(format_ratio(1), "1.00×");
  EXPECT_EQ(format_ratio(9.994), "9.99×");
  EXPECT_EQ(format_ratio(9.996), "10.0×");
  EXPECT_EQ(format_ratio(12.34), "12.3×");
  EXPECT_EQ(format_ratio(99.96), "100×");
  EXPECT_EQ(format_ratio(1234), "1234×");
}

// Where Python is the faster one, by BLAS for instance.
TEST(FormatRatio, KeepsThreeDigitsBelowOne) {
  EXPECT_EQ(format_ratio(0.5), "0.500×");
  EXPECT_EQ(format_ratio(0.0833), "0.0833×");
  EXPECT_EQ(format_ratio(0.9994), "0.999×");
  EXPECT_EQ(format_ratio(0.9996), "1.00×");
  EXPECT_EQ(format_ratio(0.09996), "0.100×");
}

TEST(FormatTime, KeepsThreeDigitsBelowANanosecond) { EXPECT_EQ(format_time(0.25), "0.250 ns"); }

TEST(FormatDuration, ShowsTheTwoLargestUnits) {
  EXPECT_EQ(format_duration(0), "0 s");
  EXPECT_EQ(format_duration(42), "42 s");
  EXPECT_EQ(format_duration(200), "3 min 20 s");
  EXPECT_EQ(format_duration(3900), "1 h 05 min");
  EXPECT_EQ(format_duration(100 * 3600), "100 h 00 min");
}

TEST(FormatDuration, RoundsToSecondsFirst) {
  EXPECT_EQ(format_duration(0.4), "0 s");
  EXPECT_EQ(format_duration(59.4), "59 s");
  EXPECT_EQ(format_duration(59.6), "1 min 00 s");
  EXPECT_EQ(format_duration(3599.6), "1 h 00 min");
  EXPECT_EQ(format_duration(63), "1 min 03 s");
}

TEST(Figures, ReadAsTheChartsHaveThem) {
  const test::CsvTable cases = test::parse_csv(test::contents_of(GAPMETER_NUMBER_CASES));
  ASSERT_EQ(cases.header, (std::vector<std::string>{"kind", "value", "text"}));
  ASSERT_GT(cases.rows.size(), 20U);
  for (const std::vector<std::string>& row : cases.rows) {
    const double value = std::stod(row.at(1));
    const std::string text = row.at(0) == "time"    ? format_time(value)
                             : row.at(0) == "ratio" ? format_ratio(value)
                                                    : format_size(std::stoull(row.at(1)));
    EXPECT_EQ(text, row.at(2)) << row.at(0) << " " << row.at(1);
  }
}

}  // namespace
}  // namespace gapmeter
