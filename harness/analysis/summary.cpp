#include "harness/analysis/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <type_traits>
#include <unordered_map>

#include "harness/analysis/latency.h"
#include "harness/analysis/startup.h"
#include "harness/sys/parallel.h"

namespace gapmeter {
namespace {

// The rows of one cell, by pass.
struct CellRows {
  CellKey key;
  std::vector<const RoundRow*> all;
  std::map<int, const RoundRow*> timed;  // rounds that succeeded
};

std::vector<CellRows> group_by_cell(const std::vector<RoundRow>& rounds) {
  std::vector<CellRows> cells;
  std::unordered_map<CellKey, std::size_t, CellHash> index;
  for (const RoundRow& row : rounds) {
    const auto [found, is_new] = index.try_emplace(row.cell, cells.size());
    if (is_new) cells.push_back({.key = row.cell, .all = {}, .timed = {}});
    CellRows& cell = cells[found->second];
    cell.all.push_back(&row);
    // Rounds of other inputs, as of a run that was gone on with another seed, did something else.
    const bool is_alike =
        row.measurement.input_digest == cell.all.front()->measurement.input_digest ||
        cell.all.front()->measurement.input_digest.empty();
    if (row.pass == Pass::time && row.measurement.timing && is_alike) {
      cell.timed[row.round] = &row;
    }
  }
  return cells;
}

// The rounds that were timed, ascending.
std::vector<const RoundRow*> timed_rounds(const CellRows& cell) {
  std::vector<const RoundRow*> rounds;
  rounds.reserve(cell.timed.size());
  for (const auto& [round, row] : cell.timed) rounds.push_back(row);
  return rounds;
}

void take_verification(const CellRows& cell, SummaryRow& row) {
  for (const RoundRow* round : cell.all) {
    const Status status = round->measurement.status;
    // Also by the time pass, which compares once more.
    if (status == Status::mismatch) row.verified = false;
    // Every answer under load was.
    if (status == Status::ok && round->measurement.load) row.verified = true;
    if (round->pass != Pass::verify) continue;
    if (status == Status::ok) row.verified = true;
    row.max_error = round->measurement.max_error;
  }
}

// The first failure decides the cell: a variant that failed once can't be relied on.
void take_status(const CellRows& cell, SummaryRow& row) {
  for (const RoundRow* round : cell.all) {
    if (row.input_digest.empty()) row.input_digest = round->measurement.input_digest;
    if (row.status == Status::ok && round->measurement.status != Status::ok) {
      row.status = round->measurement.status;
      row.reason = round->measurement.reason;
    }
  }
}

double rate(double per_call, double latency_ns) { return per_call / (latency_ns * 1e-9); }

// Chooses the slices that the cell's latency is measured in.
void choose_rounds(const CellRows& cell, const Probes& probes, SummaryRow& row) {
  const std::vector<const RoundRow*> rounds = timed_rounds(cell);
  for (const RoundRow* round : rounds) row.slices += std::ssize(round->measurement.timing->slices);
  row.round_latencies_ns = all_latencies(rounds);
  const std::optional<double> best = probes.best(cell.key.threads);
  if (row.slices == 0 || !best) return;
  row.state = MachineState::mixed;
  for (const RoundRow* round : rounds) {
    row.undisturbed_slices += count_undisturbed(round->measurement.timing->slices, *best);
  }
  const RoundValues disturbed = disturbed_latencies(rounds, *best);
  if (!disturbed.empty()) row.disturbed_ns = figure_of(disturbed);
  if (row.undisturbed_slices < std::min(least_undisturbed_slices, row.slices)) return;
  row.state = MachineState::undisturbed;
  row.round_latencies_ns = undisturbed_latencies(rounds, *best);
}

void take_speeds(const CellRows& cell, SummaryRow& row) {
  const std::vector<const RoundRow*> rounds = timed_rounds(cell);
  row.speeds = speeds_of(row.round_latencies_ns);
  if (row.speeds.size() > 1) {
    row.speeds_reason = difference_between(row.speeds.front(), row.speeds.back(), rounds);
  }
  row.drift = drift_of(rounds);
}

void take_latency(const CellRows& cell, const Probes& probes, SummaryRow& row) {
  if (row.status != Status::ok || cell.timed.empty()) return;
  choose_rounds(cell, probes, row);
  row.latency_ns = figure_of(row.round_latencies_ns);
  take_speeds(cell, row);
  row.latency_ci_ns = interval_of(row.round_latencies_ns, summary_confidence);
  const RoundRow& any = *cell.all.front();
  if (any.items_per_call > 0) row.items_per_s = rate(any.items_per_call, *row.latency_ns);
  if (any.bytes_per_call > 0) row.bytes_per_s = rate(any.bytes_per_call, *row.latency_ns);
  if (any.flops_per_call > 0) row.flops_per_s = rate(any.flops_per_call, *row.latency_ns);
}

// Adds a count to a sum, which saturates instead of overflowing: rows can claim any count.
void add(std::int64_t& sum, std::int64_t count) {
  if (__builtin_add_overflow(sum, count, &sum)) sum = std::numeric_limits<std::int64_t>::max();
}
void add(double& sum, double value) { sum += value; }

// `count`: how many values `sum` is of already.
template <class Number>
requires std::is_arithmetic_v<Number>
void combine(Rule rule, Number value, std::size_t count, Number& sum) {
  if (rule == Rule::last) sum = value;
  if (rule == Rule::mean) sum += (value - sum) / static_cast<Number>(count + 1);
  if (rule == Rule::sum) add(sum, value);
  if (rule == Rule::largest) sum = std::max(sum, value);
  if (rule == Rule::least) sum = sum == Number{} ? value : std::min(sum, value);
}
template <class Number>
void combine(Rule rule, const std::optional<Number>& value, std::size_t count,
             std::optional<Number>& sum) {
  const bool is_small = value && *value < static_cast<Number>(rss_resolution_bytes);
  if (rule == Rule::last) sum = value;
  if (rule == Rule::resolved) sum = is_small ? std::nullopt : value;
  if (!value) return;
  if (rule == Rule::sum || rule == Rule::largest) {
    combine(rule, *value, count, sum ? *sum : sum.emplace());
  }
}
void combine(Rule /*rule*/, const std::optional<PeakFrom>& value, std::size_t /*count*/,
             std::optional<PeakFrom>& last) {
  last = value;
}
void combine(Rule rule, const Histogram& value, std::size_t /*count*/, Histogram& sum) {
  if (rule == Rule::merged) sum.merge(value);
}
void combine(Rule /*rule*/, const Slices& /*value*/, std::size_t /*count*/, Slices& /*sum*/) {}

template <class Part>
void add_part(const Part& part, std::size_t count, std::optional<Part>& sum) {
  if (!sum) sum.emplace();
  Part::quantities([&](const auto& quantity) {
    combine(quantity.rule, quantity.of(part), count, quantity.of(*sum));
  });
}

// What each part of the rounds' measurements is together. Times are those of rounds that ended
// well, of a cell that did; memory is told of every cell.
void take_parts(const CellRows& cell, SummaryRow& row) {
  std::size_t rounds = 0;
  for (const auto& [round, timed] : cell.timed) {
    if (row.status == Status::ok) {
      add_part(*timed->measurement.timing, rounds++, row.combined.timing);
    }
  }
  each_part([&]<class Part>(std::type_identity<Part>, const auto& slot) {
    constexpr bool is_timing = std::is_same_v<Part, Timing>;
    constexpr bool is_memory = std::is_same_v<Part, MemoryUse>;
    if (is_timing || (!is_memory && row.status != Status::ok)) return;
    std::size_t parts = 0;
    for (const RoundRow* round : cell.all) {
      const std::optional<Part>* part = slot(round->measurement);
      if (part != nullptr && *part) add_part(**part, parts++, *slot(row.combined));
    }
  });
}

void take_metrics(const CellRows& cell, SummaryRow& row) {
  for (const auto& [round, timed] : cell.timed) {
    for (const Metric& metric : timed->measurement.metrics) {
      row.metrics[metric.name].push_back(metric.value);
    }
  }
}

// What the whole run saw of the machine; each of its cells is judged by it.
struct Hiccups {
  Histogram histogram;
  double watched_s = 0;
};

Hiccups hiccups_of(const std::vector<RoundRow>& rounds) {
  Hiccups hiccups;
  for (const RoundRow& row : rounds) {
    if (const auto& single = row.measurement.single_calls) {
      hiccups.histogram.merge(single->hiccups);
      hiccups.watched_s += single->hiccup_s;
    }
  }
  return hiccups;
}

void take_floors(const Hiccups& hiccups, SummaryRow& row) {
  const Histogram& calls = single_calls_of(row);
  const std::optional<double> call_ns = supported_quantile(calls, 0.5);
  if (!call_ns) return;
  const auto floor_where_reported = [&](double q) -> std::optional<double> {
    if (!supported_quantile(calls, q)) return std::nullopt;
    return quantile_floor(*call_ns, q, hiccups.histogram, hiccups.watched_s);
  };
  row.p99_floor_ns = floor_where_reported(0.99);
  row.p999_floor_ns = floor_where_reported(0.999);
}

// A cell that was verified and no more: a run that is interrupted leaves some.
void skip_untimed(const CellRows& cell, SummaryRow& row) {
  if (row.status != Status::ok || !cell.timed.empty()) return;
  row.status = Status::skipped;
  row.reason = "the run ended before its first round";
}

// By kernel and n: the rounds of the cell that had most.
std::map<std::pair<std::string, std::size_t>, int> most_rounds_by_size(
    const std::vector<SummaryRow>& rows) {
  std::map<std::pair<std::string, std::size_t>, int> most;
  for (const SummaryRow& row : rows) {
    int& rounds = most[{row.cell.kernel, row.cell.n}];
    rounds = std::max(rounds, row.rounds);
  }
  return most;
}

// Why no further round was measured; the first row says what was wanted. A cell that others of its
// size went on without was known when it ended, whatever their further rounds make of the ratio.
void take_stop_reason(const RoundRow& first, int rounds_of_others, SummaryRow& row) {
  if (row.status != Status::ok) {
    row.stop_reason = name_of(row.status);
  } else if (row.state == MachineState::saturated) {
    row.stop_reason = name_of(row.state);
  } else if (first.precision && is_precise(row, *first.precision)) {
    row.stop_reason = "precision";
  } else if (row.rounds >= first.rounds_planned) {
    row.stop_reason = "rounds";
  } else if (first.precision && is_out_of_reach(row, *first.precision, first.rounds_planned)) {
    row.stop_reason = "out of reach";
  } else if (row.rounds < rounds_of_others && (first.precision || is_server(row))) {
    row.stop_reason = first.precision ? "precision" : name_of(MachineState::saturated);
  } else {
    row.stop_reason = first.budgeted ? "budget" : "interrupted";
  }
  const bool is_unknown = first.precision && row.stop_reason != "precision";
  if (is_unknown && row.status == Status::ok && row.reason.empty()) {
    row.reason = "the wanted precision was not reached";
  }
}

std::optional<MachineState> state_of_load(const SummaryRow& row) {
  if (!row.combined.load) return std::nullopt;
  if (is_saturated(*row.combined.load, row.cell.n)) return MachineState::saturated;
  const std::optional<double> p99 = single_calls_of(row).quantile(0.99);
  const bool is_late = p99 && is_client_bound(*row.combined.load, *p99);
  return is_late ? std::optional(MachineState::client_bound) : std::nullopt;
}

// Of a server that was asked more than it can answer latencies are as long as the run was, and
// those of a client that was late are its own.
void judge_load(SummaryRow& row) {
  const std::optional<MachineState> state = state_of_load(row);
  if (!state) return;
  const Load& load = *row.combined.load;
  row.reason = *state == MachineState::saturated
                   ? fmt::format("saturated: {:.0f} right answers a second to {} requests",
                                 load.achieved_per_s, row.cell.n)
                   : fmt::format("the client was late itself, by {:.0f} µs (p99)",
                                 load.client_lag_p99_ns / 1e3);
  row.state = *state;
  row.latency_ns.reset();
  row.latency_ci_ns.reset();
  row.disturbed_ns.reset();
  row.drift.reset();
  row.speeds.clear();
  row.speeds_reason.clear();
  row.round_latencies_ns.clear();
  row.combined.single_calls.reset();
}

SummaryRow summarize_cell(const CellRows& cell, const Probes& probes) {
  SummaryRow row{.cell = cell.key, .job = cell.all.front()->job};
  row.working_set_bytes = cell.all.front()->working_set_bytes;
  row.rounds = static_cast<int>(cell.timed.size());
  take_status(cell, row);
  take_verification(cell, row);
  take_latency(cell, probes, row);
  take_parts(cell, row);
  take_metrics(cell, row);
  judge_load(row);
  return row;
}

// The compiled row that Python rows are compared with: the index of the fastest one.
std::map<ComparedWork, std::size_t> fastest_compiled(const std::vector<SummaryRow>& rows,
                                                     const Against& against) {
  std::map<ComparedWork, std::size_t> fastest;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const SummaryRow& row = rows[i];
    if (!against.admits(row.cell.variant) || row.verified != true || !row.latency_ns) continue;
    const auto [known, is_new] = fastest.try_emplace(work_of(row), i);
    if (!is_new && *row.latency_ns < *rows[known->second].latency_ns) known->second = i;
  }
  return fastest;
}

// One gap for each round that both have, and the gap of the figures.
void take_gap(const SummaryRow& native, SummaryRow& python) {
  python.reference = to_string(native.cell.variant);
  auto paired = native.round_latencies_ns.begin();
  for (const RoundValue& round : python.round_latencies_ns) {
    while (paired != native.round_latencies_ns.end() && paired->round < round.round) ++paired;
    if (paired == native.round_latencies_ns.end()) break;
    if (paired->round != round.round) continue;
    python.round_gaps.push_back({round.round, round.value / paired->value});
  }
  const Estimate gap = latency_ratio(python, native);
  python.gap = gap.value;
  python.gap_ci = gap.interval;
  if (python.disturbed_ns && native.disturbed_ns) {
    python.disturbed_gap = *python.disturbed_ns / *native.disturbed_ns;
  }
}

void take_standing(const SummaryRow& fastest, SummaryRow& row) {
  const std::optional<Interval> interval = latency_ratio(row, fastest).interval;
  if (interval) row.standing = {to_string(fastest.cell.variant), *interval};
}

void narrow_standing(const Interval& other, SummaryRow& fastest) {
  const bool is_narrower = !fastest.standing || relative_half_width(other) <
                                                    relative_half_width(fastest.standing->ratio_ci);
  if (is_narrower) fastest.standing = {to_string(fastest.cell.variant), other};
}

// Those of Python's cells, and how compiled ones stand to each other.
void take_gaps(std::vector<SummaryRow>& rows, const Against& against) {
  const std::map<ComparedWork, std::size_t> fastest = fastest_compiled(rows, against);
  std::vector<SummaryRow*> references(rows.size(), nullptr);
  in_parallel(rows.size(), [&](std::size_t i) {
    if (!rows[i].latency_ns) return;
    const auto found = fastest.find(work_of(rows[i]));
    if (found == fastest.end() || found->second == i) return;
    references[i] = &rows[found->second];
    const bool is_python = rows[i].cell.variant.lane.is_python();
    is_python ? take_gap(*references[i], rows[i]) : take_standing(*references[i], rows[i]);
  });
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (references[i] == nullptr) continue;
    if (rows[i].gap_ci) narrow_standing(*rows[i].gap_ci, *references[i]);
    if (rows[i].standing) narrow_standing(rows[i].standing->ratio_ci, *references[i]);
  }
}

void forget_gap(SummaryRow& row) {
  row.reference.clear();
  row.gap.reset();
  row.gap_ci.reset();
  row.standing.reset();
  row.round_gaps.clear();
  row.disturbed_gap.reset();
  row.gap_without_startup.reset();
}

}  // namespace

ComparedWork work_of(const SummaryRow& row) {
  return {row.cell.kernel, row.cell.n, row.cell.threads, row.input_digest, row.job};
}

std::vector<RoundRow> with_jobs_of(const std::vector<SummaryRow>& other,
                                   std::vector<RoundRow> rounds) {
  std::map<std::pair<std::string, VariantId>, std::string> jobs;
  for (const SummaryRow& row : other) jobs[{row.cell.kernel, row.cell.variant}] = row.job;
  for (RoundRow& round : rounds) {
    const auto found = jobs.find({round.cell.kernel, round.cell.variant});
    if (found != jobs.end()) round.job = found->second;
  }
  return rounds;
}

Estimate latency_ratio(const SummaryRow& numerator, const SummaryRow& denominator) {
  return ratio_of(numerator.round_latencies_ns, denominator.round_latencies_ns, summary_confidence);
}

Estimate steady_ratio(const SummaryRow& numerator, const SummaryRow& denominator) {
  Estimate ratio = latency_ratio(numerator, denominator);
  if (numerator.state == MachineState::mixed || denominator.state == MachineState::mixed) {
    ratio.interval.reset();
  }
  return ratio;
}

double relative_half_width(const Interval& interval) {
  return (interval.high - interval.low) / (interval.high + interval.low);
}

double half_width_of(const SummaryRow& row) {
  constexpr double unknown = std::numeric_limits<double>::infinity();
  const auto width_of = [&](const std::optional<Interval>& interval) {
    return interval ? relative_half_width(*interval) : unknown;
  };
  if (row.state == MachineState::mixed) return unknown;
  if (row.gap) return width_of(row.gap_ci);
  if (!row.standing) return width_of(row.latency_ci_ns);
  const double compared = relative_half_width(row.standing->ratio_ci);
  const bool is_fastest = row.standing->reference == to_string(row.cell.variant);
  return is_fastest ? std::min(compared, width_of(row.latency_ci_ns)) : compared;
}

bool is_out_of_reach(const SummaryRow& row, double precision, int most_rounds) {
  constexpr int least_telling = 16;
  constexpr double hopeless = 2;
  if (row.rounds < least_telling) return false;
  const double at_the_end = half_width_of(row) * std::sqrt(static_cast<double>(row.rounds) /
                                                           static_cast<double>(most_rounds));
  return at_the_end > hopeless * precision;
}

std::vector<SummaryRow> summarize(const std::vector<RoundRow>& rounds, const Against& against) {
  return summarize(rounds, Probes(rounds), against);
}

std::vector<SummaryRow> summarize(const std::vector<RoundRow>& rounds, const Probes& probes,
                                  const Against& against) {
  std::vector<CellRows> cells;
  Hiccups hiccups;
  in_parallel(2, [&](std::size_t i) {
    if (i == 0) {
      cells = group_by_cell(rounds);
    } else {
      hiccups = hiccups_of(rounds);
    }
  });
  std::vector<SummaryRow> rows(cells.size());
  in_parallel(cells.size(), [&](std::size_t i) { rows[i] = summarize_cell(cells[i], probes); });
  take_gaps(rows, against);
  const auto most_rounds = most_rounds_by_size(rows);
  in_parallel(cells.size(), [&](std::size_t i) {
    take_floors(hiccups, rows[i]);
    skip_untimed(cells[i], rows[i]);
    const CellKey& cell = rows[i].cell;
    take_stop_reason(*cells[i].all.front(), most_rounds.at({cell.kernel, cell.n}), rows[i]);
  });
  take_startups(rows);
  return rows;
}

std::vector<SummaryRow> with_gaps_against(std::vector<SummaryRow> rows, const Against& against) {
  for (SummaryRow& row : rows) forget_gap(row);
  take_gaps(rows, against);
  take_startups(rows);
  return rows;
}

}  // namespace gapmeter
