// What statistics need to know of run.json: baselines and caches, or which key is wrong.
#include "harness/model/run_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "harness/tests/unit/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using Json = nlohmann::json;

RunContext context(const char* facts) { return context_of(Json::parse(facts)); }

TEST(ContextOf, ReadsBaselinesAndCaches) {
  const RunContext found = context(R"({
      "kernels": {"sum": {"baseline": "python/builtin", "title": "Sum"},
                  "dot": {"baseline": "python/loop"}},
      "machine": {"cpu": "some", "caches": [{"level": 1, "size_bytes": 32768, "type": "Data"},
                                            {"level": 3, "size_bytes": 8589934592}]}})");
  EXPECT_THAT(found.baselines, ElementsAre(Pair("dot", test::variant("python/loop")),
                                           Pair("sum", test::variant("python/builtin"))));
  EXPECT_THAT(found.cache_bytes, ElementsAre(Pair(1, 32768), Pair(3, 8589934592)));
}

TEST(ContextOf, WhatIsAbsentStaysAbsent) {
  for (const char* facts :
       {"{}", R"({"kernels": {}, "machine": {}})", R"({"machine": {"caches": []}})",
        R"({"kernels": {"sum": {}}})", R"({"schema_version": 2})"}) {
    EXPECT_THAT(context(facts).baselines, IsEmpty()) << facts;
    EXPECT_THAT(context(facts).cache_bytes, IsEmpty()) << facts;
  }
}

TEST(ContextOf, NamesTheKeyOfWhatCanNotBe) {
  for (const auto& [facts, key] : std::vector<std::pair<const char*, const char*>>{
           {R"({"kernels": []})", "'kernels'"},
           {R"({"kernels": null})", "'kernels'"},
           {R"({"kernels": "sum"})", "'kernels'"},
           {R"({"kernels": {"sum": 7}})", "'kernels.sum'"},
           {R"({"kernels": {"sum": {"baseline": 7}}})", "'kernels.sum.baseline'"},
           {R"({"kernels": {"sum": {"baseline": "loop"}}})", "'kernels.sum.baseline'"},
           {R"({"machine": []})", "'machine'"},
           {R"({"machine": {"caches": {}}})", "'machine.caches'"},
           {R"({"machine": {"caches": null}})", "'machine.caches'"},
           {R"({"machine": {"caches": [7]}})", "'machine.caches[].level'"},
           {R"({"machine": {"caches": [{"size_bytes": 1}]}})", "'machine.caches[].level'"},
           {R"({"machine": {"caches": [{"level": 1.5, "size_bytes": 1}]}})",
            "'machine.caches[].level'"},
           {R"({"machine": {"caches": [{"level": 1, "size_bytes": true}]}})",
            "'machine.caches[].size_bytes'"},
           {R"({"machine": {"caches": [{"level": 1, "size_bytes": "32K"}]}})",
            "'machine.caches[].size_bytes'"},
           {R"({"machine": {"caches": [{"level": 4294967297, "size_bytes": 1}]}})",
            "'machine.caches[].level'"},
           {R"({"machine": {"caches": [{"level": 0, "size_bytes": 1}]}})",
            "'machine.caches[].level'"},
           {R"({"machine": {"caches": [{"level": 1, "size_bytes": -1}]}})",
            "'machine.caches[].size_bytes'"},
           {R"({"machine": {"caches": [{"level": 1, "size_bytes": 18446744073709551615}]}})",
            "'machine.caches[].size_bytes'"},
           {"[]", "'run.json'"}}) {
    EXPECT_THAT(test::message_of<std::invalid_argument>([&] { context(facts); }), HasSubstr(key))
        << facts;
  }
}

}  // namespace
}  // namespace gapmeter
