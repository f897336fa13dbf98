#include "harness/analysis/lane_ratios.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <stdexcept>

#include "harness/analysis/summary.h"

namespace gapmeter {
namespace {

using Cells = std::vector<const SummaryRow*>;

const SummaryRow* named(const Cells& cells, const std::string& name) {
  const auto found = std::find_if(cells.begin(), cells.end(), [&](const SummaryRow* row) {
    return row->cell.variant.name == name;
  });
  return found == cells.end() ? nullptr : *found;
}

const SummaryRow& fastest(const Cells& cells) {
  return **std::min_element(cells.begin(), cells.end(),
                            [](const SummaryRow* one, const SummaryRow* other) {
                              return *one->latency_ns < *other->latency_ns;
                            });
}

LaneRatio ratio_between(const SummaryRow& row, const SummaryRow& reference, Pairing pairing) {
  return {.cell = row.cell,
          .reference = reference.cell.variant,
          .job = row.job,
          .pairing = pairing,
          .ratio = steady_ratio(row, reference)};
}

void append(const Cells& numerators, const Cells& denominators, std::vector<LaneRatio>& ratios) {
  const std::size_t before = ratios.size();
  for (const SummaryRow* row : numerators) {
    const SummaryRow* reference = named(denominators, row->cell.variant.name);
    if (reference != nullptr) ratios.push_back(ratio_between(*row, *reference, Pairing::name));
  }
  if (ratios.size() > before) return;
  ratios.push_back(ratio_between(fastest(numerators), fastest(denominators), Pairing::fastest));
}

}  // namespace

std::string_view name_of(Pairing pairing) {
  switch (pairing) {
    case Pairing::name:
      return "name";
    case Pairing::fastest:
      return "fastest";
  }
  throw std::logic_error("unknown pairing");
}

std::vector<LaneRatio> lane_ratios_of(const std::vector<SummaryRow>& rows) {
  std::vector<ComparedWork> order;
  std::map<ComparedWork, std::map<Lane, Cells>> contests;
  for (const SummaryRow& row : rows) {
    if (!row.cell.variant.lane.is_compiled() || row.verified != true || !row.latency_ns) continue;
    const ComparedWork work = work_of(row);
    const auto [lanes, is_new] = contests.try_emplace(work);
    if (is_new) order.push_back(work);
    lanes->second[row.cell.variant.lane].push_back(&row);
  }
  std::vector<LaneRatio> ratios;
  for (const ComparedWork& work : order) {
    const std::map<Lane, Cells>& lanes = contests.at(work);
    for (auto lane = std::next(lanes.begin()); lane != lanes.end(); ++lane) {
      append(lane->second, lanes.begin()->second, ratios);
    }
  }
  return ratios;
}

}  // namespace gapmeter
