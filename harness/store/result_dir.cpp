#include "harness/store/result_dir.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <iterator>
#include <numeric>
#include <system_error>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "harness/analysis/growth.h"
#include "harness/base/csv.h"
#include "harness/sys/parallel.h"
#include "harness/store/columns.h"
#include "harness/store/growth_columns.h"
#include "harness/store/lane_columns.h"
#include "harness/store/server_columns.h"
#include "harness/store/run_json.h"
#include "harness/sys/files.h"

namespace gapmeter {
namespace {

namespace fs = std::filesystem;

struct NumberedRows {
  std::vector<RoundRow> rows;
  std::vector<std::size_t> lines;  // where each stands in the file
};

NumberedRows rows_of(CsvReader& reader) {
  NumberedRows read;
  read.rows.reserve(reader.lines_left());
  read.lines.reserve(reader.lines_left());
  Fields fields;
  while (reader.next(fields)) {
    try {
      read.rows.push_back(parse_round(reader.header(), fields));
      read.lines.push_back(reader.line());
    } catch (const std::invalid_argument& invalid) {
      throw InvalidCsv(fmt::format("line {}: {}", reader.line(), invalid.what()));
    }
  }
  return read;
}

struct TaskHash {
  std::size_t operator()(const std::tuple<CellKey, Pass, int>& task) const {
    const auto& [cell, pass, round] = task;
    return CellHash()(cell) * 31 + static_cast<std::size_t>(round) * 7 +
           static_cast<std::size_t>(pass);
  }
};

// A row that stands twice, as in a file that was pieced together, would count as more data.
void refuse_duplicates(const NumberedRows& read) {
  std::unordered_map<std::tuple<CellKey, Pass, int>, std::size_t, TaskHash> known;
  known.reserve(read.rows.size());
  for (std::size_t i = 0; i < read.rows.size(); ++i) {
    const RoundRow& row = read.rows[i];
    const auto [first, is_new] = known.try_emplace({row.cell, row.pass, row.round}, read.lines[i]);
    if (is_new) continue;
    throw InvalidCsv(
        fmt::format("line {}: the {} row of {} {} n={} in round {} stands in line {} already",
                    read.lines[i], name_of(row.pass), row.cell.kernel, to_string(row.cell.variant),
                    row.cell.n, row.round, first->second));
  }
}

// A long run has a hundred megabytes of histograms: all processors read a part of them each.
std::vector<RoundRow> rows_of(const fs::path& path, std::string_view text) {
  constexpr std::size_t worth_a_part = std::size_t{1} << 20;
  const std::size_t wanted = std::min(4 * processors(), 1 + text.size() / worth_a_part);
  try {
    std::vector<CsvReader> readers = CsvReader(text).split(wanted);
    std::vector<NumberedRows> parts(readers.size());
    in_parallel(parts.size(), [&](std::size_t i) { parts[i] = rows_of(readers[i]); });
    NumberedRows all;
    all.rows.reserve(std::transform_reduce(parts.begin(), parts.end(), std::size_t{0}, std::plus(),
                                           [](const auto& part) { return part.rows.size(); }));
    for (NumberedRows& part : parts) {
      std::move(part.rows.begin(), part.rows.end(), std::back_inserter(all.rows));
      all.lines.insert(all.lines.end(), part.lines.begin(), part.lines.end());
    }
    refuse_duplicates(all);
    return std::move(all.rows);
  } catch (const InvalidCsv& invalid) {
    throw FileError(fmt::format("{}: {}", path.string(), invalid.what()));
  }
}

}  // namespace

bool create_result_dir(const fs::path& dir) {
  std::error_code error;
  const bool is_new = !fs::exists(dir, error);
  fs::create_directories(dir, error);
  if (error) fail_on_file(dir, "the output directory can't be made", error.value());
  const bool empty = fs::is_empty(dir, error);
  if (error) fail_on_file(dir, "the output directory can't be read", error.value());
  if (!empty) {
    throw FileError(
        fmt::format("{}: the output directory exists and is not empty; name another one with --out",
                    dir.string()));
  }
  if (access(dir.c_str(), W_OK | X_OK) != 0) {
    fail_on_file(dir, "the output directory can't be written into", errno);
  }
  return is_new;
}

std::vector<RoundRow> read_rounds(const fs::path& dir) {
  read_run_facts(dir);
  const fs::path path = dir / "rounds.csv";
  const MappedFile file(path);
  return rows_of(path, file.text());
}

RowsSoFar read_rows_so_far(const fs::path& dir) {
  const fs::path path = dir / "rounds.csv";
  std::error_code error;
  if (!fs::exists(path, error)) return {};
  const MappedFile file(path);
  // npos + 1 is 0: there is no complete line.
  const std::string_view text = file.text().substr(0, file.text().rfind('\n') + 1);
  if (text.empty()) return {};
  return {.rows = rows_of(path, text), .bytes = static_cast<long long>(text.size())};
}

void write_summary(const fs::path& dir, const std::vector<SummaryRow>& rows,
                   const RunContext& context) {
  // For each file: its name, its columns, and the lines of one cell.
  struct Table {
    const char* name;
    const Fields& columns;
    std::vector<Fields> (*lines)(const SummaryRow&);
  };
  const auto line_of = [](const SummaryRow& row) { return std::vector<Fields>{to_fields(row)}; };
  for (const auto& [name, columns, lines] :
       {Table{"summary.csv", summary_columns(), line_of},
        Table{"latency.csv", latency_columns(), to_latency_fields},
        Table{"metrics.csv", metric_columns(), to_metric_fields}}) {
    std::vector<std::string> texts(rows.size());
    in_parallel(rows.size(), [&, lines = lines](std::size_t i) {
      for (const Fields& line : lines(rows[i])) texts[i] += to_csv_line(line);
    });
    std::string text = to_csv_line(columns);
    for (const std::string& part : texts) text += part;
    write_file(dir / name, text);
  }
  std::string growth = to_csv_line(growth_columns());
  for (const GrowthRow& row : growth_of(rows, context)) growth += to_csv_line(to_fields(row));
  write_file(dir / "growth.csv", growth);
  std::string lanes = to_csv_line(lane_columns());
  for (const LaneRatio& row : lane_ratios_of(rows)) lanes += to_csv_line(to_fields(row));
  write_file(dir / "lanes.csv", lanes);
  const std::vector<ServerCost> costs = server_costs_of(rows, context);
  if (costs.empty()) return;
  std::string servers = to_csv_line(server_columns());
  for (const ServerCost& row : costs) servers += to_csv_line(to_fields(row));
  write_file(dir / "servers.csv", servers);
}

}  // namespace gapmeter
