// A claim about native code and Python, and what a run's rows say about it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/statistics.h"

namespace gapmeter {

class Evidence;

enum class Outcome : std::uint8_t {
  holds,
  fails,
  holds_from,   // only from some n on
  holds_up_to,  // only up to some n
  open,         // measured, but not decided
  not_measured
};
std::string_view name_of(Outcome outcome);
bool is_decided(Outcome outcome);

// What a verdict may well come out differently with.
enum class Dependence : std::uint8_t { compiler, processor, interpreter };
std::string_view name_of(Dependence dependence);

// A number that a decision rests on, or that helps to understand it.
struct Figure {
  std::string what;  // "python/loop over native/strict"
  std::string kernel{};
  std::optional<std::size_t> n{};
  Estimate value{};
  std::string unit{};            // "x" for ratios, "bytes", …
  std::optional<double> line{};  // what it was compared with; none: it decided nothing
};

struct Decision {
  Outcome outcome = Outcome::not_measured;
  std::optional<std::size_t> n{};  // of holds_from and holds_up_to
  std::string reason{};            // a sentence
  std::string remark{};            // what the verdict would mislead without
  std::vector<Figure> figures{};
};

struct Claim {
  std::string id;     // C08
  std::string topic;  // objects, code, growth, threads, production
  std::string text;   // what is claimed, in a sentence
  std::string rule;   // when it holds, in a sentence
  std::vector<std::string> kernels{};
  std::vector<Dependence> depends_on{};
  std::function<Decision(const Evidence&)> decide;  // pure
};

// Which compiler, processor or interpreter a verdict that depends on it was seen with.
struct Circumstance {
  Dependence what;
  std::string found;  // empty if the run does not tell
};

struct DecidedClaim {
  Claim claim;
  Decision decision;
  std::vector<Circumstance> seen_with{};  // of everything that the claim depends on
};

// Every claim, by its id.
std::vector<Claim> all_claims();
// None of a suite whose kernels serve none.
std::vector<DecidedClaim> decide_claims(const Evidence& evidence);
// Those of these ids that no claim has.
std::vector<std::string> unknown_claims(const std::vector<std::string>& ids);

// "holds from n = 4Ki (the remark)".
std::string verdict_of(const Decision& decision);

// The parts of all_claims, one file for each topic.
std::vector<Claim> object_claims();
std::vector<Claim> code_claims();
std::vector<Claim> growth_claims();
std::vector<Claim> tail_claims();
std::vector<Claim> production_claims();

}  // namespace gapmeter
