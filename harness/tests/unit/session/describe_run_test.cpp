// What run.json says: descriptions of kernels that an older build did not have yet.
#include "harness/session/describe_run.h"

#include <gtest/gtest.h>

#include "harness/tests/unit/support/kernels.h"

namespace gapmeter {
namespace {

std::vector<Kernel> kernels_with_ladder() {
  Kernel kernel = test::twice_kernel();
  kernel.ladder = {{"list", "python/loop"}, {"SIMD", "native/fast"}};
  return {kernel, test::twice_kernel("plain")};
}

TEST(AddLadders, DescribesWhatTheRunDoesNot) {
  RunFacts facts{.kernels = {{"twice", {.title = "Twice"}}, {"plain", {.title = "Plain"}}}};
  EXPECT_TRUE(add_ladders(facts, kernels_with_ladder()));
  const auto& ladder = facts.kernels["twice"].ladder;
  ASSERT_TRUE(ladder.has_value());
  ASSERT_EQ(ladder->size(), 2U);
  EXPECT_EQ(ladder->at(1).name, "SIMD");
  EXPECT_EQ(ladder->at(1).variant, "native/fast");
  EXPECT_FALSE(facts.kernels["plain"].ladder.has_value());
  EXPECT_FALSE(add_ladders(facts, kernels_with_ladder())) << "it has it now";
}

TEST(AddLadders, LeavesARunsOwnDescriptionAlone) {
  RunFacts facts{.kernels = {{"twice", {.ladder = std::vector<Rung>{{"of", "its/own"}}}}}};
  EXPECT_FALSE(add_ladders(facts, kernels_with_ladder()));
  EXPECT_EQ(facts.kernels["twice"].ladder->at(0).name, "of");
}

TEST(AddLadders, AddsNoKernels) {
  RunFacts facts;
  EXPECT_FALSE(add_ladders(facts, kernels_with_ladder()));
  EXPECT_TRUE(facts.kernels.empty());
}

TEST(DescribeEngine, SaysWhetherItIsEmbedded) {
  const PythonDescription python{.version = "3.11.2", .link = "static"};
  EXPECT_EQ(describe_engine(python, true).engine, "embedded");
  EXPECT_EQ(describe_engine(python, false).engine, "stock");
  EXPECT_EQ(describe_engine(python, true).version, "3.11.2");
}

}  // namespace
}  // namespace gapmeter
