// The tables of columns in docs/results.md are what the declarations say.
// scripts/dev/column_docs.sh writes them anew.
#include <gtest/gtest.h>

#include <cstdlib>

#include "harness/store/columns.h"
#include "harness/store/growth_columns.h"
#include "harness/store/lane_columns.h"
#include "harness/store/server_columns.h"
#include "harness/sys/files.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

// A line for each run of columns that share a meaning.
std::string table_of(const std::vector<ColumnMeaning>& columns) {
  std::string table = "| column | meaning |\n| --- | --- |\n";
  for (std::size_t i = 0; i < columns.size();) {
    std::string names;
    const std::size_t first = i;
    for (; i < columns.size() && columns[i].meaning == columns[first].meaning; ++i) {
      names += std::string(i == first ? "" : ", ") + "`" + columns[i].name + "`";
    }
    table += "| " + names + " | " + std::string(columns[first].meaning) + " |\n";
  }
  return table;
}

std::string page_with(std::string page, const std::string& file,
                      const std::vector<ColumnMeaning>& columns) {
  const std::string begin = "<!-- columns of " + file + " -->\n", end = "<!-- end -->\n";
  const std::size_t from = page.find(begin);
  const std::size_t to = page.find(end, from);
  EXPECT_NE(from, std::string::npos) << file;
  EXPECT_NE(to, std::string::npos) << file;
  if (from == std::string::npos || to == std::string::npos) return page;
  return page.replace(from + begin.size(), to - from - begin.size(), table_of(columns));
}

TEST(Documentation, HasTheColumnsAsTheyAreDeclared) {
  const std::string path = GAPMETER_RESULTS_PAGE;
  const std::string before = test::contents_of(path);
  std::string page = page_with(before, "summary.csv", summary_meanings());
  page = page_with(page, "rounds.csv", round_meanings());
  page = page_with(page, "growth.csv", growth_meanings());
  page = page_with(page, "lanes.csv", lane_meanings());
  page = page_with(page, "servers.csv", server_meanings());
  if (std::getenv("GAPMETER_WRITE_DOCS") != nullptr) write_file(path, page);
  EXPECT_EQ(page, test::contents_of(path)) << "run scripts/dev/column_docs.sh";
}

TEST(Documentation, ExplainsEveryColumn) {
  for (const auto& columns : {summary_meanings(), round_meanings(), growth_meanings(),
                              lane_meanings(), server_meanings()}) {
    for (const ColumnMeaning& column : columns) EXPECT_NE(column.meaning, "") << column.name;
  }
}

}  // namespace
}  // namespace gapmeter
