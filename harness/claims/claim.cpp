#include "harness/claims/claim.h"

#include <fmt/format.h>

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

std::string verdict_of(const Decision& decision) {
  const std::string name(name_of(decision.outcome));
  return decision.n ? fmt::format("{} n = {}", name, format_size(*decision.n)) : name;
}

std::vector<Claim> all_claims() {
  std::vector<Claim> claims;
  for (const auto& part :
       {object_claims(), code_claims(), growth_claims(), tail_claims(), production_claims()}) {
    claims.insert(claims.end(), part.begin(), part.end());
  }
  return claims;
}

std::vector<DecidedClaim> decide_claims(const Evidence& evidence) {
  std::vector<DecidedClaim> decided;
  for (Claim& claim : all_claims()) {
    Decision decision = claim.decide(evidence);
    decided.push_back({std::move(claim), std::move(decision)});
  }
  return decided;
}

}  // namespace gapmeter
