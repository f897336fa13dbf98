#include "harness/results/records.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <stdexcept>

namespace gapmeter {
namespace {

// A column: its name and how a row's field is written. Both schemas are lists of these, so that a
// header can't disagree with its fields.
template <class Row>
struct Column {
  std::string name;
  std::function<std::string(const Row&)> write;
};

template <class Row>
Fields names_of(const std::vector<Column<Row>>& columns) {
  Fields names;
  for (const auto& column : columns) names.push_back(column.name);
  return names;
}

template <class Row>
Fields write_all(const std::vector<Column<Row>>& columns, const Row& row) {
  Fields fields;
  for (const auto& column : columns) fields.push_back(column.write(row));
  return fields;
}

// The shortest text that reads back as the same number.
std::string number(double value) { return fmt::format("{}", value); }
std::string number(std::int64_t value) { return fmt::to_string(value); }

template <class T>
std::string number(const std::optional<T>& value) {
  return value ? number(*value) : std::string();
}

// A cost of 0 means "does not apply".
std::string applicable(double value) { return value == 0 ? std::string() : number(value); }

// compile_s=0.25;object_bytes=24
std::string metrics_text(const std::vector<Metric>& metrics) {
  std::string text;
  for (const Metric& metric : metrics) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ";", metric.name, metric.value);
  }
  return text;
}

// A column of a part of the measurement that not every row has: empty where it is absent.
template <class Part, class Write>
Column<RoundRow> part_column(std::string name, std::optional<Part> Measurement::*part,
                             Write write) {
  return {std::move(name), [part, write](const RoundRow& row) {
            const std::optional<Part>& value = row.measurement.*part;
            return value ? write(*value) : std::string();
          }};
}

template <class Write>
Column<RoundRow> timed(std::string name, Write write) {
  return part_column(std::move(name), &Measurement::timing, write);
}

template <class Write>
Column<RoundRow> single(std::string name, Write write) {
  return part_column(std::move(name), &Measurement::single_calls, write);
}

template <class Write>
Column<RoundRow> collected(std::string name, Write write) {
  return single(std::move(name), [write](const SingleCalls& calls) {
    return calls.collections ? write(*calls.collections) : std::string();
  });
}

template <class Write>
Column<RoundRow> weighed(std::string name, Write write) {
  return part_column(std::move(name), &Measurement::memory, write);
}

template <class Row>
std::vector<Column<Row>> cell_schema() {
  return {
      {"kernel", [](const Row& r) { return r.cell.kernel; }},
      {"variant", [](const Row& r) { return to_string(r.cell.variant); }},
      {"lane", [](const Row& r) { return std::string(name_of(r.cell.variant.lane)); }},
      {"n", [](const Row& r) { return fmt::to_string(r.cell.n); }},
      {"threads", [](const Row& r) { return fmt::to_string(r.cell.threads); }},
  };
}

template <class Row>
void append(std::vector<Column<Row>>& columns, std::vector<Column<Row>> more) {
  std::move(more.begin(), more.end(), std::back_inserter(columns));
}

std::vector<Column<RoundRow>> make_round_schema() {
  using Row = RoundRow;
  std::vector<Column<Row>> columns = cell_schema<Row>();
  append<Row>(
      columns,
      {{"pass", [](const Row& r) { return std::string(name_of(r.pass)); }},
       {"round", [](const Row& r) { return fmt::to_string(r.round); }},
       {"position", [](const Row& r) { return fmt::to_string(r.position); }},
       {"rounds_planned", [](const Row& r) { return fmt::to_string(r.rounds_planned); }},
       {"precision", [](const Row& r) { return number(r.precision); }},
       {"budgeted", [](const Row& r) { return std::string(r.budgeted ? "true" : "false"); }},
       {"status", [](const Row& r) { return std::string(name_of(r.measurement.status)); }},
       {"reason", [](const Row& r) { return r.measurement.reason; }},
       {"input_digest", [](const Row& r) { return r.measurement.input_digest; }},
       {"max_error", [](const Row& r) { return number(r.measurement.max_error); }},
       timed("estimator", [](const Timing& t) { return std::string(name_of(t.batch.estimator)); }),
       timed("calls_per_batch", [](const Timing& t) { return number(t.batch.calls); }),
       timed("batches", [](const Timing& t) { return number(t.batches); }),
       timed("latency_ns", [](const Timing& t) { return number(t.latency_ns); }),
       timed("batch_min_ns", [](const Timing& t) { return number(t.min_ns); }),
       timed("batch_p10_ns", [](const Timing& t) { return number(t.p10_ns); }),
       timed("batch_p50_ns", [](const Timing& t) { return number(t.p50_ns); }),
       timed("batch_mean_ns", [](const Timing& t) { return number(t.mean_ns); }),
       timed("block_100us_ns", [](const Timing& t) { return number(t.block_ns[0]); }),
       timed("block_1ms_ns", [](const Timing& t) { return number(t.block_ns[1]); }),
       timed("block_10ms_ns", [](const Timing& t) { return number(t.block_ns[2]); }),
       timed("involuntary_switches",
             [](const Timing& t) { return number(t.involuntary_switches); }),
       timed("minor_faults", [](const Timing& t) { return number(t.minor_faults); }),
       timed("major_faults", [](const Timing& t) { return number(t.major_faults); }),
       single("single_calls", [](const SingleCalls& s) { return to_string(s.calls); }),
       single("clock_ns", [](const SingleCalls& s) { return number(s.clock_ns); }),
       single("hiccups", [](const SingleCalls& s) { return to_string(s.hiccups); }),
       single("hiccup_s", [](const SingleCalls& s) { return number(s.hiccup_s); }),
       collected("gc_collections_0", [](const Collections& c) { return number(c.count[0]); }),
       collected("gc_collections_1", [](const Collections& c) { return number(c.count[1]); }),
       collected("gc_collections_2", [](const Collections& c) { return number(c.count[2]); }),
       collected("gc_total_ns", [](const Collections& c) { return number(c.total_ns); }),
       collected("gc_longest_ns", [](const Collections& c) { return number(c.longest_ns); }),
       weighed("rss_baseline_bytes", [](const MemoryUse& m) { return number(m.baseline_bytes); }),
       weighed("rss_input_bytes", [](const MemoryUse& m) { return number(m.input_bytes); }),
       weighed("rss_peak_bytes", [](const MemoryUse& m) { return number(m.peak_bytes); }),
       weighed("rss_retained_bytes", [](const MemoryUse& m) { return number(m.retained_bytes); }),
       {"metrics", [](const Row& r) { return metrics_text(r.measurement.metrics); }},
       {"items_per_call", [](const Row& r) { return applicable(r.items_per_call); }},
       {"bytes_per_call", [](const Row& r) { return applicable(r.bytes_per_call); }},
       {"flops_per_call", [](const Row& r) { return applicable(r.flops_per_call); }},
       {"working_set_bytes", [](const Row& r) { return number(r.working_set_bytes); }},
       {"prepare_s", [](const Row& r) { return fmt::format("{:.4f}", r.measurement.prepare_s); }},
       {"timed_s", [](const Row& r) { return fmt::format("{:.4f}", r.measurement.timed_s); }},
       {"worker_s", [](const Row& r) { return fmt::format("{:.4f}", r.worker_s); }}});
  return columns;
}

std::string low(const std::optional<Interval>& interval) {
  return interval ? number(interval->low) : std::string();
}
std::string high(const std::optional<Interval>& interval) {
  return interval ? number(interval->high) : std::string();
}

template <class Get>
Column<SummaryRow> collections_column(std::string name, Get get) {
  return {std::move(name), [get](const SummaryRow& row) {
            return row.collections ? number(get(*row.collections)) : std::string();
          }};
}

// A count of what happened while batches were timed: empty for a cell that was not timed.
Column<SummaryRow> counted(std::string name, std::int64_t SummaryRow::*count) {
  return {std::move(name), [count](const SummaryRow& row) {
            return row.latency_ns ? number(row.*count) : std::string();
          }};
}

std::vector<Column<SummaryRow>> make_summary_schema() {
  using Row = SummaryRow;
  const auto percentile = [](double q) {
    return [q](const Row& r) { return number(supported_quantile(r.single_calls, q)); };
  };
  std::vector<Column<Row>> columns = cell_schema<Row>();
  append<Row>(
      columns,
      {{"status", [](const Row& r) { return std::string(name_of(r.status)); }},
       {"reason", [](const Row& r) { return r.reason; }},
       {"verified",
        [](const Row& r) {
          return r.verified ? std::string(*r.verified ? "true" : "false") : std::string();
        }},
       {"max_error", [](const Row& r) { return number(r.max_error); }},
       {"rounds", [](const Row& r) { return fmt::to_string(r.rounds); }},
       {"stop_reason", [](const Row& r) { return r.stop_reason; }},
       {"latency_ns", [](const Row& r) { return number(r.latency_ns); }},
       {"latency_ci_low_ns", [](const Row& r) { return low(r.latency_ci_ns); }},
       {"latency_ci_high_ns", [](const Row& r) { return high(r.latency_ci_ns); }},
       {"latency_p50_ns", percentile(0.5)},
       {"latency_p90_ns", percentile(0.9)},
       {"latency_p99_ns", percentile(0.99)},
       {"latency_p999_ns", percentile(0.999)},
       {"latency_max_ns", [](const Row& r) { return number(supported_maximum(r.single_calls)); }},
       {"items_per_s", [](const Row& r) { return number(r.items_per_s); }},
       {"bytes_per_s", [](const Row& r) { return number(r.bytes_per_s); }},
       {"flops_per_s", [](const Row& r) { return number(r.flops_per_s); }},
       {"rss_baseline_bytes", [](const Row& r) { return number(r.rss_baseline_bytes); }},
       {"rss_input_bytes", [](const Row& r) { return number(r.rss_input_bytes); }},
       {"rss_peak_bytes", [](const Row& r) { return number(r.rss_peak_bytes); }},
       {"rss_retained_bytes", [](const Row& r) { return number(r.rss_retained_bytes); }},
       {"reference", [](const Row& r) { return r.reference; }},
       {"gap", [](const Row& r) { return number(r.gap); }},
       {"gap_ci_low", [](const Row& r) { return low(r.gap_ci); }},
       {"gap_ci_high", [](const Row& r) { return high(r.gap_ci); }},
       {"input_digest", [](const Row& r) { return r.input_digest; }},
       {"working_set_bytes", [](const Row& r) { return number(r.working_set_bytes); }},
       {"estimator", [](const Row& r) { return r.estimator; }},
       {"calls_per_batch", [](const Row& r) { return number(r.calls_per_batch); }},
       {"gap_estimator", [](const Row& r) { return r.gap_estimator; }},
       {"single_calls",
        [](const Row& r) {
          const std::int64_t count = r.single_calls.count();
          return count > 0 ? number(count) : std::string();
        }},
       {"latency_p99_floor_ns", [](const Row& r) { return number(r.p99_floor_ns); }},
       {"latency_p999_floor_ns", [](const Row& r) { return number(r.p999_floor_ns); }},
       collections_column("gc_collections_0", [](const Collections& c) { return c.count[0]; }),
       collections_column("gc_collections_1", [](const Collections& c) { return c.count[1]; }),
       collections_column("gc_collections_2", [](const Collections& c) { return c.count[2]; }),
       collections_column("gc_total_ns", [](const Collections& c) { return c.total_ns; }),
       collections_column("gc_longest_ns", [](const Collections& c) { return c.longest_ns; }),
       counted("involuntary_switches", &Row::involuntary_switches),
       counted("minor_faults", &Row::minor_faults),
       counted("major_faults", &Row::major_faults)});
  return columns;
}

// A row that is nothing but its cell.
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

// What a kernel, a variant or an engine can be called: names become parts of file names and are
// shown on terminals and pages, so that a file must not bring any that can do harm there.
bool is_plain_name(std::string_view name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  };
  return !name.empty() && name[0] != '.' && name[0] != '-' &&
         std::all_of(name.begin(), name.end(), is_plain);
}

// Without what would steer a terminal.
std::string plain_text(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

// Reads the fields of one line by column name. They are asked for mostly in their order, so each
// search goes on where the last one ended.
class FieldReader {
 public:
  FieldReader(const Fields& columns, const Fields& fields) : columns_(columns), fields_(fields) {
    if (columns.size() != fields.size()) {
      throw std::invalid_argument(
          fmt::format("{} fields, but {} columns", fields.size(), columns.size()));
    }
  }

  const std::string& text(std::string_view column) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::size_t position = (next_ + i) % columns_.size();
      if (columns_[position] != column) continue;
      next_ = position;
      return fields_[position];
    }
    throw std::invalid_argument(fmt::format("there is no column '{}'", column));
  }

  template <class T>
  std::optional<T> maybe(std::string_view column) const {
    const std::string& field = text(column);
    if (field.empty()) return std::nullopt;
    T value{};
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc{} || end != field.data() + field.size()) reject(column, field);
    if constexpr (std::is_floating_point_v<T>) {
      if (!std::isfinite(value) || value < 0) reject(column, field);
    }
    return value;
  }

  template <class T>
  T number(std::string_view column, T least) const {
    const std::optional<T> value = maybe<T>(column);
    if (!value || *value < least) reject(column, text(column));
    return *value;
  }

  bool flag(std::string_view column) const {
    const std::string& field = text(column);
    if (field != "true" && field != "false") reject(column, field);
    return field == "true";
  }

  std::string plain_name(std::string_view column) const {
    const std::string& field = text(column);
    if (!is_plain_name(field)) reject(column, field);
    return field;
  }

  VariantId variant(std::string_view column) const {
    VariantId id = name(column, parse_variant);
    const bool is_plain = is_plain_name(id.name) && (id.engine.empty() || is_plain_name(id.engine));
    if (!is_plain) reject(column, text(column));
    return id;
  }

  Histogram histogram(std::string_view column) const {
    std::optional<Histogram> value = parse_histogram(text(column));
    if (!value) reject(column, text(column));
    return *std::move(value);
  }

  // Nothing where the column was not there yet when the file was written.
  std::vector<Metric> metrics(std::string_view column) const {
    Report report;
    const bool is_there = std::find(columns_.begin(), columns_.end(), column) != columns_.end();
    std::string_view left = is_there ? std::string_view(text(column)) : "";
    while (!left.empty()) {
      const std::string_view metric = left.substr(0, left.find(';'));
      left.remove_prefix(std::min(left.size(), metric.size() + 1));
      const std::size_t equals = metric.find('=');
      if (equals == std::string_view::npos) reject(column, text(column));
      const std::string_view number = metric.substr(equals + 1);
      double value = 0;
      const auto [end, error] =
          std::from_chars(number.data(), number.data() + number.size(), value);
      if (error != std::errc{} || end != number.data() + number.size()) {
        reject(column, text(column));
      }
      report.add(std::string(metric.substr(0, equals)), value);
    }
    return report.metrics();
  }

  template <class Enum>
  Enum name(std::string_view column, std::optional<Enum> (*parse)(std::string_view)) const {
    const std::optional<Enum> value = parse(text(column));
    if (!value) reject(column, text(column));
    return *value;
  }

 private:
  [[noreturn]] static void reject(std::string_view column, const std::string& field) {
    throw std::invalid_argument(fmt::format("'{}' can't be a {}", plain_text(field), column));
  }

  const Fields& columns_;
  const Fields& fields_;
  mutable std::size_t next_ = 0;
};

std::optional<Timing> parse_timing(const FieldReader& reader) {
  if (reader.text("latency_ns").empty()) return std::nullopt;
  Timing timing;
  timing.latency_ns = reader.number<double>("latency_ns", 0);
  if (timing.latency_ns == 0) throw std::invalid_argument("'0' can't be a latency_ns");
  timing.batch.estimator = reader.name("estimator", parse_estimator);
  timing.batch.calls = reader.number<std::int64_t>("calls_per_batch", 1);
  timing.batches = reader.number<std::int64_t>("batches", 1);
  timing.min_ns = reader.number<double>("batch_min_ns", 0);
  timing.p10_ns = reader.number<double>("batch_p10_ns", 0);
  timing.p50_ns = reader.number<double>("batch_p50_ns", 0);
  timing.mean_ns = reader.number<double>("batch_mean_ns", 0);
  timing.block_ns = {reader.maybe<double>("block_100us_ns"), reader.maybe<double>("block_1ms_ns"),
                     reader.maybe<double>("block_10ms_ns")};
  timing.involuntary_switches = reader.number<std::int64_t>("involuntary_switches", 0);
  timing.minor_faults = reader.number<std::int64_t>("minor_faults", 0);
  timing.major_faults = reader.number<std::int64_t>("major_faults", 0);
  return timing;
}

std::optional<Collections> parse_collections(const FieldReader& reader) {
  if (reader.text("gc_total_ns").empty()) return std::nullopt;
  Collections collections{.total_ns = reader.number<std::int64_t>("gc_total_ns", 0),
                          .longest_ns = reader.number<std::int64_t>("gc_longest_ns", 0)};
  for (std::size_t generation = 0; generation < collections.count.size(); ++generation) {
    collections.count[generation] =
        reader.number<std::int64_t>(fmt::format("gc_collections_{}", generation), 0);
  }
  return collections;
}

std::optional<SingleCalls> parse_single_calls(const FieldReader& reader) {
  if (reader.text("single_calls").empty()) return std::nullopt;
  return SingleCalls{.calls = reader.histogram("single_calls"),
                     .clock_ns = reader.number<double>("clock_ns", 0),
                     .collections = parse_collections(reader),
                     .hiccups = reader.histogram("hiccups"),
                     .hiccup_s = reader.number<double>("hiccup_s", 0)};
}

std::optional<MemoryUse> parse_memory(const FieldReader& reader) {
  if (reader.text("rss_baseline_bytes").empty()) return std::nullopt;
  return MemoryUse{.baseline_bytes = reader.number<std::int64_t>("rss_baseline_bytes", 1),
                   .input_bytes = reader.maybe<std::int64_t>("rss_input_bytes"),
                   .peak_bytes = reader.maybe<std::int64_t>("rss_peak_bytes"),
                   .retained_bytes = reader.maybe<std::int64_t>("rss_retained_bytes")};
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
    if (!latency) return;
    lines.push_back(
        cell_fields(row.cell, {number(row.single_calls.count()), number(q), number(latency)}));
  };
  for (const double q : quantiles) {
    // A low quantile needs as many values below it as a high one above.
    if (supported_quantile(row.single_calls, 1 - q))
      add(q, supported_quantile(row.single_calls, q));
  }
  add(1, supported_maximum(row.single_calls));
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
    lines.push_back(cell_fields(row.cell, {name, fmt::to_string(values.size()),
                                           number(median(values)), number(*least), number(*most)}));
  }
  return lines;
}

RoundRow parse_round(const Fields& columns, const Fields& fields) {
  const FieldReader reader(columns, fields);
  RoundRow row;
  row.cell = {.kernel = reader.plain_name("kernel"),
              .variant = reader.variant("variant"),
              .n = reader.number<std::size_t>("n", 1),
              .threads = reader.number<int>("threads", 1)};
  row.pass = reader.name("pass", parse_pass);
  row.round = reader.number<int>("round", 0);
  row.position = reader.number<int>("position", 0);
  row.rounds_planned = reader.number<int>("rounds_planned", 0);
  row.precision = reader.maybe<double>("precision");
  row.budgeted = reader.flag("budgeted");
  row.measurement.status = reader.name("status", parse_status);
  row.measurement.reason = plain_text(reader.text("reason"));
  row.measurement.input_digest = plain_text(reader.text("input_digest"));
  row.measurement.max_error = reader.maybe<double>("max_error");
  row.measurement.timing = parse_timing(reader);
  row.measurement.single_calls = parse_single_calls(reader);
  row.measurement.prepare_s = reader.number<double>("prepare_s", 0);
  row.measurement.timed_s = reader.number<double>("timed_s", 0);
  row.measurement.memory = parse_memory(reader);
  row.measurement.metrics = reader.metrics("metrics");
  row.items_per_call = reader.maybe<double>("items_per_call").value_or(0);
  row.bytes_per_call = reader.maybe<double>("bytes_per_call").value_or(0);
  row.flops_per_call = reader.maybe<double>("flops_per_call").value_or(0);
  row.working_set_bytes = reader.number<std::int64_t>("working_set_bytes", 0);
  row.worker_s = reader.number<double>("worker_s", 0);
  return row;
}

}  // namespace gapmeter
