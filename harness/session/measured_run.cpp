#include "harness/session/measured_run.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <memory>
#include <set>

#include "harness/analysis/fitness.h"
#include "harness/analysis/summary.h"
#include "harness/base/clock.h"
#include "harness/base/csv.h"
#include "harness/base/installation.h"
#include "harness/base/text.h"
#include "harness/session/command_files.h"
#include "harness/session/describe_run.h"
#include "harness/session/interpreters.h"
#include "harness/session/progress.h"
#include "harness/session/run_log.h"
#include "harness/session/server_runs.h"
#include "harness/session/worker_log.h"
#include "harness/session/workers.h"
#include "harness/store/columns.h"
#include "harness/store/result_dir.h"
#include "harness/store/run_json.h"
#include "harness/sys/affinity.h"
#include "harness/sys/control_groups.h"
#include "harness/sys/memory.h"
#include "harness/sys/refusals.h"
#include "harness/sys/roofline.h"
#include "harness/sys/streams.h"
#include "harness/sys/terminal.h"

namespace gapmeter {
namespace {

namespace fs = std::filesystem;

fs::path output_dir(const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  return fmt::format("results/{:%Y%m%d-%H%M%S}", fmt::localtime(std::time(nullptr)));
}

// Everything that a run needs before it can begin.
struct Setup {
  const RunOptions& options;
  const Invocation& invocation;
  WorkerSettings workers;
  Catalog catalog;  // empty for the user's programs
  Plan plan;
  std::unique_ptr<InputFiles> inputs{};  // of commands that read some
  // To be asked what they can before the rates are planned, and what was found out, by kernel.
  std::vector<Servers> servers{};
  std::map<std::string, ServiceFacts> services{};
  double asked_s = 0;  // how long that took
};

// Compares the embedded engine with the stock one that it stands for. Empty without Python
// variants, or if the run uses stock interpreters instead.
std::vector<EmbeddingCell> measure_penalty(const Setup& setup) {
  if (setup.options.interpreters.size() == 1 || setup.catalog.kernels.empty()) return {};
  constexpr std::size_t most_kernels = 3;
  constexpr int most_pairs = 7;
  const auto cells = embedding_cells(setup.catalog, setup.plan.groups, most_kernels);
  WorkerSettings stock = setup.workers;
  stock.engines = {stock_engine(setup.workers, setup.catalog.python.executable)};
  if (const std::string& reason = stock.engines[0].why_portable; !reason.empty()) {
    print_warnings({fmt::format("what embedding Python costs is not measured: {}", reason)});
    return {};
  }
  ProcessPairRunner runner(stock, setup.workers);
  DuelRule rule{.most_pairs = std::min(setup.options.rounds, most_pairs),
                .confidence = 0.95,
                .round_ns = 20'000'000,
                .stop = &setup.invocation.interrupts.stop};
  // This may take no more than a tenth of a budget.
  if (setup.options.budget_s) {
    const double share_s = *setup.options.budget_s / (10 * most_kernels);
    rule.short_budget_s = std::min(rule.short_budget_s, share_s);
    rule.long_budget_s = std::min(rule.long_budget_s, share_s);
  }
  return measure_embedding(cells, setup.options.seed, runner, SteadyClock(), rule);
}

Catalog load_and_warn(const RunOptions& options, WorkerSettings& workers) {
  Catalog catalog = load_catalog(workers, options.interpreters);
  print_warnings(catalog.python.warnings);
  for (const FurtherEngine& engine : catalog.further_engines) {
    print_warnings(engine.python.warnings);
  }
  return catalog;
}

// That there is something of what gaps are to be against.
void check_against(const Against& against, const std::vector<CellGroup>& groups) {
  if (!against.lane) return;
  std::set<std::string> compiled;
  for (const CellGroup& group : groups) {
    for (const PlannedVariant& planned : group.variants) {
      if (against.admits(planned.id)) return;
      if (!planned.id.lane.is_compiled()) continue;
      compiled.insert(against.name.empty() ? std::string(planned.id.lane.name())
                                           : to_string(planned.id));
    }
  }
  const std::string wanted = to_string(against);
  const std::vector<std::string> known(compiled.begin(), compiled.end());
  const std::optional<std::string> nearest = nearest_name(wanted, known);
  const std::string hint = known.empty() ? "it has no compiled one"
                           : nearest     ? fmt::format("did you mean '{}'?", *nearest)
                                         : fmt::format("there are: {}", fmt::join(known, ", "));
  throw UnknownName(fmt::format("--against {}: this run has no such variant; {}", wanted, hint));
}

// `is_whole`: no group is still to come.
Plan plan_run(const RunOptions& options, std::vector<CellGroup> groups, bool is_whole,
              const Choose& choose) {
  Plan plan{.seed = options.seed,
            .rounds = options.rounds,
            .precision = options.precision,
            .timing = {.round_ns = options.round_ns, .single_calls_ns = options.single_calls_ns},
            .against = options.against,
            .groups = std::move(groups)};
  if (!is_whole) return plan;
  if (choose) choose(plan.groups);
  if (plan.groups.empty()) throw UnknownName("nothing is selected");
  check_against(options.against, plan.groups);
  return plan;
}

// What this process is refused, and a clock that is too coarse for batches of the usual length.
std::vector<std::string> warnings_about_surroundings() {
  std::vector<std::string> warnings = find_refusals();
  const std::string clock = warning_about_clock(clock_step_ns(), TimingSpec().batch_ns);
  if (!clock.empty()) warnings.push_back(clock);
  return warnings;
}

WorkerSettings workers_for(const RunOptions& options, const Invocation& invocation) {
  WorkerSettings workers = default_workers(invocation);
  workers.timeout_s = options.timeout_s;
  workers.memory_bytes = memory_limit(options.memory_bytes);
  workers.huge_pages = options.huge_pages;
  return workers;
}

Setup set_up_kernels(const RunOptions& options, const Invocation& invocation,
                     const Choose& choose) {
  WorkerSettings workers = workers_for(options, invocation);
  workers.cpu = choose_cpu(options.cpu);
  Catalog catalog = load_and_warn(options, workers);
  Selection selection = options.selection;
  selection.processors = static_cast<int>(processors());
  std::vector<CellGroup> groups = plan_groups(catalog, selection);
  std::vector<Servers> servers = selected_servers(catalog, selection);
  Plan plan = plan_run(options, std::move(groups), servers.empty(), choose);
  Setup setup{options, invocation, std::move(workers), std::move(catalog), std::move(plan)};
  setup.servers = std::move(servers);
  return setup;
}

Setup set_up_servers(const RunOptions& options, const Invocation& invocation) {
  Plan plan = plan_run(options, {}, /*is_whole=*/false, {});
  Setup setup{options, invocation, workers_for(options, invocation), {}, std::move(plan)};
  setup.servers = {options.servers};
  return setup;
}

// Asks the servers, which takes seconds for each, and completes the plan. `recorded` is the run
// that goes on, if there is one.
void plan_servers(Setup& setup, const Choose& choose, const RunFacts* recorded) {
  if (setup.servers.empty()) return;
  const SteadyClock clock;
  const double began_s = clock.now_s();
  for (const Servers& servers : setup.servers) {
    const ServiceFacts* known = nullptr;
    if (recorded != nullptr && recorded->kernels.contains(servers.name)) {
      const auto& service = recorded->kernels.at(servers.name).service;
      if (service) known = &*service;
    }
    ServerPlan planned = plan_with_servers(servers, setup.options, setup.workers,
                                           setup.catalog.python.executable, known);
    for (CellGroup& group : planned.groups) setup.plan.groups.push_back(std::move(group));
    setup.services.emplace(servers.name, std::move(planned.facts));
  }
  setup.plan = plan_run(setup.options, std::move(setup.plan.groups), /*is_whole=*/true, choose);
  setup.asked_s = clock.now_s() - began_s;
}

// Commands run where the user's would: on any processor, unless one is named.
Setup set_up_commands(const RunOptions& options, const Invocation& invocation,
                      const Choose& choose) {
  WorkerSettings workers = workers_for(options, invocation);
  if (options.cpu) workers.cpu = choose_cpu(options.cpu);
  auto [inputs, groups] = plan_with_files(options.commands, options.selection);
  print_warnings(warnings_about(groups));
  Plan plan = plan_run(options, std::move(groups), /*is_whole=*/true, choose);
  return {options, invocation, std::move(workers), {}, std::move(plan), std::move(inputs)};
}

Setup set_up(const RunOptions& options, const Invocation& invocation, const Choose& choose) {
  Setup setup = !options.servers.empty()   ? set_up_servers(options, invocation)
                : options.commands.empty() ? set_up_kernels(options, invocation, choose)
                                           : set_up_commands(options, invocation, choose);
  print_warnings(warnings_about_surroundings());
  return setup;
}

// What is made after everything is known to be right, and before anything is measured.
void make_inputs(Setup& setup) {
  if (setup.inputs != nullptr) {
    setup.inputs->make(setup.options.commands, setup.workers, setup.plan.groups);
  }
  // From here on the first Ctrl-C lets the current task finish.
  setup.workers.abandon = &setup.invocation.interrupts.abandon;
}

void append(const std::vector<fs::path>& more, std::vector<fs::path>& files) {
  files.insert(files.end(), more.begin(), more.end());
}

// What the Python side of any kernel may use besides its own module: those that are no kernel's,
// and the programs that it starts.
std::vector<fs::path> shared_python_files(const Setup& setup) {
  const fs::path python_dir = setup.workers.python_dir;
  std::vector<fs::path> files = files_in(python_dir / "programs");
  const std::vector<Kernel>& kernels = setup.catalog.kernels;
  for (const std::string& module : setup.catalog.python.modules) {
    const bool is_kernel = std::any_of(kernels.begin(), kernels.end(),
                                       [&](const Kernel& kernel) { return kernel.name == module; });
    if (!is_kernel) files.push_back(python_dir / (module + ".py"));
  }
  return files;
}

// What was built: the program, what its kernels start, and what their Python side imports.
std::vector<fs::path> built_files(const Setup& setup) {
  const std::string& program = setup.workers.native_command.front();
  std::vector<fs::path> files{program,
                              setup.workers.engines.front().program,
                              data_dir() / "python" / "gapmeter.py",
                              data_dir() / "python" / "prepared.py",
                              data_dir() / "python" / "engine.py",
                              data_dir() / "python" / "gapmeter_loop.c"};
  append(files_in(program + "-programs"), files);
  append(files_in(setup.workers.extension_dir), files);
  return files;
}

// Of the programs and the Python code as they are now.
void take_digests(const Setup& setup, RunFacts& facts) {
  facts.build.programs = digest_of_files(built_files(setup));
  if (runs_programs(setup.options)) return;  // these are known by their executables
  const std::vector<fs::path> shared = shared_python_files(setup);
  for (auto& [name, kernel] : facts.kernels) {
    std::vector<fs::path> sources{fs::path(setup.workers.python_dir) / (name + ".py")};
    append(shared, sources);
    kernel.python_source = digest_of_files(sources);
  }
}

RunFacts facts_of(const Setup& setup, const std::vector<std::string>& command) {
  RunFacts facts = describe_run(setup.options, command, setup.catalog, setup.plan,
                                setup.workers.cpu, setup.invocation.program);
  const Commands& commands = setup.options.commands;
  if (!commands.empty()) {
    facts.kernels.emplace(commands.name, describe_commands(commands, setup.plan.groups));
  }
  const Servers& servers = setup.options.servers;
  for (const auto& [kernel, service] : setup.services) {
    if (servers.empty()) {
      // None of its rates may have been chosen.
      const auto described = facts.kernels.find(kernel);
      if (described != facts.kernels.end()) described->second.service = service;
    } else {
      facts.kernels.emplace(kernel, describe_servers(servers, service));
    }
  }
  take_digests(setup, facts);
  return facts;
}

// A later round would measure other code than an earlier one.
void warn_of_changed_code(const Setup& setup, const RunFacts& facts) {
  RunFacts now = facts;
  take_digests(setup, now);
  const auto same_source = [](const auto& one, const auto& other) {
    return one.second.python_source == other.second.python_source;
  };
  const bool same = now.build.programs == facts.build.programs &&
                    std::equal(now.kernels.begin(), now.kernels.end(), facts.kernels.begin(),
                               facts.kernels.end(), same_source);
  if (same) return;
  print_warnings(
      {"the kernels' code was changed while it was measured: these figures are of a mixture; "
       "measure again"});
}

std::int64_t largest_cache(const std::vector<CacheFacts>& caches) {
  std::int64_t largest = 0;
  for (const CacheFacts& cache : caches) largest = std::max(largest, cache.size_bytes);
  return largest;
}

// Those of memory only if the data of some cell is in no cache: they say nothing of the others.
Roofline measure_limits(const Setup& setup, const MachineFacts& machine) {
  const std::int64_t largest = largest_cache(machine.caches);
  const auto& groups = setup.plan.groups;
  const bool any_beyond = std::any_of(groups.begin(), groups.end(), [&](const CellGroup& group) {
    return static_cast<std::int64_t>(group.working_set_bytes) > largest;
  });
  return measure_roofline(setup.workers.cpu, largest, any_beyond);
}

// Measures what is measured once for all rows, unless a resumed run has it already.
std::vector<EmbeddingCell> measure_surroundings(const Setup& setup, const fs::path& dir,
                                                RunFacts& facts) {
  if (facts.machine.roofline || runs_programs(setup.options)) return {};
  std::vector<EmbeddingCell> penalty = measure_penalty(setup);
  if (!setup.invocation.interrupts.stop) {
    facts.python.embedding_penalty = describe_penalty(penalty);
    facts.machine.roofline = measure_limits(setup, facts.machine);
    write_run_facts(dir, facts);
  }
  return penalty;
}

// Other tenants of a shared machine take memory bandwidth for minutes: the better of a run's
// beginning and its end is nearer to what there is. In a run of seconds the two are one moment, and
// those that are quick or have a budget have no time for it.
void measure_limits_again(const Setup& setup, double run_s, RunFacts& facts) {
  constexpr double long_run_s = 60;
  std::optional<Roofline>& roofline = facts.machine.roofline;
  if (!roofline || run_s < long_run_s || setup.options.selection.quick || setup.options.budget_s) {
    return;
  }
  roofline = best_of(*roofline, measure_limits(setup, facts.machine));
}

struct Rounds {
  std::vector<RoundRow> rows;
  RunEnd end = RunEnd::complete;
};

Rounds measure_rounds(const Setup& setup, std::optional<double> budget_s, AppendFile& file,
                      RowsSoFar known, Neighbours& neighbours) {
  if (known.bytes == 0) file.append(to_csv_line(round_columns()));
  Progress progress(setup.plan, setup.workers.memory_bytes, budget_s, stderr, is_terminal(stderr));
  RunLog log(file, known.rows, neighbours, progress);
  // Two commands at once may want to write the same file.
  ProcessTaskRunner runner(setup.workers, runs_programs(setup.options) ? 1 : processors());
  const SteadyClock clock;
  Scheduler scheduler(setup.plan, runner, clock, log,
                      {.budget_s = budget_s,
                       .stop = &setup.invocation.interrupts.stop,
                       .memory_bytes = setup.workers.memory_bytes,
                       .known = std::move(known.rows)});
  const RunEnd end = scheduler.run();
  return {log.rows(), end};
}

// What the quota took from this run, or from the parts of one that was resumed.
void take_throttling(const std::optional<Throttling>& before, RunFacts& facts) {
  const std::optional<Throttling> after = throttling_so_far();
  if (!before || !after) return;
  Throttling during = *after - *before;
  if (during.periods > 0) {
    print_warnings({describe_throttling(during) + ": " + throttling_advice});
  }
  if (facts.throttled) {
    during.periods += facts.throttled->periods;
    during.seconds += facts.throttled->seconds;
  }
  facts.throttled = during;
}

std::map<std::string, double> portable_calls(const Catalog& catalog) {
  const std::string lane(Lane::python().name());
  std::map<std::string, double> calls;
  if (catalog.python.call_ns) calls.emplace(lane, *catalog.python.call_ns);
  for (const FurtherEngine& engine : catalog.further_engines) {
    if (engine.python.call_ns) calls.emplace(lane + "@" + engine.label, *engine.python.call_ns);
  }
  return calls;
}

// Measures what `known` lacks and writes every file.
MeasuredRun carry_out(Setup& setup, const fs::path& dir, RunFacts facts, AppendFile& rounds_file,
                      RowsSoFar known) {
  const SteadyClock clock;
  const double started_s = clock.now_s();
  const std::optional<Throttling> throttled = throttling_so_far();
  AppendFile log = AppendFile::at_end_of(dir / "workers.log");
  setup.workers.log = log_to(log);
  Neighbours neighbours(facts, dir);
  if (neighbours.appear()) print_warnings({shared_machine_warning});
  std::vector<EmbeddingCell> penalty = measure_surroundings(setup, dir, facts);
  // The time spent so far counts, but one size is measured whatever the budget.
  std::optional<double> left_s = setup.options.budget_s;
  if (left_s) left_s = std::max(*left_s - setup.asked_s - (clock.now_s() - started_s), 0.001);
  const Rounds rounds = measure_rounds(setup, left_s, rounds_file, std::move(known), neighbours);
  std::vector<SummaryRow> summary = summarize(rounds.rows, setup.options.against);
  RunContext context = context_of(facts);
  write_summary(dir, summary, context);
  facts.probes = describe_probes(rounds.rows);
  if (rounds.end == RunEnd::complete) {
    measure_limits_again(setup, clock.now_s() - started_s, facts);
  }
  warn_of_changed_code(setup, facts);
  take_throttling(throttled, facts);
  facts.ended = utc_now();
  facts.interrupted = rounds.end == RunEnd::interrupted;
  write_run_facts(dir, facts);
  return {.dir = dir,
          .summary = std::move(summary),
          .context = std::move(context),
          .end = rounds.end,
          .penalty = std::move(penalty),
          .stock_python = setup.catalog.python.executable,
          .portable_call_ns = portable_calls(setup.catalog)};
}

}  // namespace

MeasuredRun measure_run(const RunOptions& options, const Invocation& invocation,
                        const Choose& choose) {
  const fs::path dir = output_dir(options.out);
  Setup setup = set_up(options, invocation, choose);
  const bool is_new = create_result_dir(dir);
  try {
    plan_servers(setup, choose, nullptr);
    make_inputs(setup);
  } catch (...) {
    std::error_code error;  // what is told is why there are no inputs
    if (is_new) fs::remove(dir, error);
    throw;
  }
  RunFacts facts = facts_of(setup, invocation.arguments);
  // Created before anything else is written: if two runs begin here at once, the second gets no
  // further.
  AppendFile rounds_file(dir / "rounds.csv");
  // Written before any row, because a run can be resumed only with this file.
  write_run_facts(dir, facts);
  return carry_out(setup, dir, std::move(facts), rounds_file, {});
}

MeasuredRun resume_run(const fs::path& dir, const RunOptions& options, const Invocation& invocation,
                       const Choose& choose) {
  const RunFacts recorded = read_run_facts(dir);
  Setup setup = set_up(options, invocation, choose);
  plan_servers(setup, choose, &recorded);
  make_inputs(setup);
  RunFacts facts = facts_of(setup, recorded.command);
  // Rows of different builds, interpreters, kernels or settings don't belong together.
  const std::vector<std::string> differences =
      differences_between(recorded, facts, Alike::to_resume, "now");
  if (!differences.empty()) {
    throw FileError(fmt::format("{}: can't go on with what was measured otherwise: {}",
                                dir.string(), fmt::join(differences, "; ")));
  }
  if (recorded.started) facts.started = recorded.started;
  facts.measured_alone = recorded.measured_alone;
  facts.throttled = recorded.throttled;
  // Measured once for all rows, and recorded together.
  if (recorded.machine.roofline && recorded.python.embedding_penalty) {
    facts.machine.roofline = recorded.machine.roofline;
    facts.python.embedding_penalty = recorded.python.embedding_penalty;
  }
  // Opened before the rows are read, so that nobody else adds rows before the file is cut to the
  // complete ones.
  AppendFile rounds_file = AppendFile::at_end_of(dir / "rounds.csv");
  RowsSoFar known = read_rows_so_far(dir);
  rounds_file.cut(known.bytes);
  return carry_out(setup, dir, std::move(facts), rounds_file, std::move(known));
}

std::string how_to_go_on(const fs::path& dir) {
  return fmt::format("to go on: gapmeter run --resume {}", shell_word(dir.string()));
}

}  // namespace gapmeter
