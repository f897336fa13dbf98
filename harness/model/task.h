// What a worker process is asked to do: one cell in one round.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "harness/model/cell.h"
#include "harness/model/command_spec.h"
#include "harness/model/pass.h"
#include "harness/model/server_spec.h"

namespace gapmeter {

// How a cell is timed: found in its first round and kept, so that all rounds are alike.
struct SlicePlan {
  std::int64_t calls = 1;    // in a batch
  std::int64_t batches = 1;  // in a slice; 0: as many as last slice_ns in the worker itself

  bool operator==(const SlicePlan&) const = default;
};

struct TimingSpec {
  std::int64_t batch_ns = 10'000;      // least length of a batch
  std::int64_t slice_ns = 2'000'000;   // of a slice, but for calls that are longer
  std::int64_t round_ns = 80'000'000;  // timed work wanted in one round
  std::int64_t single_calls_ns = 0;    // then time for single calls; 0: none
  std::optional<SlicePlan> plan{};     // empty: calibrate

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
  bool verify_after = false;  // compare the result again after the timed calls of a time pass
  // The variant is a command or a server, not a function.
  std::optional<CommandTask> command{};
  std::optional<ServerTask> server{};

  bool operator==(const Task&) const = default;
};

}  // namespace gapmeter
