// gapmeter run: options -> plan -> scheduler -> rounds.csv -> summary.csv and a table.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/cli/commands.h"
#include "harness/cli/progress.h"
#include "harness/cli/run_facts.h"
#include "harness/cli/table.h"
#include "harness/results/csv.h"
#include "harness/results/environment.h"
#include "harness/results/result_dir.h"
#include "harness/results/summary.h"
#include "harness/run/scheduler.h"

namespace gapmeter {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// Writes every row to disk before anyone else hears of it.
class Recorder final : public RunObserver {
 public:
  Recorder(const fs::path& dir, RunObserver& next) : file_(dir / "rounds.csv"), next_(next) {
    file_.append(to_csv_line(round_columns()));
  }
  void job_starts(const Job& job, int round, std::size_t done, std::size_t total) override {
    next_.job_starts(job, round, done, total);
  }
  void row_ends(const RoundRow& row) override {
    file_.append(to_csv_line(to_fields(row)));
    rows_.push_back(row);
    next_.row_ends(row);
  }
  void comparison_ends(const Comparison& comparison, std::size_t done, std::size_t total) override {
    next_.comparison_ends(comparison, done, total);
  }
  const std::vector<RoundRow>& rows() const { return rows_; }

 private:
  AppendFile file_;
  RunObserver& next_;
  std::vector<RoundRow> rows_;
};

fs::path output_dir(const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  return fmt::format("results/{:%Y%m%d-%H%M%S}", fmt::localtime(std::time(nullptr)));
}

// The embedded engine against the stock one that it stands for. Nothing without Python variants, or
// when the run uses stock interpreters instead.
std::vector<EmbeddingCell> measure_penalty(const RunOptions& options, const Catalog& catalog,
                                           const Plan& plan, const WorkerSettings& embedded) {
  if (options.interpreters.size() == 1) return {};
  constexpr std::size_t most_kernels = 3;
  constexpr int most_pairs = 11;
  const auto cells = embedding_cells(catalog, plan.comparisons, most_kernels);
  WorkerSettings stock = embedded;
  stock.engines = {stock_engine(embedded, catalog.python.executable)};
  ProcessPairRunner runner(stock, embedded);
  return measure_embedding(cells, options.seed, runner, SteadyClock(),
                           {.most_pairs = std::min(options.rounds, most_pairs),
                            .confidence = 0.95,
                            .round_ns = 25'000'000,
                            .stop = embedded.abandon});
}

void print_penalty(const Catalog& catalog, const std::vector<EmbeddingCell>& cells) {
  if (cells.empty()) return;
  std::string parts;
  for (const EmbeddingCell& cell : cells) {
    const std::string what =
        cell.ratio ? fmt::format("{:.2f}", cell.ratio->value) : "failed, " + cell.failure;
    parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", cell.cell.kernel, what);
  }
  const std::optional<double> mean = mean_penalty(cells);
  fmt::print("Python ran embedded, {} times as long as in {} ({})\n",
             mean ? fmt::format("{:.2f}", *mean) : "an unknown number of",
             catalog.python.executable, parts);
}

void print_imprecise(const std::vector<SummaryRow>& summary, const std::optional<double>& wanted) {
  if (!wanted) return;
  const auto imprecise = std::count_if(summary.begin(), summary.end(), [](const SummaryRow& row) {
    return row.status == Status::ok && row.stop_reason != "precision";
  });
  if (imprecise == 0) return;
  fmt::print("{} of them did not reach ±{:g} %: their stop_reason in summary.csv says why\n",
             imprecise, *wanted * 100);
}

bool failed(const SummaryRow& row) {
  return row.status != Status::ok && row.status != Status::skipped;
}

}  // namespace

int run_run(const RunOptions& options, const Invocation& invocation) {
  const Interrupts& interrupts = invocation.interrupts;
  const fs::path dir = output_dir(options.out);
  const int cpu = choose_cpu(options.cpu);
  WorkerSettings workers = default_workers(invocation);
  workers.timeout_s = options.timeout_s;
  workers.cpu = cpu;
  const Catalog catalog = load_catalog(workers, options.interpreters);
  print_warnings(catalog.python.warnings);
  for (const FurtherEngine& engine : catalog.further_engines) {
    print_warnings(engine.python.warnings);
  }
  workers.abandon = &interrupts.abandon;  // from here on the first Ctrl-C spares the job in hand

  Selection selection = options.selection;
  selection.processors = processors();
  const Plan plan{.seed = options.seed,
                  .rounds = options.rounds,
                  .precision = options.precision,
                  .timing = {.round_ns = options.round_ns, .single_calls_ns = options.round_ns / 2},
                  .comparisons = plan_comparisons(catalog, selection)};
  if (plan.comparisons.empty()) throw UnknownName("nothing is selected");

  create_result_dir(dir);
  Json facts = run_facts(options, invocation, catalog, plan, cpu);
  write_file(dir / "run.json", facts.dump(2) + "\n");
  AppendFile log(dir / "workers.log");
  workers.log = log_to(log);
  const std::vector<EmbeddingCell> penalty = measure_penalty(options, catalog, plan, workers);
  facts["python"]["embedding_penalty"] = embedding_facts(penalty);
  std::vector<SummaryRow> summary;
  RunEnd end{};
  {
    Progress progress(plan, stderr, isatty(STDERR_FILENO) != 0);
    Recorder recorder(dir, progress);
    ProcessJobRunner runner(workers);
    const SteadyClock clock;
    end = Scheduler(plan, runner, clock, recorder,
                    {.budget_s = options.budget_s, .stop = &interrupts.stop})
              .run();
    summary = summarize(recorder.rows());
  }
  write_summary(dir, summary);
  facts["ended"] = utc_now();
  facts["interrupted"] = end == RunEnd::interrupted;
  write_file(dir / "run.json", facts.dump(2) + "\n");

  fmt::print("{}", format_table(summary));
  const auto failures = std::count_if(summary.begin(), summary.end(), failed);
  fmt::print("\n{} cells, {} failed; results in {}\n", summary.size(), failures, dir.string());
  print_imprecise(summary, options.precision);
  print_penalty(catalog, penalty);
  if (end == RunEnd::interrupted) return 130;
  return failures == 0 ? 0 : 1;
}

}  // namespace gapmeter
