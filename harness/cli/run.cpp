// gapmeter run: options -> plan -> scheduler -> rounds.csv -> summary.csv and a table.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/cli/commands.h"
#include "harness/cli/progress.h"
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

Json kernel_facts(const Catalog& catalog, const Plan& plan) {
  Json kernels = Json::object();
  for (const Kernel& kernel : catalog.kernels) {
    const bool planned =
        std::any_of(plan.comparisons.begin(), plan.comparisons.end(),
                    [&](const Comparison& comparison) { return comparison.kernel == kernel.name; });
    if (!planned) continue;
    kernels[kernel.name] = {{"title", kernel.title},
                            {"item", kernel.item},
                            {"claims", kernel.claims},
                            {"reference", "native/" + kernel.reference},
                            {"baseline", "python/" + kernel.baseline}};
  }
  return kernels;
}

Json engine_facts(const PythonDescription& python, bool embedded) {
  return {{"engine", embedded ? "embedded" : "stock"},
          {"version", python.version},
          {"build", python.build},
          {"executable", python.executable},
          {"link", python.link},
          {"numpy", python.numpy_version},
          {"numpy_blas", python.numpy_blas},
          {"warnings", python.warnings}};
}

Json further_engine_facts(const Catalog& catalog) {
  Json engines = Json::object();
  for (const FurtherEngine& engine : catalog.further_engines) {
    engines[engine.label] = engine_facts(engine.python, /*embedded=*/false);
  }
  return engines;
}

Json environment_of_workers() {
  Json variables = Json::object();
  for (const auto& [name, value] : worker_environment(1)) variables[name] = value;
  return variables;
}

Json run_facts(const RunOptions& options, const Invocation& invocation, const Catalog& catalog,
               const Plan& plan, int cpu) {
  return {{"schema_version", schema_version},
          {"command", invocation.arguments},
          {"started", utc_now()},
          {"seed", plan.seed},
          {"rounds", plan.rounds},
          {"round_ns", plan.timing.round_ns},
          {"batch_ns", plan.timing.batch_ns},
          {"single_calls_ns", plan.timing.single_calls_ns},
          {"budget_s", options.budget_s ? Json(*options.budget_s) : Json(nullptr)},
          {"precision", options.precision ? Json(*options.precision) : Json(nullptr)},
          {"timeout_s", options.timeout_s},
          {"pinned_cpu", cpu},
          {"worker_environment", environment_of_workers()},
          {"machine", machine_facts()},
          {"build", build_facts()},
          {"python", engine_facts(catalog.python, options.interpreters.size() != 1)},
          {"further_engines", further_engine_facts(catalog)},
          {"kernels", kernel_facts(catalog, plan)}};
}

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
  workers.abandon = &interrupts.abandon;  // from here on the first Ctrl-C spares the job in hand

  const Plan plan{.seed = options.seed,
                  .rounds = options.rounds,
                  .precision = options.precision,
                  .timing = {.round_ns = options.round_ns, .single_calls_ns = options.round_ns / 2},
                  .comparisons = plan_comparisons(catalog, options.selection)};
  if (plan.comparisons.empty()) throw UnknownName("nothing is selected");

  create_result_dir(dir);
  Json facts = run_facts(options, invocation, catalog, plan, cpu);
  write_file(dir / "run.json", facts.dump(2) + "\n");
  AppendFile log(dir / "workers.log");
  workers.log = [&](const std::string& title, const std::string& output) {
    log.append(fmt::format("--- {}\n{}{}", title, output, output.ends_with('\n') ? "" : "\n"));
  };
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
  if (end == RunEnd::interrupted) return 130;
  return failures == 0 ? 0 : 1;
}

}  // namespace gapmeter
