#include "harness/cli/text/steadiness.h"

#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "harness/base/figures.h"
#include "harness/base/sizes.h"

namespace gapmeter {
namespace {

constexpr std::size_t most_named = 5;

std::string name_of_cell(const SummaryRow& row) {
  const std::string threads =
      row.cell.threads > 1 ? fmt::format(" with {} threads", row.cell.threads) : std::string();
  return fmt::format("{} {} n={}{}", row.cell.kernel, to_string(row.cell.variant),
                     format_size(row.cell.n), threads);
}

std::string speeds_of_cell(const SummaryRow& row) {
  std::string text = name_of_cell(row) + ':';
  for (const Speed& speed : row.speeds) {
    text += fmt::format("{} {} in {}", &speed == &row.speeds.front() ? "" : ",",
                        format_time(speed.latency_ns), speed.rounds.size());
  }
  text += " rounds";
  return row.speeds_reason.empty() ? text : fmt::format("{} ({})", text, row.speeds_reason);
}

std::string drift_of_cell(const SummaryRow& row) {
  return fmt::format("{}: {:.0f} % {} at the end of a round", name_of_cell(row),
                     std::abs(*row.drift - 1) * 100, *row.drift < 1 ? "faster" : "slower");
}

// "what: cell; cell; and 3 more", or nothing.
std::string line_of(const char* what, const std::vector<SummaryRow>& rows, const Look& look,
                    const std::function<bool(const SummaryRow&)>& applies,
                    const std::function<std::string(const SummaryRow&)>& tell) {
  std::string cells;
  std::size_t count = 0;
  for (const SummaryRow& row : rows) {
    if (!row.latency_ns || !applies(row)) continue;
    if (++count <= most_named) cells += (count > 1 ? "; " : "") + tell(row);
  }
  if (count == 0) return "";
  if (count > most_named) cells += fmt::format("; and {} more", count - most_named);
  return wrapped(fmt::format("{}: {}", what, cells), look.columns) + '\n';
}

}  // namespace

std::string format_steadiness(const std::vector<SummaryRow>& rows, const Look& look) {
  std::int64_t slices = 0, undisturbed = 0;
  for (const SummaryRow& row : rows) {
    slices += row.slices;
    undisturbed += row.undisturbed_slices;
  }
  if (slices == 0) return "";
  const double share = 100 * static_cast<double>(undisturbed) / static_cast<double>(slices);
  const std::string undisturbed_text =
      fmt::format("Nothing else slowed the core down in {:.0f} % of the slices", share);
  return wrapped(undisturbed_text, look.columns) + '\n' +
         line_of(
             "Too few of their slices were undisturbed, so that these decide nothing", rows, look,
             [](const SummaryRow& row) { return row.state == MachineState::mixed; }, name_of_cell) +
         line_of(
             "Several speeds", rows, look,
             [](const SummaryRow& row) { return row.speeds.size() > 1; }, speeds_of_cell) +
         line_of(
             "Not steady", rows, look, [](const SummaryRow& row) { return row.drift.has_value(); },
             drift_of_cell);
}

}  // namespace gapmeter
