// The plan: which cells are measured, which are settled beforehand, and what tells two plans, and
// two rounds, apart.
#include "harness/measure/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include "harness/tests/unit/support/catalogs.h"
#include "harness/tests/unit/support/kernels.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using test::catalog_of;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

using Sizes = std::vector<std::size_t>;

std::vector<std::string> names_in(const CellGroup& group) {
  std::vector<std::string> names;
  for (const PlannedVariant& planned : group.variants) names.push_back(to_string(planned.id));
  return names;
}

const PlannedVariant& planned(const CellGroup& group, const std::string& name) {
  for (const PlannedVariant& variant : group.variants) {
    if (to_string(variant.id) == name) return variant;
  }
  throw std::out_of_range(name);
}

Sizes sizes_of(const Selection& selection, const std::string& sizes = "16:16Ki:4x") {
  Kernel kernel = test::twice_kernel();
  kernel.sizes = sizes;
  return sizes_for(kernel, selection);
}

TEST(ThinOut, KeepsTheSmallestAndTheLargest) {
  EXPECT_THAT(thin_out({1, 2, 3, 4, 5, 6, 7, 8, 9}, 2), ElementsAre(1, 9));
  EXPECT_THAT(thin_out({1, 2, 3, 4, 5, 6, 7, 8, 9}, 3), ElementsAre(1, 5, 9));
  EXPECT_THAT(thin_out({1, 2, 3, 4, 5, 6, 7, 8, 9}, 5), ElementsAre(1, 3, 5, 7, 9));
}

TEST(ThinOut, LeavesFewEnoughSizesAlone) {
  EXPECT_THAT(thin_out({1, 2, 3}, 3), ElementsAre(1, 2, 3));
  EXPECT_THAT(thin_out({1, 2, 3}, 100), ElementsAre(1, 2, 3));
  EXPECT_THAT(thin_out({1}, 2), ElementsAre(1));
}

TEST(ThinOut, KeepsExactlyAsManyAsAskedEachOnce) {
  for (std::size_t count = 2; count <= 40; ++count) {
    Sizes sizes(count);
    std::iota(sizes.begin(), sizes.end(), std::size_t{1});
    for (std::size_t most = 2; most <= count; ++most) {
      const Sizes kept = thin_out(sizes, most);
      ASSERT_THAT(kept, SizeIs(most));
      EXPECT_EQ(kept.front(), 1U);
      EXPECT_EQ(kept.back(), count);
      EXPECT_EQ(std::adjacent_find(kept.begin(), kept.end(), std::greater_equal<>()), kept.end());
    }
  }
}

TEST(SizesFor, AreTheKernelsOwnByDefault) {
  EXPECT_THAT(sizes_of({}), ElementsAre(16, 64, 256, 1024, 4096, 16384));
}

TEST(SizesFor, AreTheSelectedOnesWhateverTheLimits) {
  EXPECT_THAT(sizes_of({.sizes = {5, 50'000, 6}, .most_sizes = 2, .largest_work = 10}),
              ElementsAre(5, 50'000, 6));
}

TEST(SizesFor, EndAtTheLargestSize) {
  EXPECT_THAT(sizes_of({.largest_work = 1024}), ElementsAre(16, 64, 256, 1024));
  EXPECT_THAT(sizes_of({.largest_work = 1023}), ElementsAre(16, 64, 256));
  EXPECT_THAT(sizes_of({.largest_work = 16}), ElementsAre(16));
}

TEST(SizesFor, StayWhenAllAreLargerThanTheLargest) {
  EXPECT_THAT(sizes_of({.largest_work = 15}, "16:256:4x"), ElementsAre(16, 64, 256));
}

TEST(SizesFor, AreThinnedOutAfterTheLargestIsApplied) {
  EXPECT_THAT(sizes_of({.most_sizes = 3, .largest_work = 4096}), ElementsAre(16, 256, 4096));
}

// The work of a call that is cubic in n decides, not n.
TEST(SizesFor, EndAtTheMostItems) {
  Kernel kernel = test::twice_kernel();
  kernel.sizes = "4,16,64";
  kernel.cost = [](std::size_t n) { return Cost{.items = static_cast<double>(n * n * n)}; };
  EXPECT_THAT(sizes_for(kernel, {.largest_work = 4096}), ElementsAre(4, 16));
  EXPECT_THAT(sizes_for(kernel, {.largest_work = 10}), ElementsAre(4, 16, 64));
}

// Probes go around a kernel's sizes, not beyond them: what is cubic in n can't be tried at any.
TEST(SizesFor, AreTheProbesUpToTheKernelsLargest) {
  EXPECT_THAT(sizes_for(test::twice_kernel(), {.probes = {1, 5, 64, 65}}), ElementsAre(1, 5, 64));
  EXPECT_THAT(sizes_for(test::twice_kernel(), {.sizes = {100}, .probes = {1}}), ElementsAre(100));
}

Kernel threaded_kernel() {
  Kernel kernel = test::twice_kernel();
  kernel.inputs.push_back(thread_count());
  return kernel;
}

TEST(ThreadsFor, AreOneForKernelsThatUseNone) {
  EXPECT_THAT(threads_for(test::twice_kernel(), {.threads = {1, 4}, .processors = 8}),
              ElementsAre(1));
}

TEST(ThreadsFor, DoubleUpToTheProcessors) {
  const auto counts = [](int processors) {
    return threads_for(threaded_kernel(), {.processors = processors});
  };
  EXPECT_THAT(counts(1), ElementsAre(1));
  EXPECT_THAT(counts(2), ElementsAre(1, 2));
  EXPECT_THAT(counts(6), ElementsAre(1, 2, 4, 6));
  EXPECT_THAT(counts(8), ElementsAre(1, 2, 4, 8));
}

TEST(ThreadsFor, AreTheSelectedOnes) {
  EXPECT_THAT(threads_for(threaded_kernel(), {.threads = {3, 5}, .processors = 8}),
              ElementsAre(3, 5));
}

// Beside each other at one size, so that what threads add is told from rounds that are neighbours.
TEST(PlanComparisons, HaveEveryVariantAtEveryNumberOfThreads) {
  Catalog catalog = catalog_of({"a"});
  test::kernel_in(catalog, "a").inputs.push_back(thread_count());
  const auto groups = plan_groups(
      catalog, {.variants = {"native/plain", "python/loop"}, .sizes = {4, 16}, .threads = {1, 2}});
  ASSERT_THAT(groups, SizeIs(2));
  for (const CellGroup& group : groups) {
    std::vector<std::pair<std::string, int>> planned;
    for (const PlannedVariant& variant : group.variants) {
      planned.emplace_back(to_string(variant.id), variant.threads);
    }
    EXPECT_THAT(planned, ElementsAre(Pair("native/plain", 1), Pair("python/loop", 1),
                                     Pair("native/plain", 2), Pair("python/loop", 2)));
  }
}

TEST(PlanComparisons, GoKernelByKernelSizesAscending) {
  std::vector<std::pair<std::string, std::size_t>> cells;
  for (const CellGroup& group : plan_groups(catalog_of({"a", "b"}), {})) {
    cells.emplace_back(group.kernel, group.n);
  }
  using Cell = std::pair<std::string, std::size_t>;
  EXPECT_THAT(cells, ElementsAre(Cell("a", 4), Cell("a", 16), Cell("a", 64), Cell("b", 4),
                                 Cell("b", 16), Cell("b", 64)));
}

TEST(PlanComparisons, HoldEveryVariantWithTheCostOfACall) {
  const auto groups = plan_groups(catalog_of({"a"}), {.sizes = {100}});
  ASSERT_THAT(groups, SizeIs(1));
  const CellGroup& group = groups[0];
  EXPECT_THAT(names_in(group),
              ElementsAre("native/plain", "native/fast", "python/loop", "python/numpy"));
  EXPECT_EQ(group.working_set_bytes, 1600U);
  for (const PlannedVariant& variant : group.variants) {
    EXPECT_EQ(variant.threads, 1);
    EXPECT_EQ(variant.job, "");
    EXPECT_EQ(variant.cost.bytes, 1600);
    EXPECT_EQ(variant.cost.items, 100);
    EXPECT_FALSE(variant.settled);
  }
}

// In both lanes: a borrowed vector is not n elements of work.
TEST(PlanComparisons, HoldEachVariantsJobWithItsOwnCost) {
  Catalog catalog = catalog_of({"a"});
  Kernel& kernel = test::kernel_in(catalog, "a");
  kernel.native[1].job = test::python_variant_in(catalog, "a", "numpy").job = "borrow";
  kernel.native[0].job = "copy";
  kernel.job_costs = {{"borrow", [](std::size_t) { return Cost{.bytes = 8}; }}};
  const CellGroup group = plan_groups(catalog, {.sizes = {100}}).at(0);
  for (const char* borrowing : {"native/fast", "python/numpy"}) {
    EXPECT_EQ(planned(group, borrowing).job, "borrow");
    EXPECT_EQ(planned(group, borrowing).cost.bytes, 8);
    EXPECT_EQ(planned(group, borrowing).cost.items, 0);
  }
  EXPECT_EQ(planned(group, "native/plain").job, "copy");
  EXPECT_EQ(planned(group, "native/plain").cost.items, 100);
  EXPECT_EQ(planned(group, "python/loop").cost.items, 100);
}

TEST(PlanComparisons, HoldTheSelectedVariantsOnly) {
  const auto groups =
      plan_groups(catalog_of({"a"}), {.variants = {"python/*", "fast"}, .sizes = {4}});
  ASSERT_THAT(groups, SizeIs(1));
  EXPECT_THAT(names_in(groups[0]), ElementsAre("native/fast", "python/loop", "python/numpy"));
}

TEST(PlanComparisons, LeaveOutKernelsWithoutASelectedVariant) {
  Catalog catalog = catalog_of({"a", "b"});
  catalog.python.variants.push_back({"b", "special", {}, std::nullopt});
  const auto groups = plan_groups(catalog, {.variants = {"special"}, .sizes = {4}});
  ASSERT_THAT(groups, SizeIs(1));
  EXPECT_EQ(groups[0].kernel, "b");
}

TEST(PlanComparisons, RefuseUnknownNames) {
  EXPECT_THROW(plan_groups(catalog_of({"a"}), {.kernels = {"nosuch"}}), UnknownName);
  EXPECT_THROW(plan_groups(catalog_of({"a"}), {.variants = {"nosuch"}}), UnknownName);
}

TEST(PlanComparisons, SettleSizesAboveAVariantsLargestAsSkipped) {
  Catalog catalog = catalog_of({"a"});
  test::python_variant_in(catalog, "a", "loop").max_size = 16;
  const auto groups = plan_groups(catalog, {});
  ASSERT_THAT(groups, SizeIs(3));
  EXPECT_FALSE(planned(groups[0], "python/loop").settled);
  EXPECT_FALSE(planned(groups[1], "python/loop").settled);
  const auto& settled = planned(groups[2], "python/loop").settled;
  ASSERT_TRUE(settled.has_value());
  EXPECT_EQ(settled->status, Status::skipped);
  EXPECT_THAT(settled->reason, HasSubstr("max_size of 16"));
  EXPECT_FALSE(planned(groups[2], "python/numpy").settled);
}

TEST(PlanComparisons, InQuickRunsWeighTheLargestOfAKernelsOwnSizesAlone) {
  const Catalog catalog = catalog_of({"a"});
  const auto weighed = [&](const Selection& selection) {
    std::vector<bool> all;
    for (const CellGroup& group : plan_groups(catalog, selection)) {
      all.push_back(std::find(group.untimed.begin(), group.untimed.end(), Pass::memory) !=
                    group.untimed.end());
    }
    return all;
  };
  EXPECT_THAT(weighed({}), ElementsAre(true, true, true));
  EXPECT_THAT(weighed({.quick = true}), ElementsAre(false, false, true));
  EXPECT_THAT(weighed({.sizes = {4, 16}, .quick = true}), ElementsAre(true, true));
}

TEST(PlanComparisons, LeaveOutOfQuickRunsWhatTakesLongToPrepare) {
  Catalog catalog = catalog_of({"a"});
  test::python_variant_in(catalog, "a", "numpy").quick = false;
  const auto quick = plan_groups(catalog, {.sizes = {4}, .quick = true});
  const auto& settled = planned(quick[0], "python/numpy").settled;
  ASSERT_TRUE(settled.has_value());
  EXPECT_EQ(settled->status, Status::skipped);
  EXPECT_THAT(settled->reason, HasSubstr("quick"));
  EXPECT_FALSE(planned(quick[0], "python/loop").settled.has_value());
  const auto whole = plan_groups(catalog, {.sizes = {4}});
  EXPECT_FALSE(planned(whole[0], "python/numpy").settled.has_value());
}

std::vector<std::string> failures_of(const std::vector<CellGroup>& groups) {
  std::vector<std::string> failures;
  for (const CellGroup& group : groups) {
    for (const PlannedVariant& variant : group.variants) {
      if (!variant.settled || variant.settled->status != Status::error) continue;
      failures.push_back(group.kernel + ' ' + std::to_string(group.n) + ": " +
                         variant.settled->reason);
    }
  }
  return failures;
}

TEST(PlanOfABadDescription, SetsItsKernelAsideAndPlansTheOthers) {
  const std::vector<std::pair<std::function<void(Kernel&)>, std::string>> mistakes{
      {[](Kernel& k) { k.cost = nullptr; }, "no cost"},
      {[](Kernel& k) { k.sizes = "abc"; }, "don't parse"},
      {[](Kernel& k) { k.failure = "uniform{2, 1} needs"; }, "uniform{2, 1}"},
      {[](Kernel& k) { k.cost = [](std::size_t) -> Cost { throw std::range_error("no cost"); }; },
       "no cost at n = 4"}};
  for (const auto& [mistake, text] : mistakes) {
    Catalog catalog = catalog_of({"a", "b"});
    mistake(test::kernel_in(catalog, "a"));
    const std::vector<std::string> failures = failures_of(plan_groups(catalog, {}));
    EXPECT_FALSE(failures.empty()) << text;
    EXPECT_THAT(failures, Each(AllOf(::testing::StartsWith("a "), HasSubstr(text))));
  }
}

TEST(PlanOfABadDescription, ShowsAFailedOneWhateverVariantsAreWanted) {
  Catalog catalog = catalog_of({"a", "b"});
  Kernel& failed = test::kernel_in(catalog, "a");
  failed.failure = "it throws";
  failed.native.clear();
  EXPECT_THAT(failures_of(plan_groups(catalog, {.variants = {"native/*"}, .sizes = {8}})),
              Each(::testing::StartsWith("a 8: it throws")));
  EXPECT_FALSE(failures_of(plan_groups(catalog, {.variants = {"native/*"}, .sizes = {8}})).empty());
}

TEST(PlanOfABadDescription, LooksAtEveryPlannedSize) {
  Catalog catalog = catalog_of({"a"});
  test::kernel_in(catalog, "a").inputs[0].shape = [](std::size_t n) { return Shape{n - 2}; };
  const auto at = [&](std::size_t n) { return failures_of(plan_groups(catalog, {.sizes = {n}})); };
  EXPECT_THAT(at(2), IsEmpty());
  EXPECT_THAT(at(1), Each(HasSubstr("the shape of the input 'x'")));
  EXPECT_FALSE(at(1).empty());
}

// A module that can't be imported: its variants are unknown, but the kernel names its baseline.
class UnimportableModule : public ::testing::Test {
 protected:
  UnimportableModule() {
    std::erase_if(catalog_.python.variants, [](const auto& known) { return known.kernel == "a"; });
    catalog_.python.problems = {{"a", "SyntaxError: line 3"}};
  }
  Catalog catalog_ = catalog_of({"a"});
};

TEST_F(UnimportableModule, LeavesItsBaselineAsAnError) {
  const auto groups = plan_groups(catalog_, {.sizes = {4}});
  ASSERT_THAT(groups, SizeIs(1));
  EXPECT_THAT(names_in(groups[0]), ElementsAre("native/plain", "native/fast", "python/loop"));
  const auto& settled = planned(groups[0], "python/loop").settled;
  ASSERT_TRUE(settled.has_value());
  EXPECT_EQ(settled->status, Status::error);
  EXPECT_EQ(settled->reason, "SyntaxError: line 3");
}

TEST_F(UnimportableModule, LeavesItsBaselineSkippedIfOnlyAPackageIsMissing) {
  catalog_.python.problems = {{"a", "a.py needs the package x: no module named x", "x"}};
  for (const std::size_t n : {4U, 8U}) {
    const auto groups = plan_groups(catalog_, {.sizes = {n}});
    const auto& settled = planned(groups.at(0), "python/loop").settled;
    EXPECT_EQ(settled->status, Status::skipped);
    EXPECT_EQ(settled->reason, "a.py needs the package x: no module named x");
  }
}

TEST_F(UnimportableModule, DoesNotAddTheBaselineWhenItIsNotSelected) {
  const auto groups = plan_groups(catalog_, {.variants = {"native/*"}, .sizes = {4}});
  ASSERT_THAT(groups, SizeIs(1));
  EXPECT_THAT(names_in(groups[0]), ElementsAre("native/plain", "native/fast"));
}

TEST_F(UnimportableModule, IsAnErrorAlsoWhenOnlyItsBaselineIsSelected) {
  for (const char* pattern : {"python/loop", "python/*", "loop"}) {
    const auto groups = plan_groups(catalog_, {.variants = {pattern}, .sizes = {4}});
    ASSERT_THAT(groups, SizeIs(1)) << pattern;
    EXPECT_THAT(names_in(groups[0]), ElementsAre("python/loop")) << pattern;
  }
}

TEST_F(UnimportableModule, LeavesOtherKernelsAlone) {
  catalog_.kernels.push_back(test::twice_kernel("b"));
  catalog_.python.modules.emplace_back("b");
  catalog_.python.variants.push_back({"b", "loop", {}, std::nullopt});
  const auto groups = plan_groups(catalog_, {.kernels = {"b"}, .sizes = {4}});
  ASSERT_THAT(groups, SizeIs(1));
  EXPECT_THAT(names_in(groups[0]), ElementsAre("native/plain", "native/fast", "python/loop"));
  EXPECT_FALSE(planned(groups[0], "python/loop").settled);
}

TEST_F(UnimportableModule, IsToldOnceHoweverManyProblemsItHas) {
  catalog_.python.problems.push_back({"a", "another"});
  EXPECT_THAT(plan_groups(catalog_, {.sizes = {4}})[0].variants, SizeIs(3));
}

// None of the kernel's figures would be what it says.
TEST(PlanComparisons, SettleEveryVariantOfAContradictoryKernel) {
  Catalog catalog = catalog_of({"a", "b"});
  catalog.python.problems = {{"a", "python/loop is declared twice"}};
  const auto groups = plan_groups(catalog, {.sizes = {4}});
  ASSERT_THAT(groups, SizeIs(2));
  EXPECT_THAT(groups[0].variants, SizeIs(4));
  for (const PlannedVariant& variant : groups[0].variants) {
    ASSERT_TRUE(variant.settled.has_value());
    EXPECT_EQ(variant.settled->status, Status::error);
    EXPECT_EQ(variant.settled->reason, "python/loop is declared twice (gapmeter list --check)");
  }
  for (const PlannedVariant& variant : groups[1].variants) EXPECT_FALSE(variant.settled);
}

// Each engine imports the modules for itself, and they may declare other variants there.
class FurtherEngineTest : public ::testing::Test {
 protected:
  FurtherEngineTest() { catalog_.further_engines.push_back({"3.13", catalog_.python}); }
  PythonDescription& further() { return catalog_.further_engines[0].python; }
  CellGroup group() const { return plan_groups(catalog_, {.sizes = {64}}).at(0); }

  Catalog catalog_ = catalog_of({"a"});
};

TEST_F(FurtherEngineTest, HasItsVariantsPlannedBesideTheFirsts) {
  EXPECT_THAT(names_in(group()),
              ElementsAre("native/plain", "native/fast", "python/loop", "python/numpy",
                          "python@3.13/loop", "python@3.13/numpy"));
  for (const PlannedVariant& variant : group().variants) EXPECT_FALSE(variant.settled);
}

TEST_F(FurtherEngineTest, IsLeftOutWhereAnotherIsSelected) {
  const auto groups =
      plan_groups(catalog_, {.variants = {"native/*", "python@3.13/loop"}, .sizes = {4}});
  EXPECT_THAT(names_in(groups.at(0)),
              ElementsAre("native/plain", "native/fast", "python@3.13/loop"));
}

TEST_F(FurtherEngineTest, MayHaveVariantsThatTheFirstHasNot) {
  further().variants.push_back({"a", "only_here", {}, std::nullopt});
  EXPECT_FALSE(planned(group(), "python@3.13/only_here").settled);
}

TEST_F(FurtherEngineTest, HasLargestSizesOfItsOwn) {
  further().variants[0].max_size = 16;
  EXPECT_FALSE(planned(group(), "python/loop").settled);
  EXPECT_TRUE(planned(group(), "python@3.13/loop").settled);
}

TEST_F(FurtherEngineTest, RunsAModuleThatOnlyTheFirstCannotImport) {
  catalog_.python.variants.clear();
  catalog_.python.problems = {{"a", "SyntaxError: match"}};
  ASSERT_TRUE(planned(group(), "python/loop").settled.has_value());
  EXPECT_EQ(planned(group(), "python/loop").settled->reason, "SyntaxError: match");
  EXPECT_FALSE(planned(group(), "python@3.13/loop").settled);
}

TEST_F(FurtherEngineTest, SettlesAModuleThatOnlyItCannotImport) {
  further().variants.clear();
  further().problems = {{"a", "ImportError: imp"}};
  EXPECT_FALSE(planned(group(), "python/loop").settled);
  ASSERT_TRUE(planned(group(), "python@3.13/loop").settled.has_value());
  EXPECT_EQ(planned(group(), "python@3.13/loop").settled->reason, "ImportError: imp");
  EXPECT_EQ(planned(group(), "python@3.13/loop").settled->status, Status::error);
}

// Each of these would make another run of it.
TEST(DigestOfAPlan, DependsOnEverythingThatDecidesWhatIsMeasured) {
  const auto digest = [](const std::function<void(Plan&)>& change) {
    Plan plan{.seed = 7, .rounds = 5, .precision = 0.02};
    plan.groups.push_back({.kernel = "sum", .n = 64});
    plan.groups[0].variants = {{.id = parse_variant("native/a").value()},
                               {.id = parse_variant("python/b").value()}};
    change(plan);
    return digest_of(plan);
  };
  const std::vector<std::function<void(Plan&)>> changes{
      [](Plan&) {},
      [](Plan& plan) { plan.seed = 8; },
      [](Plan& plan) { plan.rounds = 6; },
      [](Plan& plan) { plan.precision = 0.01; },
      [](Plan& plan) { plan.precision.reset(); },
      [](Plan& plan) { ++plan.timing.batch_ns; },
      [](Plan& plan) { ++plan.timing.slice_ns; },
      [](Plan& plan) { ++plan.timing.round_ns; },
      [](Plan& plan) { ++plan.timing.single_calls_ns; },
      [](Plan& plan) { plan.groups[0].kernel = "dot"; },
      [](Plan& plan) { plan.groups[0].n = 65; },
      [](Plan& plan) { plan.groups[0].single_calls = 2; },
      [](Plan& plan) { plan.groups[0].untimed = {Pass::verify}; },
      [](Plan& plan) { plan.groups[0].variants.pop_back(); },
      [](Plan& plan) { plan.groups[0].variants[0].threads = 2; },
      [](Plan& plan) { plan.groups[0].variants[0].job = "copy"; },
      [](Plan& plan) { plan.groups[0].variants[0].settled.emplace(); },
      [](Plan& plan) { plan.groups.push_back(plan.groups[0]); }};
  std::set<std::uint64_t> digests;
  for (const auto& change : changes) digests.insert(digest(change));
  EXPECT_THAT(digests, SizeIs(changes.size()));
  EXPECT_EQ(digest(changes[0]), digest(changes[0]));
}

TEST(RoundKey, IsAnotherInEachRoundOfEachComparison) {
  std::set<std::uint64_t> keys;
  for (const std::uint64_t seed : {7U, 8U}) {
    for (const char* kernel : {"sum", "dot"}) {
      for (const std::size_t n : {64U, 65U}) {
        for (int round = 0; round < 5; ++round) {
          keys.insert(round_key({.seed = seed}, {.kernel = kernel, .n = n}, round));
        }
      }
    }
  }
  EXPECT_THAT(keys, SizeIs(2 * 2 * 2 * 5));
}

TEST(RoundKey, IsTheSameEachTime) {
  const Plan plan{.seed = 7};
  const CellGroup group{.kernel = "sum", .n = 64};
  EXPECT_EQ(round_key(plan, group, 3), round_key(plan, group, 3));
}

}  // namespace
}  // namespace gapmeter
