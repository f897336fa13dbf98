// Claims on a model behind a web server: C28 and C29.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/unit/support/evidence_rows.h"

namespace gapmeter {
namespace {

using test::decide;
using test::decide_in;
using test::operator+;
using test::outcome;
using test::rounds_around;
using test::row_of;
using test::SummaryRows;
using ::testing::HasSubstr;
using ::testing::SizeIs;

Histogram histogram_of(const std::vector<std::pair<double, std::int64_t>>& values) {
  Histogram histogram;
  for (const auto& [value, times] : values) {
    histogram.add(static_cast<std::int64_t>(value), times);
  }
  return histogram;
}

// Requests of which nearly all take p50 and two in a hundred p99.
Histogram latencies(double p50, double p99) { return histogram_of({{p50, 98'000}, {p99, 2'000}}); }

// A server at one rate: what it serves at most, and latencies in µs.
SummaryRow served(const char* server, std::size_t rate, double capacity, double p50, double p99) {
  SummaryRow row = row_of("serve", server, rate, rounds_around(1e3 * p50));
  row.combined.load = Load{
      .requests = 100'000, .achieved_per_s = static_cast<double>(rate), .capacity_per_s = capacity};
  row.combined.single_calls = SingleCalls{.calls = latencies(1e3 * p50, 1e3 * p99)};
  return row;
}

// FastAPI saturates at 2000 requests a second and takes 1 ms, the native server at 32000 and takes
// 0.1 ms: p99 over p50 of each at half of that, and at the rate that both serve.
SummaryRows servers(double fastapi, double native, double native_at_equal_rate_us = 200) {
  return {served("python/fastapi", 1000, 2000, 1000, 1000 * fastapi),
          served("native/beast", 1000, 32'000, 100, native_at_equal_rate_us),
          served("native/beast", 16'000, 32'000, 100, 100 * native)};
}

// A queue alone makes p99 / p50 = 4.34 of half load.
TEST(C28, HoldsWhereSpikesAreMoreThanAQueueAndMoreThanTheNativeServers) {
  const Decision decision = decide("C28", servers(8, 4));
  EXPECT_EQ(decision.outcome, Outcome::holds);
  const auto numbers = test::deciding(decision);
  ASSERT_THAT(numbers, SizeIs(3));
  EXPECT_NEAR(numbers[0].value.value, 8 / 4.336, 0.01);
  EXPECT_NEAR(numbers[1].value.value, 2, 0.01);
  EXPECT_NEAR(numbers[2].value.value, 40, 0.1) << "8 ms against 0.2 ms at 1000 requests/s";
  EXPECT_EQ(numbers[2].n, 1000U);
  EXPECT_THAT(decision.reason, HasSubstr("at 50 % of what it serves at most"));
}

TEST(C28, FailsWhereAQueueAloneWouldMakeThem) {
  const Decision decision = decide("C28", servers(4.3, 1.2));
  EXPECT_EQ(decision.outcome, Outcome::fails) << "though 3.6 times the native server's";
}

TEST(C28, FailsWhereTheNativeServerHasThemToo) {
  EXPECT_EQ(outcome("C28", servers(8, 8)), Outcome::fails);
}

TEST(C28, FailsWhereTheNativeServersTailIsAsLongAtAnEqualRate) {
  EXPECT_EQ(outcome("C28", servers(8, 4, 7000)), Outcome::fails);
}

TEST(C28, IsOpenWhereAnIntervalHoldsTheLine) {
  SummaryRows rows = servers(8, 4);
  // Too few requests to tell which side of the line the percentile is on.
  rows[0].combined.single_calls->calls = histogram_of({{1e6, 980}, {5e6, 10}, {9e6, 10}});
  EXPECT_EQ(outcome("C28", rows), Outcome::open);
}

TEST(C28, IsOpenWhereACellWasDisturbedNearlyAllTheTime) {
  SummaryRows rows = servers(8, 4);
  rows[0].state = MachineState::mixed;
  EXPECT_EQ(outcome("C28", rows), Outcome::open);
}

TEST(C28, TakesTheRateNearestToHalfOfEachSaturation) {
  SummaryRows rows = servers(8, 4) + SummaryRows{served("python/fastapi", 500, 2000, 900, 1000),
                                                 served("python/fastapi", 1400, 2000, 1200, 9e4),
                                                 served("native/beast", 8000, 32'000, 90, 9e4)};
  const Decision decision = decide("C28", rows);
  EXPECT_NEAR(test::deciding(decision).at(1).value.value, 2, 0.01);
}

TEST(C28, IsNotMeasuredWithoutRatesNearHalfOfBothSaturations) {
  SummaryRows rows = servers(8, 4);
  rows.pop_back();
  const Decision decision = decide("C28", rows);
  EXPECT_EQ(decision.outcome, Outcome::not_measured);
  EXPECT_THAT(decision.reason, HasSubstr("at about half of what each serves"));
}

TEST(C28, IsNotMeasuredWhereClientAndServerSharedProcessors) {
  SummaryRows rows = servers(8, 4);
  for (SummaryRow& row : rows) row.combined.load->shared_processors = 1;
  EXPECT_EQ(outcome("C28", rows), Outcome::not_measured);
}

TEST(C28, IsNotMeasuredWithoutFastApiAndSaysWhy) {
  SummaryRows rows = servers(8, 4);
  rows[0].status = Status::skipped;
  rows[0].reason = "needs the package fastapi";
  rows[0].latency_ns.reset();
  const Decision decision = decide("C28", rows);
  EXPECT_EQ(decision.outcome, Outcome::not_measured);
  EXPECT_THAT(decision.reason, HasSubstr("needs the package fastapi"));
}

TEST(C28, TellsOfTheModelInALoopBeside) {
  SummaryRow loop = row_of("mlp_infer", "python/numpy", 1, rounds_around(10'000));
  loop.combined.single_calls = SingleCalls{.calls = latencies(10'000, 20'000)};
  const auto told = test::beside(decide("C28", servers(8, 4) + SummaryRows{loop}));
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_NEAR(told[0].value.value, 100, 0.1) << "1 ms against 10 µs";
  EXPECT_NEAR(told[1].value.value, 2, 0.01);
}

TEST(C28, IsDecidedForRustAgainstItsOwnServer) {
  SummaryRows rows = servers(8, 8);
  for (SummaryRow row : servers(8, 4)) {
    if (row.cell.variant.lane.is_python()) continue;
    row.cell.variant = test::variant("rust/axum");
    rows.push_back(row);
  }
  EXPECT_EQ(decide_in("rust", "C28", rows).outcome, Outcome::holds);
  EXPECT_EQ(decide_in("native", "C28", rows).outcome, Outcome::fails);
}

TEST(C28, NamesThePackagesOfTheServer) {
  const RunContext context{
      .baselines = {{"serve", test::variant("python/fastapi")}},
      .packages = {{{"serve", "python/fastapi"}, "fastapi 0.92.0, uvicorn 0.17.6"},
                   {{"serve", "python/asgi"}, "uvicorn 0.17.6"}}};
  for (const DecidedClaim& decided : decide_claims(servers(8, 4), context)) {
    if (decided.claim.id != "C28" && decided.claim.id != "C29") continue;
    EXPECT_EQ(decided.main().seen_with.back().what, Dependence::packages);
    EXPECT_EQ(decided.main().seen_with.back().found, "fastapi 0.92.0, uvicorn 0.17.6");
  }
}

constexpr std::int64_t mib = 1 << 20;

SummaryRow resident(const char* server, std::size_t rate, std::int64_t idle_mib,
                    std::optional<std::int64_t> added_mib) {
  SummaryRow row = served(server, rate, 2000, 1000, 4000);
  row.combined.memory = MemoryUse{.baseline_bytes = idle_mib * mib};
  if (added_mib) row.combined.memory->peak_bytes = *added_mib * mib;
  return row;
}

TEST(C29, HoldsWhereFastApiHasMoreThanTwiceAsMuchUnderLoad) {
  const Decision decision = decide(
      "C29", {resident("python/fastapi", 250, 40, 5), resident("python/fastapi", 500, 40, 10),
              resident("native/beast", 500, 4, std::nullopt)});
  EXPECT_EQ(decision.outcome, Outcome::holds);
  const auto numbers = test::deciding(decision);
  ASSERT_THAT(numbers, SizeIs(1));
  EXPECT_EQ(numbers[0].value.value, 12.5) << "50 MiB against 4 MiB";
  EXPECT_EQ(numbers[0].n, 500U) << "the rate at which it has the most";
  const auto told = test::beside(decision);
  ASSERT_THAT(told, SizeIs(4)) << "of each under load and idle";
  EXPECT_EQ(told[0].value.value, 50);
  EXPECT_EQ(told[1].value.value, 40);
}

TEST(C29, FailsWhereItHasNotEvenTwiceAsMuch) {
  EXPECT_EQ(outcome("C29",
                    {resident("python/fastapi", 500, 40, 5), resident("native/beast", 500, 20, 5)}),
            Outcome::fails);
}

TEST(C29, TellsOfTheGrowthUnderLoad) {
  SummaryRow row = resident("python/fastapi", 500, 40, 10);
  row.combined.server = ServerProcesses{.processes = 1, .soak_s = 60, .soak_growth_bytes = 3 * mib};
  const auto told =
      test::beside(decide("C29", {row, resident("native/beast", 500, 4, std::nullopt)}));
  ASSERT_THAT(told, SizeIs(5));
  EXPECT_EQ(told[4].what, "growth of python/fastapi in 60 s under load");
  EXPECT_EQ(told[4].value.value, 3);
}

TEST(C29, CountsTheMemoryOfServersWhoseLatencyIsNotKnown) {
  SummaryRow native = resident("native/beast", 16'000, 4, std::nullopt);
  native.state = MachineState::client_bound;
  native.latency_ns.reset();
  EXPECT_EQ(outcome("C29", {resident("python/fastapi", 500, 40, 10), native}), Outcome::holds);
}

TEST(C28, SaysWhereTheClientWasTooSlowToTell) {
  SummaryRows rows = servers(8, 4);
  rows[1].state = rows[2].state = MachineState::client_bound;
  rows[1].reason = rows[2].reason = "the client was late itself";
  rows[1].latency_ns.reset();
  rows[2].latency_ns.reset();
  EXPECT_THAT(decide("C28", rows).reason, HasSubstr("native/beast: the client was late itself"));
}

TEST(C29, IsNotMeasuredWithoutTheMemoryOfBoth) {
  const Decision decision = decide("C29", {resident("python/fastapi", 500, 40, 10),
                                           served("native/beast", 500, 32'000, 100, 200)});
  EXPECT_EQ(decision.outcome, Outcome::not_measured);
}

}  // namespace
}  // namespace gapmeter
