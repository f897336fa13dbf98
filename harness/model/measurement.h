// What a worker measured in one task: its parts, and every quantity in them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "harness/base/histogram.h"
#include "harness/kernel/metrics.h"
#include "harness/model/quantity.h"
#include "harness/model/slices.h"
#include "harness/model/task.h"

namespace gapmeter {

// How a row ended. Everything but ok carries a reason.
enum class Status : std::uint8_t { ok, mismatch, error, timeout, crashed, oom, skipped };
std::string_view name_of(Status status);
std::optional<Status> parse_status(std::string_view text);

// Processor time of a command's processes, all together, in a call of a round, or of a server's for
// each request.
struct ProcessTimes {
  double user_s = 0;
  double system_s = 0;

  bool operator==(const ProcessTimes&) const = default;

  template <class Visit>
  static void quantities(Visit&& visit) {
    constexpr const char* meaning =
        "of a command: processor time per call, in it and in the system, of its process and of "
        "those that it waited for; of a server per request, of all its processes";
    using enum Bound;
    visit(Quantity{"user_s", &ProcessTimes::user_s, not_negative, Rule::mean, meaning});
    visit(Quantity{"system_s", &ProcessTimes::system_s, not_negative, Rule::mean, meaning});
  }
};

// One round's timing. Every *_ns is nanoseconds per call.
struct Timing {
  std::int64_t calls = 1;    // in a batch
  std::int64_t batches = 0;  // in all slices together
  Slices slices{};           // empty only in rounds of runs that are older than slices
  // The distribution of all batches.
  double min_ns = 0;
  double p10_ns = 0;
  double p50_ns = 0;
  double mean_ns = 0;
  // While the batches were timed: how often the processor was given to another program, and pages
  // that were touched for the first time or had to be read from disk.
  std::int64_t involuntary_switches = 0;
  std::int64_t minor_faults = 0;
  std::int64_t major_faults = 0;
  // In which the clock went back, so that they are not among the batches; absent if in none.
  std::optional<std::int64_t> dropped_batches{};
  std::optional<ProcessTimes> processes{};  // of commands

  bool operator==(const Timing&) const = default;

  template <class Visit>
  static void quantities(Visit&& visit) {
    constexpr const char* spread = "the distribution of its batches, per call";
    constexpr const char* usage =
        "while batches were timed: how often the processor went to another program, pages touched "
        "first, pages read from disk";
    using enum Bound;
    visit(Quantity{"calls_per_batch", &Timing::calls, positive, Rule::last,
                   "how many calls were timed together"});
    visit(Quantity{"batches", &Timing::batches, positive, Rule::none,
                   "how many times so many calls were timed"});
    visit(Quantity{"slices", &Timing::slices, any, Rule::none,
                   "the round's slices in their order, `call_ns:probe_before:probe_after:waited`: "
                   "time per call, what the probe read before and after, and how many thousandths "
                   "of the slice went to other processes; see [method.md](method.md#undisturbed)"});
    visit(Quantity{"batch_min_ns", &Timing::min_ns, not_negative, Rule::least,
                   "the shortest batch, per call: a best case"});
    visit(Quantity{"batch_p10_ns", &Timing::p10_ns, not_negative, Rule::none, spread});
    visit(Quantity{"batch_p50_ns", &Timing::p50_ns, not_negative, Rule::none, spread});
    visit(Quantity{"batch_mean_ns", &Timing::mean_ns, not_negative, Rule::none, spread});
    visit(Quantity{"involuntary_switches", &Timing::involuntary_switches, not_negative, Rule::sum,
                   usage});
    visit(Quantity{"minor_faults", &Timing::minor_faults, not_negative, Rule::sum, usage});
    visit(Quantity{"major_faults", &Timing::major_faults, not_negative, Rule::sum, usage});
    visit(Quantity{"dropped_batches", &Timing::dropped_batches, positive, Rule::sum,
                   "batches that do not count, because the clock went back while they were timed; "
                   "empty if there were none"});
  }
};

// How the next rounds of a cell are cut, given one of them. Precondition: it has slices.
inline SlicePlan slices_of(const Timing& timing) {
  const auto slices = static_cast<std::int64_t>(timing.slices.size());
  return {.calls = timing.calls, .batches = std::max(std::int64_t{1}, timing.batches / slices)};
}

// Runs of Python's garbage collector, by generation: while calls were timed one by one, or while a
// server that counts them was asked in a memory pass.
struct Collections {
  std::array<std::int64_t, 3> count{};
  std::int64_t total_ns = 0;
  std::int64_t longest_ns = 0;

  bool operator==(const Collections&) const = default;

  template <class Visit>
  static void quantities(Visit&& visit) {
    constexpr const char* counts =
        "runs of Python's collector while calls were timed one by one, of a server while its "
        "memory "
        "was measured, by generation";
    constexpr const char* times = "their time in ns, all together and the longest";
    constexpr auto first = [](auto& c) -> decltype(auto) { return (c.count[0]); };
    constexpr auto second = [](auto& c) -> decltype(auto) { return (c.count[1]); };
    constexpr auto third = [](auto& c) -> decltype(auto) { return (c.count[2]); };
    using enum Bound;
    visit(Quantity{"gc_collections_0", first, not_negative, Rule::sum, counts});
    visit(Quantity{"gc_collections_1", second, not_negative, Rule::sum, counts});
    visit(Quantity{"gc_collections_2", third, not_negative, Rule::sum, counts});
    visit(Quantity{"gc_total_ns", &Collections::total_ns, not_negative, Rule::sum, times});
    visit(Quantity{"gc_longest_ns", &Collections::longest_ns, not_negative, Rule::largest, times});
  }
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

  template <class Visit>
  static void quantities(Visit&& visit) {
    constexpr const char* watched =
        "histogram of interruptions over 1 µs of a loop that does nothing, and how long it watched";
    using enum Bound;
    visit(Quantity{"single_calls", &SingleCalls::calls, any, Rule::merged,
                   "histogram of calls timed one by one: `lower bound in ns:count`, each value "
                   "known to 0.1 %"});
    visit(Quantity{"clock_ns", &SingleCalls::clock_ns, not_negative, Rule::none,
                   "what reading the clock twice took: part of each of these values"});
    visit(Quantity{"hiccups", &SingleCalls::hiccups, any, Rule::none, watched});
    visit(Quantity{"hiccup_s", &SingleCalls::hiccup_s, not_negative, Rule::none, watched});
  }
};
inline constexpr std::int64_t shortest_hiccup_ns = 1000;

// How a peak of memory is known. `process`: the system keeps it of the only process. `traced`: it
// keeps that of each of several, and their sum was sampled. `sampled`: everything was, so that what
// lasted a millisecond may have been missed.
enum class PeakFrom : std::uint8_t { process, traced, sampled };
std::string_view name_of(PeakFrom from);
std::optional<PeakFrom> parse_peak_from(std::string_view text);

// Resident memory of a worker and of the processes that its call starts; of a command and all of
// its processes, whose baseline is nothing and who have but a peak; or of a server and all of its
// processes. `input`, `peak` and `retained` are increments over `baseline`, the size after imports
// and one tiny call, or of a server after its first answers; empty where the system
// can't tell.
struct MemoryUse {
  std::int64_t baseline_bytes = 0;
  std::optional<std::int64_t> input_bytes{};
  std::optional<std::int64_t> peak_bytes{};
  std::optional<std::int64_t> retained_bytes{};
  std::optional<PeakFrom> peak_from{};

  bool operator==(const MemoryUse&) const = default;

  template <class Visit>
  static void quantities(Visit&& visit) {
    using enum Bound;
    visit(Quantity{"rss_baseline_bytes", &MemoryUse::baseline_bytes, not_negative, Rule::last,
                   "resident memory after imports and one tiny call; 0 for a command; of a server "
                   "that of all its processes, idle after its first answers (Pss)"});
    visit(Quantity{"rss_input_bytes", &MemoryUse::input_bytes, any, Rule::resolved,
                   "over the baseline, after the inputs are prepared"});
    visit(Quantity{
        "rss_peak_bytes", &MemoryUse::peak_bytes, any, Rule::resolved,
        "over the baseline, the highest during one call, of all processes that it starts: see "
        "[commands.md](commands.md#memory); of a server the highest under load"});
    visit(Quantity{"rss_retained_bytes", &MemoryUse::retained_bytes, any, Rule::resolved,
                   "over the baseline, after everything is dropped; of a server after the load"});
    visit(Quantity{"rss_peak_from", &MemoryUse::peak_from, any, Rule::last,
                   "how the peak is known: `process`, the system's own record of the only process; "
                   "`traced`, that of each process, and their sum sampled; `sampled` again and "
                   "again; empty in runs older than this column"});
  }
};
// Increments of resident memory below this are noise of the allocator and of the kernel's
// accounting; they are left out of the summary.
inline constexpr std::int64_t rss_resolution_bytes = std::int64_t{1} << 20;

// What a server was asked under load: of a time pass.
struct Load {
  std::int64_t requests = 0;  // that were to be sent while it was timed
  double achieved_per_s = 0;  // right answers in that time
  std::int64_t errors = 0;
  std::int64_t timeouts = 0;
  double client_lag_p99_ns = 0;
  std::int64_t connections = 0;
  double capacity_per_s = 0;
  std::int64_t shared_processors = 0;  // 0 or 1
  std::int64_t attempts = 0;

  bool operator==(const Load&) const = default;

  template <class Visit>
  static void quantities(Visit&& visit) {
    using enum Bound;
    visit(Quantity{"requests", &Load::requests, positive, Rule::sum,
                   "of a server: how many requests were to be sent while it was timed"});
    visit(Quantity{"achieved_per_s", &Load::achieved_per_s, not_negative, Rule::mean,
                   "right answers a second in that time; n is what was offered"});
    visit(Quantity{"request_errors", &Load::errors, not_negative, Rule::sum,
                   "requests without a right answer: another status, a connection that broke"});
    visit(Quantity{"request_timeouts", &Load::timeouts, not_negative, Rule::sum,
                   "requests without an answer 10 s after they were to be sent"});
    visit(Quantity{"client_lag_p99_ns", &Load::client_lag_p99_ns, not_negative, Rule::mean,
                   "by how much the client sent too late though it had a connection free, p99: "
                   "part of every latency"});
    visit(Quantity{"connections", &Load::connections, not_negative, Rule::largest,
                   "the most that were open at once"});
    visit(Quantity{"capacity_per_s", &Load::capacity_per_s, not_negative, Rule::last,
                   "requests a second at most, found beforehand in a closed loop"});
    visit(Quantity{"shared_processors", &Load::shared_processors, not_negative, Rule::last,
                   "1 where client and server had the same processors"});
    visit(Quantity{"load_attempts", &Load::attempts, not_negative, Rule::sum,
                   "how often the load was given until the client sent in time: the last counts"});
  }
};

// A server that gives fewer right answers than this share of what it is asked is saturated: its
// latencies grow for as long as it is asked.
inline constexpr double unsaturated_share = 0.98;
inline bool is_saturated(const Load& load, std::size_t offered_per_s) {
  return load.achieved_per_s < unsaturated_share * static_cast<double>(offered_per_s);
}

// A client that sends this late, in the latency that it tells (both p99), tells of itself and not
// of the server.
inline constexpr double most_client_lag = 0.2;
inline bool is_client_bound(const Load& load, double latency_p99_ns) {
  return load.client_lag_p99_ns > most_client_lag * latency_p99_ns;
}

// A server's processes while it was asked: of a memory pass.
struct ServerProcesses {
  std::int64_t processes = 0;
  double soak_s = 0;
  std::int64_t soak_growth_bytes = 0;
  std::optional<Collections> collections{};  // meanwhile, of servers that count them

  bool operator==(const ServerProcesses&) const = default;

  template <class Visit>
  static void quantities(Visit&& visit) {
    using enum Bound;
    visit(Quantity{"server_processes", &ServerProcesses::processes, positive, Rule::largest,
                   "of a server: how many processes it had under load"});
    visit(Quantity{"soak_s", &ServerProcesses::soak_s, not_negative, Rule::last,
                   "how long it was under load while its memory was measured"});
    visit(Quantity{"soak_growth_bytes", &ServerProcesses::soak_growth_bytes, any, Rule::last,
                   "memory of its processes in the last tenth of that time less that in the second "
                   "tenth"});
  }
};

// What the task took: of a time pass.
struct Effort {
  double prepare_s = 0;  // making inputs and preparing them for the variant
  double timed_s = 0;    // inside timed regions

  bool operator==(const Effort&) const = default;

  template <class Visit>
  static void quantities(Visit&& visit) {
    constexpr int tenths_of_a_millisecond = 4;
    using enum Bound;
    visit(Quantity{"prepare_s", &Effort::prepare_s, not_negative, Rule::none,
                   "making the inputs and preparing them for the variant, imports included",
                   tenths_of_a_millisecond});
    visit(Quantity{"timed_s", &Effort::timed_s, not_negative, Rule::none, "inside timed regions",
                   tenths_of_a_millisecond});
  }
};

struct Measurement {
  Status status = Status::ok;
  std::string reason{};
  std::string input_digest{};         // 16 hexadecimal digits; empty when inputs were never made
  std::optional<double> max_error{};  // largest |actual - expected|, of a verify pass
  std::optional<Timing> timing{};
  std::optional<SingleCalls> single_calls{};
  std::optional<MemoryUse> memory{};
  std::optional<Load> load{};
  std::optional<ServerProcesses> server{};
  Effort effort{};
  std::vector<Metric> metrics{};  // what the variant's preparation reported, of a time pass

  bool operator==(const Measurement&) const = default;
};

// Calls visit(type, slot) for each part that a measurement may have, in the order of the columns.
// slot(measurement) is where it stands, a pointer to its optional; nullptr without what it is a
// part of.
template <class Visit>
void each_part(Visit&& visit) {
  visit(std::type_identity<Timing>{}, [](auto& m) { return &m.timing; });
  visit(std::type_identity<ProcessTimes>{},
        [](auto& m) { return m.timing ? &m.timing->processes : nullptr; });
  visit(std::type_identity<SingleCalls>{}, [](auto& m) { return &m.single_calls; });
  visit(std::type_identity<ServerProcesses>{}, [](auto& m) { return &m.server; });
  visit(std::type_identity<Collections>{}, [](auto& m) {
    // A summary has both of a server, which counts them in its memory passes.
    if (m.server) return &m.server->collections;
    return m.single_calls ? &m.single_calls->collections : nullptr;
  });
  visit(std::type_identity<MemoryUse>{}, [](auto& m) { return &m.memory; });
  visit(std::type_identity<Load>{}, [](auto& m) { return &m.load; });
}

}  // namespace gapmeter
