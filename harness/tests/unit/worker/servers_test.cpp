// What the passes do with servers: small ones in Python. How long anything takes is not looked at.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/sys/files.h"
#include "harness/sys/program.h"
#include "harness/tests/unit/support/testing.h"
#include "harness/worker/perform.h"
#include "harness/worker/server_load.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// argv: the port, and how it goes wrong. Each connection has its thread.
constexpr const char* script = R"(
import os, socketserver, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    asked = 0
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        Handler.asked += 1
        if sys.argv[2] == "waits":
            time.sleep(0.2)
        if sys.argv[2] == "dies" and Handler.asked > 30:
            print("no more", file=sys.stderr, flush=True)
            os._exit(7)
        self.answer(b'{"y": 2}' if sys.argv[2] == "wrong" else b'{"y": 1}')
    def do_GET(self):
        counted = os.environ["GAPMETER_COLLECTIONS"] and self.path == "/collections"
        assert counted
        self.answer(b'{"count": [%d, 2, 1], "total_ns": %d, "longest_ns": 5}'
                    % (Handler.asked, 100 * Handler.asked))
    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass

ThreadingHTTPServer.request_queue_size = 100
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
)";

class PassesOfServers : public ::testing::Test {
 protected:
  PassesOfServers() { write_file(dir_ / "server.py", script); }

  ServerTask server(const std::string& mode = "right") const {
    return {.command = {.words = {"python3", (dir_ / "server.py").string(), "{port}", mode},
                        .executable = find_program("/usr/bin/python3")},
            .request = {.body = "{}"},
            .answer = "{\"y\":1}",
            .load = {.connections = 8},
            .least_s = 0.1,
            .least_requests = 20,
            .memory_s = 0.2,
            .saturation_s = 0.1};
  }

  static Measurement measure(Pass pass, const ServerTask& server, const Turn& turn = {}) {
    NativeLane lane;
    return perform({.pass = pass,
                    .kernel = "server",
                    .variant = *parse_variant("python/mine"),
                    .n = 100,
                    .server = server},
                   {}, lane, turn);
  }

  test::TempDir dir_;
};

TEST_F(PassesOfServers, VerifyWhatTheyAnswer) {
  const Measurement right = measure(Pass::verify, server());
  EXPECT_EQ(right.status, Status::ok) << right.reason;
  EXPECT_EQ(right.max_error, 0);
  const Measurement wrong = measure(Pass::verify, server("wrong"));
  EXPECT_EQ(wrong.status, Status::mismatch);
  EXPECT_THAT(wrong.reason, HasSubstr("its answer's y is 2, expected 1"));
}

TEST_F(PassesOfServers, TimeThemAtTheRate) {
  const Measurement measurement = measure(Pass::time, server());
  ASSERT_EQ(measurement.status, Status::ok) << measurement.reason;
  ASSERT_TRUE(measurement.load && measurement.timing && measurement.single_calls);
  EXPECT_EQ(measurement.load->requests, 20);
  EXPECT_GE(measurement.load->connections, 1);
  EXPECT_LE(measurement.load->connections, 8);
  EXPECT_EQ(measurement.load->errors, 0);
  EXPECT_EQ(measurement.single_calls->calls.count(), 20);
  ASSERT_EQ(measurement.timing->slices.size(), 1);
  EXPECT_EQ(measurement.timing->slices[0].call_ns, measurement.timing->p50_ns);
  EXPECT_GT(measurement.timing->slices[0].probe_before, 0);
  EXPECT_GT(measurement.timing->processes->user_s, 0);
  EXPECT_EQ(measurement.input_digest.size(), 16);
}

TEST_F(PassesOfServers, WaitForTheirTurnBeforeTheyStartAnything) {
  int turns = 0;
  const Measurement stopped = measure(Pass::time, server(), [&] {
    ++turns;
    EXPECT_TRUE(test::children_of_this_process().empty());
    return false;
  });
  EXPECT_EQ(turns, 1);
  EXPECT_EQ(stopped.timing, std::nullopt);
  EXPECT_THAT(stopped.reason, HasSubstr("stopped"));
}

TEST_F(PassesOfServers, TakeTheMemoryOfAllTheirProcesses) {
  const Measurement measurement = measure(Pass::memory, server());
  ASSERT_EQ(measurement.status, Status::ok) << measurement.reason;
  EXPECT_GT(measurement.memory->baseline_bytes, 1 << 20);
  EXPECT_GE(measurement.memory->peak_bytes.value(), 0);
  EXPECT_EQ(measurement.server->processes, 1);
  EXPECT_EQ(measurement.server->soak_s, 0.2);
  EXPECT_EQ(measurement.server->collections, std::nullopt);
}

// Those of the load alone: before it there were some, too.
TEST_F(PassesOfServers, CountCollectionsOfServersThatTellThem) {
  ServerTask task = server();
  task.counts_collections = true;
  const Measurement measurement = measure(Pass::memory, task);
  ASSERT_EQ(measurement.status, Status::ok) << measurement.reason;
  const Collections& counted = measurement.server->collections.value();
  EXPECT_GE(counted.count[0], 20);
  EXPECT_THAT((std::vector<std::int64_t>{counted.count[1], counted.count[2]}), ElementsAre(0, 0));
  EXPECT_EQ(counted.total_ns, 100 * counted.count[0]);
}

TEST_F(PassesOfServers, TellThatOneEndedUnderLoad) {
  const Measurement measurement = measure(Pass::time, server("dies"));
  EXPECT_EQ(measurement.status, Status::error);
  EXPECT_EQ(measurement.reason, "the server ended under load: it exited with status 7: no more");
}

TEST_F(PassesOfServers, LeaveNothingBehind) {
  measure(Pass::verify, server());
  measure(Pass::time, server("dies"));
  EXPECT_TRUE(test::children_of_this_process().empty());
}

TEST_F(PassesOfServers, AreDescribedByTheirAnswerAndTheirCapacity) {
  ServerTask task = server();
  task.answer.reset();
  const ServerDescription described = describe_server(task);
  EXPECT_EQ(described.failure, "");
  EXPECT_EQ(described.answer, "{\"y\": 1}");
  EXPECT_GT(described.capacity_per_s, 0);
  task.saturation_s = 0;
  EXPECT_EQ(describe_server(task).capacity_per_s, 0) << "it was not asked for";
  EXPECT_THAT(describe_server(server("wrong")).failure, HasSubstr("expected 1"));
}

// A round of 100 requests a second, all answered after 10 ms, whose client was late by so much.
ServerRound round_with_lag(double lag_ns) {
  ServerRound round{.load = {.requests = 100, .achieved_per_s = 100, .client_lag_p99_ns = lag_ns}};
  for (int i = 0; i < 100; ++i) round.result.latencies.add(10000000);
  return round;
}

struct Asked {
  std::int64_t attempts = 0;
  double lag_ns = 0;
};

// What remains of rounds whose clients were late by these, one after the other.
Asked asked(const std::vector<ServerRound>& rounds) {
  std::size_t next = 0;
  const ServerRound last = ask_until_in_time(100, [&] { return rounds.at(next++); });
  return {last.load.attempts, last.load.client_lag_p99_ns};
}

TEST(RoundsOfServers, AreAskedAgainWhereTheClientWasLate) {
  const ServerRound late = round_with_lag(5e6), in_time = round_with_lag(1e5);
  EXPECT_EQ(asked({in_time}).attempts, 1);
  const Asked third = asked({late, late, in_time});
  EXPECT_EQ(third.attempts, 3);
  EXPECT_EQ(third.lag_ns, 1e5);
  EXPECT_EQ(asked({late, late, late, late}).attempts, 4) << "the last counts, late as it is";
}

// Then there is no latency that it would spoil.
TEST(RoundsOfServers, AreNotAskedAgainWhereTheServerWasSaturated) {
  ServerRound saturated = round_with_lag(5e6);
  saturated.load.achieved_per_s = 50;
  EXPECT_EQ(asked({saturated}).attempts, 1);
}

// 32 connections have 160 answers a second of it, 128 have 640.
TEST_F(PassesOfServers, ThatWaitInsteadOfWorkingAreAskedWithMoreConnections) {
  ServerTask task = server("waits");
  task.load.connections = 128;
  task.saturation_s = 1;
  EXPECT_GT(describe_server(task).capacity_per_s, 200);
}

}  // namespace
}  // namespace gapmeter
