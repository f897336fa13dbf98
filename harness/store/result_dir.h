// A run's directory on disk. Every failure of the file system names the file, the call and the
// reason.
#pragma once

#include <filesystem>
#include <vector>

#include "harness/model/rows.h"
#include "harness/model/run_facts.h"

namespace gapmeter {

// Makes the directory of a new run; false if it was there, and empty. Throws FileError if it is not
// empty, or if it can't be made or written into.
bool create_result_dir(const std::filesystem::path& dir);

// Checks run.json as read_run_facts does, then reads rounds.csv. Throws FileError naming the file
// and line.
std::vector<RoundRow> read_rounds(const std::filesystem::path& dir);

// The rows of a run that was cut short, and how many bytes of rounds.csv they and the header take.
// A last line without a line ending does not count. Empty if the file was never begun. Throws as
// read_rounds does.
struct RowsSoFar {
  std::vector<RoundRow> rows{};
  long long bytes = 0;
};
RowsSoFar read_rows_so_far(const std::filesystem::path& dir);

// Writes what is computed from the rows: summary.csv, latency.csv, metrics.csv,
// growth.csv and lanes.csv; of servers also servers.csv.
void write_summary(const std::filesystem::path& dir, const std::vector<SummaryRow>& rows,
                   const RunContext& context);

}  // namespace gapmeter
