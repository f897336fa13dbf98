// Writes a run with every kind of row that `gapmeter run` can write, as a run would: every way to
// end, every pass, parts of measurements that are there or not, the ends of what a worker may send.
// What it writes depends on the seed alone.
//
//   gapmeter_every_row SEED DIR
#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/analysis/summary.h"
#include "harness/base/csv.h"
#include "harness/kernel/random.h"
#include "harness/protocol/messages.h"
#include "harness/store/columns.h"
#include "harness/store/result_dir.h"
#include "harness/store/run_json.h"
#include "harness/sys/files.h"

namespace gapmeter {
namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr int rounds_planned = 4;
const std::vector<std::string> variants{
    "native/strict", "native/na\u00efve",      "rust/strict",       "go/main",
    "python/loop",   "python/gr\u00f6\u00dfe", "python@3.13t/loop", "python@pypy3.9/loop"};

class Rows {
 public:
  explicit Rows(std::uint64_t seed) : random_(seed) {}

  std::vector<RoundRow> all() {
    for (const char* kernel : {"sum", "z\u00e4hlen"}) {
      for (const std::size_t n : {std::size_t{1}, std::size_t{1024}, std::size_t{1} << 40U}) {
        for (const std::string& name : variants) {
          for (const int threads : {1, 64}) {
            add_cell({kernel, parse_variant(name).value(), n, threads});
          }
        }
      }
    }
    return std::move(rows_);
  }

 private:
  bool coin() { return random_.below(2) == 0; }
  template <class Value>
  Value one_of(const std::vector<Value>& values) {
    return values[random_.below(values.size())];
  }
  std::int64_t count() { return one_of<std::int64_t>({0, 1, 7, 1'000'000, most}); }
  double quantity() { return one_of<double>({0, 1e-9, 0.5, 1234.5, 1e18}); }
  double cost() { return one_of<double>({0, 0.5, 1234.5, 1e30}); }
  double call_ns() { return one_of<double>({1e-3, 0.25, 17, 1e6, 1e9, 3.6e12}); }
  std::string reason() {
    return one_of<std::string>({"exited with status 4", "a, \"quoted\" reason; a=b | c: d",
                                "Gr\u00f6\u00dfe \u2264 0", "=cmd()", std::string(3000, 'x'), ""});
  }

  void add_cell(const CellKey& cell) {
    const int ends = static_cast<int>(random_.below(8));  // 0: at once; above 5: well
    if (ends == 0) return add(cell, Pass::verify, 0, failed());
    add(cell, Pass::verify, 0, verified());
    if (ends == 1) return add(cell, Pass::memory, 0, failed());
    if (coin()) add(cell, Pass::memory, 0, with_memory());
    const int rounds = ends == 2 ? 0 : 1 + static_cast<int>(random_.below(rounds_planned));
    const double usual_ns = call_ns();
    for (int round = 0; round < rounds; ++round) add(cell, Pass::time, round, timed(usual_ns));
    if (ends == 3 && rounds < rounds_planned) add(cell, Pass::time, rounds, failed());
  }

  // As the scheduler makes it of what a worker sent, or of what became of the worker.
  void add(const CellKey& cell, Pass pass, int round, const Measurement& measurement) {
    constexpr std::uint64_t nonce = 1;
    rows_.push_back({.cell = cell,
                     .job = cell.n == 1 ? "" : "copy",
                     .pass = pass,
                     .round = round,
                     .position = static_cast<int>(random_.below(9)),
                     .rounds_planned = rounds_planned,
                     .precision = coin() ? std::optional(0.02) : std::nullopt,
                     .budgeted = coin(),
                     .measurement = decode_measurement(encode(measurement, nonce), nonce),
                     .items_per_call = cost(),
                     .bytes_per_call = cost(),
                     .flops_per_call = cost(),
                     .working_set_bytes = count(),
                     .worker_s = quantity()});
  }

  Measurement failed() {
    const auto status = one_of<Status>({Status::mismatch, Status::error, Status::timeout,
                                        Status::crashed, Status::oom, Status::skipped});
    return {.status = status, .reason = reason(), .input_digest = coin() ? "" : digest};
  }

  Measurement verified() {
    Measurement measurement{.input_digest = digest};
    if (coin()) measurement.max_error = quantity();
    return measurement;
  }

  std::optional<std::int64_t> maybe_bytes() {
    return coin() ? std::optional(one_of<std::int64_t>({-8192, 0, 1 << 30, most})) : std::nullopt;
  }

  Measurement with_memory() {
    return {.input_digest = digest,
            .memory = MemoryUse{
                .baseline_bytes = count(),
                .input_bytes = maybe_bytes(),
                .peak_bytes = maybe_bytes(),
                .retained_bytes = maybe_bytes(),
                .peak_from = one_of<std::optional<PeakFrom>>(
                    {std::nullopt, PeakFrom::process, PeakFrom::traced, PeakFrom::sampled})}};
  }

  Slices slices(double usual_ns) {
    Slices list(1 + random_.below(6));
    for (Slice& slice : list) {
      slice = {.call_ns = usual_ns * (1 + random_.unit()),
               .probe_before = one_of<std::int64_t>({1, 1000, 2000, most}),
               .probe_after = one_of<std::int64_t>({1, 1000, 2000, most}),
               .waited = one_of<std::int64_t>({0, 500, 1000})};
    }
    return list;
  }

  Measurement timed(double usual_ns) {
    Measurement measurement{.input_digest = digest};
    Timing& timing = measurement.timing.emplace();
    timing = {.calls = 1 + count() / 2,
              .batches = 1 + count() / 2,
              .slices = slices(usual_ns),
              .min_ns = usual_ns,
              .p10_ns = usual_ns,
              .p50_ns = usual_ns,
              .mean_ns = usual_ns,
              .involuntary_switches = count(),
              .minor_faults = count(),
              .major_faults = count()};
    if (coin()) timing.dropped_batches = 1 + count() / 2;
    if (coin()) timing.processes = ProcessTimes{.user_s = quantity(), .system_s = quantity()};
    if (coin()) measurement.single_calls = single_calls();
    measurement.effort = {.prepare_s = quantity(), .timed_s = quantity()};
    if (coin()) measurement.metrics = {{"compile_s", 0.25}, {"deepest", -1e300}};
    return measurement;
  }

  SingleCalls single_calls() {
    SingleCalls single{.clock_ns = quantity(), .hiccup_s = quantity()};
    for (int i = 0; i < 5; ++i) single.calls.add(one_of<std::int64_t>({0, 1, 5000, most}), 400);
    if (coin()) single.hiccups.add(count(), 3);
    if (coin()) {
      single.collections = Collections{
          .count = {count(), count(), count()}, .total_ns = count(), .longest_ns = count()};
    }
    return single;
  }

  static constexpr const char* digest = "0123456789abcdef";
  Random random_;
  std::vector<RoundRow> rows_{};
};

RunFacts facts() {
  RunFacts facts{.schema_version = schema_version,
                 .command = {"gapmeter", "run"},
                 .started = "2026-01-31T12:00:00Z",
                 .rounds = rounds_planned,
                 .throttled = Throttling{.periods = 3, .seconds = 0.5},
                 .machine = {.cpu = "AMD EPYC", .caches = {{1, "Data", 32768}}}};
  for (const char* kernel : {"sum", "z\u00e4hlen"}) {
    facts.kernels[kernel] = {.title = "Every kind of row",
                             .item = "element",
                             .reference = "native/strict",
                             .baseline = "python/loop"};
  }
  return facts;
}

void write(std::uint64_t seed, const std::filesystem::path& dir) {
  create_result_dir(dir);
  write_run_facts(dir, facts());
  const std::vector<RoundRow> rows = Rows(seed).all();
  AppendFile file(dir / "rounds.csv");
  file.append(to_csv_line(round_columns()));
  for (const RoundRow& row : rows) file.append(to_csv_line(to_fields(row)));
  write_summary(dir, summarize(rows), read_context(dir));
}

}  // namespace
}  // namespace gapmeter

int main(int argc, char** argv) {
  try {
    if (argc != 3) throw std::invalid_argument("usage: gapmeter_every_row SEED DIR");
    gapmeter::write(std::stoull(argv[1]), argv[2]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gapmeter_every_row: %s\n", error.what());
    return 1;
  }
}
