// Pairs of workers and time made up, for what runs duels.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/measure/pair_runner.h"
#include "harness/measure/scheduler.h"
#include "harness/tests/unit/testing.h"

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

  std::array<TaskOutcome, 2> run_pair(const Task& task, int first) override {
    log.emplace_back(first == 0 ? "pair from base" : "pair from new");
    const std::size_t pair = paired.size();
    paired.push_back(task);
    clock_.s += pair_s;
    if (during) during(pair);
    if (outcomes) return *outcomes;
    const auto slices = static_cast<std::size_t>(task.timing.slices.value().slices);
    return {timed(std::vector<double>(slices, base_ns)),
            timed(std::vector<double>(slices, base_ns * ratio(pair)))};
  }

  static TaskOutcome timed(std::vector<double> slice_ns) {
    Timing timing = timing_of(1);
    timing.slice_ns = std::move(slice_ns);
    return {.measurement = {.timing = std::move(timing)}};
  }

  std::array<std::string, 2> digests{some_digest, some_digest};
  std::array<std::optional<TaskOutcome>, 2> unverified{};
  std::optional<TaskOutcome> uncalibrated{};
  std::optional<std::array<TaskOutcome, 2>> outcomes{};  // of every pair
  Timing calibration = timing_of(100, 100);             // batches of 10 µs
  double base_ns = 100;
  std::function<double(std::size_t)> ratio = [](std::size_t) { return 1.0; };
  std::function<void(std::size_t)> during{};
  double alone_s = 0, pair_s = 1;

  std::vector<std::string> log;
  std::vector<Task> alone, paired;

 private:
  FakeClock& clock_;
};

}  // namespace gapmeter::test
