// What a worker process is asked to do and what it answers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/kernel/report.h"
#include "harness/results/histogram.h"

namespace gapmeter {

enum class Lane : std::uint8_t { native, python };
std::string_view name_of(Lane lane);

// One implementation of a kernel, written lane/name: native/simd. A Python variant that runs on
// another engine than the run's first carries its label: python@3.13/builtin.
struct VariantId {
  Lane lane;
  std::string name;
  std::string engine{};

  auto operator<=>(const VariantId&) const = default;
};
std::string to_string(const VariantId& variant);
// nullopt unless the text is a known lane, an engine's label for Python ones, a slash and a name.
std::optional<VariantId> parse_variant(std::string_view text);

// How a row ended. Everything but ok carries a reason.
enum class Status : std::uint8_t { ok, mismatch, error, timeout, crashed, oom, skipped };
std::string_view name_of(Status status);
std::optional<Status> parse_status(std::string_view text);

// The passes over a cell, each in worker processes of its own.
enum class Pass : std::uint8_t { verify, memory, time };
std::string_view name_of(Pass pass);
std::optional<Pass> parse_pass(std::string_view text);

// Which quantile over its batches stands for a round: the 10th percentile of short batches sees the
// machine between its interruptions, which long ones can't escape; for those it is the median.
enum class Estimator : std::uint8_t { p10, median };
std::string_view name_of(Estimator estimator);
std::optional<Estimator> parse_estimator(std::string_view text);

// How a cell's batches are timed: found in its first round and kept, so that all rounds are alike.
struct BatchPlan {
  std::int64_t calls = 1;
  Estimator estimator = Estimator::p10;

  bool operator==(const BatchPlan&) const = default;
};

// A round whose batches come in slices, between which another process has the processor.
struct SlicePlan {
  std::int64_t slices = 1;
  std::int64_t batches = 1;  // in each

  bool operator==(const SlicePlan&) const = default;
};

struct TimingSpec {
  std::int64_t batch_ns = 10'000;      // shortest batch of calls that is timed together
  std::int64_t round_ns = 50'000'000;  // timed work wanted in one round
  std::int64_t single_calls_ns = 0;    // then so much of calls that are timed one by one; 0: none
  std::optional<BatchPlan> batch{};    // empty: calibrate
  std::optional<SlicePlan> slices{};   // empty: the batches of a round without a break

  bool operator==(const TimingSpec&) const = default;
};

// One cell in one round.
struct Job {
  Pass pass = Pass::time;
  std::string kernel;
  VariantId variant{};
  std::size_t n = 0;
  int threads = 1;
  std::uint64_t seed = 0;
  TimingSpec timing{};

  bool operator==(const Job&) const = default;
};

// Lengths of blocks of consecutive batches. What a longer batch would have read: for comparing a
// short call with a long one, whose batches can't be short.
inline constexpr std::array<std::int64_t, 3> block_lengths_ns{100'000, 1'000'000, 10'000'000};

// One round's timing. Every *_ns is nanoseconds per call.
struct Timing {
  BatchPlan batch{};
  std::int64_t batches = 0;
  double latency_ns = 0;  // by the estimator
  double min_ns = 0;
  double p10_ns = 0;
  double p50_ns = 0;
  double mean_ns = 0;
  // Median over blocks of each length; empty where batches are as long or the round is shorter.
  std::array<std::optional<double>, block_lengths_ns.size()> block_ns{};
  // While the batches were timed: how often the processor was given to another program, and pages
  // that were touched for the first time or had to be read from disk.
  std::int64_t involuntary_switches = 0;
  std::int64_t minor_faults = 0;
  std::int64_t major_faults = 0;
  std::vector<double> slice_ns{};  // by the estimator, of each slice; empty without slices

  bool operator==(const Timing&) const = default;
};

// Runs of Python's garbage collector, by generation.
struct Collections {
  std::array<std::int64_t, 3> count{};
  std::int64_t total_ns = 0;
  std::int64_t longest_ns = 0;

  bool operator==(const Collections&) const = default;
};

// One round's calls, timed one by one.
struct SingleCalls {
  Histogram calls{};
  double clock_ns = 0;  // what reading the clock twice takes: part of every value
  // While they were timed; empty for lanes without a collector.
  std::optional<Collections> collections{};
  // The machine's own interruptions of at least shortest_hiccup_ns, seen by a loop that does
  // nothing but read the clock for hiccup_s.
  Histogram hiccups{};
  double hiccup_s = 0;

  bool operator==(const SingleCalls&) const = default;
};
inline constexpr std::int64_t shortest_hiccup_ns = 1000;

// Resident memory of a worker. `input`, `peak` and `retained` are increments over `baseline`, the
// size after imports and one tiny call; empty where the system can't tell.
struct MemoryUse {
  std::int64_t baseline_bytes = 0;
  std::optional<std::int64_t> input_bytes{};
  std::optional<std::int64_t> peak_bytes{};
  std::optional<std::int64_t> retained_bytes{};
};

struct Measurement {
  Status status = Status::ok;
  std::string reason{};
  std::string input_digest{};         // 16 hexadecimal digits; empty when inputs were never made
  std::optional<double> max_error{};  // largest |actual - expected|, of a verify pass
  std::optional<Timing> timing{};
  std::optional<SingleCalls> single_calls{};
  double prepare_s = 0;  // making inputs and preparing them for the variant, of a time pass
  double timed_s = 0;    // inside timed regions
  std::optional<MemoryUse> memory{};
  std::vector<Metric> metrics{};  // what the variant's preparation reported, of a time pass
};

// A Python variant as its module declares it, without having run it.
struct PythonVariant {
  std::string kernel;
  std::string name;
  std::vector<std::string> requires_packages;
  std::optional<std::size_t> max_size;
  bool quick = true;  // false: too slow to prepare for quick runs
};

// What a program's native worker says of its kernels, for another build of the program.
struct NativeDescription {
  struct Kernel {
    std::string name;
    std::string sizes;
    std::string reference;
    std::string baseline;
    std::vector<std::string> variants;
  };
  std::string python_dir;    // where the .py files of its kernels are
  std::string git_revision;  // that it was built from
  std::vector<Kernel> kernels;
};

// What the Python worker says about itself and about the modules in the directory it was given.
struct PythonDescription {
  struct Problem {
    std::string kernel;
    std::string text;
  };
  std::vector<std::string> modules;  // stems of the .py files found
  std::vector<PythonVariant> variants;
  std::vector<Problem> problems;
  std::string version;
  std::string build;
  std::string executable;
  std::string link;                   // static or shared
  std::string numpy_version;          // empty without NumPy
  std::string numpy_blas;             // path of the library that NumPy loaded
  std::vector<std::string> warnings;  // about the interpreter itself
};

}  // namespace gapmeter
