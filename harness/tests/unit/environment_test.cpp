// The facts of run.json: there, of the right kind, and nothing that the system did not tell.
#include "harness/sys/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <ctime>
#include <nlohmann/json.hpp>

namespace gapmeter {
namespace {

using ::testing::MatchesRegex;

TEST(MachineFacts, AgreeWithTheSystem) {
  const nlohmann::json facts = machine_facts();
  EXPECT_EQ(facts.at("logical_cpus"), sysconf(_SC_NPROCESSORS_ONLN));
  EXPECT_EQ(facts.at("page_bytes"), sysconf(_SC_PAGESIZE));
  EXPECT_GT(facts.at("memory_bytes").get<long long>(), 1 << 20);
  EXPECT_TRUE(facts.at("virtualized").is_boolean());
}

// Whether /sys lists them or not. Of what size: cores may differ.
TEST(MachineFacts, NameTheCachesThatTheCLibraryKnows) {
  if (sysconf(_SC_LEVEL1_DCACHE_SIZE) <= 0) GTEST_SKIP() << "the C library knows no caches here";
  const nlohmann::json first = machine_facts().at("caches").at(0);
  EXPECT_EQ(first.at("level"), 1);
  EXPECT_EQ(first.at("type"), "Data");
  EXPECT_GE(first.at("size_bytes"), 4096);
}

TEST(MachineFacts, LeaveOutWhatTheSystemDoesNotTell) {
  const nlohmann::json facts = machine_facts();
  for (const auto& [key, value] : facts.items()) EXPECT_FALSE(value.is_null()) << key;
}

TEST(BuildFacts, NameCompilerAndLibraries) {
  const nlohmann::json facts = build_facts();
  for (const char* key : {"compiler", "build_type", "git_revision", "google_benchmark", "highway",
                          "openblas", "pybind11", "python"}) {
    EXPECT_NE(facts.at(key), "") << key;
  }
}

TEST(UtcNow, IsIso8601OfThisMinute) {
  const std::string now = utc_now();
  EXPECT_THAT(now, MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"));
  std::tm parsed{};
  ASSERT_NE(strptime(now.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parsed), nullptr);
  EXPECT_NEAR(static_cast<double>(timegm(&parsed)), static_cast<double>(std::time(nullptr)), 60);
}

}  // namespace
}  // namespace gapmeter
