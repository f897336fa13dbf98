// Servers of a command line or of a kernel: their names, what is wrong with them, where they run,
// and the rates at which they are measured.
#include "harness/measure/servers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string error_of_server(const std::string& text) {
  return test::message_of<std::invalid_argument>([&] { parse_server(text); });
}

const std::string python_text = "python/mine=uvicorn app:app --port {port}";
const std::string native_text = "native/mine=./server {port}";

Servers servers_of_texts(const std::vector<std::string>& texts) {
  Servers servers;
  for (const std::string& text : texts) servers.variants.push_back(parse_server(text));
  servers.reference = usual_reference(servers.variants);
  servers.baseline = usual_baseline(servers.variants);
  servers.rates = usual_rates();
  return servers;
}

// Servers of these capacities; 0: could not be asked.
std::vector<ServerCandidate> with_capacities(const Servers& servers, const Selection& selection,
                                             const std::vector<double>& capacities) {
  auto candidates = candidates_of(servers, selection, {0, 1}, {}, {}, {});
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    candidates[i].task.capacity_per_s = capacities[i];
    if (capacities[i] > 0) continue;
    candidates[i].failure = "does not start";
    candidates[i].status = Status::error;
  }
  return candidates;
}

// "125: python/mine native/mine(skipped)" for each group.
std::vector<std::string> summary_of(const std::vector<CellGroup>& groups) {
  std::vector<std::string> lines;
  for (const CellGroup& group : groups) {
    std::string line = std::to_string(group.n) + ':';
    for (const PlannedVariant& planned : group.variants) {
      line += ' ' + to_string(planned.id);
      if (planned.settled) line += '(' + std::string(name_of(planned.settled->status)) + ')';
    }
    lines.push_back(line);
  }
  return lines;
}

TEST(NamesOfServers, AreInFrontOfThem) {
  const Server server = parse_server("rust/axum=env A=B ./server --port={port} -t {threads}");
  EXPECT_EQ(to_string(server.id), "rust/axum");
  EXPECT_EQ(server.text, "env A=B ./server --port={port} -t {threads}");
}

TEST(NamesOfServers, ThatAreWrongAreToldWithWhatIsRight) {
  EXPECT_THAT(error_of_server("./server {port}"), HasSubstr("write LANE/NAME=COMMAND"));
  EXPECT_THAT(error_of_server("native/a=./server 8000"), HasSubstr("does not mention {port}"));
  EXPECT_THAT(error_of_server("native/a=./server {port} {n}"),
              HasSubstr("no placeholder {n}, only {port} and {threads}"));
  EXPECT_THAT(error_of_server("python/a={python} {port}"), HasSubstr("no placeholder {python}"));
}

TEST(ProblemsOfServers, AreToldWithWhatToDo) {
  EXPECT_EQ(find_problem(servers_of_texts({python_text, native_text}), {}), std::nullopt);
  EXPECT_THAT(find_problem(servers_of_texts({native_text, native_text}), {}).value(),
              HasSubstr("two servers are called native/mine"));
  EXPECT_THAT(find_problem(servers_of_texts({native_text}), {.threads = {2}}).value(),
              HasSubstr("no server mentions {threads}"));
}

TEST(RolesOfServers, AreTheFirstCompiledOneAndTheFirstOfPython) {
  const Servers both = servers_of_texts({python_text, native_text});
  EXPECT_EQ(to_string(both.reference), "native/mine");
  EXPECT_EQ(to_string(both.baseline), "python/mine");
  EXPECT_EQ(to_string(servers_of_texts({python_text}).reference), "python/mine");
}

TEST(Processors, AreSharedOutSoThatTheClientHasOne) {
  const ProcessorShares two = share_processors({0, 1}, 1, {});
  EXPECT_THAT(two.server, ElementsAre(1));
  EXPECT_THAT(two.client, ElementsAre(0));
  EXPECT_FALSE(two.are_shared);
  const ProcessorShares all_but_one = share_processors({2, 3, 5, 7}, 0, {});
  EXPECT_THAT(all_but_one.server, ElementsAre(3, 5, 7));
  EXPECT_THAT(all_but_one.client, ElementsAre(2));
  EXPECT_THAT(share_processors({2, 3, 5, 7}, 2, {}).server, ElementsAre(5, 7));
}

TEST(Processors, ThatAreTooFewAreShared) {
  for (const int threads : {0, 1, 2}) {
    EXPECT_TRUE(share_processors({4}, threads, {}).are_shared);
    EXPECT_THAT(share_processors({4}, threads, {}).server, ElementsAre(4));
  }
  const ProcessorShares shares = share_processors({0, 1}, 2, {});
  EXPECT_TRUE(shares.are_shared);
  EXPECT_THAT(shares.server, ElementsAre(0, 1));
  EXPECT_THAT(shares.client, ElementsAre(0, 1));
}

TEST(Processors, AreTheOneThatTheUserNames) {
  const ProcessorShares shares = share_processors({0, 1, 2}, 1, 0);
  EXPECT_THAT(shares.server, ElementsAre(0));
  EXPECT_THAT(shares.client, ElementsAre(1));
  EXPECT_TRUE(share_processors({3}, 1, 3).are_shared);
}

TEST(Candidates, HaveAsManyThreadsAsTheyAreGiven) {
  const Servers servers = servers_of_texts({"native/a=./a {port} {threads}", python_text});
  const auto candidates = candidates_of(servers, {.threads = {1, 2}}, {0, 1, 2, 3}, {}, {}, {});
  ASSERT_EQ(candidates.size(), 3);
  EXPECT_THAT(candidates[1].task.command.words, ElementsAre("./a", "{port}", "2"));
  EXPECT_THAT(candidates[1].task.server_cpus, ElementsAre(2, 3));
  EXPECT_THAT(candidates[2].task.server_cpus, ElementsAre(1, 2, 3)) << "it does not tell";
}

TEST(Candidates, WithAWorkerForEachProcessorNeedFourOfThem) {
  Servers servers = servers_of_texts({"python/w=./w {port} {threads}"});
  servers.variants[0].every_processor = true;
  const auto threads = [&](const std::vector<int>& allowed) {
    const auto candidate = candidates_of(servers, {}, allowed, {}, {}, {}).front();
    return std::pair(candidate.threads, candidate.task.are_shared);
  };
  EXPECT_EQ(threads({0, 1}), std::pair(2, true));
  EXPECT_EQ(threads({0, 1, 2, 3}), std::pair(3, false));
}

TEST(PlansOfServers, GoUpToTheFirstRateThatIsTooMuch) {
  const Servers servers = servers_of_texts({python_text, native_text});
  const auto candidates = with_capacities(servers, {}, {300, 1500});
  EXPECT_THAT(summary_of(plan_servers(servers, candidates, {}, {})),
              ElementsAre("125: python/mine native/mine", "250: python/mine native/mine",
                          "500: python/mine native/mine", "1000: python/mine(skipped) native/mine",
                          "2000: python/mine(skipped) native/mine"));
}

TEST(PlansOfServers, SayWhyARateIsLeftOut) {
  const Servers servers = servers_of_texts({python_text, native_text});
  const auto groups =
      plan_servers(servers, with_capacities(servers, {}, {300, 1500}), {}, {.rounds = 5});
  EXPECT_EQ(groups.back().variants[0].settled->reason, "saturates at 300 requests/s");
  EXPECT_EQ(groups.back().rounds, 5);
  EXPECT_THAT(groups.back().untimed, ElementsAre(Pass::memory));
}

TEST(PlansOfServers, TakeTheRatesThatTheUserNames) {
  const Servers servers = servers_of_texts({native_text});
  const Selection selection{.sizes = {10, 100}, .quick = true};
  EXPECT_THAT(
      summary_of(plan_servers(servers, with_capacities(servers, selection, {1500}), selection, {})),
      ElementsAre("10: native/mine", "100: native/mine"));
}

// A quarter of 1100 is nearest to 250, half to 500; of 9000 to 2k and 4k; and both at 500.
TEST(PlansOfServers, AreQuickAtAQuarterAndAtHalf) {
  const Servers servers = servers_of_texts({python_text, native_text});
  const Selection selection{.quick = true};
  const auto groups =
      plan_servers(servers, with_capacities(servers, selection, {1100, 9000}), selection, {});
  EXPECT_THAT(summary_of(groups), ElementsAre("250: python/mine", "500: python/mine native/mine",
                                              "2000: native/mine", "4000: native/mine"));
  EXPECT_THAT(groups[0].untimed, IsEmpty());
  EXPECT_THAT(groups[1].untimed, ElementsAre(Pass::memory));
  EXPECT_TRUE(groups[1].variants[0].measures_memory);
  EXPECT_FALSE(groups[1].variants[1].measures_memory) << "it is half of the other's capacity";
}

TEST(PlansOfServers, HaveARowForEachThatCannotBeAsked) {
  const Servers servers = servers_of_texts({python_text, native_text});
  EXPECT_THAT(
      summary_of(plan_servers(servers, with_capacities(servers, {}, {0, 200}), {}, {})),
      ElementsAre("125: python/mine(error) native/mine", "250: python/mine(error) native/mine"));
  EXPECT_THAT(summary_of(plan_servers(servers, with_capacities(servers, {}, {0, 0}), {}, {})),
              ElementsAre("125: python/mine(error) native/mine(error)"));
}

TEST(PlansOfServers, SoakAtHalfOfWhatAServerCan) {
  const Servers servers = servers_of_texts({native_text});
  const auto groups = plan_servers(servers, with_capacities(servers, {}, {1000}), {},
                                   {.memory_s = 2, .soak_s = 60});
  std::map<std::size_t, double> seconds;
  for (const CellGroup& group : groups) seconds[group.n] = group.variants[0].server->memory_s;
  EXPECT_THAT(seconds, ElementsAre(std::pair(125, 2.0), std::pair(250, 2.0), std::pair(500, 60.0),
                                   std::pair(1000, 2.0)));
}

TEST(PlansOfServers, AskLessOftenAtALowRate) {
  const Servers servers = servers_of_texts({native_text});
  const Selection selection{.sizes = {5, 1000}};
  const auto groups =
      plan_servers(servers, with_capacities(servers, selection, {5000}), selection, {});
  EXPECT_EQ(groups[0].variants[0].server->least_requests, 50);
  EXPECT_EQ(groups[1].variants[0].server->least_requests, ServerDepth{}.least_requests);
}

Kernel kernel_of_servers() {
  return {.name = "serve",
          .title = "a model behind a server",
          .sizes = "125:1k:2x",
          .reference = "beast",
          .baseline = "fastapi",
          .service = Service{
              .request = {.target = "/predict", .body = "{}"},
              .answer = "{\"y\":1}",
              .servers = {{.lane = "python",
                           .name = "fastapi",
                           .command = "{python} -m uvicorn --port {port}",
                           .requires_packages = {"fastapi"},
                           .quick = true},
                          {.lane = "native", .name = "beast", .command = "/bin/beast {port}"}}}};
}

TEST(KernelsOfServers, BecomeWhatAUserWouldName) {
  const Servers servers = servers_of(kernel_of_servers(), "/usr/bin/python3");
  EXPECT_EQ(servers.name, "serve");
  EXPECT_EQ(to_string(servers.reference), "native/beast");
  EXPECT_EQ(to_string(servers.baseline), "python/fastapi");
  EXPECT_THAT(servers.rates, ElementsAre(125, 250, 500, 1000));
  EXPECT_THAT(servers.variants[0].command.words,
              ElementsAre("/usr/bin/python3", "-m", "uvicorn", "--port", "{port}"));
}

TEST(KernelsOfServers, AreQuickWithThoseThatSaySo) {
  const Servers servers = servers_of(kernel_of_servers(), "python3");
  const auto names = [&](const Selection& selection) {
    std::vector<std::string> all;
    for (const ServerCandidate& candidate : candidates_of(servers, selection, {0, 1}, {}, {}, {})) {
      all.push_back(to_string(candidate.server->id));
    }
    return all;
  };
  EXPECT_THAT(names({}), ElementsAre("python/fastapi", "native/beast"));
  EXPECT_THAT(names({.quick = true}), ElementsAre("python/fastapi"));
  EXPECT_THAT(names({.variants = {"native/*"}, .quick = true}), ElementsAre("native/beast"));
}

TEST(KernelsOfServers, HaveNothingWrongWithThem) {
  EXPECT_THAT(problems_of(kernel_of_servers()), IsEmpty());
  Catalog catalog{.kernels = {kernel_of_servers()}, .python = {}};
  EXPECT_THAT(check_catalog(catalog), IsEmpty()) << "it needs no .py";
  EXPECT_THAT(variants_of(catalog, catalog.kernels[0]).size(), 2);
  EXPECT_THAT(plan_groups(catalog, {}), IsEmpty()) << "its rates are planned once they are known";
}

TEST(KernelsOfServers, SayWhatIsWrongWithThem) {
  Kernel kernel = kernel_of_servers();
  kernel.reference = "axum";
  kernel.service->answer = "";
  kernel.service->servers[1].command = "/bin/beast 'open {port}";
  kernel.service->servers.push_back({.lane = "python", .name = "fastapi", .command = "x"});
  const auto problems = check_catalog({.kernels = {kernel}, .python = {}});
  EXPECT_THAT(problems, ::testing::Contains(HasSubstr("'native/axum' is not among the servers")));
  EXPECT_THAT(problems, ::testing::Contains(HasSubstr("no right answer is declared")));
  EXPECT_THAT(problems, ::testing::Contains(HasSubstr("python/fastapi is declared twice")));
  EXPECT_THAT(problems, ::testing::Contains(HasSubstr("does not say where {port} belongs")));
  EXPECT_THAT(problems, ::testing::Contains(HasSubstr("the command of native/beast")));
}

}  // namespace
}  // namespace gapmeter
