// gapmeter ab: two builds of the program, or two commands, interleaved on this machine until their
// ratio is known.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "harness/base/csv.h"
#include "harness/base/sizes.h"
#include "harness/cli/arguments.h"
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/cli/comparison_files.h"
#include "harness/cli/text/comparison_text.h"
#include "harness/measure/describe.h"
#include "harness/measure/duel.h"
#include "harness/session/command_files.h"
#include "harness/session/worker_log.h"
#include "harness/session/suite.h"
#include "harness/session/workers.h"
#include "harness/store/columns.h"
#include "harness/store/result_dir.h"
#include "harness/sys/affinity.h"
#include "harness/sys/files.h"
#include "harness/sys/machine_use.h"
#include "harness/sys/memory.h"
#include "harness/sys/refusals.h"
#include "harness/sys/streams.h"

namespace gapmeter {
namespace {

// A build and what it offers. Its kernels have only names, sizes and variants with their jobs,
// because their functions are in the other executable.
struct Build {
  WorkerSettings workers;
  Catalog catalog;
  std::string git_revision{};
};

Build load_build(const std::string& program, const AbOptions& options,
                 const Invocation& invocation) {
  std::error_code error;
  const std::string path = std::filesystem::canonical(program, error).string();
  if (error) throw std::runtime_error(fmt::format("{}: {}", program, error.message()));
  Build build{workers_of(path, invocation), {}, {}};
  build.workers.timeout_s = options.timeout_s;
  build.workers.huge_pages = options.huge_pages;
  const NativeDescription native = describe_native(build.workers);
  build.workers.python_dir = native.python_dir;
  build.git_revision = native.git_revision;
  for (const NativeDescription::Kernel& outline : native.kernels) {
    Kernel kernel{.name = outline.name,
                  .title = "",
                  .sizes = outline.sizes,
                  .cost = nullptr,
                  .reference = outline.reference,
                  .baseline = outline.baseline,
                  .native = {}};
    for (const auto& [name, job, lane] : outline.variants) {
      kernel.native.push_back(
          {.name = name, .job = job, .parameters = {}, .returns = {}, .bind = {}, .lane = lane});
    }
    build.catalog.kernels.push_back(std::move(kernel));
  }
  build.catalog.python = describe_python(build.workers, build.workers.engines.front());
  print_warnings(build.catalog.python.warnings);
  return build;
}

// A cell and what its variant is asked to do or, of commands, what each side runs.
struct CommonCell {
  CellKey cell;
  std::string job{};
  ProcessPairRunner::PairOfCommands commands{};
  std::string failure{};  // why it can't be measured
  bool lost = false;      // the base has it, the new side does not
};

bool has_variant(const Catalog& catalog, const std::string& kernel, const VariantId& variant,
                 const std::string& job) {
  return std::any_of(catalog.kernels.begin(), catalog.kernels.end(), [&](const Kernel& known) {
    if (known.name != kernel || job_of(catalog, known, variant) != job) return false;
    const std::vector<VariantId> variants = variants_of(catalog, known);
    return std::find(variants.begin(), variants.end(), variant) != variants.end();
  });
}

// What is wrong with the module that this variant is in.
std::string python_problem(const Catalog& catalog, const CellKey& cell) {
  if (!cell.variant.lane.has_engines()) return "";
  for (const PythonDescription::Problem& problem : catalog.python.problems) {
    if (problem.kernel == cell.kernel) return problem.text;
  }
  return "";
}

bool is_known(const Catalog& catalog, const std::vector<std::string>& kernels,
              const std::string& pattern) {
  return std::any_of(catalog.kernels.begin(), catalog.kernels.end(), [&](const Kernel& kernel) {
    if (!kernels.empty() && !matches_any_name(kernel.name, kernels)) return false;
    const std::vector<VariantId> variants = variants_of(catalog, kernel);
    return std::any_of(variants.begin(), variants.end(),
                       [&](const VariantId& variant) { return matches_any(variant, {pattern}); });
  });
}

// The wanted cells of the base that the new build has not.
std::vector<CommonCell> lost_cells(const Catalog& base, const Catalog& compared,
                                   const Selection& selection) {
  std::vector<CommonCell> cells;
  for (const Kernel& kernel : base.kernels) {
    if (!selection.kernels.empty() && !matches_any_name(kernel.name, selection.kernels)) continue;
    for (const VariantId& variant : variants_of(base, kernel)) {
      if (!selection.variants.empty() && !matches_any(variant, selection.variants)) continue;
      const std::string job = job_of(base, kernel, variant);
      if (has_variant(compared, kernel.name, variant, job)) continue;
      for (const std::size_t n : sizes_for(kernel, selection)) {
        cells.push_back({.cell = {.kernel = kernel.name, .variant = variant, .n = n},
                         .job = job,
                         .failure = "not in the new build",
                         .lost = true});
      }
    }
  }
  return cells;
}

// The cells that both builds have, with the same job. Without given sizes, those of the new build.
std::vector<CommonCell> common_cells(const Catalog& base, const Catalog& compared,
                                     const Selection& selection) {
  const std::vector<const Kernel*> kernels = select_kernels(compared, selection.kernels);
  for (const std::string& pattern : selection.variants) {
    if (!is_known(base, selection.kernels, pattern)) {
      check_variant_patterns(compared, kernels, {pattern});
    }
  }
  std::vector<CommonCell> cells;
  for (const Kernel* kernel : kernels) {
    for (const VariantId& variant : variants_of(compared, *kernel)) {
      if (!selection.variants.empty() && !matches_any(variant, selection.variants)) continue;
      const std::string job = job_of(compared, *kernel, variant);
      if (!has_variant(base, kernel->name, variant, job)) continue;
      for (const std::size_t n : sizes_for(*kernel, selection)) {
        cells.push_back({{.kernel = kernel->name, .variant = variant, .n = n}, job});
        const std::string before = python_problem(base, cells.back().cell);
        const std::string after = python_problem(compared, cells.back().cell);
        if (!before.empty()) cells.back().failure = "base: " + before;
        if (!after.empty()) cells.back().failure = "new: " + after;
      }
    }
  }
  if (cells.empty()) throw UnknownName("nothing is selected that both builds have");
  return cells;
}

// Writes what was measured, row by row, to pairs.csv in the directory of --out: the side, then the
// columns of rounds.csv.
class PairsFile {
 public:
  explicit PairsFile(const std::string& dir) {
    if (dir.empty()) return;
    create_result_dir(dir);
    file_.emplace(std::filesystem::path(dir) / "pairs.csv");
    Fields columns = round_columns();
    columns.insert(columns.begin(), "side");
    file_->append(to_csv_line(columns));
  }

  void add(const CommonCell& common, const DuelRow& row) {
    if (!file_) return;
    Fields fields = to_fields(RoundRow{.cell = common.cell,
                                       .job = common.job,
                                       .round = row.pair,
                                       .measurement = row.outcome.measurement,
                                       .worker_s = row.outcome.wall_s});
    fields.insert(fields.begin(), row.side == 0 ? "base" : "new");
    file_->append(to_csv_line(fields));
  }

 private:
  std::optional<AppendFile> file_{};
};

ComparedCell compared_cell(const CellKey& cell, const DuelResult& duel, double confidence) {
  ComparedCell compared{
      .cell = cell, .reason = duel.failure, .rounds = static_cast<int>(duel.ratios.size())};
  if (!duel.failure.empty()) {
    compared.failed = duel.status != Status::skipped;
    return compared;
  }
  if (duel.ratios.empty()) {
    compared.reason = "interrupted";
    return compared;
  }
  compared.base = median(duel.base_ns);
  compared.compared = median(duel.new_ns);
  compared.shortest_ns = std::min(compared.base, compared.compared);
  compared.ratio = ratio_of_pairs(duel.ratios, confidence);
  return compared;
}

DuelRule rule_for(const AbOptions& options, const Invocation& invocation, std::size_t cells) {
  DuelRule rule{.confidence = confidence_of_one(options.rule, cells),
                .half_width = std::log1p(options.rule.threshold) / 2,
                .stop = &invocation.interrupts.stop};
  if (options.rounds) rule.most_pairs = *options.rounds;
  return rule;
}

// The executables of both sides. What one suite was, by default when it was committed last, is
// compared with what it is.
std::pair<std::string, std::string> programs_of(const AbOptions& options,
                                                const Invocation& invocation) {
  const std::vector<std::string>& suites = options.suites;
  if (suites.empty()) return {options.base, options.compared};
  SuiteState base = parse_state(suites.front()), compared = parse_state(suites.back());
  if (suites.size() == 1) {
    if (base.revision.empty()) base.revision = "HEAD";
    compared.revision.clear();
  }
  const std::string base_program = build_state(base, invocation);
  return {base_program, build_state(compared, invocation)};
}

// Measures the cells one after the other, and says what they show together.
int compare_sides(WorkerSettings base, WorkerSettings compared,
                  const std::vector<CommonCell>& cells, const AbOptions& options,
                  const Invocation& invocation) {
  base.abandon = compared.abandon = &invocation.interrupts.abandon;
  PairsFile file(options.out);
  std::optional<AppendFile> log;
  if (!options.out.empty()) {
    log.emplace(std::filesystem::path(options.out) / "workers.log");
    base.log = compared.log = log_to(*log);
  }
  const MachineUse use;
  if (use.is_shared()) print_warnings({shared_machine_warning});
  const auto measured = std::count_if(cells.begin(), cells.end(),
                                      [](const CommonCell& cell) { return cell.failure.empty(); });
  DuelRule rule = rule_for(options, invocation, static_cast<std::size_t>(measured));
  const SteadyClock clock;
  const double started_s = clock.now_s();
  std::vector<ComparedCell> results;
  for (std::size_t i = 0; i < cells.size() && !invocation.interrupts.stop; ++i) {
    const CellKey& cell = cells[i].cell;
    if (options.budget_s) {
      const double left_s = *options.budget_s - (clock.now_s() - started_s);
      rule.short_budget_s = rule.long_budget_s = left_s / static_cast<double>(cells.size() - i);
    }
    const Task task{
        .kernel = cell.kernel, .variant = cell.variant, .n = cell.n, .seed = options.seed};
    ProcessPairRunner runner(base, compared, cells[i].commands);
    const DuelResult duel =
        cells[i].failure.empty()
            ? run_duel(task, runner, clock, rule,
                       [&](const DuelRow& row) { file.add(cells[i], row); })
            : DuelResult{.failure = cells[i].failure,
                         .status = cells[i].lost ? Status::skipped : Status::error};
    results.push_back(compared_cell(cell, duel, rule.confidence));
    results.back().lost = cells[i].lost;
    notice(stderr,
           fmt::format("[{}/{}] {} {} n={}: {}, {:.1f} s\n", i + 1, cells.size(), cell.kernel,
                       to_string(cell.variant), format_size(cell.n),
                       results.back().ratio ? fmt::format("{:.3f}", results.back().ratio->value)
                                            : results.back().reason,
                       duel.seconds));
  }
  const Comparison result = conclude(std::move(results), options.rule);
  if (!options.out.empty()) write_comparison(options.out, result);
  fmt::print("{}", format_comparison(result, options.format));
  return invocation.interrupts.stop ? 130 : exit_status(result);
}

// Python variants are not in the executable: two builds may read one directory, whose files are of
// one state, whatever states the builds are of.
std::string warning_about_python(const Build& base, const Build& compared,
                                 const std::vector<CommonCell>& cells) {
  const bool has_python = std::any_of(cells.begin(), cells.end(), [](const CommonCell& common) {
    return common.cell.variant.lane.has_engines() && common.failure.empty();
  });
  const bool is_one_program = base.workers.native_command == compared.workers.native_command;
  std::error_code error;
  if (!has_python || is_one_program ||
      !std::filesystem::equivalent(base.workers.python_dir, compared.workers.python_dir, error)) {
    return "";
  }
  const std::string states =
      base.git_revision == compared.git_revision
          ? "two builds of one revision"
          : fmt::format("although the builds are of two revisions, {} and {}", base.git_revision,
                        compared.git_revision);
  return fmt::format(
      "both builds read their Python variants from {}, {}: these are the same code on both sides. "
      "To compare other states of them, build each in a work tree of its own (git worktree add)",
      base.workers.python_dir, states);
}

int compare_builds(const AbOptions& options, const Invocation& invocation) {
  const auto [base_program, compared_program] = programs_of(options, invocation);
  Build base = load_build(base_program, options, invocation);
  Build compared = load_build(compared_program, options, invocation);
  base.workers.cpu = compared.workers.cpu = choose_cpu(options.cpu);
  std::vector<CommonCell> cells = common_cells(base.catalog, compared.catalog, options.selection);
  if (const std::string warning = warning_about_python(base, compared, cells); !warning.empty()) {
    print_warnings({warning});
  }
  for (CommonCell& lost : lost_cells(base.catalog, compared.catalog, options.selection)) {
    cells.push_back(std::move(lost));
  }
  return compare_sides(std::move(base.workers), std::move(compared.workers), cells, options,
                       invocation);
}

std::vector<CommonCell> cells_of_commands(const std::vector<CellGroup>& groups) {
  std::vector<CommonCell> cells;
  for (const CellGroup& group : groups) {
    const PlannedVariant &base = group.variants.front(), &compared = group.variants.back();
    cells.push_back({.cell = cell_of(group, compared),
                     .commands = {base.command, compared.command},
                     .failure = base.settled ? base.settled->reason : std::string()});
  }
  return cells;
}

int compare_commands(const AbOptions& options, const Invocation& invocation) {
  WorkerSettings workers = default_workers(invocation);
  workers.timeout_s = options.timeout_s;
  workers.memory_bytes = memory_limit({});
  workers.huge_pages = options.huge_pages;
  if (options.cpu) workers.cpu = choose_cpu(options.cpu);
  auto [inputs, groups] = plan_with_files(options.commands, options.selection);
  print_warnings(warnings_about(groups));
  if (inputs != nullptr) inputs->make(options.commands, workers, groups);
  return compare_sides(workers, workers, cells_of_commands(groups), options, invocation);
}

int compare(const AbOptions& options, const Invocation& invocation) {
  print_warnings(find_refusals());
  return options.commands.empty() ? compare_builds(options, invocation)
                                  : compare_commands(options, invocation);
}

// Builds, states of a suite or commands.
void check_sides(const AbOptions& options) {
  const bool has_builds = !options.base.empty(), has_suites = !options.suites.empty();
  const bool has_commands = !options.commands.empty();
  if (has_builds + has_suites + has_commands > 1) {
    throw WrongUse("executables, BASE and NEW, or suites or commands are compared: leave out " +
                   (has_builds ? options.base : std::string("--suite or --command")));
  }
  if (has_builds + has_suites + has_commands == 0 || (has_builds && options.compared.empty())) {
    throw WrongUse(
        "name what to compare: two executables, BASE and NEW, or --suite DIR, or --command twice");
  }
  if (options.suites.size() > 2) {
    throw WrongUse("--suite: two states are compared, the old one and the new one; leave out " +
                   options.suites.back());
  }
  if (has_commands && !options.selection.variants.empty()) {
    throw WrongUse("--variants is for builds; leave it out with --command");
  }
}

void declare(OptionSet& set, AbOptions& options) {
  set.optional_positional("BASE", options.base, "gapmeter executable to compare with");
  set.optional_positional("NEW", options.compared, "gapmeter executable in question");
  set.repeated(
      "--suite", options.suites, "DIR",
      "Your own kernels instead, DIR or DIR@REVISION: twice for the old and the new ones; once for "
      "the last commit, or that revision, and what there is now");
  add_selection(set, options.selection);
  add_pair_of_commands(set, options.commands, options.selection);
  add_verdict(set, options.rule, options.format);
  set.duration(
      "--budget", options.budget_s,
      "Wall time for the whole comparison (default 10 s for each cell of short calls, 15 s of "
      "long ones)");
  set.whole_number("--rounds", options.rounds, 1, 100'000, "N",
                   "At most so many rounds of each build and cell");
  set.text("--out", options.out, "DIR",
           "Directory for pairs.csv, with every round, and changes.csv, changes.json, "
           "changes.svg");
  add_pin(set, options.cpu);
  add_huge_pages(set, options.huge_pages);
  add_execution(set, options.timeout_s, options.seed);
  set.finally([&options] { check_sides(options); });
}

}  // namespace

Command ab_command() {
  return CommandOf<AbOptions>{
      .name = "ab",
      .summary =
          "Compare two builds, suites or commands, in turns on this machine: "
          "exit 1 if slower, 3 if unsure",
      .declare = declare,
      .run = compare};
}

}  // namespace gapmeter
