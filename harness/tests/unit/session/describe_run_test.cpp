// What run.json says: descriptions of kernels that an older build did not have yet.
#include "harness/session/describe_run.h"

#include <gtest/gtest.h>

#include <cstdlib>

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

TEST(DescribeRun, SaysWhichMemoryWorkersGet) {
  const auto described = [](HugePages huge_pages) {
    return describe_run({.huge_pages = huge_pages}, {}, {.kernels = {}, .python = {}}, {}, 0,
                        BuiltProgram{});
  };
  setenv("GLIBC_TUNABLES", "glibc.malloc.top_pad=1", 1);
  setenv("MALLOC_TRIM_THRESHOLD_", "2", 1);
  const RunFacts as_it_is = described(HugePages::system), changed = described(HugePages::malloc);
  unsetenv("GLIBC_TUNABLES");
  unsetenv("MALLOC_TRIM_THRESHOLD_");
  EXPECT_EQ(as_it_is.huge_pages, "system");
  EXPECT_EQ(as_it_is.worker_environment.at("GLIBC_TUNABLES"), "glibc.malloc.top_pad=1");
  EXPECT_EQ(as_it_is.worker_environment.at("MALLOC_TRIM_THRESHOLD_"), "2");
  EXPECT_EQ(changed.huge_pages, "malloc");
  EXPECT_EQ(changed.worker_environment.at("GLIBC_TUNABLES"),
            "glibc.malloc.top_pad=1:glibc.malloc.hugetlb=1");
}

TEST(DescribeEngine, SaysWhatItIs) {
  const PythonDescription python{.engine = "portable",
                                 .version = "3.11.2",
                                 .pgo = true,
                                 .sys_path = {"/usr/lib"},
                                 .call_ns = 30};
  const EngineFacts facts = describe_engine(python);
  EXPECT_EQ(facts.engine, "portable");
  EXPECT_EQ(facts.version, "3.11.2");
  EXPECT_EQ(facts.pgo, true);
  EXPECT_EQ(facts.lto, std::nullopt);
  EXPECT_EQ(facts.call_ns, 30);
  EXPECT_EQ(facts.sys_path, std::vector<std::string>{"/usr/lib"});
}

}  // namespace
}  // namespace gapmeter
