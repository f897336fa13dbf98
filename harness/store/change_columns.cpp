#include "harness/store/change_columns.h"

#include "harness/store/column.h"

namespace gapmeter {
namespace {

struct Change {
  const Comparison& comparison;
  const ComparedCell& cell;
};

std::vector<Column<Change>> make_change_schema() {
  constexpr const char* figures = "medians of both sides";
  constexpr const char* ratio = "new over base and its interval";
  const auto if_known = [](const Change& change, double value) {
    return change.cell.ratio ? text_of(value) : std::string();
  };
  const auto interval = [](const Change& change) {
    return change.cell.ratio ? change.cell.ratio->interval : std::optional<Interval>();
  };
  return {
      {"quantity", "what was compared: `latency_ns` or `gap`",
       [](const Change& c) {
         return std::string(c.comparison.quantity == "gap" ? "gap" : "latency_ns");
       }},
      {"base", figures, [=](const Change& c) { return if_known(c, c.cell.base); }},
      {"new", figures, [=](const Change& c) { return if_known(c, c.cell.compared); }},
      {"ratio", ratio,
       [](const Change& c) { return c.cell.ratio ? text_of(c.cell.ratio->value) : std::string(); }},
      {"ratio_ci_low", ratio, [=](const Change& c) { return low_of(interval(c)); }},
      {"ratio_ci_high", ratio, [=](const Change& c) { return high_of(interval(c)); }},
      {"rounds", "of the side with fewer", [](const Change& c) { return text_of(c.cell.rounds); }},
      {"verdict", "`same`, `faster`, `slower` or `inconclusive`",
       [](const Change& c) {
         return c.cell.ratio ? std::string(name_of(c.cell.verdict)) : std::string();
       }},
      {"failed", "whether it failed on either side",
       [](const Change& c) { return text_of(c.cell.failed); }},
      {"lost", "whether the base has a figure, and the new side none to hold against it",
       [](const Change& c) { return text_of(c.cell.lost); }},
      {"reason", "why it was not compared, or why a difference is none",
       [](const Change& c) { return c.cell.reason; }}};
}

const std::vector<Column<Change>>& change_schema() {
  static const std::vector<Column<Change>> columns = make_change_schema();
  return columns;
}

}  // namespace

const Fields& change_columns() {
  static const Fields columns = cell_columns(names_of(change_schema()));
  return columns;
}

Fields to_change_fields(const Comparison& comparison, const ComparedCell& cell) {
  return cell_fields(cell.cell, write_all(change_schema(), Change{comparison, cell}));
}

}  // namespace gapmeter
