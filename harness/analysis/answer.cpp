#include "harness/analysis/answer.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "harness/analysis/sides.h"

namespace gapmeter {
namespace {

using Cells = std::vector<const SummaryRow*>;

// The rows of a kernel with a gap, of the job and the number of threads that the answer is about.
Cells cells_of(const Cells& with_gap) {
  const auto order = [](const SummaryRow* row) { return std::pair(row->job, row->cell.threads); };
  const auto first = std::min_element(
      with_gap.begin(), with_gap.end(),
      [&](const SummaryRow* a, const SummaryRow* b) { return order(a) < order(b); });
  Cells cells;
  std::copy_if(with_gap.begin(), with_gap.end(), std::back_inserter(cells),
               [&](const SummaryRow* row) { return order(row) == order(*first); });
  return cells;
}

const SummaryRow* best_of(const Cells& cells) {
  return *std::min_element(
      cells.begin(), cells.end(),
      [](const SummaryRow* a, const SummaryRow* b) { return *a->gap < *b->gap; });
}

std::map<std::size_t, Cells> by_size(const Cells& cells) {
  std::map<std::size_t, Cells> sizes;
  for (const SummaryRow* row : cells) sizes[row->cell.n].push_back(row);
  return sizes;
}

std::set<CellKey> mixed_cells(const std::vector<SummaryRow>& rows) {
  std::set<CellKey> mixed;
  for (const SummaryRow& row : rows) {
    if (row.state == MachineState::mixed) mixed.insert(row.cell);
  }
  return mixed;
}

// A cell that was disturbed nearly all the time decides nothing, on either side of a gap.
bool is_mixed(const SummaryRow& row, const std::set<CellKey>& mixed) {
  const std::optional<CellKey> reference = reference_cell_of(row);
  return mixed.contains(row.cell) || (reference && mixed.contains(*reference));
}

// Where the whole interval lies. Of one or two rounds there is none, and their figure has to do.
std::optional<bool> is_worthwhile(const SummaryRow& row, const std::set<CellKey>& mixed) {
  if (is_mixed(row, mixed)) return std::nullopt;
  const Interval gap = row.gap_ci.value_or(Interval{*row.gap, *row.gap});
  if (gap.low > worthwhile_gap) return true;
  if (gap.high < worthwhile_gap) return false;
  return std::nullopt;
}

void decide(const std::map<std::size_t, Cells>& sizes, const std::set<CellKey>& mixed,
            Answer& answer) {
  AnswersBySize pays;
  std::vector<std::size_t> ns;
  for (const auto& [n, cells] : sizes) {
    pays.push_back(is_worthwhile(*best_of(cells), mixed));
    ns.push_back(n);
  }
  const auto first = std::find_if(pays.begin(), pays.end(), [](auto known) { return known; });
  if (first == pays.end()) return;
  const SideChange change = change_of(pays);
  if (change.changes == 0) {
    answer.rewrite = **first ? Rewrite::pays : Rewrite::does_not_pay;
  } else if (change.changes > 1) {
    answer.rewrite = Rewrite::changes;
  } else {
    answer.rewrite = **first ? Rewrite::pays_up_to : Rewrite::pays_from;
    answer.n = ns[**first ? change.last_before : change.first_after];
  }
}

VariantGap gap_of(const SummaryRow& row) {
  return {row.cell.variant, {.value = *row.gap, .interval = row.gap_ci}};
}

// Of a variant, from its cells at all sizes.
std::optional<StartUpShare> startup_share(const std::map<std::size_t, Cells>& sizes,
                                          const VariantId& variant) {
  std::optional<StartUpShare> share;
  for (const auto& [n, cells] : sizes) {
    for (const SummaryRow* row : cells) {
      if (row->cell.variant != variant || !row->startup_ns) continue;
      if (!share) share = StartUpShare{variant, n, *row->latency_ns, *row->startup_ns};
      if (!row->gap_without_startup) continue;
      share->gap_n = n;
      share->gap = row->gap_without_startup;
    }
  }
  return share;
}

Answer answer_of(const Cells& with_gap, const std::set<CellKey>& mixed, const RunContext& context) {
  const Cells cells = cells_of(with_gap);
  const SummaryRow& any = *cells.front();
  const auto sizes = by_size(cells);
  const auto& [largest_n, last] = *sizes.rbegin();
  Answer answer{.kernel = any.cell.kernel,
                .job = any.job,
                .threads = any.cell.threads,
                .is_one_of_several_threads = std::any_of(
                    with_gap.begin(), with_gap.end(),
                    [&](const SummaryRow* row) { return row->cell.threads != any.cell.threads; }),
                .sizes = sizes.size(),
                .largest_n = largest_n,
                .best = gap_of(*best_of(last))};
  const auto baseline = context.baselines.find(any.cell.kernel);
  for (const SummaryRow* row : last) {
    const bool is_baseline =
        baseline != context.baselines.end() && row->cell.variant == baseline->second;
    if (is_baseline) answer.baseline = gap_of(*row);
  }
  answer.startup = startup_share(sizes, answer.baseline.value_or(answer.best).variant);
  decide(sizes, mixed, answer);
  return answer;
}

}  // namespace

std::vector<Answer> answers_of(const std::vector<SummaryRow>& rows, const RunContext& context) {
  std::map<std::string, Cells> kernels;
  for (const SummaryRow& row : rows) {
    if (row.gap && !is_server(row)) kernels[row.cell.kernel].push_back(&row);
  }
  const std::set<CellKey> mixed = mixed_cells(rows);
  std::vector<Answer> answers;
  for (const auto& [kernel, with_gap] : kernels) {
    answers.push_back(answer_of(with_gap, mixed, context));
  }
  std::stable_sort(answers.begin(), answers.end(), [](const Answer& a, const Answer& b) {
    return a.best.gap.value > b.best.gap.value;
  });
  return answers;
}

}  // namespace gapmeter
