// The table at the end of a run: times, ratios, and a whole table as it is printed.
#include "harness/cli/text/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/unit/testing.h"

namespace gapmeter {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

SummaryRow ok_row(std::string_view variant, std::size_t n, double latency_ns,
                  std::optional<double> gap = std::nullopt) {
  return {.cell = test::cell(variant, n), .verified = true, .latency_ns = latency_ns, .gap = gap};
}

SummaryRow failed_row(std::string_view variant, std::size_t n, Status status) {
  return {.cell = test::cell(variant, n), .status = status, .reason = "because"};
}

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

TEST(Table, ShowsTheFastestNativeVariantAndEveryPythonOneWithItsGap) {
  const std::string table = format_table(
      {ok_row("native/strict", 16, 15), ok_row("native/simd", 16, 3),
       ok_row("python/loop", 16, 300, 100), ok_row("python/numpy", 16, 2250, 750),
       ok_row("native/strict", 4096, 4000), ok_row("native/simd", 4096, 150),
       ok_row("python/loop", 4096, 78'000, 520), ok_row("python/numpy", 4096, 2550, 17)});
  EXPECT_EQ(table,
            "sum\n"
            "    n   fastest native     python/loop     python/numpy\n"
            "   16     simd 3.00 ns    300 ns  100×    2.25 µs  750×\n"
            "  4Ki      simd 150 ns   78.0 µs  520×   2.55 µs  17.0×\n");
}

TEST(Table, ShowsAFailedCellsStatusInPlaceOfATime) {
  const std::string table =
      format_table({ok_row("native/simd", 16, 3), failed_row("python/loop", 16, Status::mismatch),
                    failed_row("python/numpy", 16, Status::skipped)});
  EXPECT_EQ(table,
            "sum\n"
            "   n   fastest native   python/loop   python/numpy\n"
            "  16     simd 3.00 ns      mismatch        skipped\n");
}

TEST(Table, ShowsWhyThereIsNoNativeVariant) {
  EXPECT_EQ(format_table(
                {failed_row("native/simd", 16, Status::crashed), ok_row("python/loop", 16, 300)}),
            "sum\n"
            "   n   fastest native   python/loop\n"
            "  16          crashed        300 ns\n");
}

TEST(Table, NeverShowsAWrongNativeVariantAsTheFastest) {
  SummaryRow unverified = ok_row("native/fast", 16, 1);
  unverified.verified.reset();
  const std::string table =
      format_table({unverified, failed_row("native/faster", 16, Status::mismatch),
                    ok_row("native/slow", 16, 9)});
  EXPECT_THAT(table, HasSubstr("slow 9.00 ns"));
  EXPECT_THAT(table, Not(HasSubstr("fast 1.00")));
}

TEST(Table, LeavesCellsThatWereNotPlannedEmpty) {
  EXPECT_EQ(format_table({ok_row("native/simd", 16, 3), ok_row("python/loop", 16, 300, 100),
                          ok_row("native/simd", 64, 5)}),
            "sum\n"
            "   n   fastest native    python/loop\n"
            "  16     simd 3.00 ns   300 ns  100×\n"
            "  64     simd 5.00 ns               \n");
}

TEST(Table, HasASectionForEachKernelInTheOrderOfTheRows) {
  SummaryRow dot = ok_row("native/simd", 16, 3), sum = dot;
  dot.cell.kernel = "dot";
  const std::string table = format_table({sum, dot});
  EXPECT_TRUE(table.starts_with("sum\n"));
  EXPECT_THAT(table, HasSubstr("\n\ndot\n"));
}

TEST(Table, HasAColumnForThreadsWhereSomeCellHasSeveral) {
  SummaryRow threaded = ok_row("native/simd", 16, 2);
  threaded.cell.threads = 2;
  EXPECT_EQ(format_table({ok_row("native/simd", 16, 3), threaded}),
            "sum\n"
            "   n   threads   fastest native\n"
            "  16         1     simd 3.00 ns\n"
            "  16         2     simd 2.00 ns\n");
}

TEST(Table, OfNothingIsEmpty) { EXPECT_EQ(format_table({}), ""); }

}  // namespace
}  // namespace gapmeter
