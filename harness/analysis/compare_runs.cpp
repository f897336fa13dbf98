#include "harness/analysis/compare_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>

#include "harness/analysis/summary.h"

namespace gapmeter {
namespace {

// Fewer ratios than this say little about their spread.
constexpr std::size_t least_cells_for_spread = 8;

std::vector<double> values_of(const SummaryRow& row, ComparedBy quantity) {
  return values_of(quantity == ComparedBy::latency ? row.round_latencies_ns : row.round_gaps);
}

bool has_figure(const SummaryRow& row, ComparedBy quantity) {
  return row.status == Status::ok && !values_of(row, quantity).empty();
}

// Of the call itself, or of it and the one that its gap is against.
double shortest_call_ns(const SummaryRow& row, ComparedBy quantity) {
  const double own_ns = row.latency_ns.value_or(0);
  return quantity == ComparedBy::gap && row.gap ? std::min(own_ns, own_ns / *row.gap) : own_ns;
}

ComparedCell compare_cell(const SummaryRow& base, const SummaryRow& compared, ComparedBy quantity,
                          double confidence) {
  ComparedCell cell{.cell = compared.cell};
  if (compared.status != Status::ok) {
    cell.failed = compared.status != Status::skipped;
    cell.lost = !cell.failed && has_figure(base, quantity);
    cell.reason = fmt::format("{}: {}", name_of(compared.status), compared.reason);
    return cell;
  }
  if (base.status != Status::ok) {
    cell.reason = fmt::format("in the old run {}: {}", name_of(base.status), base.reason);
    return cell;
  }
  if (base.input_digest != compared.input_digest) {
    cell.lost = has_figure(base, quantity);
    cell.reason = "the inputs differ; run both with the same --seed";
    return cell;
  }
  const std::vector<double> before = values_of(base, quantity);
  const std::vector<double> after = values_of(compared, quantity);
  if (before.empty() || after.empty()) {
    cell.lost = !before.empty();
    cell.reason = fmt::format("not measured in {}", !before.empty()  ? "the new run"
                                                    : !after.empty() ? "the old run"
                                                                     : "both runs");
    return cell;
  }
  cell.rounds = static_cast<int>(std::min(before.size(), after.size()));
  cell.base = median(before);
  cell.compared = median(after);
  cell.shortest_ns =
      std::min(shortest_call_ns(base, quantity), shortest_call_ns(compared, quantity));
  cell.ratio = rank_sum_shift(logarithms(after), logarithms(before), confidence);
  return cell;
}

std::vector<double> ratios_of(const std::vector<ComparedCell>& cells) {
  std::vector<double> ratios;  // in logarithms
  for (const ComparedCell& cell : cells) {
    if (cell.ratio) ratios.push_back(cell.ratio->value);
  }
  return ratios;
}

// A standard deviation from the median absolute deviation, which a few real changes don't move.
double robust_spread(const std::vector<double>& values) {
  const double middle = median(values);
  std::vector<double> deviations;
  deviations.reserve(values.size());
  for (const double value : values) deviations.push_back(std::abs(value - middle));
  constexpr double to_standard_deviation = 1.4826;  // of a normal distribution
  return to_standard_deviation * median(deviations);
}

void widen(Estimate& ratio, double margin) {
  if (!ratio.interval) return;
  ratio.interval->low *= std::exp(-margin);
  ratio.interval->high *= std::exp(margin);
}

// From logarithms to ratios, with their intervals widened by `margin` at both ends.
void finish(std::vector<ComparedCell>& cells, double margin) {
  for (ComparedCell& cell : cells) {
    if (!cell.ratio) continue;
    cell.ratio->value = std::exp(cell.ratio->value);
    if (auto& interval = cell.ratio->interval) {
      interval = Interval{std::exp(interval->low), std::exp(interval->high)};
    }
    widen(*cell.ratio, margin);
  }
}

// The cells of which only the old run has a figure, since the new one has no row of them at all.
std::vector<ComparedCell> cells_without_rows(const std::vector<SummaryRow>& base,
                                             const std::vector<SummaryRow>& compared,
                                             ComparedBy quantity) {
  std::set<CellKey> present;
  for (const SummaryRow& row : compared) present.insert(row.cell);
  std::vector<ComparedCell> lost;
  for (const SummaryRow& row : base) {
    if (present.contains(row.cell) || !has_figure(row, quantity)) continue;
    lost.push_back({.cell = row.cell, .lost = true, .reason = "not in the new run"});
  }
  return lost;
}

std::vector<ComparedCell> compare_cells(const std::vector<SummaryRow>& base,
                                        const std::vector<SummaryRow>& compared,
                                        ComparedBy quantity, const VerdictRule& rule) {
  std::map<CellKey, const SummaryRow*> before;
  for (const SummaryRow& row : base) before[row.cell] = &row;
  std::vector<const SummaryRow*> common;
  for (const SummaryRow& row : compared) {
    const bool wanted = quantity == ComparedBy::latency || row.cell.variant.lane.is_python();
    if (wanted && before.contains(row.cell)) common.push_back(&row);
  }
  std::vector<ComparedCell> cells;
  cells.reserve(common.size());
  for (const SummaryRow* row : common) {
    cells.push_back(
        compare_cell(*before[row->cell], *row, quantity, confidence_of_one(rule, common.size())));
  }
  return cells;
}

}  // namespace

Comparison compare_runs(const std::vector<RoundRow>& base, const std::vector<RoundRow>& compared,
                        ComparedBy quantity, const VerdictRule& rule) {
  const std::vector<SummaryRow> after = summarize(compared);
  const std::vector<SummaryRow> before = summarize(with_jobs_of(after, base));
  std::vector<ComparedCell> cells = compare_cells(before, after, quantity, rule);
  if (cells.empty()) throw std::invalid_argument("the runs have no cells in common");
  std::vector<std::string> warnings;
  const std::vector<double> ratios = ratios_of(cells);
  double margin = 0;
  if (ratios.size() >= least_cells_for_spread) {
    const double confidence = confidence_of_one(rule, ratios.size());
    margin = normal_quantile((1 + confidence) / 2) * robust_spread(ratios);
  } else {
    warnings.push_back(fmt::format(
        "few cells ({}): what the machine did between the runs can't be told from a change; "
        "gapmeter ab compares two builds without that doubt",
        ratios.size()));
  }
  const auto without_interval =
      std::count_if(cells.begin(), cells.end(),
                    [](const ComparedCell& cell) { return cell.ratio && !cell.ratio->interval; });
  if (without_interval > 0) {
    warnings.push_back(fmt::format(
        "too few rounds for intervals that hold together at {:g} % (cells: {}): run with more "
        "--rounds, or compare fewer cells",
        rule.confidence * 100, without_interval));
  }
  finish(cells, margin);
  for (ComparedCell& lost : cells_without_rows(before, after, quantity)) {
    cells.push_back(std::move(lost));
  }
  Comparison comparison = conclude(std::move(cells), rule);
  comparison.warnings = std::move(warnings);
  // What the machine did between the runs may have affected all cells alike, and does not average
  // out.
  if (comparison.overall) widen(*comparison.overall, margin);
  comparison.quantity = quantity == ComparedBy::latency ? "latency" : "gap";
  return comparison;
}

}  // namespace gapmeter
