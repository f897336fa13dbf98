#include "harness/worker/perform.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <new>

#include "harness/worker/memory.h"
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

std::shared_ptr<const Inputs> make_inputs(const Kernel& kernel, const Job& job, std::size_t n) {
  return std::make_shared<const Inputs>(
      generate_inputs(kernel.name, kernel.inputs, n, job.seed, job.threads));
}

std::string digest_text(const Inputs& inputs) { return fmt::format("{:016x}", digest_of(inputs)); }

Verdict judge(const Kernel& kernel, const Inputs& inputs, const std::vector<Buffer>& expected,
              PreparedCall& call) {
  try {
    return compare_outputs(kernel, inputs, expected, call.result());
  } catch (const WrongResult& wrong) {
    return {.matches = false, .difference = wrong.what(), .comparable = false};
  }
}

// Verifies the first call and the second one: a variant that consumes or overwrites what it was
// given is right only once.
Measurement verify(const Job& job, const Kernel& kernel, LaneRunner& lane) {
  const auto inputs = make_inputs(kernel, job, job.n);
  Measurement measurement{.input_digest = digest_text(*inputs)};
  const std::vector<Buffer> expected =
      NativeLane().prepare(kernel, kernel.reference, inputs)->result();
  const auto call = lane.prepare(kernel, job.variant.name, inputs);
  for (const char* when : {"", "in the second call, "}) {
    const Verdict verdict = judge(kernel, *inputs, expected, *call);
    if (verdict.comparable) {
      measurement.max_error = std::max(measurement.max_error.value_or(0), verdict.max_error);
    }
    if (!verdict.matches) {
      measurement.status = Status::mismatch;
      measurement.reason = when + verdict.difference;
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

Measurement time(const Job& job, const Kernel& kernel, LaneRunner& lane, const Turn& turn) {
  const auto started = std::chrono::steady_clock::now();
  auto inputs = make_inputs(kernel, job, job.n);
  Measurement measurement{.input_digest = digest_text(*inputs)};
  const auto call = lane.prepare(kernel, job.variant.name, std::move(inputs));
  measurement.prepare_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  measurement.metrics = call->metrics();
  measurement.timing = time_round(*call, job.timing, turn);
  const std::int64_t single_calls_ns = job.timing.single_calls_ns;
  if (single_calls_ns > 0 && measurement.timing->p50_ns >= shortest_single_call_ns) {
    measurement.single_calls = time_single_calls(*call, lane, single_calls_ns);
  }
  measurement.timed_s = timed_seconds(measurement);
  return measurement;
}

void settle(LaneRunner& lane) {
  lane.collect_garbage();
  release_free_memory();
}

Measurement weigh(const Job& job, const Kernel& kernel, LaneRunner& lane) {
  disable_huge_pages();
  lane.prepare(kernel, job.variant.name, make_inputs(kernel, job, std::min(tiny_n, job.n)))->run(1);
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
    auto inputs = make_inputs(kernel, job, job.n);
    measurement.input_digest = digest_text(*inputs);
    const auto call = lane.prepare(kernel, job.variant.name, std::move(inputs));
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

Measurement perform_pass(const Job& job, const Kernel& kernel, LaneRunner& lane, const Turn& turn) {
  switch (job.pass) {
    case Pass::verify:
      return verify(job, kernel, lane);
    case Pass::memory:
      return weigh(job, kernel, lane);
    case Pass::time:
      return time(job, kernel, lane, turn);
  }
  throw std::logic_error("unknown pass");
}

}  // namespace

Measurement perform(const Job& job, const std::vector<Kernel>& kernels, LaneRunner& lane,
                    const Turn& turn) {
  const auto ended = [](Status status, std::string reason) {
    return Measurement{.status = status, .reason = std::move(reason)};
  };
  try {
    return perform_pass(job, find_kernel(kernels, job.kernel), lane, turn);
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
