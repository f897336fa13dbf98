#include "harness/cli/arguments.h"

#include <fmt/format.h>

#include <memory>

#include "harness/base/sizes.h"
#include "harness/sys/files.h"

namespace gapmeter {
namespace {

// How thorough a run is: how well it wants to know a gap, in how many rounds of which length, and
// which of the kernels' own sizes it takes. Many short rounds: an interval over rounds narrows with
// their number more than with their length.
struct Depth {
  double precision;
  int rounds;  // at most
  std::int64_t round_ns;
  std::int64_t single_calls_ns;
  std::optional<std::size_t> most_sizes;
  std::optional<std::size_t> largest_work;
  bool quick;
  // A round of a server takes seconds, and has hundreds of requests.
  ServerDepth servers;
};

constexpr Depth default_depth{0.03,         40,           32'000'000, 40'000'000,
                              std::nullopt, std::nullopt, false,      ServerDepth{}};
constexpr Depth quick_depth{0.1,
                            12,
                            10'000'000,
                            5'000'000,
                            2,
                            std::size_t{1} << 16,
                            true,
                            ServerDepth{.least_s = 0.5,
                                        .least_requests = 1000,
                                        .memory_s = 1,
                                        .soak_s = 1,
                                        .saturation_s = 0.5,
                                        .rounds = 1}};
constexpr Depth full_depth{
    0.02,
    80,
    80'000'000,
    100'000'000,
    std::nullopt,
    std::nullopt,
    false,
    ServerDepth{
        .least_s = 4, .least_requests = 1000, .soak_s = 60, .saturation_s = 2, .rounds = 5}};

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

// Who names a number of rounds gets as many, unless a precision is named, too: then at most so
// many. Who names a precision gets the rounds that it takes, within reason.
void apply(const Depth& depth, bool rounds_given, RunOptions& options) {
  constexpr int most_rounds_for_a_precision = 60;
  if (!rounds_given) {
    options.rounds = options.precision ? most_rounds_for_a_precision : depth.rounds;
    if (!options.precision) options.precision = depth.precision;
  }
  options.round_ns = depth.round_ns;
  options.single_calls_ns = depth.single_calls_ns;
  options.selection.most_sizes = depth.most_sizes;
  options.selection.largest_work = depth.largest_work;
  options.selection.quick = depth.quick;
  options.server_depth = depth.servers;
  if (rounds_given) options.server_depth.rounds = options.rounds;
}

// Commands as they were given: how they are read depends on another option.
struct CommandTexts {
  std::vector<std::string> commands{};
  std::string input{};
  bool by_shell = false;
};

void add_command_options(OptionSet& set, CommandTexts& texts, Commands& commands,
                         const std::string& help) {
  set.repeated("--command", texts.commands, "COMMAND", help);
  set.text("--input", texts.input, "COMMAND",
           "Makes the {file} that commands read, once for each n and untimed: 'gen {n} > {file}'");
  set.flag("--shell", texts.by_shell,
           "Run commands by /bin/sh -c, for pipes and the like; its start is then timed, too");
  set.text("--name", commands.name, "NAME",
           "What commands or servers are called together (default command, server)");
  set.share("--tolerance", commands.tolerance,
            "How far numbers that commands print or servers answer may be apart, relatively: 1e-6 "
            "(default equal)");
}

// Options that only commands understand, and those that they don't.
void check_companions(const OptionSet& set) {
  if (set.is_given("--command")) {
    for (const char* other : {"--kernels", "--interpreter"}) {
      if (!set.is_given(other)) continue;
      throw WrongUse(fmt::format("{} is for kernels; leave it out with --command", other));
    }
    return;
  }
  for (const char* option : {"--input", "--shell"}) {
    if (set.is_given(option)) throw WrongUse(fmt::format("{} needs a --command", option));
  }
  for (const char* option : {"--name", "--tolerance"}) {
    if (!set.is_given(option) || set.is_given("--server")) continue;
    throw WrongUse(fmt::format("{} needs a --command or a --server", option));
  }
}

void check_companions_of_servers(const OptionSet& set) {
  for (const char* other : {"--command", "--kernels", "--interpreter"}) {
    if (!set.is_given(other)) continue;
    throw WrongUse(
        fmt::format("{} is for something else than servers; leave it out with --server", other));
  }
  if (set.is_given("--request")) return;
  throw WrongUse(
      "--server needs --request FILE: the JSON body of a POST to /, or an .http file with request "
      "line, headers and body");
}

HttpRequest read_request(const std::string& path) {
  try {
    return parse_request(read_file(path), path.ends_with(".http"));
  } catch (const std::invalid_argument& error) {
    throw WrongUse(fmt::format("--request {}: {}", path, error.what()));
  } catch (const FileError& error) {
    throw WrongUse(fmt::format("--request: {}", error.what()));
  }
}

void settle_input(const CommandTexts& texts, Commands& commands) {
  if (texts.input.empty()) return;
  commands.input_text = texts.input;
  try {
    commands.input = read_command(texts.input, texts.by_shell);
  } catch (const std::invalid_argument& error) {
    throw WrongUse(fmt::format("--input: {}", error.what()));
  }
}

// Fills in the commands; `parse` makes a variant of a text.
void settle_commands(const OptionSet& set, const CommandTexts& texts, Commands& commands,
                     const Selection& selection,
                     const std::function<CommandVariant(const std::string&)>& parse) {
  check_companions(set);
  try {
    for (const std::string& text : texts.commands) commands.variants.push_back(parse(text));
  } catch (const std::invalid_argument& error) {
    throw WrongUse(fmt::format("--command: {}", error.what()));
  }
  settle_input(texts, commands);
  if (commands.empty()) return;
  if (const auto problem = find_problem(commands, selection)) throw WrongUse(*problem);
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
  add_sizes(set, selection.sizes);
}

void add_sizes(OptionSet& set, std::vector<std::size_t>& sizes) {
  set.parsed(
      "--sizes", [&](const std::string& text) { sizes = parse_sizes(text); }, "SIZES",
      "FIRST:LAST:FACTORx, FIRST:LAST:STEP or a comma-separated list; k M G Ki Mi Gi");
}

void add_commands(OptionSet& set, Commands& commands, const Selection& selection) {
  const auto texts = std::make_shared<CommandTexts>();
  add_command_options(set, *texts, commands,
                      "A whole program instead of kernels: 'python/script=python3 wc.py {n}'; once "
                      "for each, with what is compared; python/… is Python, any other is compiled");
  set.finally([&set, &commands, &selection, texts] {
    settle_commands(set, *texts, commands, selection, [&](const std::string& text) {
      return parse_command_variant(text, texts->by_shell);
    });
  });
}

void add_servers(OptionSet& set, Servers& servers, const Commands& commands,
                 const Selection& selection) {
  struct Texts {
    std::vector<std::string> servers{};
    std::string request{};
  };
  const auto texts = std::make_shared<Texts>();
  set.repeated("--server", texts->servers, "COMMAND",
               "A program that listens, instead of kernels: 'python/mine=uvicorn app:app --port "
               "{port}'; once for each, with what is compared");
  set.text("--request", texts->request, "FILE",
           "What servers are asked: the JSON body of a POST to /, or an .http file (request line, "
           "headers, body)");
  set.finally([&set, &servers, &commands, &selection, texts] {
    if (texts->servers.empty()) {
      if (set.is_given("--request")) throw WrongUse("--request needs a --server");
      return;
    }
    check_companions_of_servers(set);
    try {
      for (const std::string& text : texts->servers) servers.variants.push_back(parse_server(text));
    } catch (const std::invalid_argument& error) {
      throw WrongUse(fmt::format("--server: {}", error.what()));
    }
    servers.request = read_request(texts->request);
    servers.rates = usual_rates();
    servers.reference = usual_reference(servers.variants);
    servers.baseline = usual_baseline(servers.variants);
    servers.tolerance = commands.tolerance;
    if (set.is_given("--name")) servers.name = commands.name;
    if (const auto problem = find_problem(servers, selection)) throw WrongUse(*problem);
  });
}

void add_load(OptionSet& set, RunOptions& options) {
  set.whole_number("--connections", options.load.connections, 1, 20'000, "N",
                   "Most connections to a server, opened as they are needed (default 256)");
  set.parsed(
      "--schedule",
      [&](const std::string& text) {
        const std::optional<Schedule> known = find_value(schedule_names, text);
        if (!known) {
          throw std::invalid_argument(fmt::format("'{}' is not poisson or constant", text));
        }
        options.load.schedule = *known;
      },
      "NAME",
      "When requests leave: poisson, at random as those of many users do, or constant (default "
      "poisson)");
  set.duration("--slo", options.objective_s,
               "The p99 that is wanted of servers: 10ms, 1s (default 10ms)");
  set.parsed(
      "--rate",
      [&](const std::string& text) {
        options.wanted_per_s = static_cast<double>(parse_size(text));
      },
      "N", "Requests a second that are needed: 5k; how many instances that takes is told");
}

void add_pair_of_commands(OptionSet& set, Commands& commands, const Selection& selection) {
  const auto texts = std::make_shared<CommandTexts>();
  add_command_options(set, *texts, commands,
                      "A whole program instead of a build, 'python3 wc.py {n}': twice, first what "
                      "to compare with, then what is in question");
  set.finally([&set, &commands, &selection, texts] {
    const std::size_t count = texts->commands.size();
    if (count != 0 && count != 2) {
      throw WrongUse(
          "--command is given twice: first what to compare with, then what is in question");
    }
    settle_commands(set, *texts, commands, selection, [&](const std::string& text) {
      if (is_named_command(text)) return parse_command_variant(text, texts->by_shell);
      const char* const name = commands.empty() ? "old" : "new";
      return parse_command_variant(fmt::format("command/{}={}", name, text), texts->by_shell);
    });
  });
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

void add_against(OptionSet& set, Against& against) {
  set.parsed(
      "--against",
      [&](const std::string& text) {
        const std::optional<Against> known = parse_against(text);
        if (!known) {
          throw std::invalid_argument(fmt::format(
              "'{}' is neither a compiled lane, as in native or rust, nor a variant of one", text));
        }
        against = *known;
      },
      "LANE[/NAME]",
      "What gaps are against: rust, native/simd (default the fastest compiled variant of the job)");
}

void add_pin(OptionSet& set, std::optional<int>& cpu) {
  set.whole_number("--pin", cpu, 0, 1'048'575, "CPU",
                   "Processor to pin the workers to (default the last one)");
}

void add_verdict(OptionSet& set, VerdictRule& rule, OutputFormat& format) {
  set.share("--threshold", rule.threshold,
            "Smallest change that counts (default 2%); found where it is, not reported below half");
  set.share("--confidence", rule.confidence, "That all intervals hold together (default 99%)");
  set.flag("--strict", rule.strict,
           "Exit 1, not 3, where the base has a figure and the new side has none");
  set.format(format);
}

void add_measuring(OptionSet& set, RunOptions& options) {
  const auto depth = std::make_shared<DepthFlags>();
  add_selection(set, options.selection);
  add_threads(set, options.selection.threads);
  set.text("--out", options.out, "DIR", "Directory to create (default results/<time>)");
  set.flag("--quick", depth->quick, "Fewer and smaller sizes, short rounds");
  set.flag("--full", depth->full, "More and longer rounds; not with --quick");
  set.whole_number("--rounds", options.rounds, 1, 100'000, "N",
                   "Rounds of every cell. Default: until its gap is known to 3 % (quick 10 %, full "
                   "2 %), at least 8 and at most 40 (quick 12, full 80)");
  set.duration("--budget", options.budget_s,
               "Wall time for the whole run: 90s, 10m, 1h; rounds are cut to fit");
  add_pin(set, options.cpu);
  add_memory(set, options.memory_bytes);
  add_huge_pages(set, options.huge_pages);
  add_execution(set, options.timeout_s, options.seed);
  set.finally([&set, &options, depth] {
    settle_depth(set, *depth);
    const Depth& chosen = depth->quick ? quick_depth : depth->full ? full_depth : default_depth;
    apply(chosen, set.is_given("--rounds"), options);
  });
}

}  // namespace gapmeter
