#include "harness/claims/claim.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <stdexcept>

#include "harness/claims/evidence.h"
#include "harness/base/sizes.h"

namespace gapmeter {

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::holds:
      return "holds";
    case Outcome::fails:
      return "does not hold";
    case Outcome::holds_from:
      return "holds from";
    case Outcome::holds_up_to:
      return "holds up to";
    case Outcome::open:
      return "open";
    case Outcome::not_measured:
      return "not measured here";
  }
  throw std::logic_error("unknown outcome");
}

bool is_decided(Outcome outcome) {
  return outcome != Outcome::open && outcome != Outcome::not_measured;
}

std::string_view name_of(Dependence dependence) {
  switch (dependence) {
    case Dependence::compiler:
      return "compiler";
    case Dependence::processor:
      return "processor";
    case Dependence::interpreter:
      return "interpreter";
    case Dependence::packages:
      return "packages";
  }
  throw std::logic_error("unknown dependence");
}

std::string verdict_of(const Decision& decision) {
  std::string verdict(name_of(decision.outcome));
  if (decision.n) verdict += fmt::format(" n = {}", format_size(*decision.n));
  if (!decision.remark.empty()) verdict += fmt::format(" ({})", decision.remark);
  return verdict;
}

std::vector<Claim> all_claims() {
  std::vector<Claim> claims;
  for (const auto& part : {object_claims(), code_claims(), growth_claims(), tail_claims(),
                           serving_claims(), production_claims()}) {
    claims.insert(claims.end(), part.begin(), part.end());
  }
  return claims;
}

std::vector<std::string> unknown_claims(const std::vector<std::string>& ids) {
  std::set<std::string> known;
  for (const Claim& claim : all_claims()) known.insert(claim.id);
  std::vector<std::string> unknown;
  std::copy_if(ids.begin(), ids.end(), std::back_inserter(unknown),
               [&](const std::string& id) { return !known.contains(id); });
  return unknown;
}

const LaneDecision& DecidedClaim::main() const {
  const auto measured =
      std::find_if(decisions.begin(), decisions.end(), [](const LaneDecision& decided) {
        return decided.decision.outcome != Outcome::not_measured;
      });
  return measured == decisions.end() ? decisions.front() : *measured;
}

std::string language_of(const std::string& lane) {
  if (lane == "native") return "C++";
  if (lane == "rust") return "Rust";
  return lane;
}

std::string verdict_of(const DecidedClaim& claim) {
  const std::string main = verdict_of(claim.main().decision);
  std::string all;
  bool differ = false;
  for (const LaneDecision& decided : claim.decisions) {
    if (decided.decision.outcome == Outcome::not_measured) continue;
    const std::string verdict = verdict_of(decided.decision);
    differ |= verdict != main;
    all += fmt::format("{}{}: {}", all.empty() ? "" : "; ", language_of(decided.lane), verdict);
  }
  return differ ? all : main;
}

std::vector<DecidedClaim> decide_claims(const std::vector<SummaryRow>& rows,
                                        const RunContext& context) {
  std::vector<DecidedClaim> decided;
  if (!context.serves_claims) return decided;
  const EvidenceByLane evidence(rows, context);
  for (Claim& claim : all_claims()) {
    std::vector<LaneDecision> decisions;
    for (const Ruling& ruling : claim.rulings) {
      const Evidence& own = evidence.of(ruling.lane);
      decisions.push_back(
          {ruling.lane, ruling.decide(own), own.circumstances(claim.depends_on, ruling.lane)});
    }
    decided.push_back({std::move(claim), std::move(decisions)});
  }
  return decided;
}

}  // namespace gapmeter
