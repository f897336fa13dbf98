// What calls change in place is restored before every batch and every single call, and never within
// one. Nothing here depends on how long anything takes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "harness/tests/unit/support/kernels.h"
#include "harness/worker/perform.h"
#include "harness/worker/single_calls.h"
#include "harness/worker/timing.h"

namespace gapmeter {
namespace {

using ::testing::Le;

// Can be restored for a few calls at a time, and insists on it.
class RestoredCall final : public PreparedCall {
 public:
  explicit RestoredCall(std::int64_t most) : most_(most) {}

  std::int64_t most_calls() const override { return most_; }
  void restore(std::int64_t calls) override {
    if (calls > most_) throw std::logic_error("restored for too many");
    left_ = calls;
    ++restored_;
  }
  void run(std::int64_t calls) override {
    if (calls > left_) throw std::logic_error("more calls than were restored for");
    left_ -= calls;
    longest_ = std::max(longest_, calls);
    ++runs_;
  }
  std::vector<Buffer> result() override { return {}; }

  std::int64_t restored() const { return restored_; }
  std::int64_t runs() const { return runs_; }
  std::int64_t longest() const { return longest_; }

 private:
  std::int64_t most_;
  std::int64_t left_ = 0;
  std::int64_t restored_ = 0;
  std::int64_t runs_ = 0;
  std::int64_t longest_ = 0;
};

const TimingSpec brief{.batch_ns = 10'000, .slice_ns = 50'000, .round_ns = 200'000};

// Calls that take next to nothing would otherwise be timed by the thousand.
TEST(TimeRound, HasNoLongerBatchesThanCanBeRestored) {
  RestoredCall call(3);
  EXPECT_THAT(time_round(call, brief).calls, Le(3));
  EXPECT_THAT(call.longest(), Le(3));
}

TEST(TimeRound, RestoresBeforeEveryBatch) {
  RestoredCall call(1);
  const Timing timing = time_round(call, brief);
  EXPECT_EQ(timing.calls, 1);
  EXPECT_GE(call.restored(), call.runs());
}

TEST(TimeRound, RestoresForThePlanOfEarlierRounds) {
  RestoredCall call(8);
  TimingSpec spec = brief;
  spec.plan = SlicePlan{.calls = 5, .batches = 2};
  EXPECT_EQ(time_round(call, spec).calls, 5);
}

TEST(SingleCallsPass, RestoresBeforeEveryCall) {
  RestoredCall call(1);
  NativeLane lane;
  const SingleCalls single = time_single_calls(call, lane, 100'000);
  EXPECT_EQ(call.runs(), single.calls.count());
  EXPECT_EQ(call.restored(), call.runs());
}

// A kernel that changes x, and refuses an x that was changed before.
void insists(std::span<double> x, std::span<const double> y) {
  if (x[0] != 1) throw std::runtime_error("somebody was here before");
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += 1 + y[i] * y[i];
}

Kernel changing_kernel() {
  Kernel kernel = test::twice_kernel();
  const Fill<double> ones = [](std::span<double> x, Random&) { std::fill(x.begin(), x.end(), 1); };
  kernel.inputs = {inout<double>("x", ones), input<double>("y", uniform{0, 1})};
  kernel.outputs.clear();
  kernel.reference = "insists";
  kernel.native = {native<insists>("insists")};
  return kernel;
}

class EveryPassOfAnInoutKernel : public ::testing::TestWithParam<Pass> {};
INSTANTIATE_TEST_SUITE_P(Passes, EveryPassOfAnInoutKernel,
                         ::testing::Values(Pass::verify, Pass::memory, Pass::time),
                         [](const auto& pass) { return std::string(name_of(pass.param)); });

TEST_P(EveryPassOfAnInoutKernel, CallsOnWhatWasDeclared) {
  NativeLane lane;
  TimingSpec timing = brief;
  timing.single_calls_ns = 1000;
  for (const std::size_t n : {1UL, 1000UL, 100'000UL}) {
    const Measurement measurement = perform({.pass = GetParam(),
                                             .kernel = "twice",
                                             .variant = {Lane::native(), "insists"},
                                             .n = n,
                                             .timing = timing,
                                             .verify_after = true},
                                            {changing_kernel()}, lane);
    EXPECT_EQ(measurement.status, Status::ok) << measurement.reason;
  }
}

TEST(NativeLaneOfAnInoutKernel, RefusesMoreCallsThanItHasCopiesFor) {
  const Kernel kernel = changing_kernel();
  const auto inputs = std::make_shared<const Inputs>(generate_inputs("twice", kernel.inputs, 4, 1));
  const auto call = NativeLane().prepare(kernel, {Lane::native(), "insists"}, inputs);
  EXPECT_THROW(call->run(1), std::logic_error);
  call->restore(2);
  call->run(1);
  call->run(1);
  EXPECT_THROW(call->run(1), std::logic_error);
}

}  // namespace
}  // namespace gapmeter
