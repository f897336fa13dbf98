#include "harness/claims/claim.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "harness/claims/evidence.h"
#include "harness/base/sizes.h"

namespace gapmeter {

namespace {

bool are_about_any_of(const std::vector<Claim>& claims, const std::vector<std::string>& kernels) {
  return std::any_of(claims.begin(), claims.end(), [&](const Claim& claim) {
    return std::any_of(claim.kernels.begin(), claim.kernels.end(), [&](const std::string& kernel) {
      return std::find(kernels.begin(), kernels.end(), kernel) != kernels.end();
    });
  });
}

}  // namespace

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
  for (const auto& part :
       {object_claims(), code_claims(), growth_claims(), tail_claims(), production_claims()}) {
    claims.insert(claims.end(), part.begin(), part.end());
  }
  return claims;
}

std::vector<DecidedClaim> decide_claims(const Evidence& evidence) {
  std::vector<DecidedClaim> decided;
  std::vector<Claim> claims = all_claims();
  const std::vector<std::string> tried = evidence.kernels_tried();
  if (!tried.empty() && !are_about_any_of(claims, tried)) return decided;
  for (Claim& claim : claims) {
    Decision decision = claim.decide(evidence);
    std::vector<Circumstance> seen_with = evidence.circumstances(claim.depends_on);
    decided.push_back({std::move(claim), std::move(decision), std::move(seen_with)});
  }
  return decided;
}

}  // namespace gapmeter
