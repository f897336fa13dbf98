// What servers cost, in words.
#include "harness/cli/text/server_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/unit/support/rows.h"

namespace gapmeter {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t mib = 1 << 20;

ServerCost cost_of(std::string_view variant) {
  return {.kernel = "serve",
          .variant = test::variant(variant),
          .objective_ns = 10e6,
          .capacity_per_s = 812.4,
          .rate_per_s = 500,
          .latency_p99_ns = 4.2e6,
          .idle_bytes = 42 * mib,
          .loaded_bytes = 61 * mib,
          .processor_s = 0.00121};
}

TEST(TextOfServers, SaysWhatOneServes) {
  EXPECT_EQ(sentence_of(cost_of("python/fastapi")),
            "serve python/fastapi: 500 requests/s with a p99 of 4.20 ms (within 10.0 ms; at most "
            "812/s), in 61 MiB (42 MiB idle), 1.21 ms of processor time each.");
}

TEST(TextOfServers, SaysOnHowManyProcessors) {
  ServerCost cost = cost_of("python/fastapi");
  cost.threads = 3;
  EXPECT_THAT(sentence_of(cost), HasSubstr("serve python/fastapi on 3 processors: 500"));
}

TEST(TextOfServers, SaysThatNoRateIsServed) {
  ServerCost cost = cost_of("python/fastapi");
  cost.rate_per_s.reset();
  EXPECT_EQ(sentence_of(cost),
            "serve python/fastapi: at no measured rate was its p99 within 10.0 ms; at most 812/s, "
            "in 61 MiB (42 MiB idle).");
}

TEST(TextOfServers, DoesNotBlameTheServerForALateClient) {
  ServerCost cost = cost_of("native/beast");
  cost.capacity_per_s = 34'567;
  cost.rate_per_s.reset();
  cost.is_client_bound = true;
  EXPECT_EQ(sentence_of(cost),
            "serve native/beast: its latencies are not known, since the client itself was late; at "
            "most 34600/s, in 61 MiB (42 MiB idle).");
}

TEST(TextOfServers, LeavesOutWhatIsNotKnown) {
  ServerCost cost = cost_of("go/mine");
  cost.capacity_per_s.reset();
  cost.loaded_bytes.reset();
  cost.processor_s.reset();
  EXPECT_EQ(sentence_of(cost),
            "serve go/mine: 500 requests/s with a p99 of 4.20 ms (within 10.0 ms).");
}

TEST(TextOfServers, SaysHowManyARateNeeds) {
  ServerCost python = cost_of("python/fastapi"), native = cost_of("native/beast");
  python.wanted_per_s = native.wanted_per_s = 5000;
  python.instances = 10;
  EXPECT_THAT(format_server_costs({python, native}, {.columns = 200}),
              HasSubstr("serve: for 5k requests/s with a p99 within 10.0 ms: 10 of python/fastapi, "
                        "no number of native/beast.\n"));
}

TEST(TextOfServers, IsEmptyWithoutAny) { EXPECT_EQ(format_server_costs({}, {}), ""); }

}  // namespace
}  // namespace gapmeter
