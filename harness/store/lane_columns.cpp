#include "harness/store/lane_columns.h"

#include "harness/store/column.h"

namespace gapmeter {
namespace {

std::vector<Column<LaneRatio>> make_lane_schema() {
  using Row = LaneRatio;
  constexpr const char* what = "as in summary.csv";
  constexpr const char* interval =
      "its 95 % interval; empty if either was disturbed nearly all the time";
  return {
      {"kernel", what, [](const Row& r) { return r.cell.kernel; }},
      {"variant", what, [](const Row& r) { return to_string(r.cell.variant); }},
      {"lane", what, [](const Row& r) { return std::string(r.cell.variant.lane.name()); }},
      {"n", what, [](const Row& r) { return fmt::to_string(r.cell.n); }},
      {"threads", what, [](const Row& r) { return text_of(r.cell.threads); }},
      {"job", what, [](const Row& r) { return r.job; }},
      {"reference", "the variant of the other lane",
       [](const Row& r) { return to_string(r.reference); }},
      {"pairing",
       "why these two: `name`, they are called alike; `fastest`, the fastest of each lane in a job "
       "in which no two are",
       [](const Row& r) { return std::string(name_of(r.pairing)); }},
      {"ratio", "latency over the reference's",
       [](const Row& r) { return text_of(r.ratio.value); }},
      {"ratio_ci_low", interval, [](const Row& r) { return low_of(r.ratio.interval); }},
      {"ratio_ci_high", interval, [](const Row& r) { return high_of(r.ratio.interval); }}};
}

const std::vector<Column<LaneRatio>>& lane_schema() {
  static const std::vector<Column<LaneRatio>> columns = make_lane_schema();
  return columns;
}

}  // namespace

const Fields& lane_columns() {
  static const Fields columns = names_of(lane_schema());
  return columns;
}

Fields to_fields(const LaneRatio& row) { return write_all(lane_schema(), row); }

std::vector<ColumnMeaning> lane_meanings() { return meanings_of(lane_schema()); }

}  // namespace gapmeter
