#include "harness/cli/text/answer_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/base/figures.h"
#include "harness/base/sizes.h"

namespace gapmeter {
namespace {

// What another variant gains over the baseline is told from here on: less is hardly a reason.
constexpr double telling_gain = 1.05;

// Without the lane, since it can only be Python's; with its engine if it has one.
std::string name_of_variant(const VariantId& variant) {
  return variant.engine.empty() ? variant.name : to_string(variant);
}

std::string verdict_on(const Answer& answer) {
  const std::string n = answer.n ? format_size(*answer.n) : std::string();
  switch (answer.rewrite) {
    case Rewrite::pays:
      return answer.sizes > 1 ? "rewriting pays at every n" : "rewriting pays";
    case Rewrite::pays_from:
      return fmt::format("rewriting pays from n = {}", n);
    case Rewrite::pays_up_to:
      return fmt::format("rewriting pays only up to n = {}", n);
    case Rewrite::does_not_pay:
      return "rewriting does not pay";
    case Rewrite::changes:
      return "rewriting pays at some n and not at others";
    case Rewrite::unknown:
      break;
  }
  return "whether rewriting pays is not known";
}

// " Of its 31 ms at n = 1k 24 ms are start-up; without that of both it is 12× (10× to 14×) at n =
// 1M."
std::string startup_text(const StartUpShare& startup) {
  std::string text = fmt::format(" Of the {} of {} at n = {} {} are its start-up",
                                 format_time(startup.latency_ns), name_of_variant(startup.variant),
                                 format_size(startup.n), format_time(startup.startup_ns.value));
  if (!startup.gap) return text + '.';
  const Interval& interval = startup.gap->interval.value();
  return text + fmt::format("; without that of both it is {} ({} to {}) at n = {}.",
                            format_ratio(startup.gap->value), format_ratio(interval.low),
                            format_ratio(interval.high), format_size(startup.gap_n));
}

}  // namespace

std::string sentence_of(const Answer& answer) {
  const std::string best = name_of_variant(answer.best.variant);
  const VariantGap& first = answer.baseline.value_or(answer.best);
  std::string text = fmt::format("{}: {}: {} over {} at n = {}", answer.kernel, verdict_on(answer),
                                 format_ratio(first.gap.value), name_of_variant(first.variant),
                                 format_size(answer.largest_n));
  if (answer.is_one_of_several_threads) {
    text += fmt::format(" with {} thread{}", answer.threads, answer.threads == 1 ? "" : "s");
  }
  if (first.variant != answer.best.variant) {
    text += fmt::format(", {} over {}", format_ratio(answer.best.gap.value), best);
    const double alone = first.gap.value / answer.best.gap.value;
    if (alone >= telling_gain)
      text += fmt::format("; {} alone gives {}", best, format_ratio(alone));
  }
  text += '.';
  return answer.startup ? text + startup_text(*answer.startup) : text;
}

std::string answers_json(const std::vector<Answer>& answers) {
  using Json = nlohmann::json;
  Json sentences = Json::array();
  for (const Answer& answer : answers) sentences.push_back(sentence_of(answer));
  const Json json{{"worthwhile_gap", worthwhile_gap}, {"sentences", sentences}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string format_answers(const std::vector<Answer>& answers, const Look& look) {
  std::string text;
  for (const Answer& answer : answers) text += wrapped(sentence_of(answer), look.columns) + '\n';
  return text;
}

}  // namespace gapmeter
