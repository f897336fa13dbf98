// What servers cost, from rows whose figures can be divided by hand.
#include "harness/analysis/server_costs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/unit/support/rows.h"

namespace gapmeter {
namespace {

constexpr std::int64_t mib = 1 << 20;

// A server at a rate: every request took so long.
SummaryRow row_of(std::size_t rate, double p99_ns, std::string_view name = "python/fastapi") {
  SummaryRow row{.cell = {.kernel = "serve", .variant = test::variant(name), .n = rate},
                 .verified = true,
                 .latency_ns = p99_ns};
  row.combined.load = Load{.requests = 1000, .capacity_per_s = 900};
  row.combined.single_calls.emplace();
  row.combined.single_calls->calls.add(static_cast<std::int64_t>(p99_ns), 1000);
  row.combined.timing = Timing{.processes = ProcessTimes{.user_s = 0.0015, .system_s = 0.0005}};
  return row;
}

SummaryRow with_memory(SummaryRow row, std::int64_t idle, std::int64_t more) {
  row.combined.memory = MemoryUse{.baseline_bytes = idle, .peak_bytes = more};
  return row;
}

ServerCost only_cost(const std::vector<SummaryRow>& rows, const RunContext& context = {}) {
  const auto costs = server_costs_of(rows, context);
  EXPECT_EQ(costs.size(), 1);
  return costs.at(0);
}

TEST(ServerCosts, AreThoseOfTheHighestRateWithinTheObjective) {
  const ServerCost cost =
      only_cost({row_of(500, 9e6), row_of(125, 2e6), row_of(250, 4e6), row_of(1000, 30e6)});
  EXPECT_EQ(cost.rate_per_s, 500);
  EXPECT_NEAR(cost.latency_p99_ns.value(), 9e6, 9e3);
  EXPECT_EQ(cost.capacity_per_s, 900);
  EXPECT_EQ(cost.objective_ns, 10e6);
}

// Beyond a rate that is too slow nothing counts, though it happened to be quick.
TEST(ServerCosts, EndAtTheFirstRateBeyondTheObjective) {
  EXPECT_EQ(only_cost({row_of(125, 2e6), row_of(250, 20e6), row_of(500, 3e6)}).rate_per_s, 125);
  SummaryRow saturated = row_of(250, 1);
  saturated.latency_ns.reset();
  saturated.combined.single_calls.reset();
  EXPECT_EQ(only_cost({row_of(125, 2e6), saturated, row_of(500, 3e6)}).rate_per_s, 125);
  EXPECT_FALSE(only_cost({saturated}).is_client_bound);
  saturated.state = MachineState::client_bound;
  EXPECT_TRUE(only_cost({saturated}).is_client_bound);
}

TEST(ServerCosts, AreUnknownWhereNoRateIsWithinTheObjective) {
  const ServerCost cost =
      only_cost({with_memory(row_of(125, 20e6), 10 * mib, 2 * mib)}, {.wanted_per_s = 1000});
  EXPECT_EQ(cost.rate_per_s, std::nullopt);
  EXPECT_EQ(cost.instances, std::nullopt);
  EXPECT_EQ(cost.processor_s, std::nullopt);
  EXPECT_EQ(cost.loaded_bytes, 12 * mib);
}

TEST(ServerCosts, AreDividedByMemoryAndByProcessorTime) {
  const ServerCost cost = only_cost({with_memory(row_of(500, 2e6), 96 * mib, 32 * mib)});
  EXPECT_EQ(cost.idle_bytes, 96 * mib);
  EXPECT_EQ(cost.loaded_bytes, 128 * mib);
  EXPECT_NEAR(cost.per_gib.value(), 4000, 1e-9);
  EXPECT_NEAR(cost.processor_s.value(), 0.002, 1e-12);
  EXPECT_NEAR(cost.per_core.value(), 500, 1e-9);
}

TEST(ServerCosts, TakeTheMemoryOfTheNextRateThatHasIt) {
  const ServerCost cost =
      only_cost({row_of(125, 1e6), with_memory(row_of(250, 1e6), mib, 0), row_of(500, 1e9)});
  EXPECT_EQ(cost.rate_per_s, 250);
  EXPECT_EQ(cost.loaded_bytes, mib);
}

TEST(ServerCosts, SayHowManyInstancesARateNeeds) {
  const auto instances = [](double wanted) {
    return only_cost({row_of(500, 1e6)}, {.wanted_per_s = wanted}).instances.value();
  };
  EXPECT_EQ(instances(500), 1);
  EXPECT_EQ(instances(501), 2);
  EXPECT_EQ(instances(5000), 10);
}

TEST(ServerCosts, AreNoneOfVariantsThatAreNotAsked) {
  SummaryRow function = row_of(500, 1e6);
  function.combined.load.reset();
  EXPECT_TRUE(server_costs_of({function}, {}).empty());
}

TEST(ServerCosts, HaveALineForEachServer) {
  const auto costs = server_costs_of(
      {row_of(125, 1e6), row_of(125, 1e6, "native/beast"), row_of(250, 1e6, "native/beast")}, {});
  ASSERT_EQ(costs.size(), 2);
  EXPECT_EQ(to_string(costs[1].variant), "native/beast");
  EXPECT_EQ(costs[1].rate_per_s, 250);
}

}  // namespace
}  // namespace gapmeter
