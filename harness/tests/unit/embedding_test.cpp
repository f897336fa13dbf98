// Which cells the embedding penalty is measured on, and what is made of their duels.
#include "harness/measure/embedding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "harness/tests/unit/fake_pairs.h"
#include "harness/tests/unit/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ProbeSize, IsTheNearestInRatio) {
  EXPECT_EQ(probe_size({16, 256, 4096}), 256U);  // a tie: the first
  EXPECT_EQ(probe_size({16, 255, 4096}), 4096U);
  EXPECT_EQ(probe_size({16, 1000, 1100, 4096}), 1000U);
  EXPECT_EQ(probe_size({1 << 24}), std::size_t{1} << 24);
}

CellGroup comparison_of(std::string kernel, std::size_t n, bool settled = false) {
  CellGroup group{.kernel = std::move(kernel), .n = n};
  group.variants.push_back({.id = test::variant("native/plain")});
  group.variants.push_back({.id = test::variant("python/loop")});
  if (settled)
    group.variants.back().settled =
        Measurement{.status = Status::skipped, .reason = "too large"};
  return group;
}

std::vector<std::string> names_of(const std::vector<CellKey>& cells) {
  std::vector<std::string> names;
  for (const CellKey& cell : cells) {
    names.push_back(cell.kernel + " " + to_string(cell.variant) + " " + std::to_string(cell.n));
  }
  return names;
}

TEST(EmbeddingCells, AreTheBaselinesNearAThousand) {
  const Catalog catalog = test::catalog_of({"a", "b"});
  EXPECT_THAT(
      names_of(embedding_cells(
          catalog, {comparison_of("a", 16), comparison_of("a", 900), comparison_of("b", 4)}, 9)),
      ElementsAre("a python/loop 900", "b python/loop 4"));
}

TEST(EmbeddingCells, AreNoMoreThanAskedFor) {
  const Catalog catalog = test::catalog_of({"a", "b", "c"});
  EXPECT_THAT(
      embedding_cells(catalog,
                      {comparison_of("a", 16), comparison_of("b", 16), comparison_of("c", 16)}, 2),
      SizeIs(2));
}

TEST(EmbeddingCells, LeaveOutWhatIsNotMeasured) {
  const Catalog catalog = test::catalog_of({"a", "b"});
  EXPECT_THAT(embedding_cells(catalog, {comparison_of("a", 16, /*settled=*/true)}, 9), IsEmpty());
}

class MeasureEmbedding : public ::testing::Test {
 protected:
  std::vector<EmbeddingCell> measure() {
    return measure_embedding({test::cell("python/loop"), test::cell("python/numpy")}, 7, runner_,
                             clock_, rule_);
  }
  test::FakeClock clock_;
  test::FakePairRunner runner_{clock_};
  DuelRule rule_{};
};

TEST_F(MeasureEmbedding, IsTheRatioOfEachCellsDuel) {
  runner_.ratio = [](std::size_t) { return 1.25; };
  const std::vector<EmbeddingCell> cells = measure();
  ASSERT_THAT(cells, SizeIs(2));
  for (const EmbeddingCell& cell : cells) {
    EXPECT_EQ(cell.failure, "");
    EXPECT_DOUBLE_EQ(cell.ratio.value().value, 1.25);
  }
  EXPECT_EQ(cells[1].cell.variant, test::variant("python/numpy"));
  EXPECT_EQ(runner_.paired.front().seed, 7U);
}

TEST_F(MeasureEmbedding, SaysWhyACellHasNone) {
  runner_.unverified[0] = test::failing(Status::skipped, "no numpy");
  const std::vector<EmbeddingCell> cells = measure();
  ASSERT_THAT(cells, SizeIs(2));
  EXPECT_THAT(cells[0].failure, HasSubstr("no numpy"));
  EXPECT_EQ(cells[0].ratio, std::nullopt);
}

TEST_F(MeasureEmbedding, EndsWhenStopped) {
  std::atomic<bool> stop{false};
  rule_.stop = &stop;
  runner_.during = [&](std::size_t) { stop = true; };
  EXPECT_THAT(measure(), SizeIs(1));
}

// The geometric mean of 1 and 1.21 is 1.1; what could not be measured doesn't count.
TEST(MeanPenalty, IsGeometric) {
  const auto with = [](double ratio) { return EmbeddingCell{.ratio = Estimate{.value = ratio}}; };
  EXPECT_DOUBLE_EQ(mean_penalty({with(1), {.failure = "no"}, with(1.21)}).value(), 1.1);
  EXPECT_EQ(mean_penalty({{.failure = "no"}}), std::nullopt);
}

}  // namespace
}  // namespace gapmeter
