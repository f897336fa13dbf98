// Messages between the program and its workers: what is sent arrives; anything else is an
// InvalidMessage, never another exception, whatever bytes a broken worker writes.
#include "harness/protocol/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "harness/kernel/random.h"
#include "harness/tests/unit/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Json = nlohmann::json;

constexpr std::uint64_t nonce = 0xfedcba9876543210;

Task full_job() {
  return {.pass = Pass::memory,
          .kernel = "sum",
          .variant = test::variant("python/numpy"),
          .n = 4096,
          .threads = 2,
          .seed = std::numeric_limits<std::uint64_t>::max(),
          .timing = {.batch_ns = 1,
                     .round_ns = 2,
                     .single_calls_ns = 4,
                     .batch = BatchPlan{.calls = 3, .estimator = Estimator::median}}};
}

// Every field has a value of its own, so that none can stand in for another.
Timing full_timing() {
  return {.batch = {.calls = 77, .estimator = Estimator::median},
          .batches = 50,
          .latency_ns = 1.0 / 3,
          .min_ns = 0.1,
          .p10_ns = 0.2,
          .p50_ns = 0.3,
          .mean_ns = 0.4,
          .block_ns = {0.5, std::nullopt, 0.6},
          .involuntary_switches = 11,
          .minor_faults = 12,
          .major_faults = 13};
}

SingleCalls full_single_calls() {
  SingleCalls single{
      .clock_ns = 21.5,
      .collections = Collections{.count = {31, 32, 33}, .total_ns = 34, .longest_ns = 35},
      .hiccup_s = 0.75};
  single.calls.add(1200, 3);
  single.calls.add(5000, 1);
  single.hiccups.add(9000, 2);
  return single;
}

Measurement full_measurement() {
  return {.status = Status::mismatch,
          .reason = "element 3 is \"1\",\nexpected 2",
          .input_digest = "0123456789abcdef",
          .max_error = 0.1,
          .timing = full_timing(),
          .single_calls = full_single_calls(),
          .prepare_s = 0.25,
          .timed_s = 0.125,
          .memory = MemoryUse{.baseline_bytes = 1,
                              .input_bytes = 0,
                              .peak_bytes = std::numeric_limits<std::int64_t>::max(),
                              .retained_bytes = -4096},
          .metrics = {{"compile_s", 0.1 + 0.2}, {"object_bytes", 24}}};
}

PythonDescription full_description() {
  return {.modules = {"sum", "dot"},
          .variants = {{"sum", "loop", {}, std::nullopt}, {"sum", "numpy", {"numpy"}, 4096, false}},
          .problems = {{"dot", "ImportError: no"}},
          .version = "3.11.2",
          .build = "main, Nov 30 2024",
          .executable = "/usr/bin/python3",
          .link = "static",
          .numpy_version = "1.24.2",
          .numpy_blas = "/usr/lib/libopenblas.so.0",
          .warnings = {"shared libpython"}};
}

Json request_json() { return Json::parse(encode(Request{nonce, "/python", full_job()})); }
Json measurement_json() { return Json::parse(encode(full_measurement(), nonce)); }
Json description_json() { return Json::parse(encode(full_description(), nonce)); }

std::string request_error(const std::string& text) {
  return test::message_of<InvalidMessage>([&] { decode_request(text); });
}
std::string measurement_error(const std::string& text) {
  return test::message_of<InvalidMessage>([&] { decode_measurement(text, nonce); });
}
std::string description_error(const std::string& text) {
  return test::message_of<InvalidMessage>([&] { decode_description(text, nonce); });
}

const Json not_a_whole_number[] = {nullptr,       true,           "7",  1.5, 7.0, -1.5,
                                   Json::array(), Json::object(), 1e300};
const Json not_a_string[] = {nullptr, false, 7, 1.5, Json::array({"x"}), Json::object()};
const Json not_an_array[] = {nullptr, false, 7, "x", Json::object()};
const Json not_an_object[] = {false, 7, "x", Json::array()};

TEST(RequestMessage, AJobArrives) {
  const Request request =
      decode_request(encode(Request{nonce, "/python \"dir\"", full_job(), "/extensions"}));
  EXPECT_EQ(request.extension_dir, "/extensions");
  EXPECT_EQ(request.nonce, nonce);
  EXPECT_EQ(request.python_dir, "/python \"dir\"");
  ASSERT_TRUE(std::holds_alternative<Task>(request.task));
  EXPECT_EQ(std::get<Task>(request.task), full_job());
}

TEST(RequestMessage, AVariantOfAnotherEngineArrives) {
  Task task = full_job();
  task.variant = test::variant("python@3.12-2/numpy");
  EXPECT_EQ(std::get<Task>(decode_request(encode(Request{nonce, "", task})).task), task);
}

TEST(RequestMessage, AJobWithoutSingleCallsArrives) {
  Task task = full_job();
  task.timing.single_calls_ns = 0;
  EXPECT_EQ(std::get<Task>(decode_request(encode(Request{nonce, "", task})).task), task);
}

TEST(RequestMessage, AJobToCalibrateArrivesAsOne) {
  Task task = full_job();
  task.timing.batch.reset();
  EXPECT_EQ(std::get<Task>(decode_request(encode(Request{nonce, "", task})).task), task);
}

TEST(RequestMessage, EveryPassAndLaneArrives) {
  for (const Pass pass : {Pass::verify, Pass::memory, Pass::time}) {
    for (const char* variant : {"native/simd", "python/a/b"}) {
      Task task = full_job();
      task.pass = pass;
      task.variant = test::variant(variant);
      EXPECT_EQ(std::get<Task>(decode_request(encode(Request{nonce, "", task})).task), task);
    }
  }
}

TEST(RequestMessage, ADescribeRequestArrives) {
  const Request request = decode_request(encode(Request{nonce, "/python", DescribeRequest{}}));
  EXPECT_TRUE(std::holds_alternative<DescribeRequest>(request.task));
  EXPECT_EQ(request.nonce, nonce);
}

TEST(RequestMessage, ADescribeRequestOfOneModuleArrives) {
  for (const char* module : {"", "sum"}) {
    const Request request = decode_request(encode(Request{nonce, "", DescribeRequest{module}}));
    EXPECT_EQ(std::get<DescribeRequest>(request.task).module, module);
  }
}

TEST(RequestMessage, WithoutATaskIsRefused) {
  Json request = request_json();
  request.erase("job");
  EXPECT_EQ(request_error(request.dump()), "'module' is missing");
}

TEST(RequestMessage, IsOneLine) {
  EXPECT_THAT(encode(Request{nonce, "a\nb", full_job()}), ::testing::Not(HasSubstr("\n")));
}

TEST(MeasurementMessage, AFullOneArrives) {
  const Measurement sent = full_measurement();
  const Measurement got = decode_measurement(encode(sent, nonce), nonce);
  EXPECT_EQ(got.status, sent.status);
  EXPECT_EQ(got.reason, sent.reason);
  EXPECT_EQ(got.input_digest, sent.input_digest);
  EXPECT_EQ(got.max_error, sent.max_error);
  ASSERT_TRUE(got.timing.has_value());
  EXPECT_EQ(*got.timing, *sent.timing);
  ASSERT_TRUE(got.single_calls.has_value());
  EXPECT_EQ(*got.single_calls, *sent.single_calls);
  EXPECT_EQ(got.prepare_s, 0.25);
  EXPECT_EQ(got.timed_s, 0.125);
  EXPECT_EQ(got.metrics, sent.metrics);
  ASSERT_TRUE(got.memory.has_value());
  EXPECT_EQ(got.memory->baseline_bytes, 1);
  EXPECT_EQ(got.memory->input_bytes, 0);
  EXPECT_EQ(got.memory->peak_bytes, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(got.memory->retained_bytes, -4096);
}

TEST(MeasurementMessage, MetricsThatNoVariantCanReportAreRefused) {
  for (const Json& metrics : {Json{{"X", 1}}, Json{{"x", "1"}}, Json{{"x", nullptr}}, Json(1)}) {
    Json message = measurement_json();
    message["metrics"] = metrics;
    EXPECT_THAT(measurement_error(message.dump()), HasSubstr("'metrics'")) << metrics;
  }
}

TEST(MeasurementMessage, MoreMetricsThanAVariantCanReportAreRefused) {
  Json message = measurement_json();
  message["metrics"] = Json::object();
  for (int i = 0; i < 1000; ++i) message["metrics"]["m" + std::to_string(i)] = i;
  EXPECT_EQ(decode_measurement(message.dump(), nonce).metrics.size(), 1000U);
  message["metrics"]["one_more"] = 1;
  EXPECT_THAT(measurement_error(message.dump()), HasSubstr("'metrics'"));
}

TEST(MeasurementMessage, WhatIsAbsentArrivesAsAbsent) {
  const Measurement got = decode_measurement(
      encode(Measurement{.memory = MemoryUse{.baseline_bytes = 5}}, nonce), nonce);
  EXPECT_EQ(got.status, Status::ok);
  EXPECT_EQ(got.max_error, std::nullopt);
  EXPECT_FALSE(got.timing.has_value());
  EXPECT_FALSE(got.single_calls.has_value());
  ASSERT_TRUE(got.memory.has_value());
  EXPECT_EQ(got.memory->peak_bytes, std::nullopt);
}

TEST(MeasurementMessage, SingleCallsOfALaneWithoutACollectorArrive) {
  Measurement sent = full_measurement();
  sent.single_calls->collections.reset();
  sent.single_calls->hiccups = {};
  EXPECT_EQ(decode_measurement(encode(sent, nonce), nonce).single_calls, sent.single_calls);
}

TEST(MeasurementMessage, BlocksArriveEachInItsPlace) {
  Measurement sent = full_measurement();
  for (std::size_t i = 0; i < block_lengths_ns.size(); ++i) {
    sent.timing->block_ns = {};
    sent.timing->block_ns[i] = 7;
    EXPECT_EQ(decode_measurement(encode(sent, nonce), nonce).timing, sent.timing);
  }
}

TEST(MeasurementMessage, EveryStatusArrives) {
  for (const Status status : {Status::ok, Status::mismatch, Status::error, Status::timeout,
                              Status::crashed, Status::oom, Status::skipped}) {
    EXPECT_EQ(decode_measurement(encode(Measurement{.status = status}, nonce), nonce).status,
              status);
  }
}

TEST(MeasurementMessage, BytesThatAreNotUtf8AreReplaced) {
  const Measurement got =
      decode_measurement(encode(Measurement{.reason = "bad \xff byte"}, nonce), nonce);
  EXPECT_EQ(got.reason, "bad \xEF\xBF\xBD byte");
}

TEST(DescriptionMessage, AFullOneArrives) {
  const PythonDescription got = decode_description(encode(full_description(), nonce), nonce);
  EXPECT_THAT(got.modules, ElementsAre("sum", "dot"));
  ASSERT_THAT(got.variants, SizeIs(2));
  EXPECT_EQ(got.variants[0].kernel, "sum");
  EXPECT_EQ(got.variants[0].name, "loop");
  EXPECT_THAT(got.variants[0].requires_packages, IsEmpty());
  EXPECT_EQ(got.variants[0].max_size, std::nullopt);
  EXPECT_THAT(got.variants[1].requires_packages, ElementsAre("numpy"));
  EXPECT_EQ(got.variants[1].max_size, 4096U);
  EXPECT_TRUE(got.variants[0].quick);
  EXPECT_FALSE(got.variants[1].quick);
  ASSERT_THAT(got.problems, SizeIs(1));
  EXPECT_EQ(got.problems[0].kernel, "dot");
  EXPECT_EQ(got.problems[0].text, "ImportError: no");
  EXPECT_EQ(got.version, "3.11.2");
  EXPECT_EQ(got.build, "main, Nov 30 2024");
  EXPECT_EQ(got.executable, "/usr/bin/python3");
  EXPECT_EQ(got.link, "static");
  EXPECT_EQ(got.numpy_version, "1.24.2");
  EXPECT_EQ(got.numpy_blas, "/usr/lib/libopenblas.so.0");
  EXPECT_THAT(got.warnings, ElementsAre("shared libpython"));
}

TEST(MalformedMessage, WhatIsNotAJsonObjectIsRefused) {
  for (const std::string text :
       {"", " ", "{", "null", "[]", "[1,2]", "7", "\"text\"", "{\"a\":1}x", "{'a':1}", "{a:1}",
        "{\"a\":NaN}", "{\"a\":1e999}", "{\"a\":Infinity}", "{\"a\":1,}", "// no\n{}",
        "{\"a\":\"\xff\"}", "Traceback (most recent call last):"}) {
    EXPECT_EQ(request_error(text), "the message is not a JSON object") << text;
    EXPECT_EQ(measurement_error(text), "the message is not a JSON object") << text;
    EXPECT_EQ(description_error(text), "the message is not a JSON object") << text;
  }
}

// To the JSON parser a zero byte is the end of its input.
TEST(MalformedMessage, WhatStandsBehindAZeroByteIsNotOverlooked) {
  EXPECT_THAT(measurement_error(std::string("\0\0", 2)), HasSubstr("not a JSON object"));
  EXPECT_THAT(measurement_error(measurement_json().dump() + '\0' + "and more"),
              HasSubstr("not a JSON object"));
}

TEST(MalformedMessage, DeepNestingIsRefusedWithoutOverflow) {
  const std::string open(200'000, '['), close(200'000, ']');
  EXPECT_THAT(measurement_error(open + close), HasSubstr("nested too deeply"));
  EXPECT_THAT(measurement_error("{\"protocol\":" + open + close + "}"),
              HasSubstr("nested too deeply"));
  Json message = measurement_json();
  message["timing"]["block_ns"] = {"here", nullptr, nullptr};
  std::string text = message.dump();
  text.replace(text.find("\"here\""), 6, open + close);
  EXPECT_THAT(measurement_error(text), HasSubstr("nested too deeply"));
}

TEST(MalformedMessage, AnotherNonceIsRefused) {
  const std::string message = encode(full_measurement(), nonce);
  EXPECT_THAT(test::message_of<InvalidMessage>([&] { decode_measurement(message, nonce + 1); }),
              HasSubstr("another request"));
  const std::string description = encode(full_description(), nonce);
  EXPECT_THAT(test::message_of<InvalidMessage>([&] { decode_description(description, 0); }),
              HasSubstr("another request"));
}

TEST(MalformedMessage, ANonceThatIsNoneIsRefused) {
  for (const Json& value : not_a_whole_number) {
    Json message = measurement_json();
    message["nonce"] = value;
    EXPECT_THAT(measurement_error(message.dump()), HasSubstr("'nonce'")) << value;
  }
  Json negative = measurement_json();
  negative["nonce"] = -1;
  EXPECT_THAT(measurement_error(negative.dump()), HasSubstr("'nonce'"));
}

TEST(MalformedMessage, AnotherProtocolIsRefused) {
  for (const int version : {protocol_version - 1, protocol_version + 1, -1}) {
    Json message = measurement_json(), request = request_json();
    message["protocol"] = request["protocol"] = version;
    EXPECT_THAT(measurement_error(message.dump()), HasSubstr("this build speaks version 3"));
    EXPECT_THAT(request_error(request.dump()), HasSubstr("this build speaks version 3"));
  }
}

TEST(MalformedMessage, EveryMissingFieldIsNamed) {
  for (const char* field :
       {"protocol", "nonce", "status", "reason", "input_digest", "prepare_s", "timed_s"}) {
    Json message = measurement_json();
    message.erase(field);
    EXPECT_EQ(measurement_error(message.dump()), "'" + std::string(field) + "' is missing");
  }
  for (const char* field :
       {"batch", "batches", "latency_ns", "min_ns", "p10_ns", "p50_ns", "mean_ns", "block_ns",
        "involuntary_switches", "minor_faults", "major_faults"}) {
    Json message = measurement_json();
    message["timing"].erase(field);
    EXPECT_EQ(measurement_error(message.dump()), "'" + std::string(field) + "' is missing");
  }
  for (const char* field : {"calls", "estimator"}) {
    Json message = measurement_json(), request = request_json();
    message["timing"]["batch"].erase(field);
    request["job"]["batch"].erase(field);
    EXPECT_EQ(measurement_error(message.dump()), "'" + std::string(field) + "' is missing");
    EXPECT_EQ(request_error(request.dump()), "'" + std::string(field) + "' is missing");
  }
  for (const char* field : {"calls", "clock_ns", "hiccups", "hiccup_s"}) {
    Json message = measurement_json();
    message["single_calls"].erase(field);
    EXPECT_EQ(measurement_error(message.dump()), "'" + std::string(field) + "' is missing");
  }
  for (const char* field : {"count", "total_ns", "longest_ns"}) {
    Json message = measurement_json();
    message["single_calls"]["collections"].erase(field);
    EXPECT_EQ(measurement_error(message.dump()), "'" + std::string(field) + "' is missing");
  }
  Json message = measurement_json();
  message["memory"].erase("baseline_bytes");
  EXPECT_EQ(measurement_error(message.dump()), "'baseline_bytes' is missing");
  for (const char* field : {"protocol", "nonce", "python_dir"}) {
    Json request = request_json();
    request.erase(field);
    EXPECT_EQ(request_error(request.dump()), "'" + std::string(field) + "' is missing");
  }
  for (const char* field : {"pass", "kernel", "variant", "n", "threads", "seed", "batch_ns",
                            "round_ns", "single_calls_ns"}) {
    Json request = request_json();
    request["job"].erase(field);
    EXPECT_EQ(request_error(request.dump()), "'" + std::string(field) + "' is missing");
  }
  for (const char* field : {"modules", "variants", "problems", "version", "build", "executable",
                            "link", "numpy_version", "numpy_blas", "warnings"}) {
    Json description = description_json();
    description.erase(field);
    EXPECT_EQ(description_error(description.dump()), "'" + std::string(field) + "' is missing");
  }
}

TEST(MalformedMessage, TextOfAnotherTypeIsRefused) {
  for (const Json& value : not_a_string) {
    for (const char* field : {"status", "reason", "input_digest"}) {
      Json message = measurement_json();
      message[field] = value;
      EXPECT_THAT(measurement_error(message.dump()), HasSubstr(field)) << value;
    }
    for (const char* field : {"pass", "kernel", "variant"}) {
      Json request = request_json();
      request["job"][field] = value;
      EXPECT_THAT(request_error(request.dump()), HasSubstr(field)) << value;
    }
  }
}

TEST(MalformedMessage, UnknownNamesAreRefused) {
  for (const char* value : {"", "OK", "fine", "ok "}) {
    Json message = measurement_json(), timing = measurement_json(), request = request_json();
    message["status"] = value;
    timing["timing"]["batch"]["estimator"] = value;
    request["job"]["pass"] = value;
    EXPECT_EQ(measurement_error(message.dump()), "'status' is not a known name");
    EXPECT_EQ(measurement_error(timing.dump()), "'estimator' is not a known name");
    EXPECT_EQ(request_error(request.dump()), "'pass' is not a known name");
  }
  for (const char* value : {"simd", "rust/simd", "native/", "/simd"}) {
    Json request = request_json();
    request["job"]["variant"] = value;
    EXPECT_EQ(request_error(request.dump()), "'variant' is not a known name");
  }
}

TEST(MalformedMessage, WholeNumbersOfAnotherTypeAreRefused) {
  for (const Json& value : not_a_whole_number) {
    Json batch = measurement_json();
    batch["timing"]["batch"]["calls"] = value;
    EXPECT_THAT(measurement_error(batch.dump()), HasSubstr("'calls'")) << value;
    for (const char* field : {"batches", "involuntary_switches", "minor_faults", "major_faults"}) {
      Json message = measurement_json();
      message["timing"][field] = value;
      EXPECT_THAT(measurement_error(message.dump()), HasSubstr(field)) << value;
    }
    for (const char* field : {"n", "threads", "seed", "batch_ns", "round_ns", "single_calls_ns"}) {
      Json request = request_json();
      request["job"][field] = value;
      EXPECT_THAT(request_error(request.dump()), HasSubstr(field)) << value;
    }
  }
}

TEST(MalformedMessage, WholeNumbersOutOfRangeAreRefused) {
  const char* too_large = "18446744073709551616";        // 2^64
  const char* too_large_signed = "9223372036854775808";  // 2^63
  for (const char* value : {"0", "-1", too_large, too_large_signed, "1e30"}) {
    Json message = measurement_json(), memory = measurement_json();
    message["timing"]["batches"] = Json::parse(value);
    memory["memory"]["baseline_bytes"] = Json::parse(value);
    EXPECT_THAT(measurement_error(message.dump()), HasSubstr("'batches'")) << value;
    EXPECT_THAT(measurement_error(memory.dump()), HasSubstr("'baseline_bytes'")) << value;
  }
  for (const char* value : {"0", "-1", too_large, "2147483648", "-2147483649"}) {
    Json request = request_json();
    request["job"]["threads"] = Json::parse(value);
    EXPECT_THAT(request_error(request.dump()), HasSubstr("'threads'")) << value;
  }
  for (const char* value : {"-1", too_large}) {
    Json request = request_json();
    request["job"]["seed"] = Json::parse(value);
    EXPECT_THAT(request_error(request.dump()), HasSubstr("'seed'")) << value;
  }
  for (const char* value : {"0", "-5", too_large}) {
    Json request = request_json();
    request["job"]["n"] = Json::parse(value);
    EXPECT_THAT(request_error(request.dump()), HasSubstr("'n'")) << value;
  }
}

TEST(MalformedMessage, IncrementsOfMemoryMayBeNegativeButNotHuge) {
  for (const char* field : {"input_bytes", "peak_bytes", "retained_bytes"}) {
    Json message = measurement_json();
    message["memory"][field] = Json::parse("9223372036854775808");
    EXPECT_THAT(measurement_error(message.dump()), HasSubstr(field));
    message["memory"][field] = "many";
    EXPECT_THAT(measurement_error(message.dump()), HasSubstr(field));
    message["memory"][field] = -1;
    EXPECT_NO_THROW(decode_measurement(message.dump(), nonce));
  }
}

TEST(MalformedMessage, LatenciesThatCannotBeAreRefused) {
  for (const char* field : {"latency_ns", "min_ns", "p10_ns", "p50_ns", "mean_ns"}) {
    for (const Json& value : {Json(-1), Json(-1e-9), Json("1"), Json(nullptr), Json(true)}) {
      Json message = measurement_json();
      message["timing"][field] = value;
      EXPECT_THAT(measurement_error(message.dump()), HasSubstr(field)) << value;
    }
  }
  Json zero = measurement_json();
  zero["timing"]["latency_ns"] = 0;
  EXPECT_EQ(measurement_error(zero.dump()), "'latency_ns' is not more than 0");
}

// The message of full_measurement() with one field of a part replaced.
std::string damaged_at(const std::string& pointer, const Json& value) {
  Json message = measurement_json();
  message.at(Json::json_pointer(pointer)) = value;
  return measurement_error(message.dump());
}

TEST(MalformedMessage, CountsBelowZeroAreRefused) {
  for (const char* field : {"involuntary_switches", "minor_faults", "major_faults"}) {
    EXPECT_EQ(damaged_at("/timing/" + std::string(field), -1),
              "'" + std::string(field) + "' is not at least 0");
  }
  for (const char* field : {"total_ns", "longest_ns"}) {
    EXPECT_EQ(damaged_at("/single_calls/collections/" + std::string(field), -1),
              "'" + std::string(field) + "' is not at least 0");
  }
  EXPECT_EQ(damaged_at("/single_calls/collections/count/1", -1), "'count' is not at least 0");
  Json request = request_json();
  request["job"]["single_calls_ns"] = -1;
  EXPECT_EQ(request_error(request.dump()), "'single_calls_ns' is not at least 0");
}

TEST(MalformedMessage, ABatchIsOfAtLeastOneCall) {
  for (const Json& value : {Json(0), Json(-1)}) {
    EXPECT_EQ(damaged_at("/timing/batch/calls", value).substr(0, 14), "'calls' is not") << value;
    Json request = request_json();
    request["job"]["batch"]["calls"] = value;
    EXPECT_THAT(request_error(request.dump()), HasSubstr("'calls'")) << value;
  }
}

TEST(MalformedMessage, BlocksThatCannotBeAreRefused) {
  for (const Json& value : not_an_array) {
    EXPECT_EQ(damaged_at("/timing/block_ns", value), "'block_ns' is not an array") << value;
  }
  for (const Json& value : {Json::array(), Json::array({1, 2}), Json::array({1, 2, 3, 4})}) {
    EXPECT_EQ(damaged_at("/timing/block_ns", value), "'block_ns' is not of the right length");
  }
  for (const Json& value : {Json(-1), Json("1"), Json(true), Json::array()}) {
    EXPECT_THAT(damaged_at("/timing/block_ns/1", value), HasSubstr("'block_ns'")) << value;
  }
}

TEST(MalformedMessage, HistogramsThatAreNoneAreRefused) {
  for (const char* field : {"calls", "hiccups"}) {
    const std::string pointer = "/single_calls/" + std::string(field);
    for (const char* value : {"x", "1", "1:0", "2:1 1:1", "-1:1", "2049:1", "1:1 "}) {
      EXPECT_EQ(damaged_at(pointer, value), "'" + std::string(field) + "' is not a histogram");
    }
    for (const Json& value : not_a_string) {
      EXPECT_EQ(damaged_at(pointer, value), "'" + std::string(field) + "' is not a string");
    }
  }
}

// Absent single calls are absent; some that are there are at least one.
TEST(MalformedMessage, SingleCallsOfNoCallAreRefused) {
  EXPECT_THAT(damaged_at("/single_calls/calls", ""), HasSubstr("'calls'"));
}

TEST(MalformedMessage, DurationsThatCannotBeAreRefused) {
  for (const char* pointer :
       {"/prepare_s", "/timed_s", "/single_calls/clock_ns", "/single_calls/hiccup_s"}) {
    const std::string field = Json::json_pointer(pointer).back();
    for (const Json& value : {Json(-1), Json(-1e-9), Json("1"), Json(nullptr), Json(true)}) {
      EXPECT_THAT(damaged_at(pointer, value), HasSubstr("'" + field + "'")) << value;
    }
  }
}

TEST(MalformedMessage, CollectionsThatCannotBeAreRefused) {
  const std::string part = "/single_calls/collections";
  for (const char* field : {"/total_ns", "/longest_ns", "/count/0", "/count/2"}) {
    for (const Json& value : not_a_whole_number) {
      EXPECT_THAT(damaged_at(part + field, value), HasSubstr("right sign")) << field << value;
    }
  }
  for (const Json& value : {Json::array(), Json::array({1, 2}), Json::array({1, 2, 3, 4})}) {
    EXPECT_EQ(damaged_at(part + "/count", value), "'count' is not of the right length");
  }
  EXPECT_EQ(damaged_at(part + "/count", 3), "'count' is not an array");
}

TEST(MalformedMessage, MaxErrorThatCannotBeIsRefused) {
  for (const Json& value : {Json(-1), Json("1"), Json(false), Json::array()}) {
    Json message = measurement_json();
    message["max_error"] = value;
    EXPECT_THAT(measurement_error(message.dump()), HasSubstr("'max_error'")) << value;
  }
}

TEST(MalformedMessage, ADigestIsSixteenLowerCaseHexadecimalDigits) {
  for (const char* value : {"0123", "0123456789abcdef0", "0123456789ABCDEF", "0123456789abcdeg"}) {
    Json message = measurement_json();
    message["input_digest"] = value;
    EXPECT_THAT(measurement_error(message.dump()), HasSubstr("'input_digest'")) << value;
  }
}

TEST(MalformedMessage, PartsOfAnotherTypeAreRefused) {
  for (const Json& value : not_an_object) {
    Json timing = measurement_json(), memory = measurement_json(), request = request_json();
    timing["timing"] = memory["memory"] = request["job"] = value;
    EXPECT_EQ(measurement_error(timing.dump()), "'timing' is not an object");
    EXPECT_EQ(damaged_at("/timing/batch", value), "'batch' is not an object");
    EXPECT_EQ(damaged_at("/single_calls", value), "'single_calls' is not an object");
    EXPECT_EQ(damaged_at("/single_calls/collections", value), "'collections' is not an object");
    Json batch = request_json();
    batch["job"]["batch"] = value;
    EXPECT_EQ(request_error(batch.dump()), "'batch' is not an object");
    EXPECT_EQ(measurement_error(memory.dump()), "'memory' is not an object");
    EXPECT_EQ(request_error(request.dump()), "'task' is not an object");
  }
  for (const Json& value : not_an_array) {
    for (const char* field : {"modules", "variants", "problems", "warnings"}) {
      Json message = description_json();
      message[field] = value;
      EXPECT_THAT(description_error(message.dump()), HasSubstr(field)) << value;
    }
  }
}

TEST(MalformedMessage, ListsOfNonsenseAreRefused) {
  for (const Json& element : {Json(nullptr), Json(7), Json("x"), Json::array({Json::array()}),
                              Json{{"kernel", Json::object()}}}) {
    for (const char* field : {"variants", "problems"}) {
      Json message = description_json();
      message[field] = Json::array({element});
      EXPECT_THROW(decode_description(message.dump(), nonce), InvalidMessage) << field << element;
    }
  }
  Json modules = description_json(), packages = description_json(), max_size = description_json();
  modules["modules"] = {1, 2};
  packages["variants"][0]["requires"] = {nullptr};
  max_size["variants"][0]["max_size"] = 0;
  EXPECT_THAT(description_error(modules.dump()), HasSubstr("'modules'"));
  EXPECT_THAT(description_error(packages.dump()), HasSubstr("'requires'"));
  EXPECT_THAT(description_error(max_size.dump()), HasSubstr("'max_size'"));
}

// Bytes of good messages overwritten at random: whatever comes of it, it is a message or an
// InvalidMessage, and one that is accepted belongs to the request.
class DamagedMessage : public ::testing::Test {
 protected:
  template <class Decode>
  static void damage(const std::string& message, Decode decode) {
    Random random(2024);
    for (int i = 0; i < 20'000; ++i) {
      std::string damaged = message;
      for (std::uint64_t changes = 1 + random.below(3); changes > 0; --changes) {
        const std::size_t at = random.below(damaged.size());
        using namespace std::string_view_literals;
        constexpr std::string_view alphabet = "{}[]\",:0123456789-+.eE tfnux\\\xff\x00"sv;
        damaged[at] = alphabet[random.below(alphabet.size())];
      }
      if (random.below(4) == 0) damaged.resize(random.below(damaged.size()));
      try {
        decode(damaged);
      } catch (const InvalidMessage&) {
      } catch (const std::exception& other) {
        FAIL() << "another exception: " << other.what() << "\nfor " << damaged;
      }
    }
  }
};

TEST_F(DamagedMessage, OfAMeasurementIsRefusedOrRead) {
  damage(encode(full_measurement(), nonce),
         [](const std::string& text) { decode_measurement(text, nonce); });
}

TEST_F(DamagedMessage, OfARequestIsRefusedOrRead) {
  damage(encode(Request{nonce, "/python", full_job()}),
         [](const std::string& text) { decode_request(text); });
}

TEST_F(DamagedMessage, OfADescriptionIsRefusedOrRead) {
  damage(encode(full_description(), nonce),
         [](const std::string& text) { decode_description(text, nonce); });
}

// What another build says of its kernels, and rounds in slices.

NativeDescription full_native_description() {
  return {
      .python_dir = "/python",
      .git_revision = "f8fe3b2-dirty",
      .kernels = {{.name = "sum",
                   .sizes = "4:64:4x",
                   .reference = "plain",
                   .baseline = "loop",
                   .variants = {"plain", "simd"}},
                  {.name = "dot", .sizes = "16", .reference = "", .baseline = "", .variants = {}}}};
}

Json native_json() { return Json::parse(encode(full_native_description(), nonce)); }

std::string native_error(const Json& message) {
  return test::message_of<InvalidMessage>(
      [&] { decode_native_description(message.dump(), nonce); });
}

TEST(NativeDescriptionMessage, Arrives) {
  const NativeDescription got =
      decode_native_description(encode(full_native_description(), nonce), nonce);
  EXPECT_EQ(got.python_dir, "/python");
  EXPECT_EQ(got.git_revision, "f8fe3b2-dirty");
  ASSERT_THAT(got.kernels, SizeIs(2));
  EXPECT_EQ(got.kernels[0].name, "sum");
  EXPECT_EQ(got.kernels[0].sizes, "4:64:4x");
  EXPECT_EQ(got.kernels[0].reference, "plain");
  EXPECT_EQ(got.kernels[0].baseline, "loop");
  EXPECT_THAT(got.kernels[0].variants, ElementsAre("plain", "simd"));
  EXPECT_EQ(got.kernels[1].name, "dot");
  EXPECT_THAT(got.kernels[1].variants, IsEmpty());
}

TEST(NativeDescriptionMessage, OfNoKernelsArrives) {
  const std::string message = encode(NativeDescription{}, nonce);
  EXPECT_THAT(decode_native_description(message, nonce).kernels, IsEmpty());
}

TEST(NativeDescriptionMessage, OfAnotherVersionIsRefused) {
  Json message = native_json();
  message["protocol"] = 999;
  EXPECT_THAT(native_error(message), HasSubstr("version 999"));
  EXPECT_THAT(native_error(message), HasSubstr("version " + std::to_string(protocol_version)));
}

TEST(NativeDescriptionMessage, OfAnotherRequestIsRefused) {
  Json message = native_json();
  message["nonce"] = nonce - 1;
  EXPECT_THAT(native_error(message), HasSubstr("another request"));
}

TEST(NativeDescriptionMessage, WithAPartMissingOrOfAnotherTypeIsRefused) {
  for (const char* field : {"python_dir", "git_revision", "kernels"}) {
    Json without = native_json(), other = native_json();
    without.erase(field);
    other[field] = 7;
    EXPECT_EQ(native_error(without), std::string("'") + field + "' is missing");
    EXPECT_THAT(native_error(other), HasSubstr(field));
  }
  for (const char* field : {"name", "sizes", "reference", "baseline", "variants"}) {
    Json without = native_json(), other = native_json();
    without["kernels"][0].erase(field);
    other["kernels"][0][field] = 7;
    EXPECT_EQ(native_error(without), std::string("'") + field + "' is missing");
    EXPECT_THAT(native_error(other), HasSubstr(field));
  }
}

TEST(NativeDescriptionMessage, WithListsOfNonsenseIsRefused) {
  for (const Json& element : {Json(nullptr), Json(7), Json("x"), Json::array()}) {
    Json message = native_json();
    message["kernels"] = Json::array({element});
    EXPECT_EQ(native_error(message), "'name' is missing") << element;
    message = native_json();
    message["kernels"][0]["variants"] = Json::array({element});
    if (!element.is_string()) {
      EXPECT_EQ(native_error(message), "'variants' is not an array of strings") << element;
    }
  }
}

TEST_F(DamagedMessage, OfANativeDescriptionIsRefusedOrRead) {
  damage(encode(full_native_description(), nonce),
         [](const std::string& text) { decode_native_description(text, nonce); });
}

TEST(RequestMessage, AJobInSlicesArrives) {
  Task task = full_job();
  task.timing.slices = SlicePlan{.slices = 13, .batches = 200};
  EXPECT_EQ(std::get<Task>(decode_request(encode(Request{nonce, "", task})).task), task);
}

TEST(MalformedMessage, SlicesThatMakeNoSenseAreRefused) {
  for (const char* field : {"slices", "batches"}) {
    for (const int number : {0, -1}) {
      Task task = full_job();
      task.timing.slices = SlicePlan{.slices = 13, .batches = 200};
      Json request = Json::parse(encode(Request{nonce, "", task}));
      request["job"]["slices"][field] = number;
      EXPECT_EQ(request_error(request.dump()), std::string("'") + field + "' is not positive");
    }
  }
}

TEST(MeasurementMessage, SlicesArriveInTheirOrder) {
  Measurement sent = full_measurement();
  sent.timing->slice_ns = {3, 1, 2};
  const Measurement got = decode_measurement(encode(sent, nonce), nonce);
  EXPECT_THAT(got.timing.value().slice_ns, ElementsAre(3, 1, 2));
}

TEST(MalformedMessage, SlicesThatTookNoTimeAreRefused) {
  for (const Json& time : {Json(0), Json(-1), Json("x"), Json(nullptr)}) {
    Json message = measurement_json();
    message["timing"]["slice_ns"] = Json::array({1, time});
    EXPECT_THAT(measurement_error(message.dump()), HasSubstr("'slice_ns'")) << time;
  }
}

}  // namespace
}  // namespace gapmeter
