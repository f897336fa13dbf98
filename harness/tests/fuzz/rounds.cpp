// The rows of a rounds.csv, and the summary that is computed from them.
#include <algorithm>
#include <string>
#include <vector>

#include "harness/base/csv.h"
#include "harness/store/columns.h"
#include "harness/analysis/summary.h"
#include "harness/tests/unit/support/csv_table.h"
#include "harness/tests/fuzz/target.h"

using gapmeter::fuzz::expect;

namespace {

std::vector<gapmeter::RoundRow> read(const gapmeter::test::CsvTable& table) {
  std::vector<gapmeter::RoundRow> rows;
  for (const gapmeter::Fields& fields : table.rows) {
    rows.push_back(gapmeter::parse_round(table.header, fields));
  }
  return rows;
}

std::string written(const gapmeter::test::CsvTable& table) {
  std::string text = gapmeter::to_csv_line(table.header);
  for (const gapmeter::Fields& fields : table.rows) text += gapmeter::to_csv_line(fields);
  return text;
}

std::string written(const std::vector<gapmeter::RoundRow>& rows) {
  std::string text = gapmeter::to_csv_line(gapmeter::round_columns());
  for (const gapmeter::RoundRow& row : rows) text += gapmeter::to_csv_line(to_fields(row));
  return text;
}

// Files without the column are read; a row of today without slices is refused.
bool is_older_than_slices(const gapmeter::RoundRow& row) {
  return row.measurement.timing && row.measurement.timing->slices.empty();
}

// Writing takes line breaks and formulas out of fields; after that, nothing changes any more.
void check_table(const gapmeter::test::CsvTable& table) {
  const std::string text = written(table);
  const gapmeter::test::CsvTable again = gapmeter::test::parse_csv(text);
  expect(again.rows.size() == table.rows.size(), "as many records are read as were written");
  expect(written(again) == text, "a table that is written reads back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gapmeter::test::CsvTable table;
  try {
    table = gapmeter::test::parse_csv(gapmeter::fuzz::text_of(data, size));
  } catch (const gapmeter::InvalidCsv&) {
    return 0;
  }
  check_table(table);
  std::vector<gapmeter::RoundRow> rows;
  try {
    rows = read(table);
  } catch (const std::invalid_argument&) {
    return 0;
  }
  if (std::none_of(rows.begin(), rows.end(), is_older_than_slices)) {
    const std::string text = written(rows);
    expect(written(read(gapmeter::test::parse_csv(text))) == text,
           "rows that are written read back");
  }
  for (const gapmeter::SummaryRow& row : gapmeter::summarize(rows)) {
    expect(to_fields(row).size() == gapmeter::summary_columns().size(), "every column is written");
    gapmeter::to_latency_fields(row);
    gapmeter::to_metric_fields(row);
  }
  return 0;
}
