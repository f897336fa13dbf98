#include "harness/cli/measured_run.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/cli/progress.h"
#include "harness/cli/run_facts.h"
#include "harness/results/csv.h"
#include "harness/results/environment.h"
#include "harness/results/result_dir.h"
#include "harness/results/summary.h"
#include "harness/run/limits.h"

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
  constexpr int most_pairs = 7;
  const auto cells = embedding_cells(catalog, plan.comparisons, most_kernels);
  WorkerSettings stock = embedded;
  stock.engines = {stock_engine(embedded, catalog.python.executable)};
  ProcessPairRunner runner(stock, embedded);
  return measure_embedding(cells, options.seed, runner, SteadyClock(),
                           {.most_pairs = std::min(options.rounds, most_pairs),
                            .confidence = 0.95,
                            .round_ns = 10'000'000,
                            .stop = embedded.abandon});
}

struct Rounds {
  std::vector<RoundRow> rows;
  RunEnd end = RunEnd::complete;
};

Rounds measure_rounds(const RunOptions& options, const Plan& plan, const WorkerSettings& workers,
                      const fs::path& dir, const Interrupts& interrupts) {
  Progress progress(plan, stderr, isatty(STDERR_FILENO) != 0);
  Recorder recorder(dir, progress);
  ProcessJobRunner runner(workers);
  const SteadyClock clock;
  Scheduler scheduler(plan, runner, clock, recorder,
                      {.budget_s = options.budget_s, .stop = &interrupts.stop});
  const RunEnd end = scheduler.run();
  return {recorder.rows(), end};
}

Catalog load_and_warn(const RunOptions& options, WorkerSettings& workers) {
  Catalog catalog = load_catalog(workers, options.interpreters);
  print_warnings(catalog.python.warnings);
  for (const FurtherEngine& engine : catalog.further_engines) {
    print_warnings(engine.python.warnings);
  }
  return catalog;
}

Plan plan_run(const RunOptions& options, const Catalog& catalog,
              const std::function<void(std::vector<Comparison>&)>& choose) {
  Selection selection = options.selection;
  selection.processors = processors();
  Plan plan{.seed = options.seed,
            .rounds = options.rounds,
            .precision = options.precision,
            .timing = {.round_ns = options.round_ns, .single_calls_ns = options.single_calls_ns},
            .comparisons = plan_comparisons(catalog, selection)};
  if (choose) choose(plan.comparisons);
  if (plan.comparisons.empty()) throw UnknownName("nothing is selected");
  return plan;
}

}  // namespace

MeasuredRun measure_run(const RunOptions& options, const Invocation& invocation,
                        const std::function<void(std::vector<Comparison>&)>& choose) {
  const Interrupts& interrupts = invocation.interrupts;
  const fs::path dir = output_dir(options.out);
  const int cpu = choose_cpu(options.cpu);
  WorkerSettings workers = default_workers(invocation);
  workers.timeout_s = options.timeout_s;
  workers.cpu = cpu;
  const Catalog catalog = load_and_warn(options, workers);
  workers.abandon = &interrupts.abandon;  // from here on the first Ctrl-C spares the job in hand
  const Plan plan = plan_run(options, catalog, choose);

  create_result_dir(dir);
  Json facts = run_facts(options, invocation, catalog, plan, cpu);
  write_file(dir / "run.json", facts.dump(2) + "\n");
  AppendFile log(dir / "workers.log");
  workers.log = log_to(log);
  std::vector<EmbeddingCell> penalty = measure_penalty(options, catalog, plan, workers);
  facts["python"]["embedding_penalty"] = embedding_facts(penalty);
  facts["machine"]["limits"] = limit_facts(measure_limits(cpu));
  const Rounds rounds = measure_rounds(options, plan, workers, dir, interrupts);
  std::vector<SummaryRow> summary = summarize(rounds.rows);
  RunContext context = context_of(facts);
  write_summary(dir, summary, context);
  facts["ended"] = utc_now();
  facts["interrupted"] = rounds.end == RunEnd::interrupted;
  write_file(dir / "run.json", facts.dump(2) + "\n");
  return {.dir = dir,
          .summary = std::move(summary),
          .context = std::move(context),
          .end = rounds.end,
          .penalty = std::move(penalty),
          .stock_python = catalog.python.executable};
}

bool failed(const SummaryRow& row) {
  return row.status != Status::ok && row.status != Status::skipped;
}

}  // namespace gapmeter
