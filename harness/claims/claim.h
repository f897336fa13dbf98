// A claim about native code and Python, and what a run's rows say about it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/statistics.h"
#include "harness/model/rows.h"
#include "harness/model/run_facts.h"

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
enum class Dependence : std::uint8_t { compiler, processor, interpreter, packages };
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

using Decide = std::function<Decision(const Evidence&)>;  // pure

// How a claim is decided about the compiled code of one lane, or about none.
struct Ruling {
  std::string lane{};  // "rust"; empty of a claim about Python alone
  Decide decide;
};

// Those that claims about compiled code are decided for, each for itself: Rust, of which the
// article speaks, first.
inline constexpr std::array compiled_languages{"rust", "native"};

struct Claim {
  std::string id;     // C08
  std::string topic;  // objects, code, growth, threads, production
  std::string text;   // what is claimed, in a sentence
  std::string rule;   // when it holds, in a sentence
  std::vector<std::string> kernels{};
  std::vector<Dependence> depends_on{};
  std::vector<Ruling>
      rulings;  // one, or one for each language, of which the first is the claim's own
};

// Which compiler, processor, interpreter or packages a verdict that depends on it was seen with.
struct Circumstance {
  Dependence what;
  std::string found;  // empty if the run does not tell
};

// What became of one ruling.
struct LaneDecision {
  std::string lane{};
  Decision decision{};
  std::vector<Circumstance> seen_with{};  // of everything that the claim depends on
};

struct DecidedClaim {
  Claim claim;
  std::vector<LaneDecision> decisions;  // in the order of the rulings

  // The first that was measured: that of the claim's own language if the run has it.
  const LaneDecision& main() const;
};

// Every claim, by its id.
std::vector<Claim> all_claims();
// From the rows of a run; none of one whose kernels serve none.
std::vector<DecidedClaim> decide_claims(const std::vector<SummaryRow>& rows,
                                        const RunContext& context);
// Those of these ids that no claim has.
std::vector<std::string> unknown_claims(const std::vector<std::string>& ids);

// "holds from n = 4Ki (the remark)".
std::string verdict_of(const Decision& decision);
// Of all its languages: "holds", or where they differ "Rust: holds; C++: does not hold".
std::string verdict_of(const DecidedClaim& claim);
// "C++" of native.
std::string language_of(const std::string& lane);

// The parts of all_claims, one file for each topic.
std::vector<Claim> object_claims();
std::vector<Claim> code_claims();
std::vector<Claim> growth_claims();
std::vector<Claim> tail_claims();
std::vector<Claim> serving_claims();
std::vector<Claim> production_claims();

}  // namespace gapmeter
