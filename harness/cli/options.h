// What the command line and the configuration file say, as plain structs; nothing else in the
// program looks at argv.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/results/comparison.h"
#include "harness/run/plan.h"

namespace gapmeter {

enum class Format { text, json };

struct ListOptions {
  Format format = Format::text;
  bool check = false;  // report what is wrong with the kernel pairs, and fail if anything is
};

struct RunOptions {
  Selection selection{};
  std::string out;  // empty: results/<time>
  int rounds = 8;   // even: then each variant comes before each other as often as after it
  std::int64_t round_ns = 100'000'000;
  std::int64_t single_calls_ns = 50'000'000;  // of each round, beside round_ns
  std::optional<double> budget_s{};
  std::optional<double> precision{};
  double timeout_s = 120;
  std::optional<std::int64_t> memory_bytes{};  // of a worker; empty: by what is free
  std::uint64_t seed = 1;
  std::optional<int> cpu{};  // empty: the last one that this process may use
  // Stock interpreters: one takes the embedded one's place, several run beside it.
  std::vector<std::string> interpreters{};
  std::string resume{};  // directory of a run to go on with, whose own options then count
};

struct VerifyOptions {
  Selection selection{};
  double timeout_s = 120;
  std::optional<std::int64_t> memory_bytes{};
  std::uint64_t seed = 1;
};

enum class ReportFormat { text, json, markdown };

struct CompareOptions {
  std::string base, compared;  // directories of runs
  VerdictRule rule{};
  std::string by;   // "latency", "gap"; empty: gap where machine, build or Python differ
  std::string out;  // empty: nothing is written
  ReportFormat format = ReportFormat::text;
};

struct AbOptions {
  std::string base, compared;  // executables
  Selection selection{.most_sizes = 3, .largest_work = std::size_t{1} << 20};
  VerdictRule rule{};
  std::optional<double> budget_s{};  // of the whole comparison
  std::optional<int> rounds{};       // at most so many of each side
  double timeout_s = 120;
  std::uint64_t seed = 1;
  std::optional<int> cpu{};
  std::string out{};  // empty: nothing is kept
  ReportFormat format = ReportFormat::text;
};

struct DoctorOptions {
  std::optional<int> cpu{};
};

struct SummarizeOptions {
  std::string dir;
};

struct ClaimsOptions {
  std::string dir;
  ReportFormat format = ReportFormat::text;
};

struct ReproduceOptions {
  std::string reference;  // directory of the run to measure again
  RunOptions run{};
  ReportFormat format = ReportFormat::text;
};

struct ReportOptions {
  std::string dir;
  std::string out;      // the page; empty: DIR/report.html
  bool charts = false;  // also as files, as PlotOptions has them
};

struct PlotOptions {
  std::string dir;
  std::string out;     // empty: DIR/charts
  std::string format;  // empty: what the charts default to
};

using Options =
    std::variant<ListOptions, RunOptions, VerifyOptions, CompareOptions, AbOptions, DoctorOptions,
                 SummarizeOptions, ClaimsOptions, ReproduceOptions, ReportOptions, PlotOptions>;

// A command line that asked for nothing to be done: help or version (status 0), or that is wrong
// (status 2). The text has been printed.
struct EarlyExit {
  int status;
};

std::variant<Options, EarlyExit> parse_command_line(int argc, const char* const* argv);

// "2%" or "0.02" as 0.02. Throws std::invalid_argument unless above 0 and below 1.
double parse_share(std::string_view text);

// "90", "90s", "10m", "1.5h" in seconds. Throws std::invalid_argument unless positive.
double parse_duration(std::string_view text);

}  // namespace gapmeter
