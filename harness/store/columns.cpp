#include "harness/store/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/store/column.h"

namespace gapmeter {
namespace {

constexpr const char* job_meaning =
    "what the variant is asked to do, where a kernel asks for several things: only variants of one "
    "job are compared; empty: the kernel's main job";

// A cost of 0 means "does not apply".
std::string applicable(double value) { return value == 0 ? std::string() : text_of(value); }

// compile_s=0.25;object_bytes=24
std::string metrics_text(const std::vector<Metric>& metrics) {
  std::string text;
  for (const Metric& metric : metrics) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ";", metric.name, metric.value);
  }
  return text;
}

// What a clock counted no step of is no latency.
std::optional<double> above_nothing(const std::optional<double>& value) {
  return value && *value > 0 ? value : std::nullopt;
}

// 11200:4 88100:4; empty for a single speed
std::string speeds_text(const std::vector<Speed>& speeds) {
  std::string text;
  if (speeds.size() < 2) return text;
  for (const Speed& speed : speeds) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", speed.latency_ns, speed.rounds.size());
  }
  return text;
}

template <class Row>
std::vector<Column<Row>> cell_schema() {
  constexpr const char* what = "what was measured; `threads` is 1 but for kernels that use several";
  std::vector<Column<Row>> columns{
      {"kernel", what, [](const Row& r) { return r.cell.kernel; }},
      {"variant", what, [](const Row& r) { return to_string(r.cell.variant); }},
      {"lane", what, [](const Row& r) { return std::string(r.cell.variant.lane.name()); }},
      {"n", what, [](const Row& r) { return fmt::to_string(r.cell.n); }},
      {"threads", what, [](const Row& r) { return fmt::to_string(r.cell.threads); }},
  };
  if constexpr (std::is_same_v<Row, RoundRow>) {
    columns[0].read = [](const FieldReader& f, Row& r) { r.cell.kernel = f.plain_name("kernel"); };
    columns[1].read = [](const FieldReader& f, Row& r) { r.cell.variant = f.variant("variant"); };
    columns[3].read = [](const FieldReader& f, Row& r) {
      r.cell.n = f.number<std::size_t>("n", 1);
    };
    columns[4].read = [](const FieldReader& f, Row& r) {
      r.cell.threads = f.number<int>("threads", 1);
    };
  }
  return columns;
}

// A row with something in any of a part's columns must have all that the part needs. Wrong values
// are reported before missing ones.
template <class Part>
void read_part(const FieldReader& fields, std::optional<Part>& part) {
  part.emplace();
  bool is_there = false;
  Part::quantities([&](const auto& quantity) {
    if (fields.is_empty(quantity.name)) return;
    fields.read(quantity.name, quantity.bound, quantity.of(*part));
    is_there = true;
  });
  if (!is_there) return part.reset();
  Part::quantities([&](const auto& quantity) {
    if (!fields.is_empty(quantity.name)) return;
    fields.read(quantity.name, quantity.bound, quantity.of(*part));
  });
}

// Adds the columns of one part of a measurement. The first one reads all of it.
template <class Part, class Slot>
void append_part(std::vector<Column<RoundRow>>& columns, Slot slot) {
  const std::size_t first = columns.size();
  Part::quantities([&](const auto& quantity) {
    columns.push_back({std::string(quantity.name), quantity.meaning, [=](const RoundRow& row) {
                         const std::optional<Part>* part = slot(row.measurement);
                         return part != nullptr && *part
                                    ? text_of(quantity.of(**part), quantity.decimals)
                                    : std::string();
                       }});
  });
  columns[first].read = [=](const FieldReader& fields, RoundRow& row) {
    if (std::optional<Part>* part = slot(row.measurement)) read_part(fields, *part);
  };
}

std::vector<Column<RoundRow>> effort_schema() {
  std::vector<Column<RoundRow>> columns;
  Effort::quantities([&](const auto& quantity) {
    columns.push_back({std::string(quantity.name), quantity.meaning,
                       [=](const RoundRow& row) {
                         return text_of(quantity.of(row.measurement.effort), quantity.decimals);
                       },
                       [=](const FieldReader& fields, RoundRow& row) {
                         fields.read(quantity.name, quantity.bound,
                                     quantity.of(row.measurement.effort));
                       }});
  });
  return columns;
}

std::vector<Column<RoundRow>> round_schema_of_task() {
  using Row = RoundRow;
  using In = const FieldReader&;
  constexpr const char* place =
      "which round, and the variant's place in its order; 0 outside `time`";
  constexpr const char* wanted =
      "the precision that was wanted, if any, and whether the run had a budget";
  constexpr const char* above = "as in summary.csv, of this process";
  return {{"pass", "`verify`, `memory` or `time`",
           [](const Row& r) { return std::string(name_of(r.pass)); },
           [](In f, Row& r) { r.pass = f.name("pass", parse_pass); }},
          {"round", place, [](const Row& r) { return text_of(r.round); },
           [](In f, Row& r) { r.round = f.number<int>("round", 0); }},
          {"position", place, [](const Row& r) { return text_of(r.position); },
           [](In f, Row& r) { r.position = f.number<int>("position", 0); }},
          {"rounds_planned", "how many rounds the cell was meant to have, at most",
           [](const Row& r) { return text_of(r.rounds_planned); },
           [](In f, Row& r) { r.rounds_planned = f.number<int>("rounds_planned", 0); }},
          {"precision", wanted, [](const Row& r) { return text_of(r.precision); },
           [](In f, Row& r) { r.precision = f.maybe<double>("precision"); }},
          {"budgeted", wanted, [](const Row& r) { return text_of(r.budgeted); },
           [](In f, Row& r) { r.budgeted = f.flag("budgeted"); }},
          {"status", above, [](const Row& r) { return std::string(name_of(r.measurement.status)); },
           [](In f, Row& r) { r.measurement.status = f.name("status", parse_status); }},
          {"reason", above, [](const Row& r) { return r.measurement.reason; },
           [](In f, Row& r) { r.measurement.reason = f.line("reason"); }},
          {"input_digest", above, [](const Row& r) { return r.measurement.input_digest; },
           [](In f, Row& r) { r.measurement.input_digest = f.line("input_digest"); }},
          {"max_error", above, [](const Row& r) { return text_of(r.measurement.max_error); },
           [](In f, Row& r) { r.measurement.max_error = f.maybe<double>("max_error"); }}};
}

// What a call was asked to do, and its declared cost.
std::vector<Column<RoundRow>> round_schema_of_cost() {
  using Row = RoundRow;
  using In = const FieldReader&;
  constexpr const char* cost = "the declared cost of the variant's job";
  return {
      {"job", job_meaning, [](const Row& r) { return r.job; },
       [](In f, Row& r) { r.job = f.is_empty("job") ? "" : f.line("job"); }},
      {"items_per_call", cost, [](const Row& r) { return applicable(r.items_per_call); },
       [](In f, Row& r) { r.items_per_call = f.maybe<double>("items_per_call").value_or(0); }},
      {"bytes_per_call", cost, [](const Row& r) { return applicable(r.bytes_per_call); },
       [](In f, Row& r) { r.bytes_per_call = f.maybe<double>("bytes_per_call").value_or(0); }},
      {"flops_per_call", cost, [](const Row& r) { return applicable(r.flops_per_call); },
       [](In f, Row& r) { r.flops_per_call = f.maybe<double>("flops_per_call").value_or(0); }},
      {"working_set_bytes", "inputs and outputs in their native types",
       [](const Row& r) { return text_of(r.working_set_bytes); },
       [](In f, Row& r) { r.working_set_bytes = f.number<std::int64_t>("working_set_bytes", 0); }}};
}

std::vector<Column<RoundRow>> make_round_schema() {
  using Row = RoundRow;
  using In = const FieldReader&;
  std::vector<Column<Row>> columns = cell_schema<Row>();
  append(columns, round_schema_of_task());
  each_part([&]<class Part>(std::type_identity<Part>, const auto& slot) {
    append_part<Part>(columns, slot);
  });
  append<Row>(
      columns,
      {{"metrics", "what the variant's preparation reported: `name=value`, separated by semicolons",
        [](const Row& r) { return metrics_text(r.measurement.metrics); },
        [](In f, Row& r) { r.measurement.metrics = f.metrics("metrics"); }}});
  append(columns, round_schema_of_cost());
  append(columns, effort_schema());
  append<Row>(columns, {{"worker_s", "wall time of the process",
                         [](const Row& r) { return fmt::format("{:.4f}", r.worker_s); },
                         [](In f, Row& r) { r.worker_s = f.number<double>("worker_s", 0); }}});
  return columns;
}

std::vector<Column<SummaryRow>> summary_schema_of_latency() {
  using Row = SummaryRow;
  constexpr const char* interval = "its 95 % interval, in ns per call; empty below three rounds";
  constexpr const char* percentiles =
      "percentiles of calls timed one by one; empty where fewer than ten calls lie beyond, and for "
      "calls under a microsecond";
  constexpr const char* rates = "the declared cost of the variant's job over the latency";
  const auto percentile = [](double q) {
    return [q](const Row& r) {
      return text_of(above_nothing(supported_quantile(single_calls_of(r), q)));
    };
  };
  return {
      {"latency_ns", "per call, on an undisturbed machine; see [method.md](method.md#latency)",
       [](const Row& r) { return text_of(r.latency_ns); }},
      {"latency_ci_low_ns", interval, [](const Row& r) { return low_of(r.latency_ci_ns); }},
      {"latency_ci_high_ns", interval, [](const Row& r) { return high_of(r.latency_ci_ns); }},
      {"latency_p50_ns", percentiles, percentile(0.5)},
      {"latency_p90_ns", percentiles, percentile(0.9)},
      {"latency_p99_ns", percentiles, percentile(0.99)},
      {"latency_p999_ns", percentiles, percentile(0.999)},
      {"latency_max_ns", "the longest of at least a hundred",
       [](const Row& r) { return text_of(above_nothing(supported_maximum(single_calls_of(r)))); }},
      {"items_per_s", rates, [](const Row& r) { return text_of(r.items_per_s); }},
      {"bytes_per_s", rates, [](const Row& r) { return text_of(r.bytes_per_s); }},
      {"flops_per_s", rates, [](const Row& r) { return text_of(r.flops_per_s); }}};
}

std::vector<Column<SummaryRow>> summary_schema_of_status() {
  using Row = SummaryRow;
  return {{"status", "`ok`, `mismatch`, `error`, `timeout`, `crashed`, `oom` or `skipped`",
           [](const Row& r) { return std::string(name_of(r.status)); }},
          {"reason", "why, when not `ok`; also that a wanted precision was not reached",
           [](const Row& r) { return r.reason; }},
          {"verified", "`true`, `false`, or empty when verification did not come to an end",
           [](const Row& r) { return text_of(r.verified); }},
          {"max_error", "largest difference of an element from the reference's",
           [](const Row& r) { return text_of(r.max_error); }},
          {"rounds", "rounds that were measured", [](const Row& r) { return text_of(r.rounds); }},
          {"stop_reason",
           "`precision`: the wanted precision was reached; `out of reach`: all that were planned "
           "would not reach it; `rounds`: all that were planned; "
           "`budget`: fewer, for want of time; "
           "`interrupted`; `saturated`, of a server; else the status",
           [](const Row& r) { return r.stop_reason; }}};
}

std::vector<Column<SummaryRow>> summary_schema_of_gap() {
  using Row = SummaryRow;
  constexpr const char* interval = "its 95 % interval";
  return {{"reference",
           "the compiled variant that the gap is against, of the same job: the fastest, or what "
           "`--against` chose",
           [](const Row& r) { return r.reference; }},
          {"gap", "latency over the reference's; Python rows only",
           [](const Row& r) { return text_of(r.gap); }},
          {"gap_ci_low", interval, [](const Row& r) { return low_of(r.gap_ci); }},
          {"gap_ci_high", interval, [](const Row& r) { return high_of(r.gap_ci); }},
          {"input_digest", "XXH3-64 of the inputs", [](const Row& r) { return r.input_digest; }},
          {"working_set_bytes", "inputs and outputs in their native types",
           [](const Row& r) { return text_of(r.working_set_bytes); }},
          {"job", job_meaning, [](const Row& r) { return r.job; }}};
}

std::vector<Column<SummaryRow>> summary_schema_of_state() {
  using Row = SummaryRow;
  constexpr const char* counts =
      "how many slices were measured, and in how many nothing disturbed the core";
  const auto if_any = [](std::int64_t Row::*count) {
    return [count](const Row& r) { return r.slices > 0 ? text_of(r.*count) : std::string(); };
  };
  return {
      {"state",
       "`undisturbed`: measured in slices whose probes ran at their best; `mixed`: in all, because "
       "too few were; `unknown`: in a run older than probes; of servers why there is no latency: "
       "`saturated`: fewer than 98 % of what was offered were answered, `client_bound`: the client "
       "itself was late",
       [](const Row& r) {
         return r.latency_ns || withholds_latency(r.state) ? std::string(name_of(r.state))
                                                           : std::string();
       }},
      {"slices", counts, if_any(&Row::slices)},
      {"undisturbed_slices", counts, if_any(&Row::undisturbed_slices)},
      {"disturbed_ns", "per call, in the slices that were disturbed",
       [](const Row& r) { return text_of(r.disturbed_ns); }},
      {"disturbed_gap", "the gap of the two `disturbed_ns`",
       [](const Row& r) { return text_of(r.disturbed_gap); }},
      {"speeds",
       "of a cell whose rounds fall apart into groups: `latency_ns:rounds` of each, fastest first; "
       "`latency_ns` is then that of most rounds",
       [](const Row& r) { return speeds_text(r.speeds); }},
      {"speeds_reason", "what the slowest of them had more of, where it was counted",
       [](const Row& r) { return r.speeds_reason; }},
      {"drift",
       "what the last third of a round took over its first, where that is more than noise: below 1 "
       "it was still getting faster",
       [](const Row& r) { return text_of(r.drift); }}};
}

std::vector<Column<SummaryRow>> summary_schema_of_single_calls() {
  using Row = SummaryRow;
  constexpr const char* floor =
      "what this machine's interruptions alone would make of a call that always takes "
      "`latency_p50_ns`; a percentile near its floor says nothing of the variant";
  return {{"single_calls", "how many calls were timed one by one",
           [](const Row& r) {
             const std::int64_t count = single_calls_of(r).count();
             return count > 0 ? text_of(count) : std::string();
           }},
          {"latency_p99_floor_ns", floor,
           [](const Row& r) { return text_of(above_nothing(r.p99_floor_ns)); }},
          {"latency_p999_floor_ns", floor,
           [](const Row& r) { return text_of(above_nothing(r.p999_floor_ns)); }}};
}

std::vector<Column<SummaryRow>> summary_schema_of_startup() {
  using Row = SummaryRow;
  constexpr const char* startup =
      "of a command whose latency is the same at its smallest sizes: what it takes at any n, and "
      "its 95 % interval; see [commands.md](commands.md#start-up)";
  constexpr const char* gap =
      "the gap between what remains of both latencies without their start-ups; the interval takes "
      "their ends for as far apart as they could be";
  const auto ends = [](std::optional<Estimate> Row::*estimate, const Row& r) {
    return r.*estimate ? (r.*estimate)->interval : std::nullopt;
  };
  const auto value = [](std::optional<Estimate> Row::*estimate) {
    return
        [=](const Row& r) { return r.*estimate ? text_of((r.*estimate)->value) : std::string(); };
  };
  return {{"startup_ns", startup, value(&Row::startup_ns)},
          {"startup_ci_low_ns", startup,
           [=](const Row& r) { return low_of(ends(&Row::startup_ns, r)); }},
          {"startup_ci_high_ns", startup,
           [=](const Row& r) { return high_of(ends(&Row::startup_ns, r)); }},
          {"gap_without_startup", gap, value(&Row::gap_without_startup)},
          {"gap_without_startup_ci_low", gap,
           [=](const Row& r) { return low_of(ends(&Row::gap_without_startup, r)); }},
          {"gap_without_startup_ci_high", gap,
           [=](const Row& r) { return high_of(ends(&Row::gap_without_startup, r)); }}};
}

// The summaries of the rounds' quantities.
template <class Part>
std::vector<Column<SummaryRow>> summary_schema_of_part(auto slot) {
  std::vector<Column<SummaryRow>> columns;
  Part::quantities([&](const auto& quantity) {
    if (!is_summarized(quantity.rule)) return;
    columns.push_back({std::string(quantity.name), quantity.meaning, [=](const SummaryRow& row) {
                         const std::optional<Part>* part = slot(row.combined);
                         return part != nullptr && *part
                                    ? text_of(quantity.of(**part), quantity.decimals)
                                    : std::string();
                       }});
  });
  return columns;
}

// Up to the input's digest, names and order are fixed; later additions follow.
std::vector<Column<SummaryRow>> make_summary_schema() {
  std::vector<Column<SummaryRow>> columns = cell_schema<SummaryRow>();
  append(columns, summary_schema_of_status());
  append(columns, summary_schema_of_latency());
  auto memory = summary_schema_of_part<MemoryUse>([](auto& m) { return &m.memory; });
  const Column<SummaryRow> later = std::move(memory.back());  // rss_peak_from
  memory.pop_back();
  append(columns, std::move(memory));
  append(columns, summary_schema_of_gap());
  append(columns, summary_schema_of_state());
  append(columns, summary_schema_of_single_calls());
  each_part([&]<class Part>(std::type_identity<Part>, const auto& slot) {
    constexpr bool is_written_already = std::is_same_v<Part, MemoryUse>;
    if (!is_written_already) append(columns, summary_schema_of_part<Part>(slot));
  });
  append(columns, summary_schema_of_startup());
  columns.push_back(later);
  return columns;
}

// A row that has nothing but its cell.
struct CellOnly {
  const CellKey& cell;
};

const std::vector<Column<CellOnly>>& cell_only_schema() {
  static const std::vector<Column<CellOnly>> schema = cell_schema<CellOnly>();
  return schema;
}

const std::vector<Column<RoundRow>>& round_schema() {
  static const std::vector<Column<RoundRow>> schema = make_round_schema();
  return schema;
}

const std::vector<Column<SummaryRow>>& summary_schema() {
  static const std::vector<Column<SummaryRow>> schema = make_summary_schema();
  return schema;
}

}  // namespace

Fields cell_columns(const Fields& more) {
  Fields columns = names_of(cell_only_schema());
  columns.insert(columns.end(), more.begin(), more.end());
  return columns;
}

Fields cell_fields(const CellKey& cell, const Fields& more) {
  Fields fields = write_all(cell_only_schema(), CellOnly{cell});
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

const Fields& round_columns() {
  static const Fields columns = names_of(round_schema());
  return columns;
}

Fields to_fields(const RoundRow& row) { return write_all(round_schema(), row); }

const Fields& summary_columns() {
  static const Fields columns = names_of(summary_schema());
  return columns;
}

Fields to_fields(const SummaryRow& row) { return write_all(summary_schema(), row); }

const Fields& latency_columns() {
  static const Fields columns = cell_columns({"calls", "quantile", "latency_ns"});
  return columns;
}

std::vector<Fields> to_latency_fields(const SummaryRow& row) {
  constexpr std::array quantiles{0.01, 0.05, 0.1,   0.25,  0.5,    0.75,   0.9,
                                 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999, 0.99999};
  std::vector<Fields> lines;
  const auto add = [&](double q, const std::optional<double>& latency) {
    if (!above_nothing(latency)) return;
    lines.push_back(cell_fields(
        row.cell, {text_of(single_calls_of(row).count()), text_of(q), text_of(latency)}));
  };
  for (const double q : quantiles) {
    // A low quantile needs as many values below it as a high one needs above it.
    if (supported_quantile(single_calls_of(row), 1 - q))
      add(q, supported_quantile(single_calls_of(row), q));
  }
  add(1, supported_maximum(single_calls_of(row)));
  return lines;
}

const Fields& metric_columns() {
  static const Fields columns = cell_columns({"metric", "rounds", "median", "least", "most"});
  return columns;
}

std::vector<Fields> to_metric_fields(const SummaryRow& row) {
  std::vector<Fields> lines;
  for (const auto& [name, values] : row.metrics) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    lines.push_back(
        cell_fields(row.cell, {name, fmt::to_string(values.size()), text_of(median(values)),
                               text_of(*least), text_of(*most)}));
  }
  return lines;
}

RoundRow parse_round(const Fields& columns, const Fields& fields) {
  const FieldReader reader(columns, fields);
  RoundRow row;
  for (const Column<RoundRow>& column : round_schema()) {
    if (column.read) column.read(reader, row);
  }
  return row;
}

std::vector<ColumnMeaning> round_meanings() { return meanings_of(round_schema()); }

std::vector<ColumnMeaning> summary_meanings() { return meanings_of(summary_schema()); }

}  // namespace gapmeter
