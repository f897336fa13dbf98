// The columns of the CSV files: one declaration each, which writes, reads and explains it. Measured
// quantities declare their own (model/quantity.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/model/rows.h"

namespace gapmeter {

using Fields = std::vector<std::string>;

// The columns of a table of cells: kernel, variant, lane, n, threads, then the table's own.
Fields cell_columns(const Fields& more);
Fields cell_fields(const CellKey& cell, const Fields& more);

const Fields& round_columns();
Fields to_fields(const RoundRow& row);
// Reads a line of a file whose header is `columns`. Unknown columns are ignored, and columns that
// older builds did not write are absent. Throws std::invalid_argument naming the column and what is
// wrong with its value.
RoundRow parse_round(const Fields& columns, const Fields& fields);

const Fields& summary_columns();
Fields to_fields(const SummaryRow& row);

// latency.csv: the quantiles that a cell's single calls support, one line for each.
const Fields& latency_columns();
std::vector<Fields> to_latency_fields(const SummaryRow& row);

// metrics.csv: what a cell's variant reported, one line for each name.
const Fields& metric_columns();
std::vector<Fields> to_metric_fields(const SummaryRow& row);

// The columns of rounds.csv and summary.csv with what they mean, in their order, for the docs.
struct ColumnMeaning {
  std::string name;
  std::string_view meaning;
};
std::vector<ColumnMeaning> round_meanings();
std::vector<ColumnMeaning> summary_meanings();

}  // namespace gapmeter
