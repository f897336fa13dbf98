// What a run answers for a kernel: from which n on a rewrite pays, and what Python gives alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/statistics.h"
#include "harness/model/cell.h"
#include "harness/model/rows.h"
#include "harness/model/run_facts.h"

namespace gapmeter {

// A gap below this is not worth a second language.
inline constexpr double worthwhile_gap = 2;

// Whether the gap of the best Python variant is above worthwhile_gap. `changes`: at some sizes, in
// no order. `unknown`: no interval lies on one side.
enum class Rewrite : std::uint8_t { pays, pays_from, pays_up_to, does_not_pay, changes, unknown };

// Of commands: how much of a variant's time at its smallest size is its start-up, and the gap
// without that of both at the largest size that shows it.
struct StartUpShare {
  VariantId variant{};
  std::size_t n = 0;
  double latency_ns = 0;
  Estimate startup_ns{};
  std::size_t gap_n = 0;
  std::optional<Estimate> gap{};
};

struct VariantGap {
  VariantId variant{};
  Estimate gap{};
};

struct Answer {
  std::string kernel;
  std::string job{};  // the main one, or the first that has gaps
  int threads = 1;    // the fewest
  bool is_one_of_several_threads = false;
  Rewrite rewrite = Rewrite::unknown;
  std::optional<std::size_t> n{};  // of pays_from and pays_up_to
  std::size_t sizes = 0;           // with gaps
  // At the largest of them:
  std::size_t largest_n = 0;
  std::optional<VariantGap> baseline{};   // what people write first
  VariantGap best{};                      // the smallest gap
  std::optional<StartUpShare> startup{};  // of the first of these that has one
};

// One for each kernel that has a gap: those first where a rewrite gains most over the best Python
// variant. Servers are told of by what they cost (server_costs.h).
std::vector<Answer> answers_of(const std::vector<SummaryRow>& rows, const RunContext& context);

}  // namespace gapmeter
