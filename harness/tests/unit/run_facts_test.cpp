// What run.json says: descriptions of kernels that an older build did not have yet.
#include "harness/session/run_facts.h"

#include <gtest/gtest.h>

#include "harness/tests/unit/testing.h"

namespace gapmeter {
namespace {

using Json = nlohmann::json;

std::vector<Kernel> kernels_with_ladder() {
  Kernel kernel = test::twice_kernel();
  kernel.ladder = {{"list", "python/loop"}, {"SIMD", "native/fast"}};
  return {kernel, test::twice_kernel("plain")};
}

TEST(AddLadders, DescribesWhatTheRunDoesNot) {
  Json facts{{"kernels", {{"twice", {{"title", "Twice"}}}, {"plain", {{"title", "Plain"}}}}}};
  EXPECT_TRUE(add_ladders(facts, kernels_with_ladder()));
  EXPECT_EQ(facts["kernels"]["twice"]["ladder"],
            Json::parse(R"([{"rung": "list", "variant": "python/loop"},
                            {"rung": "SIMD", "variant": "native/fast"}])"));
  EXPECT_FALSE(facts["kernels"]["plain"].contains("ladder"));
  EXPECT_FALSE(add_ladders(facts, kernels_with_ladder())) << "it has it now";
}

TEST(AddLadders, LeavesARunsOwnDescriptionAlone) {
  Json facts{{"kernels", {{"twice", {{"ladder", "of its own"}}}}}};
  EXPECT_FALSE(add_ladders(facts, kernels_with_ladder()));
  EXPECT_EQ(facts["kernels"]["twice"]["ladder"], "of its own");
}

TEST(AddLadders, AddsNoKernels) {
  for (Json facts : {Json::object(), Json{{"kernels", Json::object()}}, Json{{"kernels", 7}},
                     Json{{"kernels", {{"twice", "not an object"}}}}}) {
    const Json before = facts;
    EXPECT_FALSE(add_ladders(facts, kernels_with_ladder())) << before;
    EXPECT_EQ(facts, before);
  }
}

}  // namespace
}  // namespace gapmeter
