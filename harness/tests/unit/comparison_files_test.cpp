// changes.csv: a comparison's cells as lines of a table.
#include "harness/cli/comparison_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "harness/tests/unit/testing.h"

namespace gapmeter {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Pair;

std::map<std::string, std::string> line_of(const ComparedCell& cell,
                                           const std::string& quantity = "latency") {
  const Comparison result{.quantity = quantity};
  const std::vector<std::string> columns = change_columns(),
                                 fields = to_change_fields(result, cell);
  EXPECT_EQ(columns.size(), fields.size());
  std::map<std::string, std::string> line;
  for (std::size_t i = 0; i < columns.size(); ++i) line[columns[i]] = fields.at(i);
  return line;
}

TEST(ChangeFields, SayWhatWasComparedAndWhatCameOut) {
  const auto line = line_of({.cell = test::cell("python/loop", 64),
                             .rounds = 20,
                             .base = 100,
                             .compared = 103,
                             .ratio = Estimate{1.03, Interval{1.025, 1.035}},
                             .verdict = Verdict::slower});
  EXPECT_THAT(line, AllOf(Contains(Pair("kernel", "sum")), Contains(Pair("variant", "python/loop")),
                          Contains(Pair("lane", "python")), Contains(Pair("n", "64")),
                          Contains(Pair("threads", "1")), Contains(Pair("rounds", "20"))));
  EXPECT_THAT(
      line, AllOf(Contains(Pair("quantity", "latency_ns")), Contains(Pair("base", "100")),
                  Contains(Pair("new", "103")), Contains(Pair("ratio", "1.03")),
                  Contains(Pair("ratio_ci_low", "1.025")), Contains(Pair("ratio_ci_high", "1.035")),
                  Contains(Pair("verdict", "slower")), Contains(Pair("failed", "false"))));
}

TEST(ChangeFields, OfACellThatWasNotComparedAreEmptyButForTheReason) {
  const auto line =
      line_of({.cell = test::cell("native/simd"), .failed = true, .reason = "crashed: abort"});
  for (const char* absent : {"base", "new", "ratio", "ratio_ci_low", "ratio_ci_high", "verdict"}) {
    EXPECT_THAT(line, Contains(Pair(absent, "")));
  }
  EXPECT_THAT(line,
              AllOf(Contains(Pair("failed", "true")), Contains(Pair("reason", "crashed: abort"))));
}

TEST(ChangeFields, NameGapsAsTheQuantity) {
  EXPECT_EQ(line_of({.cell = test::cell("python/loop")}, "gap").at("quantity"), "gap");
}

}  // namespace
}  // namespace gapmeter
