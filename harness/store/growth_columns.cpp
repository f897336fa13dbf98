#include "harness/store/growth_columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/store/column.h"

namespace gapmeter {
namespace {

std::string local_text(const std::vector<LocalExponent>& exponents) {
  std::vector<std::string> texts;
  for (const LocalExponent& local : exponents) {
    texts.push_back(fmt::format("{}-{}:{}", local.n_from, local.n_to, local.exponent));
  }
  return fmt::format("{}", fmt::join(texts, " "));
}

std::vector<Column<GrowthRow>> make_growth_schema() {
  using Row = GrowthRow;
  constexpr const char* what = "as in summary.csv";
  constexpr const char* sizes =
      "the sizes that it rests on; of a crossover the two between which it is certain to lie";
  constexpr const char* exponent =
      "k of value ~ n^k: in each round the least-squares slope of the logarithms, then the median "
      "over rounds and its 95 % interval; empty for fewer than five sizes, and where the median of "
      "a size is more than 1.25 times what the line has there, or less than the 1.25th part";
  const auto interval = [](const Row& r) {
    return r.exponent ? r.exponent->interval : std::optional<Interval>();
  };
  return {
      {"kernel", what, [](const Row& r) { return r.series.kernel; }},
      {"variant", what, [](const Row& r) { return to_string(r.series.variant); }},
      {"lane", what, [](const Row& r) { return std::string(r.series.variant.lane.name()); }},
      {"threads", what, [](const Row& r) { return text_of(r.series.threads); }},
      {"quantity",
       "`time`: of its latency; `gap`: of its gap; `crossover`: where it overtakes, or is "
       "overtaken "
       "by, `against`",
       [](const Row& r) { return r.quantity; }},
      {"against",
       "of a crossover: what gaps are over, as `fastest compiled`, or the kernel's baseline",
       [](const Row& r) { return r.against; }},
      {"regime",
       "of an exponent: `all` sizes; `straight`, as many of the largest sizes as have an exponent, "
       "where all together have none; or those whose working set fits `L1`, `L2`, … or only what "
       "is "
       "beyond the last cache that the system tells of, `memory`; a regime's line begins at the "
       "last size of the one before, so that the step between them is part of it",
       [](const Row& r) { return r.regime; }},
      {"n_from", sizes, [](const Row& r) { return fmt::to_string(r.n_from); }},
      {"n_to", sizes, [](const Row& r) { return fmt::to_string(r.n_to); }},
      {"sizes", sizes, [](const Row& r) { return text_of(r.sizes); }},
      {"exponent", exponent,
       [](const Row& r) { return r.exponent ? text_of(r.exponent->value) : std::string(); }},
      {"exponent_ci_low", exponent, [=](const Row& r) { return low_of(interval(r)); }},
      {"exponent_ci_high", exponent, [=](const Row& r) { return high_of(interval(r)); }},
      {"crossover_n",
       "a guess of where between them: where the lines through the medians cross, in logarithms",
       [](const Row& r) { return text_of(r.crossover_n); }},
      {"faster_beyond", "which of the two is faster at larger n",
       [](const Row& r) { return r.faster_beyond; }},
      {"deviation",
       "how far from the line the median farthest from it is: 0.25 is 1.25 times what the line has "
       "there, or the 1.25th part; empty for fewer than three sizes",
       [](const Row& r) { return text_of(r.deviation); }},
      {"local_exponents",
       "of `all`: the slope from each size to the next, as `16-64:0.52 64-1024:0.97`",
       [](const Row& r) { return local_text(r.local_exponents); }}};
}

const std::vector<Column<GrowthRow>>& growth_schema() {
  static const std::vector<Column<GrowthRow>> columns = make_growth_schema();
  return columns;
}

}  // namespace

const Fields& growth_columns() {
  static const Fields columns = names_of(growth_schema());
  return columns;
}

Fields to_fields(const GrowthRow& row) { return write_all(growth_schema(), row); }

std::vector<ColumnMeaning> growth_meanings() { return meanings_of(growth_schema()); }

}  // namespace gapmeter
