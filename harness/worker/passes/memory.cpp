// The memory pass: what one call adds to the resident memory of a fresh process and of those that
// it starts; of a command the most that it has with all of its processes; and of a server what
// these have idle and under load.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "harness/sys/memory.h"
#include "harness/sys/sampled_peak.h"
#include "harness/sys/program_memory.h"
#include "harness/worker/command_call.h"
#include "harness/worker/passes/pass.h"
#include "harness/worker/server_load.h"

namespace gapmeter {
namespace {

// The call that precedes the baseline: small enough to add nothing, large enough to run every
// import and lazy initialisation.
constexpr std::size_t tiny_n = 16;

void settle(LaneRunner& lane) {
  lane.collect_garbage();
  release_free_memory();
}

// What a call takes at its most, over what there was before it, in this process and its children.
class PeakOfCall {
 public:
  PeakOfCall(int process, std::int64_t baseline_bytes)
      : process_(process),
        baseline_bytes_(baseline_bytes),
        baseline_shared_bytes_(SampledPeak::bytes_now(process)) {}

  // The system keeps the high-water mark of this process, unless it may not be reset. That of the
  // processes that the call starts is known from samples only.
  void measure(PreparedCall& call, MemoryUse& memory) const {
    const bool is_kept = reset_peak(process_);
    SampledPeak samples(process_, /*counts_alone=*/!is_kept);
    call.run(1);
    const std::int64_t sampled = samples.bytes() - baseline_shared_bytes_;
    const std::optional<std::int64_t> kept = is_kept ? peak_resident_bytes(process_) : std::nullopt;
    if (kept) memory.peak_bytes = *kept - baseline_bytes_;
    memory.peak_from = PeakFrom::process;
    if (kept && !samples.has_seen_children()) return;
    memory.peak_bytes = std::max(sampled, memory.peak_bytes.value_or(sampled));
    memory.peak_from = PeakFrom::sampled;
  }

 private:
  int process_;
  std::int64_t baseline_bytes_, baseline_shared_bytes_;
};

}  // namespace

Measurement measure_memory(const PassContext& context) {
  const auto& [task, kernel, lane, turn] = context;
  disable_huge_pages();
  {
    auto inputs = make_inputs(context, std::min(tiny_n, task.n));
    const auto call = lane.prepare(kernel, task.variant, std::move(inputs));
    call->restore(1);
    call->run(1);
  }
  settle(lane);
  const int pid = lane.process();
  const std::optional<std::int64_t> baseline = resident_bytes(pid);
  if (!baseline) throw std::runtime_error("resident memory can't be read from /proc here");
  const auto increment = [&](std::optional<std::int64_t> bytes) -> std::optional<std::int64_t> {
    if (!bytes) return std::nullopt;
    return *bytes - *baseline;
  };
  Measurement measurement;
  MemoryUse memory{.baseline_bytes = *baseline};
  const PeakOfCall peak(pid, *baseline);
  {
    auto inputs = make_inputs(context, task.n);
    measurement.input_digest = digest_text(*inputs);
    const auto call = lane.prepare(kernel, task.variant, std::move(inputs));
    call->restore(1);
    settle(lane);
    memory.input_bytes = increment(resident_bytes(pid));
    peak.measure(*call, memory);
  }
  settle(lane);
  memory.retained_bytes = increment(resident_bytes(pid));
  measurement.memory = memory;
  return measurement;
}

Measurement measure_command_memory(const CommandContext& context) {
  const CommandTask& task = context.task.command.value();
  const ProgramPeak peak = peak_of_program(program_of(task.command));
  if (!peak.sampled_because.empty()) {
    fmt::print(stderr, "its memory was sampled, since it could not be traced: {}\n",
               peak.sampled_because);
  }
  const PeakFrom from = peak.sampled_because.empty() ? PeakFrom::traced : PeakFrom::sampled;
  return {.input_digest = task.input_digest,
          .memory = MemoryUse{.peak_bytes = peak.bytes, .peak_from = from}};
}

namespace {

// Reads a server's memory again and again, beside the thread that asks it: a reading takes as long
// as the system needs to look at every page.
class MemoryWatch {
 public:
  explicit MemoryWatch(const RunningServer& server)
      : thread_([this, &server] {
          while (!is_over_) {
            const std::set<pid_t> processes = server.processes();
            bytes_.push_back(proportional_bytes_of(processes));
            most_processes_ = std::max(most_processes_, std::ssize(processes));
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
          }
        }) {}
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;
  ~MemoryWatch() { stop(); }

  void stop() {
    is_over_ = true;
    if (thread_.joinable()) thread_.join();
  }

  // All after stop(); at least one reading.
  std::int64_t highest() const { return *std::max_element(bytes_.begin(), bytes_.end()); }
  std::int64_t most_processes() const { return most_processes_; }
  // Of the second tenth on, since in the first one pools and caches fill.
  std::int64_t growth() const { return mean_of_tenth(9) - mean_of_tenth(1); }

 private:
  std::int64_t mean_of_tenth(std::size_t tenth) const {
    const std::size_t begin = bytes_.size() * tenth / 10;
    const std::size_t end = std::max(begin + 1, bytes_.size() * (tenth + 1) / 10);
    const std::int64_t sum =
        std::accumulate(bytes_.begin() + static_cast<std::ptrdiff_t>(begin),
                        bytes_.begin() + static_cast<std::ptrdiff_t>(end), std::int64_t{0});
    return sum / static_cast<std::int64_t>(end - begin);
  }

  std::vector<std::int64_t> bytes_{};
  std::ptrdiff_t most_processes_ = 0;
  std::atomic<bool> is_over_ = false;
  std::thread thread_;
};

// What GET /collections answers (ServerVariant). Throws std::runtime_error.
Collections collections_of(RunningServer& server) {
  const HttpResponse response = server.get("/collections");
  try {
    const auto json = nlohmann::json::parse(response.body);
    return {.count = json.at("count").get<std::array<std::int64_t, 3>>(),
            .total_ns = json.at("total_ns").get<std::int64_t>(),
            .longest_ns = json.at("longest_ns").get<std::int64_t>()};
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(
        fmt::format("GET /collections is to count the collector's runs: {}", error.what()));
  }
}

// The longest may have been before; it was then no longer than all of these together.
Collections between(const Collections& before, Collections after) {
  for (std::size_t i = 0; i < after.count.size(); ++i) after.count[i] -= before.count[i];
  after.total_ns -= before.total_ns;
  if (after.longest_ns == before.longest_ns) {
    after.longest_ns = std::min(after.longest_ns, after.total_ns);
  }
  return after;
}

// Memory that is freed late, by a thread or a timer, is given a moment.
void let_it_rest() {
  constexpr std::chrono::milliseconds moment(500);
  std::this_thread::sleep_for(moment);
}

Environment environment_of(const ServerTask& task) {
  if (!task.counts_collections) return {};
  return {{"GAPMETER_COLLECTIONS", "1"}};
}

}  // namespace

Measurement measure_server_memory(const ServerContext& context) {
  const ServerTask& task = context.task.server.value();
  become_client(task);
  RunningServer server(task, environment_of(task));
  server.ask();
  let_it_rest();
  const std::int64_t idle = proportional_bytes_of(server.processes());
  if (idle == 0) {
    server.check_running();
    throw std::runtime_error("the memory of its processes can't be read from /proc here");
  }
  const Collections before = task.counts_collections ? collections_of(server) : Collections{};
  MemoryWatch watch(server);
  load_server(server, context.task, task.memory_s, 1);
  watch.stop();
  Measurement measurement{.input_digest = digest_text(task),
                          .memory = MemoryUse{.baseline_bytes = idle,
                                              .peak_bytes = watch.highest() - idle,
                                              .peak_from = PeakFrom::sampled},
                          .server = ServerProcesses{.processes = watch.most_processes(),
                                                    .soak_s = task.memory_s,
                                                    .soak_growth_bytes = watch.growth()}};
  if (task.counts_collections) {
    measurement.server->collections = between(before, collections_of(server));
  }
  let_it_rest();
  measurement.memory->retained_bytes = proportional_bytes_of(server.processes()) - idle;
  server.end();
  return measurement;
}

}  // namespace gapmeter
