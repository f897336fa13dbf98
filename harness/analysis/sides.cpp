#include "harness/analysis/sides.h"

namespace gapmeter {

SideChange change_of(const AnswersBySize& answers) {
  SideChange change;
  std::optional<std::size_t> last;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i]) continue;
    if (last && answers[*last] != answers[i]) {
      ++change.changes;
      change.last_before = *last;
      change.first_after = i;
    }
    last = i;
  }
  return change;
}

}  // namespace gapmeter
