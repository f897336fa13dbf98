#include "harness/cli/comparison_files.h"

#include "harness/base/csv.h"
#include "harness/cli/text/comparison_text.h"
#include "harness/session/script.h"
#include "harness/store/change_columns.h"
#include "harness/sys/files.h"
#include "harness/sys/streams.h"

namespace gapmeter {
namespace {

void draw(const std::filesystem::path& dir) {
  const std::string problem = run_script(
      "changes", {(dir / "changes.json").string(), "--out", (dir / "changes.svg").string()});
  if (!problem.empty()) print_warnings({"changes.svg was not drawn: " + problem});
}

}  // namespace

void write_comparison(const std::filesystem::path& dir, const Comparison& result) {
  std::string table = to_csv_line(change_columns());
  for (const ComparedCell& cell : result.cells) {
    table += to_csv_line(to_change_fields(result, cell));
  }
  write_file(dir / "changes.csv", table);
  write_file(dir / "changes.json", format_comparison(result, OutputFormat::json));
  draw(dir);
}

}  // namespace gapmeter
