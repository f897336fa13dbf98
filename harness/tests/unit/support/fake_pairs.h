// Pairs of workers and time made up, for what runs duels.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/measure/duel.h"
#include "harness/measure/scheduler.h"
#include "harness/tests/unit/support/rows.h"

namespace gapmeter::test {

class FakeClock final : public Clock {
 public:
  double now_s() const override { return s; }
  double s = 100;
};

inline TaskOutcome failing(Status status, std::string reason) {
  return {.measurement = {.status = status, .reason = std::move(reason)}};
}

inline TaskOutcome abandoned() {
  return {.measurement = {.status = Status::error}, .abandoned = true};
}

// What the probe takes when nothing disturbs it.
inline constexpr std::int64_t best_probe = 1000;

inline Slices slices_taking(const std::vector<double>& call_ns, std::int64_t probe = best_probe) {
  Slices slices;
  for (const double ns : call_ns) slices.push_back({ns, probe, probe});
  return slices;
}

inline TaskOutcome timed(Slices slices) {
  Timing timing = timing_of(1);
  timing.slices = std::move(slices);
  return {.measurement = {.timing = std::move(timing)}};
}

// Both sides as a test wants them: a second for each pair, nothing for the rest.
class FakePairRunner final : public PairRunner {
 public:
  explicit FakePairRunner(FakeClock& clock) : clock_(clock) {}

  TaskOutcome run(int side, const Task& task) override {
    log.push_back(std::string(name_of(task.pass)) + (side == 0 ? " base" : " new"));
    alone.push_back(task);
    clock_.s += alone_s;
    if (task.pass == Pass::verify) {
      if (const auto& failure = unverified.at(static_cast<std::size_t>(side))) return *failure;
      return {.measurement = {.input_digest = digests.at(static_cast<std::size_t>(side))}};
    }
    if (uncalibrated) return *uncalibrated;
    return {.measurement = {.timing = calibration}};
  }

  std::array<TaskOutcome, 2> run_pair(const Task& task, int number) override {
    log.push_back("pair " + std::to_string(number));
    const std::size_t pair = paired.size();
    paired.push_back(task);
    clock_.s += pair_s;
    if (during) during(pair);
    if (outcomes) return *outcomes;
    const auto round_of = [&](double ns) {
      return timed(slices_taking(std::vector<double>(slices, ns), probe(pair)));
    };
    return {round_of(base_ns), round_of(base_ns * ratio(pair))};
  }

  std::array<std::string, 2> digests{some_digest, some_digest};
  std::array<std::optional<TaskOutcome>, 2> unverified{};
  std::optional<TaskOutcome> uncalibrated{};
  std::optional<std::array<TaskOutcome, 2>> outcomes{};  // of every pair
  Timing calibration = timing_of(100, 100);              // five batches in a slice
  std::size_t slices = 10;
  double base_ns = 100;
  std::function<double(std::size_t)> ratio = [](std::size_t) { return 1.0; };
  std::function<std::int64_t(std::size_t)> probe = [](std::size_t) { return best_probe; };
  std::function<void(std::size_t)> during{};
  double alone_s = 0, pair_s = 1;

  std::vector<std::string> log;
  std::vector<Task> alone, paired;

 private:
  FakeClock& clock_;
};

}  // namespace gapmeter::test
