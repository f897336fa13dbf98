// One round: fresh workers that are alive together and take turns on one processor.
//
// The speed of a shared machine changes in phases of milliseconds to minutes. Processes that run
// one after the other see different phases. Those that alternate every few milliseconds see the
// same ones, and each starts only once for many alternations. This is the only way in which
// anything is timed: the variants of a run, two builds, two engines.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "harness/measure/task_outcome.h"
#include "harness/measure/worker_process.h"
#include "harness/model/task.h"

namespace gapmeter {

// A worker of the round: what it is to do, and as whom.
struct Entrant {
  const WorkerSettings* settings;
  Task task;
};

// The order in which `count` entrants have their turn number `turn`: shuffled by the key, and
// reversed in every second turn. Each thus runs right after each other one equally often, and first
// as often as last.
std::vector<std::size_t> turn_order(std::uint64_t key, int turn, std::size_t count);

// Runs a round; returns how each ended, in the order of the entrants. All are started, one by one,
// and prepared before the first turn. Each then has one slice a turn until it has as many as it
// wants. One that crashes or hangs drops out, and the others go on. One that was killed from
// outside is run once more, alone: whether a person or the system killed it can't be known, but
// only the system does it again. When `stop` becomes true, all end with the slices that they have.
std::vector<TaskOutcome> take_turns(const std::vector<Entrant>& entrants, std::uint64_t key,
                                    const std::atomic<bool>* stop = nullptr);

}  // namespace gapmeter
