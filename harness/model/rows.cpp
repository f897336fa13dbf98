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

std::optional<CellKey> reference_cell_of(const SummaryRow& row) {
  const std::optional<VariantId> variant = parse_variant(row.reference);
  if (!variant) return std::nullopt;
  CellKey reference = row.cell;
  reference.variant = *variant;
  return reference;
}

}  // namespace gapmeter
