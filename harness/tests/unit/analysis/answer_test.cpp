// The answer of a run: where a rewrite pays, and which figures it rests on.
#include "harness/analysis/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/unit/support/rows.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

SummaryRow gap_row(std::string_view variant, std::size_t n, double gap, double half_width = 0.01) {
  return {.cell = test::cell(variant, n),
          .verified = true,
          .latency_ns = gap,
          .reference = "native/simd",
          .gap = gap,
          .gap_ci = Interval{gap * (1 - half_width), gap * (1 + half_width)},
          .state = MachineState::undisturbed};
}

const RunContext loop_is_first{.baselines = {{"sum", test::variant("python/loop")}}};

Answer answer_to(const std::vector<SummaryRow>& rows) {
  const std::vector<Answer> answers = answers_of(rows, loop_is_first);
  EXPECT_THAT(answers, SizeIs(1));
  return answers.at(0);
}

TEST(Answers, AreAboutTheLargestSize) {
  const Answer answer =
      answer_to({gap_row("python/loop", 16, 50), gap_row("python/numpy", 16, 90),
                 gap_row("python/loop", 64, 140), gap_row("python/numpy", 64, 7)});
  EXPECT_EQ(answer.largest_n, 64U);
  EXPECT_EQ(answer.sizes, 2U);
  EXPECT_EQ(answer.best.variant, test::variant("python/numpy"));
  EXPECT_EQ(answer.best.gap.value, 7);
  EXPECT_EQ(answer.baseline.value().gap.value, 140);
  EXPECT_EQ(answer.rewrite, Rewrite::pays);
}

TEST(Answers, GoByTheBestPythonVariantAtEachSize) {
  const Answer answer =
      answer_to({gap_row("python/loop", 16, 1.5), gap_row("python/numpy", 16, 30),
                 gap_row("python/loop", 64, 140), gap_row("python/numpy", 64, 7)});
  EXPECT_EQ(answer.rewrite, Rewrite::pays_from);
  EXPECT_EQ(answer.n, 64U);
}

TEST(Answers, NameTheLastSizeThatPays) {
  const Answer answer = answer_to({gap_row("python/loop", 16, 30), gap_row("python/loop", 64, 3),
                                   gap_row("python/loop", 256, 1)});
  EXPECT_EQ(answer.rewrite, Rewrite::pays_up_to);
  EXPECT_EQ(answer.n, 64U);
}

TEST(Answers, SayThatItDoesNotPay) {
  EXPECT_EQ(answer_to({gap_row("python/loop", 16, 1.5), gap_row("python/loop", 64, 0.5)}).rewrite,
            Rewrite::does_not_pay);
}

TEST(Answers, SayThatItChangesInNoOrder) {
  EXPECT_EQ(answer_to({gap_row("python/loop", 16, 9), gap_row("python/loop", 64, 1),
                       gap_row("python/loop", 256, 9)})
                .rewrite,
            Rewrite::changes);
}

TEST(Answers, AreUnknownWhereIntervalsLieOnBothSides) {
  EXPECT_EQ(answer_to({gap_row("python/loop", 16, 2, 0.5)}).rewrite, Rewrite::unknown);
}

TEST(Answers, LeaveOutSizesThatAreNotKnown) {
  EXPECT_EQ(answer_to({gap_row("python/loop", 16, 2, 0.5), gap_row("python/loop", 64, 5)}).rewrite,
            Rewrite::pays);
}

TEST(Answers, DecideNothingByCellsThatWereDisturbedNearlyAllTheTime) {
  SummaryRow mixed = gap_row("python/loop", 16, 50);
  mixed.state = MachineState::mixed;
  EXPECT_EQ(answer_to({mixed}).rewrite, Rewrite::unknown);
}

TEST(Answers, AreUnknownWhereTheNativeCellWasDisturbedNearlyAllTheTime) {
  const SummaryRow python = gap_row("python/loop", 16, 50);
  const SummaryRow native{.cell = test::cell("native/simd", 16),
                          .verified = true,
                          .latency_ns = 1,
                          .state = MachineState::mixed};
  EXPECT_EQ(answer_to({native, python}).rewrite, Rewrite::unknown);
}

TEST(Answers, GoByTheFigureOfARunTooShortForIntervals) {
  SummaryRow brief = gap_row("python/loop", 16, 50);
  brief.gap_ci.reset();
  EXPECT_EQ(answer_to({brief}).rewrite, Rewrite::pays);
}

TEST(Answers, AreAboutTheMainJobAndTheFewestThreads) {
  SummaryRow other = gap_row("python/view", 64, 500), threaded = gap_row("python/loop", 64, 2.5);
  other.job = "view";
  threaded.cell.threads = 2;
  const Answer answer = answer_to({other, threaded, gap_row("python/loop", 64, 140)});
  EXPECT_EQ(answer.job, "");
  EXPECT_EQ(answer.threads, 1);
  EXPECT_TRUE(answer.is_one_of_several_threads);
  EXPECT_EQ(answer.best.gap.value, 140);
}

TEST(Answers, BeginWithTheKernelThatARewriteGainsMost) {
  SummaryRow dot = gap_row("python/loop", 16, 90), sort = gap_row("python/loop", 16, 3);
  dot.cell.kernel = "dot";
  sort.cell.kernel = "sort";
  std::vector<std::string> kernels;
  for (const Answer& answer : answers_of({sort, gap_row("python/loop", 16, 9), dot}, {})) {
    kernels.push_back(answer.kernel);
  }
  EXPECT_THAT(kernels, ElementsAre("dot", "sum", "sort"));
}

TEST(Answers, AreOnlyOfKernelsWithAGap) {
  EXPECT_THAT(answers_of({{.cell = test::cell("native/simd"), .latency_ns = 1}}, {}), IsEmpty());
}

}  // namespace
}  // namespace gapmeter
