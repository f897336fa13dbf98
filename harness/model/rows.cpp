#include "harness/model/rows.h"

#include "harness/base/enum_names.h"

namespace gapmeter {
namespace {

constexpr EnumNames<MachineState, 5> states{{{MachineState::undisturbed, "undisturbed"},
                                             {MachineState::mixed, "mixed"},
                                             {MachineState::unknown, "unknown"},
                                             {MachineState::saturated, "saturated"},
                                             {MachineState::client_bound, "client_bound"}}};

}  // namespace

std::string_view name_of(MachineState state) { return find_name(states, state); }

std::vector<double> values_of(const std::vector<RoundValue>& rounds) {
  std::vector<double> values;
  values.reserve(rounds.size());
  for (const RoundValue& round : rounds) values.push_back(round.value);
  return values;
}

const Histogram& single_calls_of(const SummaryRow& row) {
  static const Histogram none;
  return row.combined.single_calls ? row.combined.single_calls->calls : none;
}

}  // namespace gapmeter
