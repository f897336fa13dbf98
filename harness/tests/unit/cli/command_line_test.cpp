// The command line and the configuration file: every flag into its struct, every misuse to
// status 2.
#include "harness/cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <sstream>

#include "harness/cli/options.h"
#include "harness/sys/files.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Arguments = std::vector<std::string>;

// Collects what is printed to std::cout and std::cerr while it lives.
class CapturedStreams {
 public:
  CapturedStreams() : cout_(std::cout.rdbuf(out.rdbuf())), cerr_(std::cerr.rdbuf(err.rdbuf())) {}
  CapturedStreams(const CapturedStreams&) = delete;
  CapturedStreams& operator=(const CapturedStreams&) = delete;
  ~CapturedStreams() {
    std::cout.rdbuf(cout_);
    std::cerr.rdbuf(cerr_);
  }
  std::ostringstream out, err;

 private:
  std::streambuf* cout_;
  std::streambuf* cerr_;
};

struct Parsed {
  std::variant<ParsedCommand, EarlyExit> result;
  std::string out, err;
};

Parsed parse(Arguments arguments) {
  arguments.insert(arguments.begin(), "gapmeter");
  std::vector<const char*> argv;
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  const CapturedStreams captured;
  auto result = parse_command_line(static_cast<int>(argv.size()), argv.data());
  return {std::move(result), captured.out.str(), captured.err.str()};
}

template <class Wanted>
Wanted options_of(const Arguments& arguments) {
  const Parsed parsed = parse(arguments);
  const auto* command = std::get_if<ParsedCommand>(&parsed.result);
  const std::any options = command == nullptr ? std::any() : command->bound.options();
  if (const auto* wanted = std::any_cast<Wanted>(&options)) return *wanted;
  ADD_FAILURE() << "not parsed: " << ::testing::PrintToString(arguments) << "\n"
                << parsed.out << parsed.err;
  return {};
}

RunOptions run_options(Arguments arguments) {
  arguments.insert(arguments.begin(), "run");
  return options_of<RunCommandOptions>(arguments).run;
}

// The status of a command line that ends early; -1 when it does not.
int exit_status(const Arguments& arguments) {
  const Parsed parsed = parse(arguments);
  const auto* early = std::get_if<EarlyExit>(&parsed.result);
  return early == nullptr ? -1 : early->status;
}

std::string refusal(const Arguments& arguments) {
  const Parsed parsed = parse(arguments);
  const auto* early = std::get_if<EarlyExit>(&parsed.result);
  EXPECT_TRUE(early != nullptr && early->status == 2) << ::testing::PrintToString(arguments);
  return parsed.err;
}

TEST(RunCommandLine, HasDefaults) {
  const RunOptions options = run_options({});
  EXPECT_THAT(options.selection.kernels, IsEmpty());
  EXPECT_THAT(options.selection.variants, IsEmpty());
  EXPECT_THAT(options.selection.sizes, IsEmpty());
  EXPECT_EQ(options.selection.most_sizes, std::nullopt);
  EXPECT_EQ(options.selection.largest_work, std::nullopt);
  EXPECT_EQ(options.out, "");
  EXPECT_EQ(options.rounds, 40);
  EXPECT_EQ(options.round_ns, 32'000'000);
  EXPECT_EQ(options.budget_s, std::nullopt);
  EXPECT_EQ(options.timeout_s, 120);
  EXPECT_EQ(options.seed, 1U);
  EXPECT_EQ(options.cpu, std::nullopt);
  EXPECT_EQ(options.precision, 0.03);
  EXPECT_EQ(options.against, Against{}) << "the fastest";
  EXPECT_EQ(options.huge_pages, HugePages::system);
  EXPECT_THAT(options.interpreters, IsEmpty());
}

TEST(RunCommandLine, ReadsEveryFlag) {
  const RunOptions options = run_options({"--kernels",     "sum,app*",
                                          "--variants",    "python/*,simd",
                                          "--sizes",       "16:64:2x,1k",
                                          "--out",         "dir",
                                          "--rounds",      "5",
                                          "--budget",      "10m",
                                          "--pin",         "1",
                                          "--timeout",     "1.5h",
                                          "--seed",        "18446744073709551615",
                                          "--precision",   "2%",
                                          "--huge-pages",  "malloc",
                                          "--interpreter", "/usr/bin/python3,python3.13"});
  EXPECT_THAT(options.selection.kernels, ElementsAre("sum", "app*"));
  EXPECT_THAT(options.selection.variants, ElementsAre("python/*", "simd"));
  EXPECT_THAT(options.selection.sizes, ElementsAre(16, 32, 64, 1000));
  EXPECT_EQ(options.out, "dir");
  EXPECT_EQ(options.rounds, 5);
  EXPECT_EQ(options.budget_s, 600);
  EXPECT_EQ(options.cpu, 1);
  EXPECT_EQ(options.timeout_s, 5400);
  EXPECT_EQ(options.seed, 18446744073709551615U);
  EXPECT_EQ(options.precision, 0.02);
  EXPECT_EQ(options.huge_pages, HugePages::malloc);
  EXPECT_THAT(options.interpreters, ElementsAre("/usr/bin/python3", "python3.13"));
}

TEST(RunCommandLine, SaysHowServersAreAsked) {
  const RunOptions usual = run_options({});
  EXPECT_EQ(usual.load, (LoadSpec{.connections = 256, .schedule = Schedule::poisson}));
  EXPECT_EQ(usual.objective_s, 0.01);
  EXPECT_EQ(usual.wanted_per_s, std::nullopt);
  EXPECT_EQ(usual.server_depth.rounds, 3);
  const RunOptions options = run_options({"--connections", "8", "--schedule", "constant", "--slo",
                                          "2.5ms", "--rate", "5k", "--rounds", "7"});
  EXPECT_EQ(options.load, (LoadSpec{.connections = 8, .schedule = Schedule::constant}));
  EXPECT_NEAR(options.objective_s, 0.0025, 1e-12);
  EXPECT_EQ(options.wanted_per_s, 5000);
  EXPECT_EQ(options.server_depth.rounds, 7);
}

TEST(RunCommandLine, IsQuickWithServersInOneRoundOfAThousandRequests) {
  const ServerDepth quick = run_options({"--quick"}).server_depth;
  EXPECT_EQ(quick.rounds, 1);
  EXPECT_EQ(quick.least_requests, 1000);
  EXPECT_EQ(run_options({"--full"}).server_depth.soak_s, 60);
}

TEST(RunCommandLine, ReadsServersWithWhatTheyAreAsked) {
  const test::TempDir dir;
  write_file(dir / "body.json", "{\"x\": 1}\n");
  const std::string request = (dir / "body.json").string();
  const RunOptions options =
      run_options({"--server", "python/a=a {port}", "--server", "go/b=b {port}", "--request",
                   request.c_str(), "--name", "predict", "--tolerance", "0.001"});
  EXPECT_EQ(options.servers.variants.size(), 2);
  EXPECT_EQ(options.servers.name, "predict");
  EXPECT_EQ(options.servers.tolerance, 0.001);
  EXPECT_EQ(options.servers.request.body, "{\"x\": 1}");
  EXPECT_EQ(to_string(options.servers.reference), "go/b");
  EXPECT_EQ(to_string(options.servers.baseline), "python/a");
  EXPECT_THAT(options.servers.rates,
              ElementsAre(125, 250, 500, 1000, 2000, 4000, 8000, 16000, 32000, 64000));
}

TEST(RunCommandLine, ListsMayBeGivenPieceByPiece) {
  EXPECT_THAT(run_options({"--kernels", "a", "--kernels", "b,c"}).selection.kernels,
              ElementsAre("a", "b", "c"));
}

TEST(RunCommandLine, RefusesListsWithEmptyParts) {
  for (const char* option : {"--kernels", "--variants", "--threads", "--interpreter"}) {
    for (const char* list : {",", "a,", ",a", "a,,b", ""}) {
      EXPECT_EQ(exit_status({"run", option, list, "--rounds", "5"}), 2) << option << " " << list;
    }
  }
  EXPECT_THAT(refusal({"run", "--kernels", ",", "--rounds", "5"}),
              HasSubstr("--kernels: ',' has an empty part"));
}

TEST(RunCommandLine, ANameInBracketsIsAName) {
  EXPECT_THAT(run_options({"--kernels", "[]"}).selection.kernels, ElementsAre("[]"));
}

TEST(RunCommandLine, RefusesThreadsThatAreNone) {
  for (const char* threads : {"0", "-1", "1025", "two", "1.5", "2x", "99999999999999999999"}) {
    EXPECT_EQ(exit_status({"run", "--threads", threads}), 2) << threads;
  }
}

TEST(RunCommandLine, FlagsMayBeJoinedWithTheirValues) {
  EXPECT_EQ(run_options({"--rounds=5"}).rounds, 5);
}

TEST(RunDepth, QuickMeansFewerAndSmaller) {
  const RunOptions options = run_options({"--quick"});
  EXPECT_EQ(options.rounds, 12);
  EXPECT_EQ(options.precision, 0.1);
  EXPECT_EQ(options.round_ns, 10'000'000);
  EXPECT_EQ(options.selection.most_sizes, 2U);
  EXPECT_EQ(options.selection.largest_work, 65'536U);
}

TEST(RunDepth, FullMeansMoreAndLonger) {
  const RunOptions options = run_options({"--full"});
  EXPECT_EQ(options.rounds, 80);
  EXPECT_EQ(options.precision, 0.02);
  EXPECT_EQ(options.round_ns, 80'000'000);
  EXPECT_EQ(options.selection.most_sizes, std::nullopt);
  EXPECT_EQ(options.selection.largest_work, std::nullopt);
}

TEST(RunDepth, RoundsThatAreGivenWin) {
  EXPECT_EQ(run_options({"--quick", "--rounds", "3"}).rounds, 3);
  EXPECT_EQ(run_options({"--rounds", "3", "--full"}).rounds, 3);
  EXPECT_EQ(run_options({"--rounds", "3", "--full"}).round_ns, 80'000'000);
  EXPECT_EQ(run_options({"--quick", "--rounds", "3"}).precision, std::nullopt);
  // Also when they are the default's number.
  EXPECT_EQ(run_options({"--quick", "--rounds", "9"}).rounds, 9);
}

TEST(RunDepth, QuickAndFullExcludeEachOther) {
  refusal({"run", "--quick", "--full"});
  refusal({"run", "--full", "--quick"});
}

TEST(Precision, AllowsManyRounds) {
  EXPECT_EQ(run_options({"--precision", "0.05"}).rounds, 60);
  EXPECT_EQ(run_options({"--precision", "0.05", "--quick"}).rounds, 60);
  EXPECT_EQ(run_options({"--precision", "0.05", "--full"}).rounds, 60);
}

TEST(Precision, LeavesTheLengthOfRoundsToTheDepth) {
  EXPECT_EQ(run_options({"--precision", "0.05"}).round_ns, 32'000'000);
  EXPECT_EQ(run_options({"--precision", "0.05", "--full"}).round_ns, 80'000'000);
  EXPECT_EQ(run_options({"--precision", "0.05", "--quick"}).round_ns, 10'000'000);
}

TEST(Precision, KeepsToRoundsThatAreGiven) {
  EXPECT_EQ(run_options({"--precision", "0.05", "--rounds", "20"}).rounds, 20);
  EXPECT_EQ(run_options({"--rounds", "9", "--precision", "0.05", "--quick"}).rounds, 9);
}

TEST(Precision, ThatIsNoShareIsRefused) {
  EXPECT_THAT(refusal({"run", "--precision", "0"}), HasSubstr("--precision"));
  EXPECT_THAT(refusal({"run", "--precision", "2 percent"}),
              HasSubstr("'2 percent' is not a share: write for instance 2% or 0.02"));
  EXPECT_EQ(exit_status({"run", "--precision", "100%"}), 2);
  EXPECT_EQ(exit_status({"run", "--precision"}), 2);
}

TEST(Interpreters, MayBeGivenPieceByPiece) {
  EXPECT_THAT(run_options({"--interpreter", "a", "--interpreter", "b,c"}).interpreters,
              ElementsAre("a", "b", "c"));
}

TEST(RunCommandLine, RefusesRoundsOutOfRange) {
  for (const char* rounds : {"0", "-1", "100001", "two", "1.5", "", "99999999999999999999"}) {
    EXPECT_EQ(exit_status({"run", "--rounds", rounds}), 2) << rounds;
  }
  EXPECT_EQ(run_options({"--rounds", "1"}).rounds, 1);
  EXPECT_EQ(run_options({"--rounds", "100000"}).rounds, 100'000);
}

TEST(RunCommandLine, RefusesSizesThatDoNotParseAndSaysWhy) {
  EXPECT_THAT(refusal({"run", "--sizes", "16:8:2x"}), HasSubstr("ends before it starts"));
  EXPECT_THAT(refusal({"run", "--sizes", "0"}), HasSubstr("--sizes"));
  EXPECT_EQ(exit_status({"run", "--sizes", ""}), 2);
  EXPECT_EQ(exit_status({"run", "--sizes"}), 2);
}

TEST(RunCommandLine, RefusesDurationsThatDoNotParseAndSaysWhy) {
  EXPECT_THAT(refusal({"run", "--budget", "10x"}), HasSubstr("'10x' is not a duration"));
  EXPECT_THAT(refusal({"run", "--timeout", "0"}), HasSubstr("--timeout"));
  EXPECT_EQ(exit_status({"run", "--budget", "-5m"}), 2);
}

TEST(RunCommandLine, RefusesProcessorsAndSeedsThatAreNone) {
  for (const char* cpu : {"-1", "one", "1.5", "1048576", "99999999999"})
    EXPECT_EQ(exit_status({"run", "--pin", cpu}), 2) << cpu;
  for (const char* seed : {"-1", "x", "1.5", "18446744073709551616"}) {
    EXPECT_EQ(exit_status({"run", "--seed", seed}), 2) << seed;
  }
}

TEST(RunCommandLine, RefusesHugePagesThatItDoesNotKnowAndSaysWhich) {
  EXPECT_THAT(refusal({"run", "--huge-pages", "always"}),
              HasSubstr("'always' is not system, malloc or never"));
  EXPECT_EQ(exit_status({"run", "--huge-pages", ""}), 2);
}

TEST(RunCommandLine, RefusesUnknownFlagsAndStrayArguments) {
  EXPECT_THAT(refusal({"run", "--kernel-s", "sum"}), HasSubstr("--kernel-s"));
  EXPECT_EQ(exit_status({"run", "sum"}), 2);
  EXPECT_EQ(exit_status({"run", "--check"}), 2);
}

TEST(ListCommandLine, ReadsEveryFlag) {
  EXPECT_EQ(options_of<ListOptions>({"list"}).format, OutputFormat::text);
  EXPECT_FALSE(options_of<ListOptions>({"list"}).check);
  EXPECT_EQ(options_of<ListOptions>({"list", "--format", "json"}).format, OutputFormat::json);
  EXPECT_EQ(options_of<ListOptions>({"list", "--format", "text"}).format, OutputFormat::text);
  EXPECT_TRUE(options_of<ListOptions>({"list", "--check"}).check);
  EXPECT_EQ(exit_status({"list", "--format", "yaml"}), 2);
}

TEST(VerifyCommandLine, ReadsEveryFlag) {
  const VerifyOptions options = options_of<VerifyOptions>(
      {"verify", "--kernels", "sum", "--variants", "simd", "--sizes", "3,5", "--timeout", "90s",
       "--seed", "7", "--huge-pages", "never"});
  EXPECT_THAT(options.selection.kernels, ElementsAre("sum"));
  EXPECT_THAT(options.selection.variants, ElementsAre("simd"));
  EXPECT_THAT(options.selection.sizes, ElementsAre(3, 5));
  EXPECT_EQ(options.timeout_s, 90);
  EXPECT_EQ(options.huge_pages, HugePages::never);
  EXPECT_EQ(options.seed, 7U);
}

TEST(SummarizeCommandLine, NeedsOneDirectory) {
  EXPECT_EQ(options_of<SummarizeOptions>({"summarize", "results/x"}).dir, "results/x");
  EXPECT_EQ(exit_status({"summarize"}), 2);
  EXPECT_EQ(exit_status({"summarize", "a", "b"}), 2);
}

TEST(PlotCommandLine, ReadsEveryFlag) {
  const PlotOptions options =
      options_of<PlotOptions>({"plot", "dir", "--out", "charts", "--format", "svg,png"});
  EXPECT_EQ(options.dir, "dir");
  EXPECT_EQ(options.out, "charts");
  EXPECT_EQ(options.format, "svg,png");
  EXPECT_EQ(exit_status({"plot"}), 2);
}

TEST(CommandLine, HelpGoesToStdoutWithStatusZero) {
  for (const Arguments& arguments : {Arguments{"--help"}, Arguments{"-h"},
                                     Arguments{"run", "--help"}, Arguments{"list", "-h"}}) {
    const Parsed parsed = parse(arguments);
    ASSERT_TRUE(std::holds_alternative<EarlyExit>(parsed.result));
    EXPECT_EQ(std::get<EarlyExit>(parsed.result).status, 0);
    EXPECT_THAT(parsed.out, HasSubstr("Usage"));
    EXPECT_EQ(parsed.err, "");
  }
}

TEST(CommandLine, HelpOfACommandNamesItsFlags) {
  const std::string help = parse({"run", "--help"}).out;
  for (const char* flag :
       {"--kernels", "--variants", "--sizes", "--out", "--quick", "--full", "--rounds", "--budget",
        "--pin", "--timeout", "--seed", "--precision", "--huge-pages", "--interpreter"}) {
    EXPECT_THAT(help, HasSubstr(flag));
  }
}

TEST(CommandLine, VersionGoesToStdoutWithStatusZero) {
  const Parsed parsed = parse({"--version"});
  ASSERT_TRUE(std::holds_alternative<EarlyExit>(parsed.result));
  EXPECT_EQ(std::get<EarlyExit>(parsed.result).status, 0);
  EXPECT_TRUE(parsed.out.starts_with("gapmeter ")) << parsed.out;
}

TEST(CommandLine, MisuseGoesToStderr) {
  const Parsed parsed = parse({"run", "--rounds", "0"});
  EXPECT_EQ(parsed.out, "");
  EXPECT_NE(parsed.err, "");
}

TEST(CommandLine, NamesACommandThatIsNotThere) {
  EXPECT_THAT(refusal({"nosuch"}), HasSubstr("'nosuch'"));
}

TEST(CommandLine, NeedsExactlyOneCommand) {
  EXPECT_EQ(exit_status({}), 2);
  EXPECT_EQ(exit_status({"nosuch"}), 2);
  EXPECT_EQ(exit_status({"list", "run"}), 2);
}

class ConfigFile : public ::testing::Test {
 protected:
  Arguments with_config(const std::string& text, const Arguments& more = {}) const {
    const auto path = dir_ / "gapmeter.toml";
    std::ofstream(path) << text;
    Arguments arguments{"--config", path.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  test::TempDir dir_;
};

TEST_F(ConfigFile, GivesTheOptionsOfACommand) {
  const RunOptions options =
      run_options(with_config("[run]\n"
                              "kernels = [\"sum\", \"app*\"]\n"
                              "variants = \"python/*\"\n"
                              "sizes = \"16:64:4x\"\n"
                              "out = \"dir with space\"\n"
                              "rounds = 5\n"
                              "budget = \"10m\"\n"
                              "pin = 1\n"
                              "timeout = \"90s\"\n"
                              "precision = \"2%\"\n"
                              "interpreter = [\"python3.12\", \"python3.13\"]\n"
                              "seed = 7\n"));
  EXPECT_EQ(options.precision, 0.02);
  EXPECT_THAT(options.interpreters, ElementsAre("python3.12", "python3.13"));
  EXPECT_THAT(options.selection.kernels, ElementsAre("sum", "app*"));
  EXPECT_THAT(options.selection.variants, ElementsAre("python/*"));
  EXPECT_THAT(options.selection.sizes, ElementsAre(16, 64));
  EXPECT_EQ(options.out, "dir with space");
  EXPECT_EQ(options.rounds, 5);
  EXPECT_EQ(options.budget_s, 600);
  EXPECT_EQ(options.cpu, 1);
  EXPECT_EQ(options.timeout_s, 90);
  EXPECT_EQ(options.seed, 7U);
}

TEST_F(ConfigFile, MayBeGivenBeforeOrAfterTheCommand) {
  Arguments before = with_config("[run]\nrounds = 5\n", {"run"});
  EXPECT_EQ(options_of<RunCommandOptions>(before).run.rounds, 5);
  EXPECT_EQ(run_options(with_config("[run]\nrounds = 5\n")).rounds, 5);
}

TEST_F(ConfigFile, IsOverriddenByTheCommandLine) {
  const RunOptions options =
      run_options(with_config("[run]\nrounds = 5\nkernels = [\"sum\"]\nsizes = \"16\"\nseed = 7\n",
                              {"--rounds", "3", "--kernels", "dot", "--sizes", "64"}));
  EXPECT_EQ(options.rounds, 3);
  EXPECT_THAT(options.selection.kernels, ElementsAre("dot"));
  EXPECT_THAT(options.selection.sizes, ElementsAre(64));
  EXPECT_EQ(options.seed, 7U);
}

TEST_F(ConfigFile, ListsOfSizesAreLists) {
  EXPECT_THAT(run_options(with_config("[run]\nsizes = \"16,64\"\n")).selection.sizes,
              ElementsAre(16, 64));
}

TEST_F(ConfigFile, MaySetFlags) {
  EXPECT_EQ(run_options(with_config("[run]\nquick = true\n")).rounds, 12);
  EXPECT_EQ(run_options(with_config("[run]\nquick = false\n")).rounds, 40);
}

TEST_F(ConfigFile, ItsRoundsWinOverTheDepths) {
  EXPECT_EQ(run_options(with_config("[run]\nrounds = 4\n", {"--quick"})).rounds, 4);
}

TEST_F(ConfigFile, ItsPrecisionMayBeANumberAndItsRoundsWin) {
  EXPECT_EQ(run_options(with_config("[run]\nprecision = 0.05\n")).precision, 0.05);
  EXPECT_EQ(run_options(with_config("[run]\nprecision = 0.05\n")).rounds, 60);
  EXPECT_EQ(run_options(with_config("[run]\nrounds = 30\n", {"--precision", "0.05"})).rounds, 30);
}

TEST_F(ConfigFile, ItsDepthIsOverriddenByTheCommandLine) {
  EXPECT_EQ(run_options(with_config("[run]\nquick = true\n", {"--full"})).rounds, 80);
}

TEST_F(ConfigFile, SectionsOfOtherCommandsDoNotRunThem) {
  const RunOptions options =
      run_options(with_config("[verify]\nseed = 5\n[list]\ncheck = true\n[run]\nseed = 6\n"));
  EXPECT_EQ(options.seed, 6U);
}

TEST_F(ConfigFile, MayHaveCommentsAndBlankLines) {
  EXPECT_EQ(run_options(with_config("# slow machine\n\n[run]\n# fewer\nrounds = 5\n")).rounds, 5);
}

TEST_F(ConfigFile, AnUnknownKeyIsRefused) {
  EXPECT_THAT(refusal(with_config("[run]\nround = 5\n", {"run"})), HasSubstr("round"));
  EXPECT_EQ(exit_status(with_config("rounds = 5\n", {"run"})), 2);
}

TEST_F(ConfigFile, IsNamedWhenItIsRefused) {
  EXPECT_THAT(refusal(with_config("[run]\nround = 5\n", {"run"})), HasSubstr("gapmeter.toml"));
}

TEST_F(ConfigFile, AnUnknownSectionIsRefused) {
  EXPECT_EQ(exit_status(with_config("[runn]\nrounds = 5\n", {"run"})), 2);
}

TEST_F(ConfigFile, ItsValuesAreCheckedLikeTheCommandLines) {
  for (const char* line : {"rounds = 0", "rounds = \"x\"", "sizes = \"16:8:2x\"", "budget = \"0\"",
                           "pin = -1", "seed = -1", "precision = 0", "precision = \"2x\""}) {
    EXPECT_EQ(exit_status(with_config(std::string("[run]\n") + line + "\n", {"run"})), 2) << line;
  }
}

TEST_F(ConfigFile, ThatIsMissingIsRefused) {
  EXPECT_THAT(refusal({"run", "--config", "/nowhere/gapmeter.toml"}),
              HasSubstr("/nowhere/gapmeter.toml"));
}

TEST_F(ConfigFile, ThatIsADirectoryIsRefused) {
  EXPECT_EQ(exit_status({"run", "--config", dir_.path().string()}), 2);
}

TEST(ParseShare, ReadsPercentAndPlainNumbers) {
  EXPECT_DOUBLE_EQ(parse_share("2%"), 0.02);
  EXPECT_DOUBLE_EQ(parse_share("0.02"), 0.02);
  EXPECT_DOUBLE_EQ(parse_share("0.5%"), 0.005);
  EXPECT_DOUBLE_EQ(parse_share("99.9%"), 0.999);
  EXPECT_DOUBLE_EQ(parse_share("1e-3"), 0.001);
}

TEST(ParseShare, RefusesWhatIsNotBetweenNothingAndAll) {
  for (const char* text :
       {"",    "%",     "0",        "0%",   "0.0", "1",     "100%",  "1.5", "200%",
        "-2%", "-0.02", "nan",      "nan%", "inf", "1e999", "2 %",   " 2%", "2% ",
        "2%%", "0.02x", "2percent", "0x1",  "+2%", "two",   "1e-999"}) {
    EXPECT_THAT(test::message_of<std::invalid_argument>([&] { parse_share(text); }),
                HasSubstr("is not a share"))
        << text;
  }
}

TEST(ParseDuration, ReadsSecondsMinutesAndHours) {
  EXPECT_DOUBLE_EQ(parse_duration("90"), 90);
  EXPECT_DOUBLE_EQ(parse_duration("90s"), 90);
  EXPECT_DOUBLE_EQ(parse_duration("10m"), 600);
  EXPECT_DOUBLE_EQ(parse_duration("1.5h"), 5400);
  EXPECT_DOUBLE_EQ(parse_duration("0.2"), 0.2);
  EXPECT_DOUBLE_EQ(parse_duration("2.5ms"), 0.0025);
  EXPECT_DOUBLE_EQ(parse_duration("500us"), 0.0005);
  EXPECT_DOUBLE_EQ(parse_duration("1e3s"), 1000);
}

TEST(ParseDuration, RefusesWhatIsNoPositiveTime) {
  for (const char* text :
       {"",       "s",    "0",     "0s",  "-1",  "-5m", "nan", "inf",  "infh", "1e999",
        "1e308h", "10ns", "1m30s", "5 s", " 5s", "5s ", "5M",  "0x10", "ten",  "1d"}) {
    EXPECT_THAT(test::message_of<std::invalid_argument>([&] { parse_duration(text); }),
                HasSubstr("is not a duration"))
        << text;
  }
}

// compare and ab.

CompareOptions compare_options(Arguments arguments) {
  arguments.insert(arguments.begin(), {"compare", "old", "new"});
  return options_of<CompareOptions>(arguments);
}

AbOptions ab_options(Arguments arguments) {
  arguments.insert(arguments.begin(), {"ab", "base", "new"});
  return options_of<AbOptions>(arguments);
}

TEST(CompareCommandLine, HasDefaults) {
  const CompareOptions options = compare_options({});
  EXPECT_EQ(options.base, "old");
  EXPECT_EQ(options.compared, "new");
  EXPECT_EQ(options.rule.threshold, 0.02);
  EXPECT_EQ(options.rule.confidence, 0.99);
  EXPECT_EQ(options.by, "");
  EXPECT_EQ(options.format, OutputFormat::text);
}

TEST(CompareCommandLine, TakesTheRuleTheQuantityAndTheFormat) {
  const CompareOptions options = compare_options(
      {"--threshold", "5%", "--confidence", "0.95", "--by", "gap", "--format", "json"});
  EXPECT_DOUBLE_EQ(options.rule.threshold, 0.05);
  EXPECT_DOUBLE_EQ(options.rule.confidence, 0.95);
  EXPECT_EQ(options.by, "gap");
  EXPECT_EQ(options.format, OutputFormat::json);
}

TEST(CompareCommandLine, RefusesWhatMakesNoSense) {
  EXPECT_THAT(refusal({"compare"}), HasSubstr("OLD"));
  EXPECT_THAT(refusal({"compare", "old"}), HasSubstr("NEW"));
  EXPECT_THAT(refusal({"compare", "a", "b", "--by", "memory"}), HasSubstr("memory"));
  EXPECT_THAT(refusal({"compare", "a", "b", "--format", "xml"}), HasSubstr("xml"));
  EXPECT_EQ(exit_status({"compare", "a", "b", "c"}), 2);
}

TEST(AbCommandLine, HasDefaults) {
  const AbOptions options = ab_options({});
  EXPECT_EQ(options.base, "base");
  EXPECT_EQ(options.compared, "new");
  EXPECT_THAT(options.selection.kernels, IsEmpty());
  EXPECT_EQ(options.selection.most_sizes, 3U);
  EXPECT_EQ(options.selection.largest_work, std::size_t{1} << 20);
  EXPECT_EQ(options.rule.threshold, 0.02);
  EXPECT_EQ(options.budget_s, std::nullopt);
  EXPECT_EQ(options.rounds, std::nullopt);
  EXPECT_EQ(options.timeout_s, 120);
  EXPECT_EQ(options.seed, 1U);
  EXPECT_EQ(options.cpu, std::nullopt);
  EXPECT_EQ(options.out, "");
  EXPECT_EQ(options.format, OutputFormat::text);
}

TEST(AbCommandLine, TakesEveryOption) {
  const AbOptions options =
      ab_options({"--kernels",    "sum,dot", "--variants", "numpy",    "--sizes",      "16,64",
                  "--threshold",  "1%",      "--budget",   "10m",      "--rounds",     "20",
                  "--timeout",    "5s",      "--seed",     "7",        "--pin",        "0",
                  "--out",        "kept",    "--format",   "markdown", "--confidence", "95%",
                  "--huge-pages", "malloc"});
  EXPECT_THAT(options.selection.kernels, ElementsAre("sum", "dot"));
  EXPECT_THAT(options.selection.variants, ElementsAre("numpy"));
  EXPECT_THAT(options.selection.sizes, ElementsAre(16, 64));
  EXPECT_DOUBLE_EQ(options.rule.threshold, 0.01);
  EXPECT_DOUBLE_EQ(options.rule.confidence, 0.95);
  EXPECT_EQ(options.budget_s, 600);
  EXPECT_EQ(options.rounds, 20);
  EXPECT_EQ(options.timeout_s, 5);
  EXPECT_EQ(options.seed, 7U);
  EXPECT_EQ(options.cpu, 0);
  EXPECT_EQ(options.huge_pages, HugePages::malloc);
  EXPECT_EQ(options.out, "kept");
  EXPECT_EQ(options.format, OutputFormat::markdown);
}

TEST(AbCommandLine, TakesTwoStatesOfASuiteInstead) {
  const auto options = options_of<AbOptions>({"ab", "--suite", "old", "--suite", "new@v1"});
  EXPECT_THAT(options.suites, ElementsAre("old", "new@v1"));
  EXPECT_EQ(options.base, "");
}

TEST(SuiteCommandLine, IsForEveryCommandThatIsAboutKernels) {
  for (const char* command : {"list", "run", "verify", "doctor"}) {
    const Parsed parsed = parse({command, "--suite", "mine"});
    EXPECT_EQ(std::get<ParsedCommand>(parsed.result).suite, "mine") << command;
  }
  EXPECT_EQ(exit_status({"summarize", "dir", "--suite", "mine"}), 2);
}

TEST(AbCommandLine, RefusesWhatMakesNoSense) {
  EXPECT_THAT(refusal({"ab"}), HasSubstr("BASE"));
  EXPECT_THAT(refusal({"ab", "base"}), HasSubstr("NEW"));
  EXPECT_THAT(refusal({"ab", "base", "new", "--suite", "mine"}), HasSubstr("leave out base"));
  EXPECT_THAT(refusal({"ab", "--suite", "a", "--suite", "b", "--suite", "c"}),
              HasSubstr("leave out c"));
  const std::vector<Arguments> wrong{
      {"--rounds", "0"},      {"--budget", "0"},        {"--threshold", "0"}, {"--threshold", "1"},
      {"--threshold", "-2%"}, {"--confidence", "100%"}, {"--format", "xml"},  {"--sizes", "0"},
      {"--seed", "-1"},       {"--timeout", "0"},       {"--quick"},          {"--frob"}};
  for (const Arguments& arguments : wrong) {
    Arguments line{"ab", "base", "new"};
    line.insert(line.end(), arguments.begin(), arguments.end());
    EXPECT_EQ(exit_status(line), 2) << arguments.front();
  }
}

TEST_F(ConfigFile, SaysWhichHugePagesWorkersGet) {
  const Arguments line = with_config("[run]\nhuge-pages = \"never\"\n", {"run"});
  EXPECT_EQ(options_of<RunCommandOptions>(line).run.huge_pages, HugePages::never);
}

TEST_F(ConfigFile, HasSectionsForComparisonsToo) {
  const Arguments line = with_config("[ab]\nrounds = 5\nthreshold = \"5%\"\n", {"ab", "a", "b"});
  const auto options = options_of<AbOptions>(line);
  EXPECT_EQ(options.rounds, 5);
  EXPECT_DOUBLE_EQ(options.rule.threshold, 0.05);
}

TEST(ClaimsCommandLine, TakesADirectoryAndAFormat) {
  const auto options = options_of<ClaimsOptions>({"claims", "dir"});
  EXPECT_EQ(options.dir, "dir");
  EXPECT_EQ(options.format, OutputFormat::text);
  EXPECT_EQ(options_of<ClaimsOptions>({"claims", "dir", "--format", "json"}).format,
            OutputFormat::json);
  EXPECT_EQ(options_of<ClaimsOptions>({"claims", "--format", "markdown", "dir"}).format,
            OutputFormat::markdown);
}

TEST(ClaimsCommandLine, RefusesWhatMakesNoSense) {
  EXPECT_THAT(refusal({"claims"}), HasSubstr("DIR"));
  EXPECT_THAT(refusal({"claims", "dir", "--format", "xml"}), HasSubstr("--format"));
  EXPECT_EQ(exit_status({"claims", "dir", "more"}), 2);
  EXPECT_EQ(exit_status({"claims", "dir", "--out", "x"}), 2);
}

TEST(ReportCommandLine, TakesADirectoryAndThePage) {
  EXPECT_EQ(options_of<ReportOptions>({"report", "dir"}).dir, "dir");
  EXPECT_EQ(options_of<ReportOptions>({"report", "dir"}).out, "");
  EXPECT_EQ(options_of<ReportOptions>({"report", "dir", "--out", "page.html"}).out, "page.html");
  EXPECT_THAT(refusal({"report"}), HasSubstr("DIR"));
}

TEST(ReproduceCommandLine, TakesTheReferenceAndTheDefaultsOfARun) {
  const auto options = options_of<ReproduceOptions>({"reproduce", "dir"});
  EXPECT_EQ(options.reference, "dir");
  EXPECT_EQ(options.format, OutputFormat::text);
  const RunOptions defaults = run_options({});
  EXPECT_EQ(options.run.rounds, defaults.rounds);
  EXPECT_EQ(options.run.round_ns, defaults.round_ns);
  EXPECT_EQ(options.run.single_calls_ns, defaults.single_calls_ns);
  EXPECT_FALSE(options.run.selection.quick);
  EXPECT_THAT(options.run.selection.sizes, IsEmpty());
}

TEST(ReproduceCommandLine, TakesWhatMakesARun) {
  const auto options = options_of<ReproduceOptions>(
      {"reproduce", "dir", "--kernels", "sum",  "--variants", "native/*", "--sizes",      "16,64",
       "--threads", "1,2", "--out",     "here", "--budget",   "90s",      "--pin",        "0",
       "--timeout", "30s", "--seed",    "7",    "--format",   "json",     "--huge-pages", "never"});
  EXPECT_THAT(options.run.selection.kernels, ElementsAre("sum"));
  EXPECT_THAT(options.run.selection.variants, ElementsAre("native/*"));
  EXPECT_THAT(options.run.selection.sizes, ElementsAre(16, 64));
  EXPECT_THAT(options.run.selection.threads, ElementsAre(1, 2));
  EXPECT_EQ(options.run.out, "here");
  EXPECT_EQ(options.run.budget_s, 90);
  EXPECT_EQ(options.run.cpu, 0);
  EXPECT_EQ(options.run.timeout_s, 30);
  EXPECT_EQ(options.run.huge_pages, HugePages::never);
  EXPECT_EQ(options.run.seed, 7U);
  EXPECT_EQ(options.format, OutputFormat::json);
}

TEST(ReproduceCommandLine, QuickAndFullMeanWhatTheyMeanForARun) {
  for (const char* depth : {"--quick", "--full"}) {
    const RunOptions run = run_options({depth});
    const RunOptions reproduced = options_of<ReproduceOptions>({"reproduce", "dir", depth}).run;
    EXPECT_EQ(reproduced.rounds, run.rounds) << depth;
    EXPECT_EQ(reproduced.round_ns, run.round_ns) << depth;
    EXPECT_EQ(reproduced.selection.most_sizes, run.selection.most_sizes) << depth;
    EXPECT_EQ(reproduced.selection.quick, run.selection.quick) << depth;
  }
}

TEST(ReproduceCommandLine, RoundsOutweighTheDepth) {
  const auto options =
      options_of<ReproduceOptions>({"reproduce", "dir", "--quick", "--rounds", "3"});
  EXPECT_EQ(options.run.rounds, 3);
  EXPECT_TRUE(options.run.selection.quick);
}

TEST(ReproduceCommandLine, RefusesWhatMakesNoSense) {
  EXPECT_THAT(refusal({"reproduce"}), HasSubstr("DIR"));
  EXPECT_THAT(refusal({"reproduce", "dir", "--quick", "--full"}),
              HasSubstr("--quick and --full exclude each other"));
  EXPECT_THAT(refusal({"reproduce", "dir", "--format", "xml"}), HasSubstr("--format"));
  EXPECT_EQ(exit_status({"reproduce", "dir", "--rounds", "0"}), 2);
  EXPECT_EQ(exit_status({"reproduce", "dir", "--precision", "2%"}), 2);
}

TEST(RunDepth, OfEachHasItsTimeForSingleCalls) {
  EXPECT_EQ(run_options({}).single_calls_ns, 40'000'000);
  EXPECT_EQ(run_options({"--quick"}).single_calls_ns, 5'000'000);
  EXPECT_EQ(run_options({"--full"}).single_calls_ns, 100'000'000);
  EXPECT_EQ(run_options({"--precision", "2%"}).single_calls_ns, 40'000'000);
}

}  // namespace
}  // namespace gapmeter
