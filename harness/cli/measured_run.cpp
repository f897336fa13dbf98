#include "harness/cli/measured_run.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <string_view>

#include "build_info.h"
#include "harness/cli/progress.h"
#include "harness/cli/run_facts.h"
#include "harness/results/csv.h"
#include "harness/results/environment.h"
#include "harness/results/result_dir.h"
#include "harness/results/summary.h"
#include "harness/run/limits.h"
#include "harness/run/machine_use.h"

namespace gapmeter {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using namespace nlohmann::literals;  // NOLINT: _json_pointer

// Notices whether another run measures on this machine meanwhile, and notes it in run.json at once,
// since nobody knows how this run ends.
class Neighbours {
 public:
  Neighbours(Json& facts, fs::path run_file) : facts_(facts), run_file_(std::move(run_file)) {}
  // True the first time that there is one.
  bool appear() {
    if (noticed_ || !use_.is_shared()) return false;
    noticed_ = true;
    facts_["measured_alone"] = false;
    write_file(run_file_, facts_.dump(2) + "\n");
    return true;
  }

 private:
  Json& facts_;
  fs::path run_file_;
  MachineUse use_;
  bool noticed_ = false;
};

// Writes every row to disk before anyone else hears of it.
class Recorder final : public RunObserver {
 public:
  Recorder(AppendFile& file, std::vector<RoundRow> known, Neighbours& neighbours, Progress& next)
      : file_(file), neighbours_(neighbours), next_(next), rows_(std::move(known)) {}
  void job_starts(const Job& job, int round, std::size_t done, std::size_t total) override {
    next_.job_starts(job, round, done, total);
  }
  void row_ends(const RoundRow& row) override {
    file_.append(to_csv_line(to_fields(row)));
    rows_.push_back(row);
    next_.row_ends(row);
    if (neighbours_.appear()) next_.warn(shared_machine_warning);
  }
  void comparison_ends(const Comparison& comparison, std::size_t done, std::size_t total) override {
    next_.comparison_ends(comparison, done, total);
  }
  const std::vector<RoundRow>& rows() const { return rows_; }

 private:
  AppendFile& file_;
  Neighbours& neighbours_;
  Progress& next_;
  std::vector<RoundRow> rows_;
};

fs::path output_dir(const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  return fmt::format("results/{:%Y%m%d-%H%M%S}", fmt::localtime(std::time(nullptr)));
}

// The embedded engine against the stock one that it stands for. Nothing without Python variants, or
// when the run uses stock interpreters instead.
std::vector<EmbeddingCell> measure_penalty(const RunOptions& options, const Catalog& catalog,
                                           const Plan& plan, const WorkerSettings& embedded,
                                           const Interrupts& interrupts) {
  if (options.interpreters.size() == 1) return {};
  constexpr std::size_t most_kernels = 3;
  constexpr int most_pairs = 7;
  const auto cells = embedding_cells(catalog, plan.comparisons, most_kernels);
  WorkerSettings stock = embedded;
  stock.engines = {stock_engine(embedded, catalog.python.executable)};
  ProcessPairRunner runner(stock, embedded);
  DuelRule rule{.most_pairs = std::min(options.rounds, most_pairs),
                .confidence = 0.95,
                .round_ns = 10'000'000,
                .stop = &interrupts.stop};
  // Of a budget this may take no more than a tenth.
  if (options.budget_s) {
    const double share_s = *options.budget_s / (10 * most_kernels);
    rule.short_budget_s = std::min(rule.short_budget_s, share_s);
    rule.long_budget_s = std::min(rule.long_budget_s, share_s);
  }
  return measure_embedding(cells, options.seed, runner, SteadyClock(), rule);
}

Catalog load_and_warn(const RunOptions& options, WorkerSettings& workers) {
  Catalog catalog = load_catalog(workers, options.interpreters);
  print_warnings(catalog.python.warnings);
  for (const FurtherEngine& engine : catalog.further_engines) {
    print_warnings(engine.python.warnings);
  }
  return catalog;
}

Plan plan_run(const RunOptions& options, const Catalog& catalog, const Choose& choose) {
  Selection selection = options.selection;
  selection.processors = static_cast<int>(processors());
  Plan plan{.seed = options.seed,
            .rounds = options.rounds,
            .precision = options.precision,
            .timing = {.round_ns = options.round_ns, .single_calls_ns = options.single_calls_ns},
            .comparisons = plan_comparisons(catalog, selection)};
  if (choose) choose(plan.comparisons);
  if (plan.comparisons.empty()) throw UnknownName("nothing is selected");
  return plan;
}

std::vector<std::string> recorded_command(const Json& recorded, const fs::path& dir) {
  try {
    return recorded.at("command").get<std::vector<std::string>>();
  } catch (const Json::exception&) {
    throw ResultDirError(fmt::format("{}: run.json has no command to go on with", dir.string()));
  }
}

// In what a run that is to go on differs from itself as it began: rows of different builds,
// interpreters, kernels or settings don't belong together.
std::vector<std::string> resume_differences(const Json& recorded, const Json& now) {
  constexpr std::array parts{"build",       "python",    "further_engines", "kernels",
                             "plan_digest", "timeout_s", "pinned_cpu",      "worker_environment"};
  Json before = Json::object(), after = Json::object();
  for (const char* part : parts) {
    before[part] = recorded.value(part, Json());
    after[part] = now.value(part, Json());
  }
  for (Json* facts : {&before, &after}) {
    if ((*facts)["python"].is_object()) (*facts)["python"].erase("embedding_penalty");
    (*facts)["cpu"] = (facts == &before ? recorded : now).value("/machine/cpu"_json_pointer, "");
  }
  std::vector<std::string> differences;
  for (const Json& change : Json::diff(before, after)) {
    const Json::json_pointer path(change.at("path").get<std::string>());
    const auto text = [&](const Json& facts) {
      return facts.contains(path) ? facts.at(path).dump() : std::string("nothing");
    };
    differences.push_back(
        fmt::format("{}: {}, now {}", path.to_string(), text(before), text(after)));
  }
  return differences;
}

// All that a run needs before it can begin.
struct Setup {
  int cpu;
  WorkerSettings workers;
  Catalog catalog;
  Plan plan;
};

Setup set_up(const RunOptions& options, const Invocation& invocation, const Choose& choose) {
  const int cpu = choose_cpu(options.cpu);
  WorkerSettings workers = default_workers(invocation);
  workers.timeout_s = options.timeout_s;
  workers.memory_bytes = memory_limit(options.memory_bytes);
  workers.cpu = cpu;
  Catalog catalog = load_and_warn(options, workers);
  // From here on the first Ctrl-C spares the job in hand.
  workers.abandon = &invocation.interrupts.abandon;
  Plan plan = plan_run(options, catalog, choose);
  return {cpu, std::move(workers), std::move(catalog), std::move(plan)};
}

Json facts_of(const RunOptions& options, const std::vector<std::string>& command,
              const Setup& setup) {
  Json facts = run_facts(options, command, setup.catalog, setup.plan, setup.cpu);
  facts["build"]["programs"] = digest_of_files({setup.workers.native_command.front(),
                                                setup.workers.engines.front().command.front(),
                                                GAPMETER_PYTHON_SUPPORT_DIR "/gapmeter.py"});
  for (const auto& [name, kernel] : facts["kernels"].items()) {
    kernel["python_source"] =
        digest_of_files({fs::path(setup.workers.python_dir) / (name + ".py")});
  }
  return facts;
}

// As a shell takes it for one word.
std::string shell_word(const std::string& text) {
  const auto is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("/._-+=:@,").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

struct Rounds {
  std::vector<RoundRow> rows;
  RunEnd end = RunEnd::complete;
};

Rounds measure_rounds(const Setup& setup, std::optional<double> budget_s, AppendFile& file,
                      RowsSoFar known, Neighbours& neighbours, const Invocation& invocation) {
  if (known.bytes == 0) file.append(to_csv_line(round_columns()));
  Progress progress(setup.plan, stderr, isatty(STDERR_FILENO) != 0);
  Recorder recorder(file, known.rows, neighbours, progress);
  ProcessJobRunner runner(setup.workers);
  const SteadyClock clock;
  Scheduler scheduler(setup.plan, runner, clock, recorder,
                      {.budget_s = budget_s,
                       .stop = &invocation.interrupts.stop,
                       .memory_bytes = setup.workers.memory_bytes,
                       .known = std::move(known.rows)});
  const RunEnd end = scheduler.run();
  return {recorder.rows(), end};
}

// Measures what `known` lacks and writes every file.
MeasuredRun carry_out(const RunOptions& options, const Invocation& invocation, Setup& setup,
                      const fs::path& dir, Json facts, AppendFile& rounds_file, RowsSoFar known) {
  const SteadyClock clock;
  const double started_s = clock.now_s();
  AppendFile log = AppendFile::at_end_of(dir / "workers.log");
  setup.workers.log = log_to(log);
  Neighbours neighbours(facts, dir / "run.json");
  if (neighbours.appear()) print_warnings({shared_machine_warning});
  std::vector<EmbeddingCell> penalty;
  if (!facts["machine"].contains("limits")) {
    penalty =
        measure_penalty(options, setup.catalog, setup.plan, setup.workers, invocation.interrupts);
    if (!invocation.interrupts.stop) {
      facts["python"]["embedding_penalty"] = embedding_facts(penalty);
      facts["machine"]["limits"] = limit_facts(measure_limits(setup.cpu));
      write_file(dir / "run.json", facts.dump(2) + "\n");
    }
  }
  // What came before counts, but one size is measured whatever the budget.
  std::optional<double> left_s = options.budget_s;
  if (left_s) left_s = std::max(*left_s - (clock.now_s() - started_s), 0.001);
  const Rounds rounds =
      measure_rounds(setup, left_s, rounds_file, std::move(known), neighbours, invocation);
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
          .stock_python = setup.catalog.python.executable};
}

}  // namespace

MeasuredRun measure_run(const RunOptions& options, const Invocation& invocation,
                        const Choose& choose) {
  const fs::path dir = output_dir(options.out);
  Setup setup = set_up(options, invocation, choose);
  create_result_dir(dir);
  // Before anything else is written: of two runs that begin here at once the second gets no
  // further.
  AppendFile rounds_file(dir / "rounds.csv");
  Json facts = facts_of(options, invocation.arguments, setup);
  // Before any row: with it whatever follows can be gone on with.
  write_file(dir / "run.json", facts.dump(2) + "\n");
  return carry_out(options, invocation, setup, dir, std::move(facts), rounds_file, {});
}

Options begun_by(const fs::path& dir) {
  const std::vector<std::string> arguments = recorded_command(read_facts(dir), dir);
  std::vector<const char*> argv;
  argv.reserve(arguments.size());
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  const auto parsed = parse_command_line(static_cast<int>(argv.size()), argv.data());
  const auto* options = std::get_if<Options>(&parsed);
  if (options == nullptr || !(std::holds_alternative<RunOptions>(*options) ||
                              std::holds_alternative<ReproduceOptions>(*options))) {
    throw ResultDirError(
        fmt::format("{}: was not made by gapmeter run or gapmeter reproduce", dir.string()));
  }
  return *options;
}

MeasuredRun resume_run(const fs::path& dir, const RunOptions& options, const Invocation& invocation,
                       const Choose& choose) {
  const Json recorded = read_facts(dir);
  Setup setup = set_up(options, invocation, choose);
  Json facts = facts_of(options, recorded_command(recorded, dir), setup);
  facts["started"] = recorded.value("started", facts["started"]);
  const std::vector<std::string> differences = resume_differences(recorded, facts);
  if (!differences.empty()) {
    throw ResultDirError(fmt::format("{}: can't go on with what was measured otherwise: {}",
                                     dir.string(), fmt::join(differences, "; ")));
  }
  facts["measured_alone"] = recorded.value("measured_alone", Json(true));
  // Measured once for all rows, and recorded together.
  const auto limits = "/machine/limits"_json_pointer,
             penalty = "/python/embedding_penalty"_json_pointer;
  if (recorded.contains(limits) && recorded.contains(penalty)) {
    facts[limits] = recorded[limits];
    facts[penalty] = recorded[penalty];
  }
  // Nobody else adds rows between their being read and their being cut to what is whole.
  AppendFile rounds_file = AppendFile::at_end_of(dir / "rounds.csv");
  RowsSoFar known = read_rows_so_far(dir);
  rounds_file.cut(known.bytes);
  return carry_out(options, invocation, setup, dir, std::move(facts), rounds_file,
                   std::move(known));
}

std::string how_to_go_on(const fs::path& dir) {
  return fmt::format("to go on: gapmeter run --resume {}", shell_word(dir.string()));
}

}  // namespace gapmeter
