// A run's cells as the rules look at them, and how a decision comes about from figures.
#include "harness/claims/evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/unit/support/evidence_rows.h"

namespace gapmeter {
namespace {

using test::operator+;
using test::rounds_around;
using test::row_of;
using test::SummaryRows;
using test::with_metric;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(SideOf, TakesTheWholeOfAnInterval) {
  EXPECT_EQ(side_of({1.5, Interval{1.1, 2}}, 1), Side::above);
  EXPECT_EQ(side_of({0.5, Interval{0.4, 0.9}}, 1), Side::below);
  EXPECT_EQ(side_of({1.5, Interval{0.9, 2}}, 1), Side::open) << "the value alone does not tell";
  EXPECT_EQ(side_of({3, Interval{3, 3}}, 1), Side::above) << "an interval without width";
}

TEST(SideOf, AnIntervalThatEndsOnTheLineIsOpen) {
  EXPECT_EQ(side_of({1.5, Interval{1, 2}}, 1), Side::open);
  EXPECT_EQ(side_of({0.5, Interval{0.4, 1}}, 1), Side::open);
}

TEST(SideOf, WithoutAnIntervalIsOpen) { EXPECT_EQ(side_of({100}, 1), Side::open); }

SummaryRow some_row(std::string_view variant = "native/simd", std::size_t n = 16) {
  return row_of("sum", variant, n, rounds_around(10));
}

TEST(EvidenceCells, AreFoundByEverythingThatNamesThem) {
  SummaryRow threaded = some_row();
  threaded.cell.threads = 2;
  const SummaryRows rows{some_row(), threaded, some_row("native/simd", 64)};
  const Evidence evidence(rows, {});
  EXPECT_EQ(evidence.cell("sum", "native/simd", 16), &rows[0]);
  EXPECT_EQ(evidence.cell("sum", "native/simd", 16, 2), &rows[1]);
  EXPECT_EQ(evidence.cell("sum", "native/simd", 64), &rows[2]);
  EXPECT_EQ(evidence.cell("sum", "native/simd", 64, 2), nullptr);
  EXPECT_EQ(evidence.cell("sum", "python/simd", 16), nullptr);
  EXPECT_EQ(evidence.cell("dot", "native/simd", 16), nullptr);
}

TEST(EvidenceCells, ThatWereNotMeasuredWellAreNone) {
  SummaryRow failed = some_row(), untimed = some_row(), wrong = some_row(), unverified = some_row();
  failed.status = Status::crashed;
  untimed.latency_ns.reset();
  wrong.verified = false;
  unverified.verified.reset();
  for (const SummaryRow& row : {failed, untimed, wrong, unverified}) {
    const SummaryRows rows{row};
    const Evidence evidence(rows, {});
    EXPECT_EQ(evidence.cell("sum", "native/simd", 16), nullptr);
    EXPECT_THAT(evidence.sizes("sum", "native/simd"), IsEmpty());
    EXPECT_THAT(evidence.kernels(), IsEmpty());
    EXPECT_THAT(evidence.threads("sum"), IsEmpty());
  }
}

TEST(EvidenceCells, OfFurtherEnginesAreLeftOut) {
  const SummaryRows rows{some_row("python@3.13/loop"), some_row("python/numpy")};
  const Evidence evidence(rows, {});
  EXPECT_EQ(evidence.cell("sum", "python@3.13/loop", 16), nullptr);
  EXPECT_EQ(evidence.cell("sum", "python/loop", 16), nullptr);
  EXPECT_THAT(evidence.python_variants("sum"), ElementsAre("python/numpy"));
}

TEST(EvidenceLists, AreAscendingWhateverTheOrderOfTheRows) {
  SummaryRow two = some_row("python/loop"), eight = some_row("python/loop");
  two.cell.threads = 2;
  eight.cell.threads = 8;
  SummaryRow other = some_row("native/a");
  other.cell.kernel = "dot";
  const SummaryRows rows{some_row("python/numpy", 1024),
                         some_row("python/numpy", 64),
                         eight,
                         two,
                         some_row("native/simd"),
                         other};
  const Evidence evidence(rows, {});
  EXPECT_THAT(evidence.sizes("sum", "python/numpy"), ElementsAre(64, 1024));
  EXPECT_THAT(evidence.sizes("sum", "python/numpy", 2), IsEmpty());
  EXPECT_THAT(evidence.threads("sum"), ElementsAre(1, 2, 8));
  EXPECT_THAT(evidence.kernels(), ElementsAre("dot", "sum"));
  EXPECT_THAT(evidence.python_variants("sum"), ElementsAre("python/loop", "python/numpy"));
}

TEST(EvidenceBaseline, IsWhatTheRunSays) {
  const Evidence evidence({}, {.baselines = {{"sum", test::variant("python/builtin")}}});
  EXPECT_EQ(evidence.baseline("sum"), "python/builtin");
  EXPECT_EQ(evidence.baseline("dot"), "");
}

TEST(EvidenceFastestPython, HasTheLeastLatencyAtThatSize) {
  const SummaryRows rows{row_of("sum", "python/loop", 16, rounds_around(5)),
                         row_of("sum", "python/numpy", 16, rounds_around(7)),
                         row_of("sum", "native/simd", 16, rounds_around(1)),
                         row_of("sum", "python/loop", 64, rounds_around(20)),
                         row_of("sum", "python/numpy", 64, rounds_around(8))};
  const Evidence evidence(rows, {});
  EXPECT_EQ(evidence.fastest_python("sum", 16), "python/loop");
  EXPECT_EQ(evidence.fastest_python("sum", 64), "python/numpy");
  EXPECT_EQ(evidence.fastest_python("sum", 256), "");
  EXPECT_EQ(evidence.fastest_python("dot", 16), "");
}

TEST(EvidenceRatios, PairRoundsByTheirIndex) {
  // Each round is twice as long, though the rounds lie far apart.
  const SummaryRows rows{row_of("sum", "python/loop", 16, {20, 180, 60, 100, 140, 400}),
                         row_of("sum", "native/simd", 16, {10, 90, 30, 50, 70, 200})};
  const auto ratios = Evidence(rows, {}).ratios("sum", "python/loop", "native/simd");
  ASSERT_THAT(ratios, SizeIs(1));
  EXPECT_EQ(ratios[0].what, "python/loop over native/simd");
  EXPECT_EQ(ratios[0].kernel, "sum");
  EXPECT_EQ(ratios[0].n, 16U);
  EXPECT_EQ(ratios[0].unit, "x");
  EXPECT_EQ(ratios[0].line, std::nullopt);
  EXPECT_NEAR(ratios[0].value.value, 2, 1e-9);
  ASSERT_TRUE(ratios[0].value.interval.has_value());
  EXPECT_NEAR(ratios[0].value.interval->low, 2, 1e-6);
  EXPECT_NEAR(ratios[0].value.interval->high, 2, 1e-6);
}

TEST(EvidenceRatios, OfTooFewRoundsHaveNoInterval) {
  const SummaryRows rows{row_of("sum", "python/loop", 16, {8, 8, 8, 8, 8, 8}),
                         row_of("sum", "native/simd", 16, {2, 2})};
  const auto ratios = Evidence(rows, {}).ratios("sum", "python/loop", "native/simd");
  ASSERT_THAT(ratios, SizeIs(1));
  EXPECT_DOUBLE_EQ(ratios[0].value.value, 4);
  EXPECT_FALSE(ratios[0].value.interval.has_value());
}

TEST(EvidenceRatios, AreThoseOfSizesAndThreadsThatBothHave) {
  const SummaryRows rows = test::contrast("sum", "python/loop", "native/simd", {{64, 3}, {16, 2}}) +
                           SummaryRows{some_row("python/loop", 256), some_row("native/simd", 4)};
  const Evidence evidence(rows, {});
  const auto ratios = evidence.ratios("sum", "python/loop", "native/simd");
  ASSERT_THAT(ratios, SizeIs(2));
  EXPECT_EQ(ratios[0].n, 16U);
  EXPECT_EQ(ratios[1].n, 64U);
  EXPECT_EQ(evidence.last_ratio("sum", "python/loop", "native/simd")->n, 64U);
  EXPECT_THAT(evidence.ratios("sum", "python/loop", "native/simd", 2), IsEmpty());
  EXPECT_THAT(evidence.ratios("sum", "python/loop", "native/none"), IsEmpty());
  EXPECT_FALSE(evidence.last_ratio("sum", "python/loop", "native/none").has_value());
}

TEST(EvidenceMetric, IsTheMedianAtTheLargestSizeThatReportsIt) {
  const SummaryRows rows{
      with_metric(some_row("python/loop", 16), "bytes", {1, 1, 1, 1, 1, 1}),
      with_metric(some_row("python/loop", 64), "bytes", {24, 28, 20, 26, 22, 30}),
      some_row("python/loop", 256)};
  const Evidence evidence(rows, {});
  const auto found = evidence.metric("sum", "python/loop", "bytes", "B");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->what, "bytes of python/loop");
  EXPECT_EQ(found->kernel, "sum");
  EXPECT_EQ(found->n, 64U);
  EXPECT_EQ(found->unit, "B");
  EXPECT_DOUBLE_EQ(found->value.value, 25);
  ASSERT_TRUE(found->value.interval.has_value());
  EXPECT_NEAR(found->value.interval->low, 20 + 2 * 5 / 14.0, 1e-9);
  EXPECT_NEAR(found->value.interval->high, 30 - 2 * 5 / 14.0, 1e-9);
  EXPECT_FALSE(evidence.metric("sum", "python/loop", "seconds", "s").has_value());
  EXPECT_FALSE(evidence.metric("sum", "native/simd", "bytes", "B").has_value());
}

SummaryRow weighed(std::size_t n, std::optional<std::int64_t> peak_bytes) {
  SummaryRow row = some_row("native/simd", n);
  row.combined.memory.emplace().peak_bytes = peak_bytes;
  return row;
}

TEST(EvidenceBytesPerN, IsTheGrowthBetweenTheTwoLargestSizes) {
  const SummaryRows rows{weighed(1000, 10'000'000), weighed(2000, 12'000'000),
                         weighed(4000, 20'000'000)};
  const auto found = Evidence(rows, {}).bytes_per_n("sum", "native/simd");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->what, "resident memory per element of native/simd");
  EXPECT_EQ(found->n, 4000U);
  EXPECT_EQ(found->unit, "bytes");
  EXPECT_DOUBLE_EQ(found->value.value, 4000);  // 8,000,000 bytes for 2,000 more
}

TEST(EvidenceBytesPerN, LeavesOutSizesWhoseMemoryIsUnknown) {
  const SummaryRows rows{weighed(1000, 10'000'000), weighed(2000, 12'000'000),
                         weighed(4000, std::nullopt)};
  const auto found = Evidence(rows, {}).bytes_per_n("sum", "native/simd");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->n, 2000U);
  EXPECT_DOUBLE_EQ(found->value.value, 2000);
}

TEST(EvidenceBytesPerN, NeedsTwoSizes) {
  const SummaryRows rows{weighed(1000, 10'000'000), weighed(2000, std::nullopt)};
  EXPECT_FALSE(Evidence(rows, {}).bytes_per_n("sum", "native/simd").has_value());
}

// Ratios at the sizes 1, 2, 3, … that lie above 2, below it or on both sides.
Figure found_at(std::size_t n, const Interval& interval) {
  return {.what = "a over b",
          .kernel = "sum",
          .n = n,
          .value = {(interval.low + interval.high) / 2, interval},
          .unit = "x"};
}
std::vector<Figure> figures(std::string_view sides) {
  std::vector<Figure> all;
  for (const char side : sides) {
    const std::size_t n = all.size() + 1;
    all.push_back(found_at(n, side == '+'   ? Interval{2.5, 3}
                              : side == '-' ? Interval{0.5, 1.5}
                                            : Interval{1.5, 2.5}));
  }
  return all;
}

Decision over_sizes(std::string_view sides, bool holds_above = true) {
  return decide_over_sizes(figures(sides), 2, holds_above);
}

TEST(DecideOverSizes, HoldsWhereAllSizesThatTellDo) {
  EXPECT_EQ(over_sizes("+++").outcome, Outcome::holds);
  EXPECT_EQ(over_sizes("+?+?").outcome, Outcome::holds);
  EXPECT_EQ(over_sizes("---", false).outcome, Outcome::holds);
  EXPECT_EQ(over_sizes("+?+").n, std::nullopt);
  EXPECT_EQ(over_sizes("+?+").reason, "the ratio is above 2 x at 2 of 3 sizes");
}

TEST(DecideOverSizes, FailsWhereAllSizesThatTellDoNot) {
  EXPECT_EQ(over_sizes("---").outcome, Outcome::fails);
  EXPECT_EQ(over_sizes("+++", false).outcome, Outcome::fails);
  EXPECT_EQ(over_sizes("-?-").reason, "the ratio is not above 2 x at 2 of 3 sizes");
}

TEST(DecideOverSizes, HoldsFromTheFirstSizeAfterTheChange) {
  const Decision decision = over_sizes("--++");
  EXPECT_EQ(decision.outcome, Outcome::holds_from);
  EXPECT_EQ(decision.n, 3U);
  EXPECT_EQ(decision.reason, "the ratio is above 2 x only from there");
  EXPECT_EQ(over_sizes("-?+").n, 3U) << "a size that does not tell is not yet one where it holds";
  EXPECT_EQ(over_sizes("++--", false).outcome, Outcome::holds_from);
}

TEST(DecideOverSizes, HoldsUpToTheLastSizeBeforeTheChange) {
  const Decision decision = over_sizes("++--");
  EXPECT_EQ(decision.outcome, Outcome::holds_up_to);
  EXPECT_EQ(decision.n, 2U);
  EXPECT_EQ(over_sizes("+?-").n, 1U) << "a size that does not tell is no longer one";
  EXPECT_EQ(over_sizes("--++", false).outcome, Outcome::holds_up_to);
}

TEST(DecideOverSizes, IsOpenWhereSidesChangeTwice) {
  for (const char* sides : {"+-+", "-+-", "+--+", "+?-?+"}) {
    const Decision decision = over_sizes(sides);
    EXPECT_EQ(decision.outcome, Outcome::open) << sides;
    EXPECT_THAT(decision.reason, HasSubstr("in no order")) << sides;
    EXPECT_EQ(decision.n, std::nullopt);
  }
}

TEST(DecideOverSizes, IsOpenWhereMostSizesDoNotTell) {
  EXPECT_EQ(over_sizes("???").outcome, Outcome::open);
  EXPECT_EQ(over_sizes("?+?").outcome, Outcome::open);
  EXPECT_EQ(over_sizes("?+").outcome, Outcome::holds) << "half of them are enough";
  EXPECT_THAT(over_sizes("??").reason, HasSubstr("not known whether the ratio is above 2 x"));
}

TEST(DecideOverSizes, EveryFindingTellsTheLine) {
  const Decision decision = over_sizes("+?-");
  ASSERT_THAT(decision.figures, SizeIs(3));
  for (const Figure& figure : decision.figures) EXPECT_EQ(figure.line, 2);
}

TEST(DecideOverSizes, FiguresMayHaveLinesAndWordsOfTheirOwn) {
  std::vector<Figure> figures{found_at(1, {2.5, 3}), found_at(2, {2.5, 3})};
  figures[0].line = 2;
  figures[1].line = 4;
  const Decision decision = decide_over_sizes(figures, true, "the pause", "too long");
  EXPECT_EQ(decision.outcome, Outcome::holds_up_to);
  EXPECT_EQ(decision.n, 1U);
  EXPECT_EQ(decision.reason, "the pause is too long only up to there");
  EXPECT_EQ(decision.figures[1].line, 4);
}

// At one size, compared with 2.
std::vector<Figure> worst_of(const std::vector<Estimate>& values, bool holds_above) {
  std::vector<Figure> figures;
  for (const Estimate& value : values) {
    figures.push_back({.what = "a", .kernel = "sum", .n = 16, .value = value, .line = 2});
  }
  return worst_at_each_size(figures, holds_above);
}

TEST(WorstAtEachSize, AFigureThatDisagreesComesBeforeOneThatIsOpenAndThatBeforeOneThatAgrees) {
  const Estimate agrees{2.2, Interval{2.1, 2.3}}, open{3, Interval{1, 5}},
      disagrees{1.9, Interval{1.8, 1.95}};
  EXPECT_EQ(worst_of({agrees, open, disagrees}, true).at(0).value.value, 1.9);
  EXPECT_EQ(worst_of({agrees, open}, true).at(0).value.value, 3);
  EXPECT_EQ(worst_of({open, agrees}, true).at(0).value.value, 3);
  EXPECT_EQ(worst_of({disagrees, open, agrees}, false).at(0).value.value, 2.2);
}

TEST(WorstAtEachSize, OfFiguresThatAgreeTheOneNearestToItsLineCounts) {
  const Estimate near{2.5, Interval{2.4, 2.6}}, far{9, Interval{8, 10}};
  EXPECT_EQ(worst_of({far, near}, true).at(0).value.value, 2.5);
  EXPECT_EQ(worst_of({far, near}, false).at(0).value.value, 9);
}

TEST(WorstAtEachSize, HasOneFigureForEachSizeInAscendingOrder) {
  std::vector<Figure> figures{found_at(64, {3, 4}), found_at(16, {3, 4}), found_at(64, {5, 6})};
  for (Figure& figure : figures) figure.line = 2;
  const std::vector<Figure> worst = worst_at_each_size(figures, true);
  ASSERT_THAT(worst, SizeIs(2));
  EXPECT_EQ(worst[0].n, 16U);
  EXPECT_EQ(worst[1].n, 64U);
}

TEST(EvidenceCircumstances, AreThoseOfTheRun) {
  const Evidence evidence({}, {.compilers = {{"native", "GNU 12"}}, .interpreter = "CPython 3.11"});
  const auto found = evidence.circumstances(
      {Dependence::interpreter, Dependence::processor, Dependence::compiler}, "native");
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(found[2].found, "GNU 12");
  EXPECT_EQ(evidence.circumstances({Dependence::compiler}, "rust")[0].found, "");
  EXPECT_EQ(found[0].what, Dependence::interpreter);
  EXPECT_EQ(found[0].found, "CPython 3.11");
  EXPECT_EQ(found[1].found, "") << "the run does not tell";
}

TEST(DecideOnce, HoldsFailsOrIsOpen) {
  const auto decided = [](const Interval& interval, bool holds_above) {
    return decide_once(found_at(1, interval), 2, holds_above);
  };
  EXPECT_EQ(decided({2.5, 3}, true).outcome, Outcome::holds);
  EXPECT_EQ(decided({1, 1.5}, true).outcome, Outcome::fails);
  EXPECT_EQ(decided({1.5, 2.5}, true).outcome, Outcome::open);
  EXPECT_EQ(decided({2.5, 3}, false).outcome, Outcome::fails);
  EXPECT_EQ(decided({1, 1.5}, false).outcome, Outcome::holds);
  EXPECT_EQ(decided({2.5, 3}, true).reason, "it is above 2 x");
  EXPECT_EQ(decided({1, 1.5}, true).reason, "it is not above 2 x");
  EXPECT_EQ(decided({1.5, 2.5}, false).reason,
            "the interval does not tell whether it is below 2 x");
  ASSERT_THAT(decided({2.5, 3}, true).figures, SizeIs(1));
  EXPECT_EQ(decided({2.5, 3}, true).figures[0].line, 2);
}

Outcome by_majority(std::string_view sides, bool holds_above = true) {
  return decide_by_majority(figures(sides), 2, holds_above, "kernels").outcome;
}

TEST(DecideByMajority, HoldsWithThreeQuarters) {
  EXPECT_EQ(by_majority("+++-"), Outcome::holds);
  EXPECT_EQ(by_majority("+++?"), Outcome::holds);
  EXPECT_EQ(by_majority("---+", false), Outcome::holds);
  EXPECT_EQ(by_majority("++-"), Outcome::open) << "two thirds are not enough";
}

TEST(DecideByMajority, FailsWhereHalfDisagree) {
  EXPECT_EQ(by_majority("++--"), Outcome::fails);
  EXPECT_EQ(by_majority("+-"), Outcome::fails);
  EXPECT_EQ(by_majority("+--?"), Outcome::fails);
}

TEST(DecideByMajority, IsOpenBetweenThose) {
  EXPECT_EQ(by_majority("++?-"), Outcome::open);
  EXPECT_EQ(by_majority("????"), Outcome::open);
}

TEST(DecideByMajority, CountsWhatItDecidedFrom) {
  const Decision decision = decide_by_majority(figures("+++-?"), 2, true, "kernels");
  EXPECT_EQ(decision.reason, "so in 3 of 5 kernels, not so in 1, open in 1");
  ASSERT_THAT(decision.figures, SizeIs(5));
  EXPECT_EQ(decision.figures[4].line, 2);
}

TEST(NotMeasured, NamesTheKernelAndTheVariants) {
  const Decision decision = Evidence({}, {}).not_measured("sum", {"python/loop", "native/strict"});
  EXPECT_EQ(decision.outcome, Outcome::not_measured);
  EXPECT_EQ(decision.reason, "the run has no rows of sum with python/loop and native/strict");
}

TEST(NotMeasured, NamesWhatRowsAloneAreNotEnoughFor) {
  EXPECT_EQ(Evidence({}, {}).not_measured("sum", {"python/loop"}, "at n = 1").reason,
            "the run has no rows of sum with python/loop at n = 1");
}

TEST(NotMeasured, SaysWhyRowsThatAreThereAreOfNoUse) {
  SummaryRow skipped = row_of("sum", "python/numba", 16, rounds_around(7)),
             wrong = row_of("sum", "native/simd", 16, rounds_around(7)),
             unverified = row_of("sum", "native/f64", 16, rounds_around(5)), good = some_row();
  skipped.status = Status::skipped;
  skipped.reason = "needs the package numba";
  wrong.status = Status::mismatch;
  wrong.reason = "element 3 is 7, expected 8";
  unverified.verified.reset();
  const SummaryRows rows{skipped, wrong, unverified,
                         row_of("sum", "python/loop", 16, rounds_around(9))};
  const Decision decision = Evidence(rows, {}).not_measured(
      "sum", {"python/numba", "native/simd", "native/f64", "python/loop", "python/array"});
  EXPECT_EQ(decision.reason,
            "the run has no good rows of sum with python/numba and native/simd and native/f64 and "
            "python/loop and python/array (python/numba: skipped, needs the package numba; "
            "native/simd: mismatch, element 3 is 7, expected 8; native/f64: never verified)");
}

// Without an interval a ratio decides nothing, whichever of the two cells was disturbed.
TEST(EvidenceRatios, OfACellThatWasDisturbedNearlyAllTheTimeHaveNoInterval) {
  for (const std::size_t disturbed : {0U, 1U}) {
    SummaryRows rows = test::contrast("sum", "python/loop", "native/simd", {{16, 2}, {64, 2}});
    rows.at(disturbed).state = MachineState::mixed;
    const auto ratios = Evidence(rows, {}).ratios("sum", "python/loop", "native/simd");
    ASSERT_THAT(ratios, SizeIs(2));
    EXPECT_FALSE(ratios[0].value.interval.has_value());
    EXPECT_TRUE(ratios[1].value.interval.has_value());
  }
}

}  // namespace
}  // namespace gapmeter
