#include "harness/cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <iostream>

#include "build_info.h"
#include "harness/run/sizes.h"

namespace gapmeter {
namespace {

// A CLI11 callback that hands the text to `take`, whose exceptions become parse errors.
template <class Take>
std::function<void(const std::string&)> checked(std::string option, Take take) {
  return [option = std::move(option), take](const std::string& text) {
    try {
      take(text);
    } catch (const std::invalid_argument& invalid) {
      throw CLI::ValidationError(option, invalid.what());
    }
  };
}

// The parts of a comma-separated list. CLI11's own delimiter drops empty parts, and an option that
// is left without a value takes the next argument for one. Where an option was given several times,
// or as an array in the configuration file, its values come joined by line feeds.
std::vector<std::string> parse_list(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(",\n", start), text.size());
    if (end == start) {
      throw std::invalid_argument(
          fmt::format("'{}' has an empty part: write one value, or several with commas between "
                      "them",
                      text));
    }
    parts.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

// An option that takes a comma-separated list of what `parse` makes of each part.
template <class T, class Parse>
void add_list_option(CLI::App& command, const std::string& name, std::vector<T>& values,
                     Parse parse, const std::string& text, const std::string& type_name) {
  command
      .add_option_function<std::string>(name,
                                        checked(name,
                                                [&values, parse](const std::string& given) {
                                                  values.clear();
                                                  for (const auto& part : parse_list(given)) {
                                                    values.push_back(parse(part));
                                                  }
                                                }),
                                        text)
      ->join()
      ->type_name(type_name);
}

void add_names(CLI::App& command, const std::string& name, std::vector<std::string>& names,
               const std::string& text, const std::string& type_name) {
  add_list_option(
      command, name, names, [](const std::string& part) { return part; }, text, type_name);
}

// CLI11's own conversion wraps negative numbers and cuts large ones off.
template <class Integer>
std::optional<Integer> whole_number(std::string_view text) {
  Integer value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && rest == end ? std::optional(value) : std::nullopt;
}

int parse_threads(std::string_view text) {
  constexpr int most = 1024;
  const auto threads = whole_number<int>(text);
  if (!threads || *threads < 1 || *threads > most) {
    throw std::invalid_argument(
        fmt::format("'{}' is not a number of threads from 1 to {}", text, most));
  }
  return *threads;
}

std::uint64_t parse_seed(std::string_view text) {
  const auto seed = whole_number<std::uint64_t>(text);
  if (!seed) {
    throw std::invalid_argument(
        fmt::format("'{}' is not a seed: write a whole number from 0 to 2^64 - 1", text));
  }
  return *seed;
}

// How thorough a run is: rounds, their length and the kernels' own sizes that are taken.
struct Depth {
  int rounds;
  std::int64_t round_ns;
  std::int64_t single_calls_ns;
  std::optional<std::size_t> most_sizes;
  std::optional<std::size_t> largest_work;
  bool quick;
};

constexpr Depth quick_depth{6, 5'000'000, 2'500'000, 2, std::size_t{1} << 16, true};
constexpr Depth full_depth{21, 200'000'000, 100'000'000, std::nullopt, std::nullopt, false};
// Many short rounds: an interval over rounds narrows with their number more than with their length.
// What is wanted is a latency, not its tail, so that few calls are timed one by one.
constexpr Depth precision_depth{60, 25'000'000, 2'500'000, std::nullopt, std::nullopt, false};

void apply(const Depth& depth, RunOptions& options, bool keep_rounds) {
  if (!keep_rounds) options.rounds = depth.rounds;
  options.round_ns = depth.round_ns;
  options.single_calls_ns = depth.single_calls_ns;
  options.selection.most_sizes = depth.most_sizes;
  options.selection.largest_work = depth.largest_work;
  options.selection.quick = depth.quick;
}

void add_selection(CLI::App& command, Selection& selection) {
  add_names(command, "--kernels", selection.kernels,
            "Names or patterns, comma-separated: sum,'app*'", "NAMES");
  add_names(command, "--variants", selection.variants,
            "Names or patterns, comma-separated: 'python/*',native/simd", "NAMES");
  command
      .add_option_function<std::string>(
          "--sizes",
          checked("--sizes", [&](const std::string& text) { selection.sizes = parse_sizes(text); }),
          "FIRST:LAST:FACTORx, FIRST:LAST:STEP or a comma-separated list; k M G Ki Mi Gi")
      ->type_name("SIZES");
}

void add_threads(CLI::App& command, std::vector<int>& threads) {
  add_list_option(command, "--threads", threads, parse_threads,
                  "Numbers of threads for kernels that use them (default 1,2,4,… and all "
                  "processors)",
                  "N");
}

void add_execution(CLI::App& command, double& timeout_s, std::uint64_t& seed) {
  command
      .add_option_function<std::string>(
          "--timeout",
          checked("--timeout", [&](const std::string& text) { timeout_s = parse_duration(text); }),
          "Longest time for one worker process: 90s, 10m (default 120s)")
      ->type_name("TIME");
  command
      .add_option_function<std::string>(
          "--seed", checked("--seed", [&](const std::string& text) { seed = parse_seed(text); }),
          "Seed of the inputs and of the order (default 1)")
      ->type_name("N");
}

void add_memory(CLI::App& command, std::optional<std::int64_t>& memory_bytes) {
  command
      .add_option_function<std::string>(
          "--mem-limit",
          checked("--mem-limit",
                  [&](const std::string& text) {
                    memory_bytes = static_cast<std::int64_t>(parse_size(text));
                  }),
          "Most memory of one worker process: 500M, 4Gi (default four fifths of what is free)")
      ->type_name("BYTES");
}

void add_budget(CLI::App& command, std::optional<double>& budget_s, const char* text) {
  command
      .add_option_function<std::string>(
          "--budget",
          checked("--budget", [&](const std::string& given) { budget_s = parse_duration(given); }),
          text)
      ->type_name("TIME");
}

void add_pin(CLI::App& command, std::optional<int>& cpu) {
  command.add_option("--pin", cpu, "Processor to pin the workers to (default the last one)")
      ->check(CLI::Range(0, 1'048'575))
      ->type_name("CPU");
}

CLI::App& add_list(CLI::App& app, ListOptions& options) {
  CLI::App& command = *app.add_subcommand("list", "Kernels, variants, sizes and claims");
  command.add_option("--format", options.format, "text or json")
      ->transform(CLI::CheckedTransformer(std::vector<std::pair<std::string, Format>>{
          {"text", Format::text}, {"json", Format::json}}))
      ->type_name("FORMAT");
  command.add_flag("--check", options.check,
                   "Check that every kernel has both its parts; exit 1 if not");
  return command;
}

struct DepthFlags {
  bool quick = false;
  bool full = false;
};

void apply(const DepthFlags& depth, RunOptions& options, bool rounds_given) {
  if (options.precision) apply(precision_depth, options, rounds_given);
  if (depth.quick) apply(quick_depth, options, rounds_given || options.precision);
  if (depth.full) apply(full_depth, options, rounds_given || options.precision);
}

// What every command that makes a run understands.
void add_measuring(CLI::App& command, RunOptions& options, DepthFlags& depth) {
  add_selection(command, options.selection);
  add_threads(command, options.selection.threads);
  command.add_option("--out", options.out, "Directory to create (default results/<time>)")
      ->type_name("DIR");
  command.add_flag("--quick", depth.quick, "Fewer and smaller sizes, short rounds");
  command.add_flag("--full", depth.full, "More and longer rounds; not with --quick");
  command.add_option("--rounds", options.rounds, "Rounds per cell (default 8; quick 6, full 21)")
      ->check(CLI::Range(1, 100'000))
      ->type_name("N");
  add_budget(command, options.budget_s,
             "Wall time for the whole run: 90s, 10m, 1h; rounds are cut to fit");
  add_pin(command, options.cpu);
  add_memory(command, options.memory_bytes);
  add_execution(command, options.timeout_s, options.seed);
}

CLI::App& add_run(CLI::App& app, RunOptions& options, DepthFlags& depth) {
  CLI::App& command =
      *app.add_subcommand("run", "Measure kernels and write the results to a directory");
  add_measuring(command, options, depth);
  command
      .add_option("--resume", options.resume,
                  "Go on with a run or a reproduce that was cut short; its own options count, no "
                  "others")
      ->type_name("DIR");
  command
      .add_option_function<std::string>(
          "--precision",
          checked("--precision",
                  [&](const std::string& text) { options.precision = parse_share(text); }),
          "Measure a cell until its intervals are this narrow (2%: half-width over middle), within "
          "--rounds (then 60 by default) and --budget")
      ->type_name("SHARE");
  add_names(command, "--interpreter", options.interpreters,
            "Stock interpreter for the Python lane; several, comma-separated, run beside the "
            "embedded one",
            "PATH");
  return command;
}

// CLI11 does not tell the command line from the configuration file, which it overrides: where both
// are set, the one in argv counts.
void settle_depth(DepthFlags& depth, int argc, const char* const* argv) {
  if (!depth.quick || !depth.full) return;
  const auto given = [&](std::string_view flag) {
    return std::any_of(argv, argv + argc, [&](std::string_view argument) {
      return argument == flag || argument == fmt::format("{}=true", flag);
    });
  };
  depth.quick = given("--quick");
  depth.full = given("--full");
  if (depth.quick == depth.full) {
    throw CLI::ExcludesError("--quick and --full exclude each other",
                             CLI::ExitCodes::ExcludesError);
  }
}

// A resumed run takes its options from where they were recorded.
void settle_resume(const CLI::App& command, const RunOptions& options) {
  if (options.resume.empty()) return;
  for (const CLI::Option* option : command.get_options()) {
    if (option->count() == 0 || option->check_lname("resume")) continue;
    throw CLI::ExcludesError(
        "--resume takes every other option from the run itself; leave out " + option->get_name(),
        CLI::ExitCodes::ExcludesError);
  }
}

CLI::Option& add_share(CLI::App& command, const char* name, double& share, const char* text) {
  return *command
              .add_option_function<std::string>(
                  name,
                  checked(name, [&](const std::string& given) { share = parse_share(given); }),
                  text)
              ->type_name("SHARE");
}

void add_format(CLI::App& command, ReportFormat& format) {
  command.add_option("--format", format, "text, json or markdown")
      ->transform(CLI::CheckedTransformer(
          std::vector<std::pair<std::string, ReportFormat>>{{"text", ReportFormat::text},
                                                            {"json", ReportFormat::json},
                                                            {"markdown", ReportFormat::markdown}}))
      ->type_name("FORMAT");
}

void add_verdict(CLI::App& command, VerdictRule& rule, ReportFormat& format) {
  add_share(command, "--threshold", rule.threshold,
            "Smallest change that counts (default 2%); found where it is, not reported below half");
  add_share(command, "--confidence", rule.confidence,
            "That all intervals hold together (default 99%)");
  add_format(command, format);
}

CLI::App& add_compare(CLI::App& app, CompareOptions& options) {
  CLI::App& command = *app.add_subcommand(
      "compare", "Compare two runs: exit 1 if anything became slower, 3 if unsure");
  command.add_option("OLD", options.base, "Directory of the run to compare with")->required();
  command.add_option("NEW", options.compared, "Directory of the run in question")->required();
  command
      .add_option("--by", options.by,
                  "latency or gap (default gap where machine, build or Python differ)")
      ->check(CLI::IsMember({"latency", "gap"}))
      ->type_name("WHAT");
  add_verdict(command, options.rule, options.format);
  command.add_option("--out", options.out, "Directory for changes.csv, changes.json, changes.svg")
      ->type_name("DIR");
  return command;
}

CLI::App& add_ab(CLI::App& app, AbOptions& options) {
  CLI::App& command = *app.add_subcommand(
      "ab", "Compare two builds, interleaved on this machine: exit 1 if slower, 3 if unsure");
  command.add_option("BASE", options.base, "gapmeter executable to compare with")->required();
  command.add_option("NEW", options.compared, "gapmeter executable in question")->required();
  add_selection(command, options.selection);
  add_verdict(command, options.rule, options.format);
  add_budget(
      command, options.budget_s,
      "Wall time for the whole comparison (default 10 s for each cell of short calls, 15 s of "
      "long ones)");
  command.add_option("--rounds", options.rounds, "At most so many rounds of each build and cell")
      ->check(CLI::Range(1, 100'000))
      ->type_name("N");
  command
      .add_option("--out", options.out,
                  "Directory for pairs.csv, with every round, and changes.csv, changes.json, "
                  "changes.svg")
      ->type_name("DIR");
  add_pin(command, options.cpu);
  add_execution(command, options.timeout_s, options.seed);
  return command;
}

CLI::App& add_verify(CLI::App& app, VerifyOptions& options) {
  CLI::App& command = *app.add_subcommand("verify", "Check the results of every variant, untimed");
  add_selection(command, options.selection);
  add_threads(command, options.selection.threads);
  add_memory(command, options.memory_bytes);
  add_execution(command, options.timeout_s, options.seed);
  return command;
}

CLI::App& add_doctor(CLI::App& app, DoctorOptions& options) {
  CLI::App& command = *app.add_subcommand(
      "doctor", "Is this machine fit to measure, and how small a change shows; exit 3 above 2 %");
  add_pin(command, options.cpu);
  return command;
}

CLI::App& add_summarize(CLI::App& app, SummarizeOptions& options) {
  CLI::App& command =
      *app.add_subcommand("summarize", "Compute summary.csv again, from rounds.csv alone");
  command.add_option("DIR", options.dir, "Directory of a run")->required();
  return command;
}

CLI::App& add_claims(CLI::App& app, ClaimsOptions& options) {
  CLI::App& command =
      *app.add_subcommand("claims", "Which claims on native code and Python a run bears out");
  command.add_option("DIR", options.dir, "Directory of a run")->required();
  add_format(command, options.format);
  return command;
}

CLI::App& add_reproduce(CLI::App& app, ReproduceOptions& options, DepthFlags& depth) {
  CLI::App& command = *app.add_subcommand(
      "reproduce", "Measure a run's cells again here: exit 1 if contradicted, 3 if unsure");
  command.add_option("DIR", options.reference, "Directory of the run")->required();
  add_measuring(command, options.run, depth);
  add_format(command, options.format);
  return command;
}

CLI::App& add_report(CLI::App& app, ReportOptions& options) {
  CLI::App& command =
      *app.add_subcommand("report", "Write a page on a run, and the same in short as Markdown");
  command.add_option("DIR", options.dir, "Directory of a run")->required();
  command.add_option("--out", options.out, "The page (default DIR/report.html)")->type_name("FILE");
  command.add_flag("--charts", options.charts,
                   "Write the charts to DIR/charts, too; sooner done than with plot");
  return command;
}

CLI::App& add_plot(CLI::App& app, PlotOptions& options) {
  CLI::App& command = *app.add_subcommand("plot", "Draw the charts of a run");
  command.add_option("DIR", options.dir, "Directory of a run")->required();
  command.add_option("--out", options.out, "Where to write them (default DIR/charts)");
  command.add_option("--format", options.format, "svg, png or both, comma-separated");
  return command;
}

// CLI11 names neither the file nor, in words for users, what is wrong with it.
std::string config_message(const CLI::App& app, std::string what) {
  constexpr std::string_view prefix = "INI was not able to parse ";
  if (what.starts_with(prefix)) what.erase(0, prefix.size());
  if (what.ends_with(".++")) what.erase(what.size() - 3);
  return fmt::format("{}: '{}' is no option or section that gapmeter knows",
                     app.get_config_ptr()->as<std::string>(), what);
}

}  // namespace

double parse_share(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  const double share = unit == "%" ? value / 100 : value;
  const bool is_share = unit.empty() || unit == "%";
  if (error != std::errc{} || !is_share || !(share > 0) || !(share < 1)) {
    throw std::invalid_argument(
        fmt::format("'{}' is not a share: write for instance 2% or 0.02", text));
  }
  return share;
}

double parse_duration(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  const double factor = unit.empty() || unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
  const double seconds = value * factor;
  if (error != std::errc{} || factor == 0 || !std::isfinite(seconds) || seconds <= 0) {
    throw std::invalid_argument(
        fmt::format("'{}' is not a duration: write for instance 90s, 10m or 1h", text));
  }
  return seconds;
}

std::variant<Options, EarlyExit> parse_command_line(int argc, const char* const* argv) {
  CLI::App app(
      "Measures the gap between a Python implementation and a native one of the same computation "
      "as it grows with the input.",
      "gapmeter");
  app.set_version_flag("--version", fmt::format("gapmeter {}", GAPMETER_VERSION));
  app.set_config("--config", "", "TOML file with options: a section per command, [run]")
      ->type_name("FILE");
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.require_subcommand(1);
  app.fallthrough();

  ListOptions list;
  RunOptions run;
  DepthFlags run_depth, reproduce_depth;
  VerifyOptions verify;
  CompareOptions compare;
  AbOptions ab;
  DoctorOptions doctor;
  SummarizeOptions summarize;
  ClaimsOptions claims;
  ReproduceOptions reproduce;
  ReportOptions report;
  PlotOptions plot;
  const CLI::App& list_command = add_list(app, list);
  const CLI::App& run_command = add_run(app, run, run_depth);
  const CLI::App& verify_command = add_verify(app, verify);
  const CLI::App& compare_command = add_compare(app, compare);
  const CLI::App& ab_command = add_ab(app, ab);
  const CLI::App& doctor_command = add_doctor(app, doctor);
  const CLI::App& summarize_command = add_summarize(app, summarize);
  const CLI::App& claims_command = add_claims(app, claims);
  const CLI::App& reproduce_command = add_reproduce(app, reproduce, reproduce_depth);
  const CLI::App& report_command = add_report(app, report);
  add_plot(app, plot);
  try {
    app.parse(argc, argv);
    settle_depth(run_depth, argc, argv);
    settle_depth(reproduce_depth, argc, argv);
    settle_resume(run_command, run);
  } catch (const CLI::ConfigError& error) {
    std::cerr << fmt::format("gapmeter: {}\n", config_message(app, error.what()));
    return EarlyExit{2};
  } catch (const CLI::RequiredError& error) {
    if (app.get_subcommands().empty() && app.remaining_size() > 0) {
      std::cerr << fmt::format("gapmeter: there is no command '{}'; see --help\n",
                               app.remaining().front());
      return EarlyExit{2};
    }
    return EarlyExit{app.exit(error, std::cout, std::cerr) == 0 ? 0 : 2};
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error, std::cout, std::cerr);
    return EarlyExit{status == 0 ? 0 : 2};
  }
  if (list_command.parsed()) return Options(list);
  if (run_command.parsed()) {
    apply(run_depth, run, run_command.count("--rounds") > 0);
    return Options(run);
  }
  if (verify_command.parsed()) return Options(verify);
  if (compare_command.parsed()) return Options(compare);
  if (ab_command.parsed()) return Options(ab);
  if (doctor_command.parsed()) return Options(doctor);
  if (summarize_command.parsed()) return Options(summarize);
  if (claims_command.parsed()) return Options(claims);
  if (reproduce_command.parsed()) {
    apply(reproduce_depth, reproduce.run, reproduce_command.count("--rounds") > 0);
    return Options(reproduce);
  }
  if (report_command.parsed()) return Options(report);
  return Options(plot);
}

}  // namespace gapmeter
