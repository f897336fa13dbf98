#include "harness/cli/arguments.h"

#include <fmt/format.h>

#include <memory>

#include "harness/base/sizes.h"

namespace gapmeter {
namespace {

// How thorough a run is: rounds, their length, and which of the kernels' own sizes it takes.
struct Depth {
  int rounds;
  std::int64_t round_ns;
  std::int64_t single_calls_ns;
  std::optional<std::size_t> most_sizes;
  std::optional<std::size_t> largest_work;
  bool quick;
};

constexpr Depth quick_depth{6, 10'000'000, 5'000'000, 2, std::size_t{1} << 16, true};
constexpr Depth full_depth{21, 200'000'000, 100'000'000, std::nullopt, std::nullopt, false};
// Many short rounds: an interval over rounds narrows with their number more than with their length.
// The wanted figure is a latency, not its tail, so few calls are timed one by one.
constexpr Depth precision_depth{60, 25'000'000, 2'500'000, std::nullopt, std::nullopt, false};

void apply(const Depth& depth, RunOptions& options, bool keep_rounds) {
  if (!keep_rounds) {
    options.rounds = depth.rounds;
    options.further_rounds = depth.rounds / 2;
  }
  options.round_ns = depth.round_ns;
  options.single_calls_ns = depth.single_calls_ns;
  options.selection.most_sizes = depth.most_sizes;
  options.selection.largest_work = depth.largest_work;
  options.selection.quick = depth.quick;
}

struct DepthFlags {
  bool quick = false;
  bool full = false;
};

// If the configuration file sets one and the command line the other, the command line counts.
void settle_depth(const OptionSet& set, DepthFlags& depth) {
  if (!depth.quick || !depth.full) return;
  depth.quick = set.is_on_command_line("--quick");
  depth.full = set.is_on_command_line("--full");
  if (depth.quick == depth.full) throw WrongUse("--quick and --full exclude each other");
}

void apply(const DepthFlags& depth, RunOptions& options, bool rounds_given) {
  if (options.precision) apply(precision_depth, options, rounds_given);
  if (depth.quick) apply(quick_depth, options, rounds_given || options.precision);
  if (depth.full) apply(full_depth, options, rounds_given || options.precision);
  // Who names a number of rounds gets no more, and a precision has its own reason to go on.
  if (rounds_given || options.precision) options.further_rounds = 0;
}

}  // namespace

void add_suite(OptionSet& set, std::string& suite) {
  set.text("--suite", suite, "DIR",
           "Your own kernels: a directory as gapmeter new makes it, built first if it changed");
}

void add_selection(OptionSet& set, Selection& selection) {
  set.names("--kernels", selection.kernels, "NAMES",
            "Names or patterns, comma-separated: sum,'app*'");
  set.names("--variants", selection.variants, "NAMES",
            "Names or patterns, comma-separated: 'python/*',native/simd");
  set.parsed(
      "--sizes", [&](const std::string& text) { selection.sizes = parse_sizes(text); }, "SIZES",
      "FIRST:LAST:FACTORx, FIRST:LAST:STEP or a comma-separated list; k M G Ki Mi Gi");
}

void add_threads(OptionSet& set, std::vector<int>& threads) {
  set.list(
      "--threads",
      [&](const std::vector<std::string>& parts) {
        threads.clear();
        for (const std::string& part : parts) threads.push_back(parse_threads(part));
      },
      "N", "Numbers of threads for kernels that use them (default 1,2,4,… and all processors)");
}

void add_execution(OptionSet& set, double& timeout_s, std::uint64_t& seed) {
  set.duration("--timeout", timeout_s,
               "Longest time for one worker process: 90s, 10m (default 120s)");
  set.parsed(
      "--seed", [&](const std::string& text) { seed = parse_seed(text); }, "N",
      "Seed of the inputs and of the order (default 1)");
}

void add_memory(OptionSet& set, std::optional<std::int64_t>& memory_bytes) {
  set.parsed(
      "--mem-limit",
      [&](const std::string& text) { memory_bytes = static_cast<std::int64_t>(parse_size(text)); },
      "BYTES",
      "Most memory of one worker process: 500M, 4Gi (default four fifths of what is free)");
}

void add_huge_pages(OptionSet& set, HugePages& huge_pages) {
  set.parsed(
      "--huge-pages",
      [&](const std::string& text) {
        const std::optional<HugePages> known = find_value(huge_pages_names, text);
        if (!known) {
          throw std::invalid_argument(fmt::format("'{}' is not system, malloc or never", text));
        }
        huge_pages = *known;
      },
      "MODE",
      "Huge pages of workers: system (what asks for them has them, as in any process), malloc (it "
      "asks, too) or never (default system)");
}

void add_pin(OptionSet& set, std::optional<int>& cpu) {
  set.whole_number("--pin", cpu, 0, 1'048'575, "CPU",
                   "Processor to pin the workers to (default the last one)");
}

void add_verdict(OptionSet& set, VerdictRule& rule, OutputFormat& format) {
  set.share("--threshold", rule.threshold,
            "Smallest change that counts (default 2%); found where it is, not reported below half");
  set.share("--confidence", rule.confidence, "That all intervals hold together (default 99%)");
  set.format(format);
}

void add_measuring(OptionSet& set, RunOptions& options) {
  const auto depth = std::make_shared<DepthFlags>();
  add_selection(set, options.selection);
  add_threads(set, options.selection.threads);
  set.text("--out", options.out, "DIR", "Directory to create (default results/<time>)");
  set.flag("--quick", depth->quick, "Fewer and smaller sizes, short rounds");
  set.flag("--full", depth->full, "More and longer rounds; not with --quick");
  set.whole_number(
      "--rounds", options.rounds, 1, 100'000, "N",
      "Rounds per cell (default 8, quick 6, full 21; half as many again where disturbed)");
  set.duration("--budget", options.budget_s,
               "Wall time for the whole run: 90s, 10m, 1h; rounds are cut to fit");
  add_pin(set, options.cpu);
  add_memory(set, options.memory_bytes);
  add_huge_pages(set, options.huge_pages);
  add_execution(set, options.timeout_s, options.seed);
  set.finally([&set, &options, depth] {
    settle_depth(set, *depth);
    apply(*depth, options, set.is_given("--rounds"));
  });
}

}  // namespace gapmeter
