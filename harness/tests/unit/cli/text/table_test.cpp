// The table at the end of a run: times, ratios, and a whole table as it is printed.
#include "harness/cli/text/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/unit/support/rows.h"

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

// What is held side by side is the same job.
TEST(Table, HasASectionForEachJobOfAKernelTheMainOneFirst) {
  const auto borrowing = [](SummaryRow row) {
    row.job = "borrow";
    return row;
  };
  EXPECT_EQ(format_table({borrowing(ok_row("native/borrow", 16, 2)), ok_row("native/copy", 16, 100),
                          borrowing(ok_row("python/reference", 16, 40, 20)),
                          ok_row("python/copy", 16, 300, 3)}),
            "sum\n"
            "   n   fastest native     python/copy\n"
            "  16      copy 100 ns   300 ns  3.00×\n"
            "\n"
            "sum: borrow\n"
            "   n   fastest native   python/reference\n"
            "  16   borrow 2.00 ns     40.0 ns  20.0×\n");
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
