// The open loop and the closed one, against a server that answers as it is told. No test asserts
// how long anything takes, but for a stall that is far longer than anything else.
#include "harness/load/open_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <thread>

#include "harness/load/closed_loop.h"
#include "harness/tests/unit/load/scripted_server.h"

namespace gapmeter {
namespace {

using test::response;
using test::ScriptedServer;
using ::testing::HasSubstr;

Target target_of(int port, const std::string& right = "ok") {
  return {.port = port,
          .request = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
          .problem_of = [right](const HttpResponse& answer) {
            return answer.body == right ? std::string() : "it says " + answer.body;
          }};
}
Target target_of(const ScriptedServer& server) { return target_of(server.port()); }

const auto always = [] { return true; };

OpenLoopResult ask(const Target& target, const OpenLoopPlan& plan, LoadSpec load = {}) {
  return run_open_loop(target, plan, load, Precision::sleeps, always);
}

OpenLoopPlan constant(double rate, std::size_t count, double warm_up_s = 0) {
  return plan_open_loop(Schedule::constant, rate, count, warm_up_s, 1);
}

TEST(OpenLoops, AskAsOftenAsIsScheduledOverConnectionsThatStay) {
  ScriptedServer server([](int) { return response("ok"); });
  const OpenLoopResult result = ask(target_of(server), constant(500, 100, 0.1));
  EXPECT_EQ(server.requests(), 50 + 100);
  EXPECT_EQ(result.requests, 100);
  EXPECT_EQ(result.latencies.count(), 100) << "the warm-up is not counted";
  EXPECT_EQ(result.answers, 150);
  EXPECT_EQ(result.errors + result.timeouts, 0);
  EXPECT_LT(server.accepted(), 50) << "connections are used again";
  EXPECT_EQ(result.connections, server.accepted());
}

// At 500 requests a second a stall of 300 ms makes 150 of 500 late, those that were to leave during
// it: a client that waits for its answers would have seen one slow one.
TEST(OpenLoops, CountAStallForAllWhoWaited) {
  ScriptedServer server([](int request) {
    if (request == 100) std::this_thread::sleep_for(std::chrono::milliseconds(300));
    return response("ok");
  });
  const OpenLoopResult result = ask(target_of(server), constant(500, 500));
  EXPECT_EQ(result.latencies.count(), 500);
  const std::optional<double> longest = result.latencies.quantile(1);
  EXPECT_GE(longest.value(), 290e6);
  // The one in the middle of the stall waited for half of it.
  EXPECT_GE(result.latencies.quantile(1 - 75.0 / 500).value(), 120e6);
}

TEST(OpenLoops, CountWhatHadToWaitForAConnectionFromItsMoment) {
  ScriptedServer server([](int request) {
    if (request == 10) std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return response("ok");
  });
  const OpenLoopResult result =
      ask(target_of(server), constant(500, 200), {.connections = 1, .timeout_s = 10});
  EXPECT_EQ(result.connections, 1);
  EXPECT_EQ(server.accepted(), 1);
  EXPECT_GE(result.latencies.quantile(1 - 50.0 / 200).value(), 80e6);
  // These were late for want of a connection, and not because the client was.
  EXPECT_LT(result.lags.count(), 200);
}

TEST(OpenLoops, GiveUpWhatTakesTooLong) {
  ScriptedServer server([](int request) {
    if (request == 5) std::this_thread::sleep_for(std::chrono::milliseconds(400));
    return response("ok");
  });
  const OpenLoopResult result =
      ask(target_of(server), constant(100, 20), {.connections = 64, .timeout_s = 0.1});
  EXPECT_GT(result.timeouts, 0);
  EXPECT_EQ(result.latencies.count(), 20) << "they count, with the time that they were given";
}

TEST(OpenLoops, CountAnswersThatAreWrong) {
  ScriptedServer server([](int request) { return response(request % 4 == 0 ? "no" : "ok"); });
  const OpenLoopResult result = ask(target_of(server), constant(500, 100));
  EXPECT_EQ(result.errors, 25);
  EXPECT_EQ(result.latencies.count(), 75);
  EXPECT_THAT(result.first_error, HasSubstr("it says no"));
}

TEST(OpenLoops, OpenAnotherConnectionWhereTheServerClosesIt) {
  ScriptedServer server([](int) { return response("ok", "Connection: close\r\n"); },
                        /*closes=*/true);
  const OpenLoopResult result = ask(target_of(server), constant(200, 40));
  EXPECT_EQ(result.errors, 0) << result.first_error;
  EXPECT_EQ(server.accepted(), 40);
}

// It may close a connection that is idle just when the next request is on its way.
TEST(OpenLoops, AskOnceMoreWhereAConnectionWasClosedInBetween) {
  ScriptedServer server([](int request) { return request % 3 == 1 ? "" : response("ok"); });
  const OpenLoopResult result =
      ask(target_of(server), constant(200, 20), {.connections = 1, .timeout_s = 10});
  EXPECT_EQ(result.errors, 0) << result.first_error;
  EXPECT_EQ(result.latencies.count(), 20);
}

TEST(OpenLoops, TellThatAFirstRequestGotNoAnswer) {
  ScriptedServer server([](int) { return std::string(); });
  const OpenLoopResult result = ask(target_of(server), constant(200, 10));
  EXPECT_EQ(result.errors, 10);
  EXPECT_THAT(result.first_error, HasSubstr("closed the connection without an answer"));
}

TEST(OpenLoops, TellThatNobodyListens) {
  int port = 0;
  {
    port = ScriptedServer([](int) { return response("ok"); }).port();
  }
  const OpenLoopResult result = ask(target_of(port), constant(200, 10));
  EXPECT_EQ(result.errors, 10);
  EXPECT_EQ(result.first_error, refused_connection);
}

TEST(OpenLoops, DoNotWaitForAServerThatCannotKeepUp) {
  ScriptedServer server([](int) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return response("ok");
  });
  // Fifty a second can be answered, and in half a second 500 are asked, for which it would take 10
  // s.
  const OpenLoopResult result = ask(target_of(server), constant(1000, 500));
  EXPECT_TRUE(result.was_cut_short);
  EXPECT_LT(result.answered, 100);
}

TEST(OpenLoops, EndWhenTheyAreTold) {
  ScriptedServer server([](int) { return response("ok"); });
  const OpenLoopResult result =
      run_open_loop(target_of(server), constant(10, 1000), {}, Precision::spins,
                    [&] { return server.requests() < 3; });
  EXPECT_TRUE(result.was_cut_short);
  EXPECT_LT(server.requests(), 100);
}

TEST(OpenLoops, TakeAnswersInAnyForm) {
  ScriptedServer server([](int request) -> std::string {
    if (request % 2 == 0) return response("ok");
    return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n";
  });
  EXPECT_EQ(ask(target_of(server), constant(200, 20)).errors, 0);
}

TEST(ClosedLoops, AskAgainAsSoonAsThereIsAnAnswer) {
  ScriptedServer server([](int) { return response("ok"); });
  const Target target = target_of(server);
  const ClosedLoopResult result = run_closed_loop(target, 4, 0.05, 0.2, always);
  EXPECT_EQ(server.accepted(), 4);
  EXPECT_GT(result.answers_per_s, 0);
  EXPECT_EQ(result.errors, 0);
}

TEST(ClosedLoops, DoNotOverrunAServerThatRefuses) {
  ScriptedServer server([](int) { return std::string(); });
  const Target target = target_of(server);
  const ClosedLoopResult result = run_closed_loop(target, 4, 0, 0.3, always);
  EXPECT_EQ(result.answers_per_s, 0);
  EXPECT_GT(result.errors, 0);
  EXPECT_LT(result.errors, 100);
}

}  // namespace
}  // namespace gapmeter
