// The table at the end of a run, whole as it is printed: what stands where, and how it folds.
#include "harness/cli/text/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/base/text.h"
#include "harness/tests/unit/support/rows.h"

namespace gapmeter {
namespace {

using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Not;

SummaryRow ok_row(std::string_view variant, std::size_t n, double latency_ns,
                  std::optional<double> gap = std::nullopt) {
  return {.cell = test::cell(variant, n), .verified = true, .latency_ns = latency_ns, .gap = gap};
}

// In a table without what is told below tables.
std::string table_of(const std::vector<SummaryRow>& rows, const Look& look = {},
                     const RunContext& context = {}) {
  const std::string text = format_table(rows, context, look);
  return text.substr(0, text.find("\n× over"));
}

std::size_t longest_line(const std::string& text) {
  std::size_t longest = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    longest = std::max(longest, width_of(text.substr(start, end - start)));
    start = end + 1;
  }
  return longest;
}

SummaryRow failed_row(std::string_view variant, std::size_t n, Status status) {
  return {.cell = test::cell(variant, n), .status = status, .reason = "because"};
}

const RunContext loop_is_first{.baselines = {{"sum", test::variant("python/loop")}}};

TEST(Table, ShowsTheFastestNativeVariantAndEveryPythonOneWithItsGap) {
  const std::string table =
      table_of({ok_row("native/strict", 16, 15), ok_row("native/simd", 16, 3),
                ok_row("python/loop", 16, 300, 100), ok_row("python/numpy", 16, 2250, 750),
                ok_row("native/strict", 4096, 4000), ok_row("native/simd", 4096, 150),
                ok_row("python/loop", 4096, 78'000, 520), ok_row("python/numpy", 4096, 2550, 17)});
  EXPECT_EQ(table,
            "sum\n"
            "    n   fastest native     python/loop     python/numpy\n"
            "   16     simd 3.00 ns    300 ns  100×    2.25 µs  750×\n"
            "  4Ki      simd 150 ns   78.0 µs  520×   2.55 µs  17.0×\n");
}

TEST(Table, SaysWhyAServerHasNoLatency) {
  SummaryRow native = ok_row("native/beast", 16, 3), python = ok_row("python/fastapi", 16, 3);
  native.latency_ns.reset();
  native.state = MachineState::client_bound;
  python.latency_ns.reset();
  python.state = MachineState::saturated;
  EXPECT_EQ(table_of({native, python}),
            "sum\n"
            "   n   fastest native   python/fastapi\n"
            "  16     client_bound        saturated\n");
}

TEST(Table, BeginsWithTheBaselineAndMarksIt) {
  EXPECT_EQ(table_of({ok_row("native/simd", 16, 3), ok_row("python/numpy", 16, 2250, 750),
                      ok_row("python/loop", 16, 300, 100)},
                     {}, loop_is_first),
            "sum\n"
            "   n   fastest native   python/loop*    python/numpy\n"
            "  16     simd 3.00 ns   300 ns  100×   2.25 µs  750×\n");
}

TEST(Table, TellsHowWellAGapIsKnown) {
  SummaryRow loop = ok_row("python/loop", 16, 300, 100);
  loop.gap_ci = Interval{99, 101};
  EXPECT_THAT(table_of({ok_row("native/simd", 16, 3), loop}), HasSubstr("300 ns  100× ±1.0 %\n"));
  loop.gap_ci = Interval{80, 120};
  EXPECT_THAT(table_of({ok_row("native/simd", 16, 3), loop}), HasSubstr("300 ns  100× ±20 %\n"));
}

TEST(Table, SaysWhatItsSignsMeanWhereItHasAny) {
  const std::vector<SummaryRow> rows{ok_row("native/simd", 16, 3),
                                     ok_row("python/loop", 16, 300, 100)};
  EXPECT_TRUE(format_table(rows, loop_is_first, {.columns = 120})
                  .ends_with("\n× over the fastest native variant of the same job, ± its 95 % "
                             "interval; * is what people write first\n"));
  EXPECT_THAT(format_table({rows.front()}, loop_is_first, {}), Not(HasSubstr("interval")));
}

TEST(Table, InColourTheFastestNativeAndTheBestPythonStandOutAndIntervalsDoNot) {
  SummaryRow loop = ok_row("python/loop", 16, 300, 100);
  loop.gap_ci = Interval{99, 101};
  const std::string table =
      table_of({ok_row("native/simd", 16, 3), loop, ok_row("python/numpy", 16, 2250, 750)},
               {.has_colour = true});
  EXPECT_THAT(table, HasSubstr("\x1b[1m3.00 ns\x1b[0m"));
  EXPECT_THAT(table, HasSubstr("\x1b[1m  100×\x1b[0m\x1b[2m ±1.0 %\x1b[0m"));
  EXPECT_THAT(table, HasSubstr("2.25 µs  750×\n"));
}

// What a run of several engines has: far more columns than a screen.
TEST(Table, FoldsColumnsThatDoNotFitBelowTheOthers) {
  const std::vector<SummaryRow> rows{
      ok_row("native/simd", 16, 3), ok_row("python/loop", 16, 300, 100),
      ok_row("python/numpy", 16, 2250, 750), ok_row("python/array", 16, 600, 200)};
  EXPECT_EQ(table_of(rows, {.columns = 60}),
            "sum\n"
            "   n   fastest native    python/loop    python/numpy\n"
            "  16     simd 3.00 ns   300 ns  100×   2.25 µs  750×\n"
            "   n   python/array\n"
            "  16   600 ns  200×\n");
}

TEST(Table, EachEngineIsAGroupOfLinesAndAVariantOneColumn) {
  const std::vector<SummaryRow> rows{ok_row("native/simd", 16, 3),
                                     ok_row("native/simd", 64, 5),
                                     ok_row("python/loop", 16, 300, 100),
                                     ok_row("python/loop", 64, 600, 120),
                                     ok_row("python@pypy3.9/loop", 16, 30, 10),
                                     ok_row("python@pypy3.9/numpy", 64, 50, 10)};
  EXPECT_EQ(table_of(rows),
            "sum\n"
            "   n           engine   fastest native      python/loop     python/numpy\n"
            "  16           python     simd 3.00 ns     300 ns  100×                 \n"
            "  64           python     simd 5.00 ns     600 ns  120×                 \n"
            "  16   python@pypy3.9                    30.0 ns  10.0×                 \n"
            "  64   python@pypy3.9                                     50.0 ns  10.0×\n");
}

TEST(Table, ListsVariantsOneAfterTheOtherWhereNotEvenOneFits) {
  EXPECT_EQ(table_of({ok_row("native/simd", 16, 3), ok_row("python/loop", 16, 300, 100)},
                     {.columns = 30}),
            "sum\n"
            "   n   fastest native\n"
            "  16     simd 3.00 ns\n"
            "python/loop\n"
            "  16   300 ns  100×\n");
}

TEST(Table, FitsItsWidth) {
  std::vector<SummaryRow> rows{ok_row("native/simd", 16, 3)};
  for (int i = 0; i < 12; ++i) {
    rows.push_back(ok_row("python/variant_" + std::to_string(i), 16, 300, 100));
    rows.back().gap_ci = Interval{90, 110};
  }
  SummaryRow skipped = failed_row("python/numba", 16, Status::skipped);
  skipped.reason = "needs the package numba, which is not installed here";
  rows.push_back(skipped);
  for (const std::size_t columns : {40U, 80U, 120U}) {
    EXPECT_THAT(longest_line(format_table(rows, {}, {.columns = columns})), Le(columns));
  }
}

TEST(Table, TellsBelowWhatWasSkippedAtEverySize) {
  EXPECT_EQ(table_of({ok_row("native/simd", 16, 3), ok_row("python/loop", 16, 300, 100),
                      failed_row("python/numba", 16, Status::skipped), ok_row("native/simd", 64, 5),
                      failed_row("python/loop", 64, Status::skipped),
                      failed_row("python/numba", 64, Status::skipped)}),
            "sum\n"
            "   n   fastest native    python/loop\n"
            "  16     simd 3.00 ns   300 ns  100×\n"
            "  64     simd 5.00 ns        skipped\n"
            "  skipped: python/numba (because)\n");
}

TEST(Table, TellsAReasonOnceOfVariantsThatWereSkippedForIt) {
  SummaryRow other = failed_row("python/numba", 16, Status::skipped);
  other.reason = "needs the package numba";
  EXPECT_EQ(
      table_of({ok_row("native/simd", 16, 3), failed_row("rust/strict", 16, Status::skipped),
                failed_row("rust/simd", 16, Status::skipped), ok_row("python/loop", 16, 300, 100),
                other}),
      "sum\n"
      "   n   fastest native    python/loop\n"
      "  16     simd 3.00 ns   300 ns  100×\n"
      "  skipped: rust/strict, rust/simd (because), python/numba (needs the package numba)\n");
}

// What is held side by side is the same job.
TEST(Table, HasASectionForEachJobOfAKernelTheMainOneFirst) {
  const auto borrowing = [](SummaryRow row) {
    row.job = "borrow";
    return row;
  };
  EXPECT_EQ(table_of({borrowing(ok_row("native/borrow", 16, 2)), ok_row("native/copy", 16, 100),
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

TEST(Table, HasAColumnForEachCompiledVariantWhereThereIsNoPython) {
  EXPECT_EQ(table_of({ok_row("go/wc", 16, 300), ok_row("rust/wc", 16, 200)}),
            "sum\n"
            "   n    go/wc   rust/wc\n"
            "  16   300 ns    200 ns\n");
}

TEST(Table, HasAColumnForTheFastestOfEachCompiledLane) {
  const std::vector<SummaryRow> rows{ok_row("native/simd", 16, 3), ok_row("native/strict", 16, 15),
                                     ok_row("rust/strict", 16, 2),
                                     ok_row("python/loop", 16, 300, 150)};
  EXPECT_EQ(table_of(rows),
            "sum\n"
            "   n   fastest native     fastest rust    python/loop\n"
            "  16     simd 3.00 ns   strict 2.00 ns   300 ns  150×\n");
  EXPECT_THAT(format_table(rows, {}, {}),
              HasSubstr("× over the fastest compiled variant of the same job"));
}

TEST(Table, NamesWhatGapsAreAgainstWhereThatWasChosen) {
  const std::vector<SummaryRow> rows{ok_row("native/simd", 16, 3), ok_row("native/strict", 16, 15),
                                     ok_row("rust/strict", 16, 2),
                                     ok_row("python/loop", 16, 300, 20)};
  const RunContext over_rust{.against = parse_against("rust").value()};
  EXPECT_THAT(format_table(rows, over_rust, {}),
              HasSubstr("× over the fastest rust variant of the same job"));
  const RunContext over_strict{.against = parse_against("native/strict").value()};
  EXPECT_EQ(table_of(rows, {}, over_strict),
            "sum\n"
            "   n    native/strict     fastest rust     python/loop\n"
            "  16   strict 15.0 ns   strict 2.00 ns   300 ns  20.0×\n");
  EXPECT_THAT(format_table(rows, over_strict, {}), HasSubstr("× over native/strict, ±"));
}

TEST(Table, ShowsAFailedCellsStatusInPlaceOfATime) {
  EXPECT_EQ(
      table_of({ok_row("native/simd", 16, 3), failed_row("python/loop", 16, Status::mismatch)}),
      "sum\n"
      "   n   fastest native   python/loop\n"
      "  16     simd 3.00 ns      mismatch\n");
}

TEST(Table, ShowsWhyThereIsNoNativeVariant) {
  EXPECT_EQ(
      table_of({failed_row("native/simd", 16, Status::crashed), ok_row("python/loop", 16, 300)}),
      "sum\n"
      "   n   fastest native   python/loop\n"
      "  16          crashed        300 ns\n");
}

TEST(Table, NeverShowsAWrongNativeVariantAsTheFastest) {
  SummaryRow unverified = ok_row("native/fast", 16, 1);
  unverified.verified.reset();
  const std::string table = table_of({unverified, failed_row("native/faster", 16, Status::mismatch),
                                      ok_row("native/slow", 16, 9)});
  EXPECT_THAT(table, HasSubstr("slow 9.00 ns"));
  EXPECT_THAT(table, Not(HasSubstr("fast 1.00")));
}

TEST(Table, LeavesCellsThatWereNotPlannedEmpty) {
  EXPECT_EQ(table_of({ok_row("native/simd", 16, 3), ok_row("python/loop", 16, 300, 100),
                      ok_row("native/simd", 64, 5)}),
            "sum\n"
            "   n   fastest native    python/loop\n"
            "  16     simd 3.00 ns   300 ns  100×\n"
            "  64     simd 5.00 ns               \n");
}

TEST(Table, HasASectionForEachKernelInTheOrderOfTheRows) {
  SummaryRow dot = ok_row("native/simd", 16, 3), sum = dot;
  dot.cell.kernel = "dot";
  const std::string table = table_of({sum, dot});
  EXPECT_TRUE(table.starts_with("sum\n"));
  EXPECT_THAT(table, HasSubstr("\n\ndot\n"));
}

TEST(Table, HasAColumnForThreadsWhereSomeCellHasSeveral) {
  SummaryRow threaded = ok_row("native/simd", 16, 2);
  threaded.cell.threads = 2;
  EXPECT_EQ(table_of({ok_row("native/simd", 16, 3), threaded}),
            "sum\n"
            "   n   threads   fastest native\n"
            "  16         1     simd 3.00 ns\n"
            "  16         2     simd 2.00 ns\n");
}

TEST(Table, OfNothingIsEmpty) { EXPECT_EQ(format_table({}, {}, {}), ""); }

}  // namespace
}  // namespace gapmeter
