// What a worker process is asked to do: one cell in one round.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/model/cell.h"
#include "harness/model/pass.h"

namespace gapmeter {

// Which quantile of its batches is a round's figure. For short batches it is the 10th percentile,
// which sees the machine between its interruptions. Long batches can't escape these; for them it is
// the median.
enum class Estimator : std::uint8_t { p10, median };
std::string_view name_of(Estimator estimator);
std::optional<Estimator> parse_estimator(std::string_view text);

// How a cell's batches are timed: determined in its first round and kept, so that all rounds are
// alike.
struct BatchPlan {
  std::int64_t calls = 1;
  Estimator estimator = Estimator::p10;

  bool operator==(const BatchPlan&) const = default;
};

// A round whose batches are cut into slices; between slices another process has the processor.
struct SlicePlan {
  std::int64_t slices = 1;
  std::int64_t batches = 1;  // in each

  bool operator==(const SlicePlan&) const = default;
};

struct TimingSpec {
  std::int64_t batch_ns = 10'000;      // least length of a batch
  std::int64_t round_ns = 50'000'000;  // timed work wanted in one round
  std::int64_t single_calls_ns = 0;    // then time for single calls; 0: none
  std::optional<BatchPlan> batch{};    // empty: calibrate
  std::optional<SlicePlan> slices{};   // empty: all batches of a round without a break

  bool operator==(const TimingSpec&) const = default;
};

struct Task {
  Pass pass = Pass::time;
  std::string kernel;
  VariantId variant{};
  std::size_t n = 0;
  int threads = 1;
  std::uint64_t seed = 0;
  TimingSpec timing{};

  bool operator==(const Task&) const = default;
};

}  // namespace gapmeter
