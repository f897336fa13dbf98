// What the command line and the configuration file say, as plain structs; nothing else in the
// program looks at argv. Here are those that tests or other code look at; a command whose options
// nobody else reads may keep them in its own file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/analysis/comparison.h"
#include "harness/cli/text/look.h"
#include "harness/cli/text/output_format.h"
#include "harness/session/run_options.h"

namespace gapmeter {

struct ListOptions {
  OutputFormat format = OutputFormat::text;
  bool check = false;   // report what is wrong with the kernel pairs, and fail if anything is
  Commands commands{};  // instead of kernels, with their sizes
  Selection selection{};
};

struct RunCommandOptions {
  RunOptions run{};
  std::string resume{};  // directory of a run to resume, whose own options then apply
  Colour colour = Colour::automatic;
};

struct VerifyOptions {
  Selection selection{};
  Commands commands{};
  Servers servers{};
  double timeout_s = 120;
  std::optional<std::int64_t> memory_bytes{};
  HugePages huge_pages = HugePages::system;
  std::uint64_t seed = 1;
};

struct CompareOptions {
  std::string base, compared;  // directories of runs
  VerdictRule rule{};
  std::string by;   // "latency", "gap"; empty: gap where machine, build or Python differ
  std::string out;  // empty: nothing is written
  OutputFormat format = OutputFormat::text;
};

struct AbOptions {
  std::string base, compared;         // executables, or else:
  std::vector<std::string> suites{};  // two states of one, or one to compare with its last commit
  Commands commands{};                // or else: the old one and the new one
  Selection selection{.most_sizes = 3, .largest_work = std::size_t{1} << 20};
  VerdictRule rule{};
  std::optional<double> budget_s{};  // of the whole comparison
  std::optional<int> rounds{};       // at most this many of each side
  double timeout_s = 120;
  HugePages huge_pages = HugePages::system;
  std::uint64_t seed = 1;
  std::optional<int> cpu{};
  std::string out{};  // empty: nothing is kept
  OutputFormat format = OutputFormat::text;
};

struct DoctorOptions {
  std::optional<int> cpu{};
};

struct SummarizeOptions {
  std::string dir;
  Colour colour = Colour::automatic;
};

struct ClaimsOptions {
  std::string dir;
  OutputFormat format = OutputFormat::text;
};

struct ReproduceOptions {
  std::string reference;  // directory of the run to measure again
  RunOptions run{};
  OutputFormat format = OutputFormat::text;
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

}  // namespace gapmeter
