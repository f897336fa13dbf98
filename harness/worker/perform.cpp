#include "harness/worker/perform.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <new>

#include "harness/base/hash.h"
#include "harness/sys/memory.h"
#include "harness/worker/single_calls.h"
#include "harness/worker/timing.h"
#include "harness/worker/verification.h"

namespace gapmeter {
namespace {

// The call that precedes the memory baseline: small enough to weigh nothing, large enough to run
// every import and lazy initialisation.
constexpr std::size_t tiny_n = 16;

const Kernel& find_kernel(const std::vector<Kernel>& kernels, const std::string& name) {
  const auto found = std::find_if(kernels.begin(), kernels.end(),
                                  [&](const Kernel& kernel) { return kernel.name == name; });
  if (found == kernels.end()) {
    throw std::invalid_argument(fmt::format("this build has no kernel '{}'", name));
  }
  return *found;
}

std::shared_ptr<const Inputs> make_inputs(const Kernel& kernel, const Task& task, std::size_t n) {
  return std::make_shared<const Inputs>(
      generate_inputs(kernel.name, kernel.inputs, n, task.seed, task.threads));
}

std::string digest_text(const Inputs& inputs) { return hex_of(digest_of(inputs)); }

OutputCheck check_result(const Kernel& kernel, const Inputs& inputs, const std::vector<Buffer>& expected,
              PreparedCall& call) {
  try {
    return check_outputs(kernel, inputs, expected, call.result());
  } catch (const WrongResult& wrong) {
    return {.matches = false, .difference = wrong.what(), .comparable = false};
  }
}

// Verifies the first call and the second one: a variant that consumes or overwrites what it was
// given is right only once.
Measurement verify(const Task& task, const Kernel& kernel, LaneRunner& lane) {
  const auto inputs = make_inputs(kernel, task, task.n);
  Measurement measurement{.input_digest = digest_text(*inputs)};
  const std::vector<Buffer> expected =
      NativeLane().prepare(kernel, kernel.reference, inputs)->result();
  const auto call = lane.prepare(kernel, task.variant.name, inputs);
  for (const char* when : {"", "in the second call, "}) {
    const OutputCheck check = check_result(kernel, *inputs, expected, *call);
    if (check.comparable) {
      measurement.max_error = std::max(measurement.max_error.value_or(0), check.max_error);
    }
    if (!check.matches) {
      measurement.status = Status::mismatch;
      measurement.reason = when + check.difference;
      return measurement;
    }
  }
  if (digest_text(*inputs) != measurement.input_digest) {
    measurement.status = Status::mismatch;
    measurement.reason = "the variant changed its inputs";
  }
  return measurement;
}

// What was spent inside timed regions.
double timed_seconds(const Measurement& measurement) {
  const Timing& timing = *measurement.timing;
  double total_ns = timing.mean_ns * static_cast<double>(timing.batch.calls * timing.batches);
  if (measurement.single_calls) {
    for (const Histogram::Bucket& bucket : measurement.single_calls->calls.buckets()) {
      total_ns += static_cast<double>(bucket.lower_bound()) * static_cast<double>(bucket.times());
    }
  }
  return total_ns * 1e-9;
}

Measurement time(const Task& task, const Kernel& kernel, LaneRunner& lane, const Turn& turn) {
  const auto started = std::chrono::steady_clock::now();
  auto inputs = make_inputs(kernel, task, task.n);
  Measurement measurement{.input_digest = digest_text(*inputs)};
  const auto call = lane.prepare(kernel, task.variant.name, std::move(inputs));
  measurement.effort.prepare_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  measurement.metrics = call->metrics();
  measurement.timing = time_round(*call, task.timing, turn);
  const std::int64_t single_calls_ns = task.timing.single_calls_ns;
  if (single_calls_ns > 0 && measurement.timing->p50_ns >= shortest_single_call_ns) {
    measurement.single_calls = time_single_calls(*call, lane, single_calls_ns);
  }
  measurement.effort.timed_s = timed_seconds(measurement);
  return measurement;
}

void settle(LaneRunner& lane) {
  lane.collect_garbage();
  release_free_memory();
}

Measurement measure_memory(const Task& task, const Kernel& kernel, LaneRunner& lane) {
  disable_huge_pages();
  lane.prepare(kernel, task.variant.name, make_inputs(kernel, task, std::min(tiny_n, task.n)))->run(1);
  settle(lane);
  const std::optional<std::int64_t> baseline = resident_bytes();
  if (!baseline) throw std::runtime_error("resident memory can't be read from /proc here");
  const auto increment = [&](std::optional<std::int64_t> bytes) -> std::optional<std::int64_t> {
    if (!bytes) return std::nullopt;
    return *bytes - *baseline;
  };
  Measurement measurement;
  MemoryUse memory{.baseline_bytes = *baseline};
  {
    auto inputs = make_inputs(kernel, task, task.n);
    measurement.input_digest = digest_text(*inputs);
    const auto call = lane.prepare(kernel, task.variant.name, std::move(inputs));
    settle(lane);
    memory.input_bytes = increment(resident_bytes());
    const bool peak_is_reset = reset_peak();
    call->run(1);
    if (peak_is_reset) memory.peak_bytes = increment(peak_resident_bytes());
  }
  settle(lane);
  memory.retained_bytes = increment(resident_bytes());
  measurement.memory = memory;
  return measurement;
}

Measurement perform_pass(const Task& task, const Kernel& kernel, LaneRunner& lane, const Turn& turn) {
  switch (task.pass) {
    case Pass::verify:
      return verify(task, kernel, lane);
    case Pass::memory:
      return measure_memory(task, kernel, lane);
    case Pass::time:
      return time(task, kernel, lane, turn);
  }
  throw std::logic_error("unknown pass");
}

}  // namespace

Measurement perform(const Task& task, const std::vector<Kernel>& kernels, LaneRunner& lane,
                    const Turn& turn) {
  const auto ended = [](Status status, std::string reason) {
    return Measurement{.status = status, .reason = std::move(reason)};
  };
  try {
    return perform_pass(task, find_kernel(kernels, task.kernel), lane, turn);
  } catch (const Skipped& skipped) {
    return ended(Status::skipped, skipped.what());
  } catch (const WrongResult& wrong) {
    return ended(Status::mismatch, wrong.what());
  } catch (const std::bad_alloc&) {
    return ended(Status::oom, "out of memory");
  } catch (const std::exception& error) {
    return ended(Status::error, error.what());
  } catch (...) {
    return ended(Status::error, "threw something that is not a std::exception");
  }
}

}  // namespace gapmeter
