// The answer of a run in words.
#pragma once

#include <string>
#include <vector>

#include "harness/analysis/answer.h"
#include "harness/cli/text/look.h"

namespace gapmeter {

// "sum: rewriting pays from n = 64: 142× over builtin at n = 4Mi, 7.40× over numpy; numpy alone
// gives 19.2×."
std::string sentence_of(const Answer& answer);

// A sentence for each kernel; none without a gap.
std::string format_answers(const std::vector<Answer>& answers, const Look& look);
// The same as JSON: the sentences, and the gap from which on a rewrite is said to pay.
std::string answers_json(const std::vector<Answer>& answers);

}  // namespace gapmeter
