// Rows of rounds.csv and summary.csv: every row is written and read back the same; what no row can
// hold is refused, naming its column.
#include "harness/store/columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "harness/tests/unit/support/csv_table.h"
#include "harness/tests/unit/support/rows.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSubsetOf;
using ::testing::Pair;
using ::testing::SizeIs;

SingleCalls full_single_calls() {
  SingleCalls single{
      .clock_ns = 21.5,
      .collections = Collections{.count = {1, 2, 3}, .total_ns = 5000, .longest_ns = 4000},
      .hiccup_s = 0.00375};
  single.calls.add(1200, 3);
  single.calls.add(5000, 1);
  single.hiccups.add(9000, 2);
  return single;
}

RoundRow full_row() {
  return {
      .cell = {.kernel = "sum", .variant = test::variant("python/numpy"), .n = 4096, .threads = 2},
      .job = "copy",
      .pass = Pass::time,
      .round = 3,
      .position = 1,
      .rounds_planned = 9,
      .precision = 0.02,
      .budgeted = true,
      .measurement =
          {.status = Status::ok,
           .reason = "",
           .input_digest = "0123456789abcdef",
           .max_error = 1.5e-7,
           .timing =
               Timing{.calls = 128,
                      .batches = 400,
                      .slices =
                          {{.call_ns = 0.25, .probe_before = 994, .probe_after = 995, .waited = 12},
                           {.call_ns = 123456, .probe_before = 0, .probe_after = 996}},
                      .min_ns = 0.25,
                      .p10_ns = 0.26,
                      .p50_ns = 0.1 + 0.2,
                      .mean_ns = 1e300,
                      .involuntary_switches = 5,
                      .minor_faults = 6,
                      .major_faults = 7,
                      .dropped_batches = 2},
           .single_calls = full_single_calls(),
           .memory = MemoryUse{.baseline_bytes = 30'000'000,
                               .input_bytes = 4096,
                               .peak_bytes = 0,
                               .retained_bytes = -8192,
                               .peak_from = PeakFrom::sampled},
           .effort = {.prepare_s = 0.0123, .timed_s = 0.0456},
           .metrics = {{"object_bytes", 24}, {"compile_s", 0.1 + 0.2}}},
      .items_per_call = 4096,
      .bytes_per_call = 16384.5,
      .flops_per_call = 1e15,
      .working_set_bytes = 16388,
      .worker_s = 0.1234};
}

void expect_same_memory(const MemoryUse& a, const MemoryUse& b) {
  EXPECT_EQ(a.baseline_bytes, b.baseline_bytes);
  EXPECT_EQ(a.input_bytes, b.input_bytes);
  EXPECT_EQ(a.peak_bytes, b.peak_bytes);
  EXPECT_EQ(a.retained_bytes, b.retained_bytes);
  EXPECT_EQ(a.peak_from, b.peak_from);
}

void expect_same(const RoundRow& a, const RoundRow& b) {
  EXPECT_EQ(a.cell, b.cell);
  EXPECT_EQ(a.pass, b.pass);
  EXPECT_EQ(a.round, b.round);
  EXPECT_EQ(a.position, b.position);
  EXPECT_EQ(a.rounds_planned, b.rounds_planned);
  EXPECT_EQ(a.measurement.status, b.measurement.status);
  EXPECT_EQ(a.measurement.reason, b.measurement.reason);
  EXPECT_EQ(a.measurement.input_digest, b.measurement.input_digest);
  EXPECT_EQ(a.measurement.max_error, b.measurement.max_error);
  EXPECT_EQ(a.precision, b.precision);
  EXPECT_EQ(a.budgeted, b.budgeted);
  EXPECT_TRUE(a.measurement.timing == b.measurement.timing);
  EXPECT_TRUE(a.measurement.single_calls == b.measurement.single_calls);
  EXPECT_NEAR(a.measurement.effort.prepare_s, b.measurement.effort.prepare_s, 0.5e-4);
  EXPECT_NEAR(a.measurement.effort.timed_s, b.measurement.effort.timed_s, 0.5e-4);
  ASSERT_EQ(a.measurement.memory.has_value(), b.measurement.memory.has_value());
  if (a.measurement.memory) expect_same_memory(*a.measurement.memory, *b.measurement.memory);
  EXPECT_EQ(a.measurement.metrics, b.measurement.metrics);
  EXPECT_EQ(a.items_per_call, b.items_per_call);
  EXPECT_EQ(a.bytes_per_call, b.bytes_per_call);
  EXPECT_EQ(a.flops_per_call, b.flops_per_call);
  EXPECT_EQ(a.working_set_bytes, b.working_set_bytes);
  EXPECT_NEAR(a.worker_s, b.worker_s, 0.5e-4);
}

// The fields of full_row() with another text in one column.
Fields with(const std::string& column, const std::string& text) {
  Fields fields = to_fields(full_row());
  const auto found = std::find(round_columns().begin(), round_columns().end(), column);
  fields.at(static_cast<std::size_t>(found - round_columns().begin())) = text;
  return fields;
}

TEST(Metrics, ThatNoVariantCanReportAreRefused) {
  for (const char* text :
       {"x", "x=", "x=1;x=2", "X=1", "x=1e", "x=nan", "x=1 ", "=1", ";", "x=1;;y=2"}) {
    EXPECT_THROW(parse_round(round_columns(), with("metrics", text)), std::invalid_argument)
        << text;
  }
  EXPECT_THAT(parse_round(round_columns(), with("metrics", "")).measurement.metrics, IsEmpty());
  EXPECT_THAT(parse_round(round_columns(), with("metrics", "x=-1.5")).measurement.metrics,
              ElementsAre(Metric{"x", -1.5}));
}

// Files of a build that knew no metrics.
TEST(Metrics, AreNoneWhereTheColumnIsNotThere) {
  Fields columns = round_columns(), fields = to_fields(full_row());
  const auto at = std::find(columns.begin(), columns.end(), "metrics") - columns.begin();
  columns.erase(columns.begin() + at);
  fields.erase(fields.begin() + at);
  EXPECT_THAT(parse_round(columns, fields).measurement.metrics, IsEmpty());
}

TEST(Metrics, AreALineForEachNameWithTheirRange) {
  SummaryRow row{.cell = test::cell("python/numba", 64)};
  row.metrics = {{"bytes", {8}}, {"compile_s", {0.5, 0.25, 2}}};
  EXPECT_THAT(to_metric_fields(row), ElementsAre(Fields{"sum", "python/numba", "python", "64", "1",
                                                        "bytes", "1", "8", "8", "8"},
                                                 Fields{"sum", "python/numba", "python", "64", "1",
                                                        "compile_s", "3", "0.5", "0.25", "2"}));
  EXPECT_EQ(metric_columns().size(), 10U);
}

void expect_round_trip(const RoundRow& row) {
  const test::CsvTable table =
      test::parse_csv(to_csv_line(round_columns()) + to_csv_line(to_fields(row)));
  expect_same(parse_round(table.header, table.rows.at(0)), row);
}

std::size_t index_of(const Fields& columns, const std::string& column) {
  const auto found = std::find(columns.begin(), columns.end(), column);
  if (found == columns.end()) throw std::out_of_range(column);
  return static_cast<std::size_t>(found - columns.begin());
}

// The fields of full_row() with one of them replaced.
Fields fields_with(const std::string& column, const std::string& value) {
  Fields fields = to_fields(full_row());
  fields.at(index_of(round_columns(), column)) = value;
  return fields;
}

std::string error_with(const std::string& column, const std::string& value) {
  return test::message_of<std::invalid_argument>(
      [&] { parse_round(round_columns(), fields_with(column, value)); });
}

TEST(RoundRows, AFullRowIsReadBackTheSame) { expect_round_trip(full_row()); }

TEST(RoundRows, ARowOfNothingButItsCellIsReadBackTheSame) {
  expect_round_trip({.cell = test::cell("native/simd"), .measurement = {}});
}

TEST(RoundRows, SingleCallsOfALaneWithoutACollectorAreReadBackTheSame) {
  RoundRow row = full_row();
  row.measurement.single_calls->collections.reset();
  row.measurement.single_calls->hiccups = {};
  expect_round_trip(row);
  EXPECT_EQ(to_fields(row).at(index_of(round_columns(), "gc_total_ns")), "");
}

// No collection is something else than no collector.
TEST(RoundRows, CollectionsOfNothingAreReadBackTheSame) {
  RoundRow row = full_row();
  row.measurement.single_calls->collections = Collections{};
  expect_round_trip(row);
  EXPECT_EQ(to_fields(row).at(index_of(round_columns(), "gc_collections_0")), "0");
}

TEST(RoundRows, WhatWasWantedOfTheRunIsReadBackTheSame) {
  for (const std::optional<double> precision :
       {std::optional<double>(), std::optional(0.1 + 0.2)}) {
    for (const bool budgeted : {false, true}) {
      RoundRow row = full_row();
      row.precision = precision;
      row.budgeted = budgeted;
      expect_round_trip(row);
    }
  }
}

TEST(RoundRows, VariantsOfFurtherEnginesAreReadBackTheSame) {
  RoundRow row = full_row();
  row.cell.variant = test::variant("python@3.12/numpy");
  expect_round_trip(row);
  EXPECT_EQ(to_fields(row).at(index_of(round_columns(), "lane")), "python");
}

TEST(RoundRows, NamesBeyondAsciiAreReadBackTheSame) {
  RoundRow row = full_row();
  row.cell.kernel = "größe";
  row.cell.variant.name = "naïve";
  expect_round_trip(row);
}

TEST(RoundRows, WhatIsNoNumberIsAnEmptyField) {
  for (const double none : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    RoundRow row = full_row();
    row.measurement.max_error = none;
    row.flops_per_call = none;
    const RoundRow read = parse_round(round_columns(), to_fields(row));
    EXPECT_EQ(read.measurement.max_error, std::nullopt);
    EXPECT_EQ(read.flops_per_call, 0);
  }
}

TEST(RoundRows, WriteEachNewFieldUnderItsColumn) {
  const Fields fields = to_fields(full_row());
  const std::pair<const char*, const char*> expected[] = {
      {"precision", "0.02"},
      {"budgeted", "true"},
      {"slices", "0.25:994:995:12 123456:0:996:0"},
      {"involuntary_switches", "5"},
      {"minor_faults", "6"},
      {"major_faults", "7"},
      {"single_calls", "1200:3 5000:1"},
      {"clock_ns", "21.5"},
      {"hiccups", "9000:2"},
      {"hiccup_s", "0.00375"},
      {"gc_collections_0", "1"},
      {"gc_collections_1", "2"},
      {"gc_collections_2", "3"},
      {"gc_total_ns", "5000"},
      {"gc_longest_ns", "4000"},
      {"prepare_s", "0.0123"},
      {"timed_s", "0.0456"}};
  for (const auto& [column, value] : expected) {
    EXPECT_EQ(fields.at(index_of(round_columns(), column)), value) << column;
  }
}

TEST(RoundRows, EveryStatusIsReadBackTheSame) {
  for (const Status status : {Status::ok, Status::mismatch, Status::error, Status::timeout,
                              Status::crashed, Status::oom, Status::skipped}) {
    RoundRow row = full_row();
    row.measurement.status = status;
    row.measurement.reason = "killed, \"really\"; x=1";
    expect_round_trip(row);
  }
}

TEST(RoundRows, EveryPassIsReadBackTheSame) {
  for (const Pass pass : {Pass::verify, Pass::memory, Pass::time}) {
    RoundRow row = full_row();
    row.pass = pass;
    expect_round_trip(row);
  }
}

TEST(RoundRows, AbsentMemoryFieldsStayAbsent) {
  RoundRow row = full_row();
  row.measurement.memory = MemoryUse{.baseline_bytes = 1};
  expect_round_trip(row);
}

TEST(RoundRows, ACostOfZeroIsAnEmptyField) {
  RoundRow row = full_row();
  row.flops_per_call = 0;
  EXPECT_EQ(to_fields(row).at(index_of(round_columns(), "flops_per_call")), "");
  expect_round_trip(row);
}

TEST(RoundRows, LatenciesKeepEveryDigit) {
  RoundRow row = full_row();
  for (const double latency : {1.0 / 3, 123456789.123456789, 5e-324, 1.7976931348623157e308}) {
    row.measurement.timing->p50_ns = latency;
    expect_round_trip(row);
  }
}

TEST(RoundRows, HaveAFieldForEveryColumn) {
  EXPECT_EQ(to_fields(full_row()).size(), round_columns().size());
}

TEST(RoundColumns, AreUnique) {
  Fields columns = round_columns();
  std::sort(columns.begin(), columns.end());
  EXPECT_EQ(std::adjacent_find(columns.begin(), columns.end()), columns.end());
}

TEST(ParseRound, IgnoresColumnsItDoesNotKnowAndTheirOrder) {
  Fields columns = round_columns(), fields = to_fields(full_row());
  columns.insert(columns.begin(), "from_the_future");
  fields.insert(fields.begin(), "=nonsense");
  std::reverse(columns.begin(), columns.end());
  std::reverse(fields.begin(), fields.end());
  expect_same(parse_round(columns, fields), full_row());
}

TEST(ParseRound, NamesAMissingColumn) {
  const Fields needed{"kernel",
                      "variant",
                      "n",
                      "threads",
                      "pass",
                      "round",
                      "position",
                      "rounds_planned",
                      "precision",
                      "budgeted",
                      "status",
                      "reason",
                      "input_digest",
                      "max_error",
                      "calls_per_batch",
                      "batches",
                      "batch_min_ns",
                      "batch_p10_ns",
                      "batch_p50_ns",
                      "batch_mean_ns",
                      "involuntary_switches",
                      "minor_faults",
                      "major_faults",
                      "single_calls",
                      "clock_ns",
                      "hiccups",
                      "hiccup_s",
                      "gc_collections_0",
                      "gc_collections_1",
                      "gc_collections_2",
                      "gc_total_ns",
                      "gc_longest_ns",
                      "rss_baseline_bytes",
                      "items_per_call",
                      "bytes_per_call",
                      "flops_per_call",
                      "working_set_bytes",
                      "prepare_s",
                      "timed_s",
                      "worker_s"};
  for (const std::string& column : needed) {
    Fields columns = round_columns(), fields = to_fields(full_row());
    const auto at = static_cast<std::ptrdiff_t>(index_of(columns, column));
    columns.erase(columns.begin() + at);
    fields.erase(fields.begin() + at);
    EXPECT_EQ(test::message_of<std::invalid_argument>([&] { parse_round(columns, fields); }),
              "there is no column '" + column + "'");
  }
}

// As in files from before the column was added.
TEST(ParseRound, TakesAMissingColumnThatMayBeEmptyForAbsent) {
  for (const char* column : {"slices", "rss_input_bytes", "rss_peak_bytes", "rss_peak_from",
                             "dropped_batches", "metrics", "job"}) {
    Fields columns = round_columns(), fields = to_fields(full_row());
    const auto at = static_cast<std::ptrdiff_t>(index_of(columns, column));
    columns.erase(columns.begin() + at);
    fields.erase(fields.begin() + at);
    const Fields again = to_fields(parse_round(columns, fields));
    EXPECT_EQ(again.at(static_cast<std::size_t>(at)), "") << column;
  }
}

// What a program of schema version 2 wrote of a round.
TEST(ParseRound, TakesARoundOfAnOlderFileForOneWithoutSlices) {
  const test::CsvTable table = test::parse_csv(
      "kernel,variant,lane,n,threads,pass,round,position,rounds_planned,precision,budgeted,status,"
      "reason,input_digest,max_error,estimator,calls_per_batch,batches,latency_ns,batch_min_ns,"
      "batch_p10_ns,batch_p50_ns,batch_mean_ns,block_100us_ns,block_1ms_ns,block_10ms_ns,"
      "involuntary_switches,minor_faults,major_faults,single_calls,clock_ns,hiccups,hiccup_s,"
      "gc_collections_0,gc_collections_1,gc_collections_2,gc_total_ns,gc_longest_ns,"
      "rss_baseline_bytes,rss_input_bytes,rss_peak_bytes,rss_retained_bytes,items_per_call,"
      "bytes_per_call,flops_per_call,working_set_bytes,prepare_s,timed_s,worker_s\n"
      "sum,native/simd,native,16,1,time,3,0,8,,false,ok,,9f8e789723a164a6,,p10,832,7896,8.5,8.25,"
      "8.5,15,13.5,15.5,15.25,15.75,2,1,0,,,,,,,,,,,,,,16,64,16,68,0.0000,0.0890,0.1089\n");
  const RoundRow row = parse_round(table.header, table.rows.at(0));
  EXPECT_EQ(row.round, 3);
  EXPECT_EQ(row.measurement.timing, (Timing{.calls = 832,
                                            .batches = 7896,
                                            .min_ns = 8.25,
                                            .p10_ns = 8.5,
                                            .p50_ns = 15,
                                            .mean_ns = 13.5,
                                            .involuntary_switches = 2,
                                            .minor_faults = 1}));
}

TEST(ParseRound, RefusesARowOfAnotherLengthThanTheHeader) {
  Fields fields = to_fields(full_row());
  fields.pop_back();
  EXPECT_THAT(
      test::message_of<std::invalid_argument>([&] { parse_round(round_columns(), fields); }),
      AllOf(HasSubstr("fields, but"), HasSubstr("columns")));
}

TEST(ParseRound, RefusesNumbersThatAreNone) {
  for (const char* column : {"n",
                             "threads",
                             "round",
                             "position",
                             "rounds_planned",
                             "calls_per_batch",
                             "batches",
                             "batch_min_ns",
                             "batch_p10_ns",
                             "batch_p50_ns",
                             "batch_mean_ns",
                             "involuntary_switches",
                             "minor_faults",
                             "major_faults",
                             "clock_ns",
                             "hiccup_s",
                             "gc_collections_0",
                             "gc_collections_1",
                             "gc_collections_2",
                             "gc_total_ns",
                             "gc_longest_ns",
                             "precision",
                             "prepare_s",
                             "timed_s",
                             "max_error",
                             "rss_baseline_bytes",
                             "rss_input_bytes",
                             "rss_peak_bytes",
                             "rss_retained_bytes",
                             "items_per_call",
                             "bytes_per_call",
                             "flops_per_call",
                             "working_set_bytes",
                             "worker_s"}) {
    for (const char* junk : {"junk", "1x", " 1", "1 ", "0x1f", "1,5", "--1", "+1"}) {
      EXPECT_EQ(error_with(column, junk),
                "'" + std::string(junk) + "' can't be a " + std::string(column));
    }
  }
}

TEST(ParseRound, RefusesNanInfinityAndNegativeReals) {
  for (const char* column :
       {"batch_min_ns", "batch_p10_ns", "batch_p50_ns", "batch_mean_ns", "clock_ns", "hiccup_s",
        "precision", "max_error", "items_per_call", "bytes_per_call", "flops_per_call", "prepare_s",
        "timed_s", "worker_s"}) {
    for (const char* value : {"nan", "inf", "-inf", "1e999", "-1", "-1e-9"}) {
      EXPECT_THAT(error_with(column, value), HasSubstr(column)) << value;
    }
  }
}

TEST(ParseRound, RefusesNegativeAndHugeCounts) {
  for (const char* column :
       {"n", "threads", "round", "position", "rounds_planned", "calls_per_batch", "batches",
        "involuntary_switches", "minor_faults", "major_faults", "gc_collections_0",
        "gc_collections_1", "gc_collections_2", "gc_total_ns", "gc_longest_ns",
        "rss_baseline_bytes", "working_set_bytes"}) {
    for (const char* value : {"-1", "99999999999999999999", "1e3", "1.5"}) {
      EXPECT_THAT(error_with(column, value), HasSubstr(column)) << value;
    }
  }
}

TEST(ParseRound, RefusesZeroWhereThereMustBeSomething) {
  for (const char* column : {"n", "threads", "calls_per_batch", "batches"}) {
    EXPECT_EQ(error_with(column, "0"), "'0' can't be a " + std::string(column));
  }
}

TEST(ParseRound, RefusesAnEmptyFieldWhereThereMustBeSomething) {
  for (const char* column : {"n",
                             "threads",
                             "pass",
                             "round",
                             "position",
                             "rounds_planned",
                             "status",
                             "variant",
                             "calls_per_batch",
                             "batches",
                             "slices",
                             "batch_p50_ns",
                             "involuntary_switches",
                             "minor_faults",
                             "major_faults",
                             "clock_ns",
                             "hiccup_s",
                             "gc_collections_0",
                             "gc_collections_1",
                             "gc_collections_2",
                             "gc_longest_ns",
                             "budgeted",
                             "working_set_bytes",
                             "prepare_s",
                             "timed_s",
                             "worker_s"}) {
    EXPECT_EQ(error_with(column, ""), "'' can't be a " + std::string(column));
  }
}

TEST(ParseRound, RefusesHistogramsThatAreNone) {
  for (const char* column : {"single_calls", "hiccups"}) {
    for (const char* value : {"x", "1", "1:0", "2:1 1:1", "-1:1", "2049:1", "1:1 "}) {
      EXPECT_EQ(error_with(column, value),
                "'" + std::string(value) + "' can't be a " + std::string(column));
    }
  }
}

TEST(ParseRound, RefusesSlicesThatAreNone) {
  for (const char* value :
       {"x", "1", "1:2:3", "1:2:3:4 ", " 1:2:3:4", "1:2:3:4  1:2:3:4", "0:2:3:4", "-1:2:3:4",
        "nan:2:3", "inf:2:3", "1:-2:3", "1:2:-3", "1:2.5:3"}) {
    EXPECT_EQ(error_with("slices", value), "'" + std::string(value) + "' can't be a slices");
  }
}

TEST(ParseRound, RefusesFlagsThatAreNone) {
  for (const char* value : {"yes", "1", "True", "true "}) {
    EXPECT_EQ(error_with("budgeted", value), "'" + std::string(value) + "' can't be a budgeted");
  }
}

TEST(ParseRound, RefusesNamesThatCouldDoHarm) {
  for (const char* name : {"../up", "a/b", "<script>", "$(id)", "=cmd()", "", ".hidden", "-rf",
                           "a b", "`id`", "a|b", "\xc3", "a\u202e"}) {
    EXPECT_EQ(error_with("kernel", name), "'" + std::string(name) + "' can't be a kernel");
    const std::string variant = "native/" + std::string(name);
    EXPECT_EQ(error_with("variant", variant), "'" + variant + "' can't be a variant");
  }
  EXPECT_EQ(error_with("variant", "python@<b>/numpy"), "'python@<b>/numpy' can't be a variant");
  EXPECT_EQ(error_with("kernel", "a\x1b[2J"), "'a [2J' can't be a kernel") << "nor by its message";
}

TEST(ParseRound, RefusesUnknownNames) {
  EXPECT_EQ(error_with("status", "OK"), "'OK' can't be a status");
  EXPECT_EQ(error_with("pass", "warmup"), "'warmup' can't be a pass");
  for (const char* variant : {"numpy", "Rust/simd", "native/", "/simd", "native"}) {
    EXPECT_EQ(error_with("variant", variant), "'" + std::string(variant) + "' can't be a variant");
  }
}

TEST(SummaryColumns, BeginWithThoseOfTheContractInOrder) {
  const Fields contract{"kernel",
                        "variant",
                        "lane",
                        "n",
                        "threads",
                        "status",
                        "reason",
                        "verified",
                        "max_error",
                        "rounds",
                        "stop_reason",
                        "latency_ns",
                        "latency_ci_low_ns",
                        "latency_ci_high_ns",
                        "latency_p50_ns",
                        "latency_p90_ns",
                        "latency_p99_ns",
                        "latency_p999_ns",
                        "latency_max_ns",
                        "items_per_s",
                        "bytes_per_s",
                        "flops_per_s",
                        "rss_baseline_bytes",
                        "rss_input_bytes",
                        "rss_peak_bytes",
                        "rss_retained_bytes",
                        "reference",
                        "gap",
                        "gap_ci_low",
                        "gap_ci_high",
                        "input_digest"};
  EXPECT_THAT(contract, IsSubsetOf(summary_columns()));
  const Fields& columns = summary_columns();
  ASSERT_GE(columns.size(), contract.size());
  EXPECT_TRUE(std::equal(contract.begin(), contract.end(), columns.begin()));
}

std::string summary_field(const SummaryRow& row, const std::string& column) {
  return to_fields(row).at(index_of(summary_columns(), column));
}

TEST(SummaryRows, HaveAFieldForEveryColumn) {
  EXPECT_EQ(to_fields(SummaryRow{.cell = test::cell("native/simd")}).size(),
            summary_columns().size());
}

TEST(SummaryRows, NameTheirJob) {
  const SummaryRow row{.cell = test::cell("native/simd"), .job = "copy"};
  EXPECT_EQ(summary_field(row, "job"), "copy");
}

TEST(SummaryRows, WriteEachFieldUnderItsColumn) {
  const SummaryRow row{
      .cell = {.kernel = "sum", .variant = test::variant("python/numpy"), .n = 64, .threads = 2},
      .status = Status::ok,
      .reason = "why",
      .verified = true,
      .max_error = 0.5,
      .rounds = 9,
      .stop_reason = "rounds",
      .latency_ns = 10,
      .latency_ci_ns = Interval{9, 11},
      .items_per_s = 1,
      .bytes_per_s = 2,
      .flops_per_s = 3,
      .reference = "native/simd",
      .gap = 2.5,
      .gap_ci = Interval{2.25, 2.75},
      .input_digest = "00000000000000aa",
      .combined = {.memory = MemoryUse{4, 5, 6, 7, PeakFrom::process}}};
  const std::pair<const char*, const char*> expected[] = {{"kernel", "sum"},
                                                          {"variant", "python/numpy"},
                                                          {"lane", "python"},
                                                          {"n", "64"},
                                                          {"threads", "2"},
                                                          {"status", "ok"},
                                                          {"reason", "why"},
                                                          {"verified", "true"},
                                                          {"max_error", "0.5"},
                                                          {"rounds", "9"},
                                                          {"stop_reason", "rounds"},
                                                          {"latency_ns", "10"},
                                                          {"latency_ci_low_ns", "9"},
                                                          {"latency_ci_high_ns", "11"},
                                                          {"items_per_s", "1"},
                                                          {"bytes_per_s", "2"},
                                                          {"flops_per_s", "3"},
                                                          {"rss_baseline_bytes", "4"},
                                                          {"rss_input_bytes", "5"},
                                                          {"rss_peak_bytes", "6"},
                                                          {"rss_retained_bytes", "7"},
                                                          {"rss_peak_from", "process"},
                                                          {"reference", "native/simd"},
                                                          {"gap", "2.5"},
                                                          {"gap_ci_low", "2.25"},
                                                          {"gap_ci_high", "2.75"},
                                                          {"input_digest", "00000000000000aa"}};
  for (const auto& [column, value] : expected)
    EXPECT_EQ(summary_field(row, column), value) << column;
}

// The 990th of a thousand is the last of the fast ones.
SummaryRow row_of_single_calls() {
  SummaryRow row{
      .cell = {
          .kernel = "sum", .variant = test::variant("python@3.12/numpy"), .n = 64, .threads = 2}};
  Histogram& calls = row.combined.single_calls.emplace().calls;
  calls.add(1200, 600);
  calls.add(1500, 390);
  calls.add(2000, 10);
  return row;
}

TEST(SummaryRows, WriteSingleCallsAndWhatHappenedMeanwhile) {
  SummaryRow row = row_of_single_calls();
  row.latency_ns = 1100;
  row.p99_floor_ns = 1210;
  row.p999_floor_ns = 1250;
  row.combined.single_calls->collections =
      Collections{.count = {9, 8, 7}, .total_ns = 60, .longest_ns = 50};
  row.combined.timing = Timing{
      .calls = 77, .min_ns = 1050, .involuntary_switches = 1, .minor_faults = 2, .major_faults = 3};
  const std::pair<const char*, const char*> expected[] = {{"variant", "python@3.12/numpy"},
                                                          {"lane", "python"},
                                                          {"latency_p50_ns", "1200"},
                                                          {"latency_p90_ns", "1500"},
                                                          {"latency_p99_ns", "1500"},
                                                          {"latency_p999_ns", ""},
                                                          {"latency_max_ns", "2000"},
                                                          {"single_calls", "1000"},
                                                          {"latency_p99_floor_ns", "1210"},
                                                          {"latency_p999_floor_ns", "1250"},
                                                          {"gc_collections_0", "9"},
                                                          {"gc_collections_1", "8"},
                                                          {"gc_collections_2", "7"},
                                                          {"gc_total_ns", "60"},
                                                          {"gc_longest_ns", "50"},
                                                          {"involuntary_switches", "1"},
                                                          {"minor_faults", "2"},
                                                          {"major_faults", "3"},
                                                          {"calls_per_batch", "77"},
                                                          {"batch_min_ns", "1050"}};
  for (const auto& [column, value] : expected) {
    EXPECT_EQ(summary_field(row, column), value) << column;
  }
}

TEST(SummaryRows, WriteInWhichStateTheyWereMeasured) {
  const SummaryRow row{.cell = test::cell("python/numpy"),
                       .latency_ns = 10,
                       .state = MachineState::mixed,
                       .slices = 240,
                       .undisturbed_slices = 3,
                       .disturbed_ns = 12.5,
                       .disturbed_gap = 2.25};
  const std::pair<const char*, const char*> expected[] = {{"state", "mixed"},
                                                          {"slices", "240"},
                                                          {"undisturbed_slices", "3"},
                                                          {"disturbed_ns", "12.5"},
                                                          {"disturbed_gap", "2.25"}};
  for (const auto& [column, value] : expected) {
    EXPECT_EQ(summary_field(row, column), value) << column;
  }
}

// No slice undisturbed is something else than no slices.
TEST(SummaryRows, CountUndisturbedSlicesWhereThereWereSlices) {
  SummaryRow row{.cell = test::cell("native/simd"), .latency_ns = 10};
  EXPECT_EQ(summary_field(row, "state"), "unknown");
  EXPECT_EQ(summary_field(row, "slices"), "");
  EXPECT_EQ(summary_field(row, "undisturbed_slices"), "");
  row.slices = 40;
  EXPECT_EQ(summary_field(row, "undisturbed_slices"), "0");
}

TEST(SummaryRows, CountNothingWhereNothingWasTimed) {
  for (const char* column : {"involuntary_switches", "minor_faults", "major_faults"}) {
    EXPECT_EQ(summary_field({.cell = test::cell("native/simd")}, column), "") << column;
    SummaryRow timed{.cell = test::cell("native/simd")};
    timed.combined.timing.emplace();
    EXPECT_EQ(summary_field(timed, column), "0");
  }
}

std::vector<std::string> quantiles_of(std::int64_t calls) {
  SummaryRow row{.cell = test::cell("native/simd")};
  row.combined.single_calls.emplace().calls.add(7, calls);
  std::vector<std::string> quantiles;
  for (const Fields& line : to_latency_fields(row)) {
    quantiles.push_back(line.at(index_of(latency_columns(), "quantile")));
  }
  return quantiles;
}

TEST(LatencyLines, NameTheirCellAndItsCalls) {
  const std::vector<Fields> lines = to_latency_fields(row_of_single_calls());
  ASSERT_FALSE(lines.empty());
  for (const Fields& line : lines) {
    ASSERT_THAT(line, SizeIs(latency_columns().size()));
    const std::pair<const char*, const char*> expected[] = {
        {"kernel", "sum"},  {"variant", "python@3.12/numpy"},
        {"lane", "python"}, {"n", "64"},
        {"threads", "2"},   {"calls", "1000"}};
    for (const auto& [column, value] : expected) {
      EXPECT_EQ(line.at(index_of(latency_columns(), column)), value) << column;
    }
  }
}

TEST(LatencyLines, AreTheQuantilesAscendingWithTheirLatencies) {
  std::vector<std::pair<std::string, std::string>> points;
  for (const Fields& line : to_latency_fields(row_of_single_calls())) {
    points.emplace_back(line.at(index_of(latency_columns(), "quantile")),
                        line.at(index_of(latency_columns(), "latency_ns")));
  }
  EXPECT_THAT(points, ElementsAre(Pair("0.01", "1200"), Pair("0.05", "1200"), Pair("0.1", "1200"),
                                  Pair("0.25", "1200"), Pair("0.5", "1200"), Pair("0.75", "1500"),
                                  Pair("0.9", "1500"), Pair("0.95", "1500"), Pair("0.99", "1500"),
                                  Pair("1", "2000")));
}

// Ten calls on the shorter side of each; a hundred for the maximum.
TEST(LatencyLines, AreThoseThatTheCallsSupport) {
  EXPECT_THAT(quantiles_of(19), IsEmpty());
  EXPECT_THAT(quantiles_of(20), ElementsAre("0.5"));
  EXPECT_THAT(quantiles_of(40), ElementsAre("0.25", "0.5", "0.75"));
  EXPECT_THAT(quantiles_of(99), ElementsAre("0.25", "0.5", "0.75"));
  EXPECT_THAT(quantiles_of(100), ElementsAre("0.1", "0.25", "0.5", "0.75", "0.9", "1"));
  EXPECT_THAT(quantiles_of(2000), SizeIs(11));
  EXPECT_THAT(quantiles_of(1'000'000),
              ElementsAre("0.01", "0.05", "0.1", "0.25", "0.5", "0.75", "0.9", "0.95", "0.99",
                          "0.995", "0.999", "0.9995", "0.9999", "0.99999", "1"));
}

TEST(LatencyLines, OfACellWithoutSingleCallsAreNone) {
  EXPECT_THAT(to_latency_fields({.cell = test::cell("native/simd"), .latency_ns = 5}), IsEmpty());
}

TEST(SummaryRows, AbsenceIsAnEmptyFieldNeverZero) {
  const SummaryRow row{.cell = test::cell("python/numpy"), .status = Status::skipped};
  for (const char* column : {"reason",
                             "verified",
                             "max_error",
                             "latency_ns",
                             "latency_ci_low_ns",
                             "latency_ci_high_ns",
                             "latency_p50_ns",
                             "latency_p90_ns",
                             "latency_p99_ns",
                             "latency_p999_ns",
                             "latency_max_ns",
                             "items_per_s",
                             "bytes_per_s",
                             "flops_per_s",
                             "rss_baseline_bytes",
                             "rss_input_bytes",
                             "rss_peak_bytes",
                             "rss_retained_bytes",
                             "reference",
                             "gap",
                             "gap_ci_low",
                             "gap_ci_high",
                             "input_digest",
                             "state",
                             "slices",
                             "undisturbed_slices",
                             "disturbed_ns",
                             "disturbed_gap",
                             "single_calls",
                             "latency_p99_floor_ns",
                             "latency_p999_floor_ns",
                             "gc_collections_0",
                             "gc_collections_1",
                             "gc_collections_2",
                             "gc_total_ns",
                             "gc_longest_ns"}) {
    EXPECT_EQ(summary_field(row, column), "") << column;
  }
}

TEST(SummaryRows, AMismatchIsNotVerified) {
  EXPECT_EQ(summary_field({.cell = test::cell("python/numpy"), .verified = false}, "verified"),
            "false");
}

}  // namespace
}  // namespace gapmeter
