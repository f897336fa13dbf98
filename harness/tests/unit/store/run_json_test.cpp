// run.json: what is written reads back, what can't be is named, and what differs between two runs
// is told.
#include "harness/store/run_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "harness/model/rows.h"
#include "harness/sys/files.h"
#include "harness/tests/unit/support/rows.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using Json = nlohmann::json;

RunContext context(const char* facts) { return context_of(run_facts_of(Json::parse(facts))); }

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

TEST(ContextOf, ReadsWhatVerdictsDependOn) {
  const RunContext found = context(R"({
      "build": {"compiler": "GNU 12.2.0", "vector_bits": 256, "rust_compiler": "rustc 1.85",
                "rust_vector_bits": 512},
      "against": "rust/simd", "machine": {"cpu": "some"},
      "python": {"version": "3.11.2"}})");
  EXPECT_EQ(found.compilers.at("native"), "GNU 12.2.0, vectors of 256 bits");
  EXPECT_EQ(found.compilers.at("rust"), "rustc 1.85, vectors of 512 bits");
  EXPECT_EQ(to_string(found.against), "rust/simd");
  EXPECT_EQ(found.processor, "some");
  EXPECT_EQ(found.interpreter, "CPython 3.11.2");
  EXPECT_EQ(context(R"({"build": {"compiler": "GNU 12.2.0"}})").compilers.at("native"),
            "GNU 12.2.0");
}

TEST(ContextOf, WhatIsAbsentStaysAbsent) {
  for (const char* facts :
       {"{}", R"({"kernels": {}, "machine": {}})", R"({"machine": {"caches": []}})",
        R"({"kernels": {"sum": {}}})", R"({"schema_version": 3})"}) {
    EXPECT_THAT(context(facts).baselines, IsEmpty()) << facts;
    EXPECT_THAT(context(facts).cache_bytes, IsEmpty()) << facts;
    EXPECT_EQ(context(facts).compilers.at("native") + context(facts).interpreter, "") << facts;
  }
}

TEST(ContextOf, NamesTheKeyOfWhatCanNotBe) {
  for (const auto& [facts, key] : std::vector<std::pair<const char*, const char*>>{
           {R"({"against": "python"})", "'against'"},
           {R"({"kernels": []})", "'kernels'"},
           {R"({"kernels": null})", "'kernels'"},
           {R"({"kernels": "sum"})", "'kernels'"},
           {R"({"kernels": {"sum": 7}})", "'kernels.sum'"},
           {R"({"kernels": {"sum": {"baseline": 7}}})", "'kernels.sum.baseline'"},
           {R"({"kernels": {"sum": {"baseline": "loop"}}})", "'kernels.sum.baseline'"},
           {R"({"machine": []})", "'machine'"},
           {R"({"machine": {"caches": {}}})", "'machine.caches'"},
           {R"({"machine": {"caches": null}})", "'machine.caches'"},
           {R"({"machine": {"caches": [7]}})", "'machine.caches[]'"},
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

Json facts() {
  return Json::parse(
      R"({"machine": {"cpu": "A", "logical_cpus": 4, "caches": [{"level": 1, "type": "Data", "size_bytes": 32768}]},
                         "build": {"compiler": "GCC 13"}, "python": {"engine": "embedded"},
                         "seed": 1, "started": "yesterday"})");
}

std::vector<std::string> differences(const Json& before, const Json& after) {
  return differences_between(run_facts_of(before), run_facts_of(after), Alike::to_compare, "then");
}

TEST(DifferencesBetween, RunsOfOneMachineAndBuildHaveNone) {
  Json later = facts();
  later["seed"] = 2;
  later["started"] = "today";
  EXPECT_THAT(differences(facts(), later), IsEmpty());
}

TEST(DifferencesBetween, NameTheFactAndBothValues) {
  Json later = facts();
  later["machine"]["cpu"] = "B";
  later["machine"]["logical_cpus"] = 8;
  EXPECT_THAT(differences(facts(), later),
              ElementsAre("machine.cpu: \"A\", then \"B\"", "machine.logical_cpus: 4, then 8"));
}

TEST(DifferencesBetween, WhatWorkersInheritIsAmongThem) {
  Json first = facts(), later = facts();
  first["worker_environment"] = {{"OMP_NUM_THREADS", "1"}};
  later["worker_environment"] = {{"OMP_NUM_THREADS", "1"}, {"OPENBLAS_CORETYPE", "Haswell"}};
  EXPECT_THAT(differences(first, later),
              ElementsAre("worker_environment.OPENBLAS_CORETYPE: null, then \"Haswell\""));
}

TEST(DifferencesBetween, TheHugePagesOfWorkersMatterToResumingAndToComparing) {
  Json first = facts(), later = facts();
  first["huge_pages"] = "system";
  later["huge_pages"] = "malloc";
  const RunFacts before = run_facts_of(first), after = run_facts_of(later);
  for (const Alike purpose : {Alike::to_resume, Alike::to_compare}) {
    EXPECT_THAT(differences_between(before, after, purpose, "then"),
                ElementsAre("huge_pages: \"system\", then \"malloc\""));
  }
}

TEST(DifferencesBetween, AFactThatOnlyOneKnowsDiffers) {
  Json later = facts();
  later["build"]["flags"] = "-O3";
  later.erase("python");
  EXPECT_THAT(differences(facts(), later), ElementsAre("build.flags: null, then \"-O3\"",
                                                       "python.engine: \"embedded\", then null"));
}

TEST(DifferencesBetween, TheOneThatGoesOnLooksAtOtherFacts) {
  Json later = facts();
  later["machine"]["os"] = "another";   // matters to times alone
  later["build"]["programs"] = "abcd";  // matters to rows that belong together alone
  const RunFacts before = run_facts_of(facts()), after = run_facts_of(later);
  EXPECT_THAT(differences_between(before, after, Alike::to_resume, "now"),
              ElementsAre("build.programs: null, now \"abcd\""));
  EXPECT_THAT(differences_between(before, after, Alike::to_compare, "then"),
              ElementsAre("machine.os: null, then \"another\""));
}

// Times under another condition are still times.
TEST(DifferencesBetween, ConditionsAreToBeNoted) {
  Json first = facts(), later = facts();
  first["pinned_cpu"] = 1;
  later["pinned_cpu"] = 3;
  later["round_ns"] = 80'000'000;
  later["measured_alone"] = false;
  later["machine"]["cpu_quota"] = 1.5;
  later["python"]["executable"] = "/venv/bin/python3";
  const RunFacts before = run_facts_of(first), after = run_facts_of(later);
  EXPECT_THAT(differences_between(before, after, Alike::to_compare, "then"), IsEmpty());
  EXPECT_THAT(differences_between(before, after, Alike::to_note, "then"),
              ElementsAre("round_ns: 0, then 80000000", "pinned_cpu: 1, then 3",
                          "measured_alone: true, then false", "machine.cpu_quota: null, then 1.5",
                          "python.executable: null, then \"/venv/bin/python3\""));
}

TEST(DifferencesBetween, TheBlasOfNumPyIsOne) {
  Json first = facts(), later = facts();
  first["python"]["numpy_blas"] = "/usr/lib/libopenblas.so";
  later["python"]["numpy_blas"] = "/usr/lib/libblas.so";
  EXPECT_THAT(differences(first, later),
              ElementsAre("python.numpy_blas: \"/usr/lib/libopenblas.so\", then "
                          "\"/usr/lib/libblas.so\""));
}

TEST(DifferencesBetween, TwoModelsOfOneNameAreTwoMachines) {
  Json first = facts(), later = facts();
  first["machine"]["cpu_model"] = "family 25, model 17, stepping 1";
  later["machine"]["cpu_model"] = "family 26, model 2, stepping 0";
  EXPECT_THAT(differences(first, later), ElementsAre(HasSubstr("machine.cpu_model")));
  EXPECT_THAT(differences(facts(), later), IsEmpty()) << "an older run does not tell its model";
}

TEST(DifferencesBetween, AnEngineMoreMattersToResumingAlone) {
  Json later = facts();
  later["further_engines"] = {{"3.13", {{"engine", "stock"}, {"build", "b"}}}};
  const RunFacts before = run_facts_of(facts()), after = run_facts_of(later);
  EXPECT_THAT(differences_between(before, after, Alike::to_resume, "now"),
              Contains(HasSubstr("further_engines.3.13.engine")));
  EXPECT_THAT(differences_between(before, after, Alike::to_compare, "then"), IsEmpty());
}

ServiceFacts full_service() {
  return {.is_users = true,
          .request = "29",
          .answer = "30",
          .connections = 31,
          .schedule = "constant",
          .timeout_s = 32.5,
          .server_cpus = {33},
          .client_cpus = {34, 35},
          .servers = {{"python/fastapi",
                       {.command = {"36", "37", "38"},
                        .capacity_per_s = 39.5,
                        .packages = {{"fastapi", "0.92"}, {"uvicorn", "0.17"}}}},
                      {"native/beast", {.failure = "40"}}}};
}

// Every fact has a value of its own, so that none can stand in for another.
RunFacts full_facts() {
  return {.schema_version = schema_version,
          .command = {"gapmeter", "run"},
          .started = "1",
          .ended = "2",
          .interrupted = true,
          .plan_digest = "3",
          .seed = 18446744073709551615U,
          .rounds = 4,
          .round_ns = 5,
          .batch_ns = 6,
          .single_calls_ns = 7,
          .budget_s = 8.5,
          .precision = 0.09,
          .timeout_s = 10,
          .pinned_cpu = -1,
          .huge_pages = "malloc",
          .measured_alone = false,
          .throttled = Throttling{26, 27.5},
          .worker_environment = {{"OMP_NUM_THREADS", "1"}},
          .machine = {.cpu = "11",
                      .cpu_model = "28",
                      .logical_cpus = 12,
                      .cpu_quota = 29.5,
                      .core_type = "30",
                      .frequency_hz = 31,
                      .caches = {{1, "Data", 13}},
                      .memory_bytes = 14,
                      .load = "15",
                      .roofline = Roofline{18, 16, 17, 19}},
          .build = {.compiler = "19", .fmt = 20, .assertions = true, .programs = "21"},
          .python = {.engine = "embedded",
                     .warnings = {"22"},
                     .embedding_penalty =
                         EmbeddingFacts{.mean = 1.23, .cells = {{.kernel = "sum", .n = 24}}}},
          .further_engines = {{"3.13", {.version = "25"}}},
          .kernels = {{"sum",
                       {.title = "26",
                        .claims = {"C27"},
                        .baseline = "python/loop",
                        .ladder = std::vector<Rung>{{"list", "python/loop"}},
                        .python_source = "28"}},
                      {"serve", {.service = full_service()}}}};
}

TEST(RunJson, WhatIsWrittenReadsBack) {
  const Json written = to_json(full_facts());
  EXPECT_EQ(to_json(run_facts_of(written)), written);
  EXPECT_EQ(written["machine"]["limits"]["flops_per_s"], 18);
  EXPECT_EQ(written["kernels"]["sum"]["ladder"][0]["rung"], "list");
  EXPECT_EQ(written["seed"], 18446744073709551615U);
}

TEST(RunJson, TellsOfServersWhatStatisticsNeed) {
  RunFacts facts = full_facts();
  facts.objective_ns = 5e6;
  facts.wanted_per_s = 1000;
  const RunContext context = context_of(run_facts_of(to_json(facts)));
  EXPECT_EQ(context.objective_ns, 5e6);
  EXPECT_EQ(context.wanted_per_s, 1000);
  EXPECT_EQ(context.packages.at({"serve", "python/fastapi"}), "fastapi 0.92, uvicorn 0.17");
  facts.kernels.erase("sum");
  EXPECT_FALSE(context_of(facts).serves_claims) << "they are the user's";
  facts.kernels.at("serve").service->is_users = false;
  EXPECT_TRUE(context_of(facts).serves_claims);
}

TEST(RunJson, WhatIsAbsentIsLeftOutButForWishes) {
  const Json written = to_json(RunFacts{});
  EXPECT_FALSE(written.contains("ended"));
  EXPECT_FALSE(written["machine"].contains("governor"));
  EXPECT_TRUE(written["budget_s"].is_null());
}

TEST(RunJson, AChangeLeavesAllElseAsItStands) {
  const test::TempDir dir;
  const std::string old =
      R"({"schema_version": 3, "of_tomorrow": 1, "kernels": {"sum": {"title": "S", "odd": 2}}})";
  write_file(dir / "run.json", old);
  const RunFacts before = read_run_facts(dir.path());
  RunFacts after = before;
  after.kernels["sum"].ladder = std::vector<Rung>{{"list", "python/loop"}};
  change_run_facts(dir.path(), before, after);
  Json wanted = Json::parse(old);
  wanted["kernels"]["sum"]["ladder"] = {{{"rung", "list"}, {"variant", "python/loop"}}};
  EXPECT_EQ(Json::parse(test::contents_of(dir / "run.json")), wanted)
      << "no fact that nobody measured";
}

TEST(RunJson, WritingReplacesWhateverWasThere) {
  const test::TempDir dir;
  write_file(dir / "run.json", "torn {");
  write_run_facts(dir.path(), full_facts());
  EXPECT_EQ(to_json(read_run_facts(dir.path())), to_json(full_facts()));
}

TEST(RunJson, NullStandsForAbsence) {
  const Json json = Json::parse(R"({"machine": {"governor": null}, "budget_s": null})");
  EXPECT_EQ(run_facts_of(json).machine.governor, std::nullopt);
}

}  // namespace
}  // namespace gapmeter
