// Messages between the program and its workers: what is sent arrives; anything else is an
// InvalidMessage, never another exception, whatever bytes a broken worker writes.
#include "harness/protocol/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "harness/kernel/random.h"
#include "harness/tests/unit/support/rows.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Json = nlohmann::json;

constexpr std::uint64_t nonce = 0xfedcba9876543210;

Task full_task() {
  return {.pass = Pass::memory,
          .kernel = "sum",
          .variant = test::variant("python/numpy"),
          .n = 4096,
          .threads = 2,
          .seed = std::numeric_limits<std::uint64_t>::max(),
          .timing = {.batch_ns = 1,
                     .slice_ns = 2,
                     .round_ns = 3,
                     .single_calls_ns = 4,
                     .plan = SlicePlan{.calls = 5, .batches = 6}},
          .verify_after = true};
}

// Every field has a value of its own, so that none can stand in for another.
Timing full_timing() {
  return {.calls = 77,
          .batches = 50,
          .slices = {{.call_ns = 0.5, .probe_before = 994, .probe_after = 995},
                     {.call_ns = 123456, .probe_before = 0, .probe_after = INT64_MAX}},
          .min_ns = 0.1,
          .p10_ns = 0.2,
          .p50_ns = 1.0 / 3,
          .mean_ns = 0.4,
          .involuntary_switches = 11,
          .minor_faults = 12,
          .major_faults = 13,
          .processes = ProcessTimes{.user_s = 0.3, .system_s = 0.7}};
}

SingleCalls full_single_calls() {
  SingleCalls single{.clock_ns = 21.5, .hiccup_s = 0.75};
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
          .memory = MemoryUse{.baseline_bytes = 1,
                              .input_bytes = 0,
                              .peak_bytes = std::numeric_limits<std::int64_t>::max(),
                              .retained_bytes = -4096,
                              .peak_from = PeakFrom::traced},
          .load = Load{.requests = 41,
                       .achieved_per_s = 42.5,
                       .errors = 43,
                       .timeouts = 44,
                       .client_lag_p99_ns = 45.5,
                       .connections = 46,
                       .capacity_per_s = 47.5,
                       .shared_processors = 1,
                       .attempts = 2},
          .server = ServerProcesses{.processes = 48,
                                    .soak_s = 49.5,
                                    .soak_growth_bytes = -50,
                                    .collections = Collections{.count = {31, 32, 33},
                                                               .total_ns = 34,
                                                               .longest_ns = 35}},
          .effort = {.prepare_s = 0.25, .timed_s = 0.125},
          .metrics = {{"compile_s", 0.1 + 0.2}, {"object_bytes", 24}}};
}

PythonDescription full_description() {
  return {.modules = {"sum", "dot"},
          .variants = {{"sum", "loop", {}, std::nullopt},
                       {"sum", "numpy", {"numpy"}, 4096, false, "view"}},
          .problems = {{"dot", "ImportError: no", "numpy"}},
          .engine = "portable",
          .implementation = "cpython",
          .version = "3.11.2",
          .build = "main, Nov 30 2024",
          .executable = "/usr/bin/python3",
          .environment = "venv",
          .link = "static",
          .pgo = true,
          .free_threaded = true,
          .gil = false,
          .numpy_version = "1.24.2",
          .numpy_blas = "/usr/lib/libopenblas.so.0",
          .sys_path = {"/usr/lib/python3"},
          .call_ns = 27.5,
          .missing = {"gc_total_ns: gc.callbacks is missing"},
          .warnings = {"shared libpython"}};
}

Json request_json() { return Json::parse(encode(Request{nonce, "/python", full_task()})); }
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

TEST(RequestMessage, ATaskArrives) {
  const Request request =
      decode_request(encode(Request{nonce, "/python \"dir\"", full_task(), "/extensions"}));
  EXPECT_EQ(request.extension_dir, "/extensions");
  EXPECT_EQ(request.nonce, nonce);
  EXPECT_EQ(request.python_dir, "/python \"dir\"");
  ASSERT_TRUE(std::holds_alternative<Task>(request.task));
  EXPECT_EQ(std::get<Task>(request.task), full_task());
}

ServerTask full_server() {
  return {.command = {.words = {"./server", "{port}"}, .executable = "/srv/server"},
          .request = {.method = "PUT",
                      .target = "/x",
                      .headers = {{"A", "b"}, {"A", "c"}},
                      .body = std::string("\0\x7f\x80\xff{}", 6)},
          .answer = "\xc3\x28 \xe2\x82\xac",
          .tolerance = 0.5,
          .start_s = 7,
          .load = {.connections = 3, .schedule = Schedule::constant, .timeout_s = 0.25},
          .least_s = 8,
          .least_requests = 9,
          .memory_s = 10,
          .saturation_s = 0,
          .capacity_per_s = 11.5,
          .server_cpus = {1, 2},
          .client_cpus = {0},
          .are_shared = true,
          .counts_collections = true};
}

TEST(RequestMessage, AServerArrives) {
  Task task = full_task();
  task.server = full_server();
  EXPECT_EQ(std::get<Task>(decode_request(encode(Request{nonce, "", task})).task), task);
}

TEST(RequestMessage, AServerToBeDescribedArrives) {
  ServerTask server = full_server();
  server.answer.reset();
  const Request request = decode_request(encode(Request{nonce, "", server}));
  ASSERT_TRUE(std::holds_alternative<ServerTask>(request.task));
  EXPECT_EQ(std::get<ServerTask>(request.task), server);
}

TEST(RequestMessage, AnImpossibleServerIsRefused) {
  const auto error_with = [](const char* path, const Json& value) {
    Json message = Json::parse(encode(Request{nonce, "", full_server()}));
    message["server"][Json::json_pointer(path)] = value;
    return request_error(message.dump());
  };
  EXPECT_THAT(error_with("/least_s", 0), HasSubstr("'least_s' is not more than 0"));
  EXPECT_THAT(error_with("/least_requests", 0), HasSubstr("'least_requests' is not positive"));
  EXPECT_THAT(error_with("/load/schedule", "often"), HasSubstr("'schedule' is not a known name"));
  EXPECT_THAT(error_with("/load/connections", 0), HasSubstr("'connections' is not positive"));
  EXPECT_THAT(error_with("/server_cpus", {-1}), HasSubstr("'server_cpus'"));
  EXPECT_THAT(error_with("/request/headers", {"a"}), HasSubstr("'headers'"));
  EXPECT_THAT(error_with("/answer", "€"), HasSubstr("'answer' is not text of bytes"));
}

TEST(ServerDescriptionMessage, Arrives) {
  const ServerDescription sent{
      .failure = "it died", .answer = "\xff\n\"", .capacity_per_s = 812.25};
  const ServerDescription got = decode_server_description(encode(sent, nonce), nonce);
  EXPECT_EQ(got.failure, sent.failure);
  EXPECT_EQ(got.answer, sent.answer);
  EXPECT_EQ(got.capacity_per_s, sent.capacity_per_s);
  EXPECT_THROW(decode_server_description(encode(sent, nonce), nonce + 1), InvalidMessage);
}

TEST(RequestMessage, ACommandArrives) {
  Task task = full_task();
  task.command = CommandTask{.command = {.words = {"sh", "-c", "a \"b\""},
                                         .executable = "/bin/sh",
                                         .input = "in",
                                         .output = "out",
                                         .by_shell = true},
                             .reference = {.words = {"true"}, .executable = "/bin/true"},
                             .tolerance = 0.25,
                             .input_file = "/t/1",
                             .input_digest = "0123456789abcdef"};
  EXPECT_EQ(std::get<Task>(decode_request(encode(Request{nonce, "", task})).task), task);
}

TEST(RequestMessage, ACommandWithoutAnyWordIsRejected) {
  Task task = full_task();
  task.command.emplace();
  EXPECT_THAT(request_error(encode(Request{nonce, "", task})), HasSubstr("'words'"));
}

TEST(RequestMessage, AVariantOfAnotherEngineArrives) {
  Task task = full_task();
  task.variant = test::variant("python@3.12-2/numpy");
  EXPECT_EQ(std::get<Task>(decode_request(encode(Request{nonce, "", task})).task), task);
}

TEST(RequestMessage, ATaskWithoutSingleCallsArrives) {
  Task task = full_task();
  task.timing.single_calls_ns = 0;
  EXPECT_EQ(std::get<Task>(decode_request(encode(Request{nonce, "", task})).task), task);
}

TEST(RequestMessage, ATaskToCalibrateArrivesAsOne) {
  Task task = full_task();
  task.timing.plan.reset();
  EXPECT_EQ(std::get<Task>(decode_request(encode(Request{nonce, "", task})).task), task);
}

TEST(RequestMessage, EveryPassAndLaneArrives) {
  for (const Pass pass : {Pass::verify, Pass::memory, Pass::time}) {
    for (const char* variant : {"native/simd", "python/a/b"}) {
      Task task = full_task();
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
  request.erase("task");
  EXPECT_EQ(request_error(request.dump()), "'module' is missing");
}

TEST(RequestMessage, IsOneLine) {
  EXPECT_THAT(encode(Request{nonce, "a\nb", full_task()}), ::testing::Not(HasSubstr("\n")));
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
  EXPECT_EQ(got.effort.prepare_s, 0.25);
  EXPECT_EQ(got.effort.timed_s, 0.125);
  EXPECT_EQ(got.metrics, sent.metrics);
  ASSERT_TRUE(got.memory.has_value());
  EXPECT_EQ(got.memory->baseline_bytes, 1);
  EXPECT_EQ(got.memory->input_bytes, 0);
  EXPECT_EQ(got.memory->peak_bytes, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(got.memory->retained_bytes, -4096);
  EXPECT_EQ(got.memory->peak_from, PeakFrom::traced);
}

TEST(MeasurementMessage, APeakThatIsKnownInNoSuchWayIsRefused) {
  Json message = measurement_json();
  message["rss_peak_from"] = "guessed";
  EXPECT_THAT(measurement_error(message.dump()), HasSubstr("'rss_peak_from'"));
}

// Builds from before a quantity was added.
TEST(MeasurementMessage, AQuantityThatMayBeAbsentMayBeUnknown) {
  Json message = measurement_json();
  message.erase("rss_peak_from");
  message.erase("dropped_batches");
  const Measurement got = decode_measurement(message.dump(), nonce);
  EXPECT_EQ(got.memory->peak_from, std::nullopt);
  EXPECT_EQ(got.timing->dropped_batches, std::nullopt);
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

// More digits than anything is measured to would fill the files.
TEST(MeasurementMessage, SlicesArriveWithSixDigits) {
  Measurement sent = full_measurement();
  sent.timing->slices = {{.call_ns = 1234.56789, .probe_before = 1, .probe_after = 2}};
  EXPECT_THAT(decode_measurement(encode(sent, nonce), nonce).timing.value().slices,
              ElementsAre(Slice{.call_ns = 1234.57, .probe_before = 1, .probe_after = 2}));
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
  EXPECT_EQ(got.problems[0].package, "numpy");
  EXPECT_EQ(got.version, "3.11.2");
  EXPECT_EQ(got.build, "main, Nov 30 2024");
  EXPECT_EQ(got.executable, "/usr/bin/python3");
  EXPECT_EQ(got.link, "static");
  EXPECT_EQ(got.engine, "portable");
  EXPECT_EQ(got.implementation, "cpython");
  EXPECT_EQ(got.environment, "venv");
  EXPECT_EQ(got.pgo, true);
  EXPECT_EQ(got.lto, std::nullopt);
  EXPECT_TRUE(got.free_threaded);
  EXPECT_EQ(got.gil, false);
  EXPECT_THAT(got.sys_path, ElementsAre("/usr/lib/python3"));
  EXPECT_EQ(got.call_ns, 27.5);
  EXPECT_THAT(got.missing, ElementsAre("gc_total_ns: gc.callbacks is missing"));
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
  message["slices"] = {"here"};
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
    EXPECT_THAT(measurement_error(message.dump()), HasSubstr("this build speaks version 8"));
    EXPECT_THAT(request_error(request.dump()), HasSubstr("this build speaks version 8"));
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
       {"calls_per_batch",  "batches",      "slices",           "batch_min_ns",
        "batch_p10_ns",     "batch_p50_ns", "batch_mean_ns",    "involuntary_switches",
        "minor_faults",     "major_faults", "single_calls",     "clock_ns",
        "hiccups",          "hiccup_s",     "gc_collections_0", "gc_collections_1",
        "gc_collections_2", "gc_total_ns",  "gc_longest_ns",    "rss_baseline_bytes"}) {
    Json message = measurement_json();
    message.erase(field);
    EXPECT_EQ(measurement_error(message.dump()), "'" + std::string(field) + "' is missing");
  }
  for (const char* field : {"calls", "batches"}) {
    Json request = request_json();
    request["task"]["plan"].erase(field);
    EXPECT_EQ(request_error(request.dump()), "'" + std::string(field) + "' is missing");
  }
  for (const char* field : {"protocol", "nonce", "python_dir"}) {
    Json request = request_json();
    request.erase(field);
    EXPECT_EQ(request_error(request.dump()), "'" + std::string(field) + "' is missing");
  }
  for (const char* field : {"pass", "kernel", "variant", "n", "threads", "seed", "batch_ns",
                            "slice_ns", "round_ns", "single_calls_ns", "verify_after"}) {
    Json request = request_json();
    request["task"].erase(field);
    EXPECT_EQ(request_error(request.dump()), "'" + std::string(field) + "' is missing");
  }
  for (const char* field :
       {"modules", "variants", "problems", "engine", "implementation", "version", "build",
        "executable", "environment", "link", "free_threaded", "numpy_version", "numpy_blas",
        "sys_path", "warnings"}) {
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
      request["task"][field] = value;
      EXPECT_THAT(request_error(request.dump()), HasSubstr(field)) << value;
    }
  }
}

TEST(MalformedMessage, UnknownNamesAreRefused) {
  for (const char* value : {"", "OK", "fine", "ok "}) {
    Json message = measurement_json(), request = request_json();
    message["status"] = value;
    request["task"]["pass"] = value;
    EXPECT_EQ(measurement_error(message.dump()), "'status' is not a known name");
    EXPECT_EQ(request_error(request.dump()), "'pass' is not a known name");
  }
  for (const char* value : {"simd", "Rust/simd", "native/", "/simd"}) {
    Json request = request_json();
    request["task"]["variant"] = value;
    EXPECT_EQ(request_error(request.dump()), "'variant' is not a known name");
  }
}

TEST(MalformedMessage, WholeNumbersOfAnotherTypeAreRefused) {
  for (const Json& value : not_a_whole_number) {
    Json batch = measurement_json();
    batch["calls_per_batch"] = value;
    EXPECT_THAT(measurement_error(batch.dump()), HasSubstr("'calls_per_batch'")) << value;
    for (const char* field : {"batches", "involuntary_switches", "minor_faults", "major_faults"}) {
      Json message = measurement_json();
      message[field] = value;
      EXPECT_THAT(measurement_error(message.dump()), HasSubstr(field)) << value;
    }
    for (const char* field :
         {"n", "threads", "seed", "batch_ns", "slice_ns", "round_ns", "single_calls_ns"}) {
      Json request = request_json();
      request["task"][field] = value;
      EXPECT_THAT(request_error(request.dump()), HasSubstr(field)) << value;
    }
  }
}

TEST(MalformedMessage, WholeNumbersOutOfRangeAreRefused) {
  const char* too_large = "18446744073709551616";        // 2^64
  const char* too_large_signed = "9223372036854775808";  // 2^63
  for (const char* value : {"0", "-1", too_large, too_large_signed, "1e30"}) {
    Json message = measurement_json();
    message["batches"] = Json::parse(value);
    EXPECT_THAT(measurement_error(message.dump()), HasSubstr("'batches'")) << value;
  }
  for (const char* value : {"-1", too_large, too_large_signed, "1e30"}) {
    Json memory = measurement_json();
    memory["rss_baseline_bytes"] = Json::parse(value);
    EXPECT_THAT(measurement_error(memory.dump()), HasSubstr("'rss_baseline_bytes'")) << value;
  }
  for (const char* value : {"0", "-1", too_large, "2147483648", "-2147483649"}) {
    Json request = request_json();
    request["task"]["threads"] = Json::parse(value);
    EXPECT_THAT(request_error(request.dump()), HasSubstr("'threads'")) << value;
  }
  for (const char* value : {"-1", too_large}) {
    Json request = request_json();
    request["task"]["seed"] = Json::parse(value);
    EXPECT_THAT(request_error(request.dump()), HasSubstr("'seed'")) << value;
  }
  for (const char* value : {"0", "-5", too_large}) {
    Json request = request_json();
    request["task"]["n"] = Json::parse(value);
    EXPECT_THAT(request_error(request.dump()), HasSubstr("'n'")) << value;
  }
  for (const char* field : {"batch_ns", "slice_ns", "round_ns"}) {
    for (const char* value : {"0", "-5", too_large_signed, too_large}) {
      Json request = request_json();
      request["task"][field] = Json::parse(value);
      EXPECT_THAT(request_error(request.dump()), HasSubstr(field)) << value;
    }
  }
}

TEST(MalformedMessage, IncrementsOfMemoryMayBeNegativeButNotHuge) {
  for (const char* field : {"rss_input_bytes", "rss_peak_bytes", "rss_retained_bytes"}) {
    Json message = measurement_json();
    message[field] = Json::parse("9223372036854775808");
    EXPECT_THAT(measurement_error(message.dump()), HasSubstr(field));
    message[field] = "many";
    EXPECT_THAT(measurement_error(message.dump()), HasSubstr(field));
    message[field] = -1;
    EXPECT_NO_THROW(decode_measurement(message.dump(), nonce));
  }
}

TEST(MalformedMessage, LatenciesThatCannotBeAreRefused) {
  for (const char* field : {"batch_min_ns", "batch_p10_ns", "batch_p50_ns", "batch_mean_ns"}) {
    for (const Json& value : {Json(-1), Json(-1e-9), Json("1"), Json(nullptr), Json(true)}) {
      Json message = measurement_json();
      message[field] = value;
      EXPECT_THAT(measurement_error(message.dump()), HasSubstr(field)) << value;
    }
  }
}

// The message of full_measurement() with one field of a part replaced.
std::string damaged_at(const std::string& pointer, const Json& value) {
  Json message = measurement_json();
  message.at(Json::json_pointer(pointer)) = value;
  return measurement_error(message.dump());
}

TEST(MalformedMessage, CountsBelowZeroAreRefused) {
  for (const char* field : {"involuntary_switches", "minor_faults", "major_faults",
                            "gc_collections_1", "gc_total_ns", "gc_longest_ns"}) {
    EXPECT_EQ(damaged_at("/" + std::string(field), -1),
              "'" + std::string(field) + "' is not at least 0");
  }
  Json request = request_json();
  request["task"]["single_calls_ns"] = -1;
  EXPECT_EQ(request_error(request.dump()), "'single_calls_ns' is not at least 0");
}

TEST(MalformedMessage, ABatchIsOfAtLeastOneCallAndASliceOfNoFewerBatchesThanNone) {
  for (const Json& value : {Json(0), Json(-1)}) {
    EXPECT_EQ(damaged_at("/calls_per_batch", value), "'calls_per_batch' is not positive") << value;
    Json request = request_json();
    request["task"]["plan"]["calls"] = value;
    EXPECT_EQ(request_error(request.dump()), "'calls' is not positive");
  }
  Json request = request_json();
  request["task"]["plan"]["batches"] = -1;
  EXPECT_EQ(request_error(request.dump()), "'batches' is not at least 0");
}

TEST(MalformedMessage, SlicesThatCannotBeAreRefused) {
  for (const char* value :
       {"x", "1", "1:2:3", "1:2:3:4 ", " 1:2:3:4", "1:2:3:4  1:2:3:4", "0:2:3:4", "-1:2:3:4",
        "nan:2:3", "inf:2:3", "1:-2:3", "1:2:-3", "1:2.5:3"}) {
    EXPECT_EQ(damaged_at("/slices", value), "'slices' is not slices of a round") << value;
  }
  for (const Json& value : not_a_string) {
    EXPECT_EQ(damaged_at("/slices", value), "'slices' is not a string") << value;
  }
}

// A round that was timed is at least one; only older files have rounds without any.
TEST(MalformedMessage, ATimingOfNoSlicesIsRefused) {
  EXPECT_EQ(damaged_at("/slices", ""), "'slices' is not slices of a round");
}

TEST(MalformedMessage, HistogramsThatAreNoneAreRefused) {
  for (const char* field : {"single_calls", "hiccups"}) {
    const std::string pointer = "/" + std::string(field);
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
  EXPECT_THAT(damaged_at("/single_calls", ""), HasSubstr("'single_calls'"));
}

TEST(MalformedMessage, DurationsThatCannotBeAreRefused) {
  for (const char* pointer : {"/prepare_s", "/timed_s", "/clock_ns", "/hiccup_s"}) {
    const std::string field = Json::json_pointer(pointer).back();
    for (const Json& value : {Json(-1), Json(-1e-9), Json("1"), Json(nullptr), Json(true)}) {
      EXPECT_THAT(damaged_at(pointer, value), HasSubstr("'" + field + "'")) << value;
    }
  }
}

TEST(MalformedMessage, CollectionsThatCannotBeAreRefused) {
  for (const char* field : {"/gc_collections_2", "/gc_total_ns", "/gc_longest_ns"}) {
    for (const Json& value : not_a_whole_number) {
      EXPECT_THAT(damaged_at(field, value), HasSubstr("right sign")) << field << value;
    }
  }
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
    Json request = request_json();
    request["task"] = value;
    EXPECT_EQ(damaged_at("/metrics", value), "'metrics' is not an object");
    Json plan = request_json();
    plan["task"]["plan"] = value;
    EXPECT_EQ(request_error(plan.dump()), "'plan' is not an object");
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
  damage(encode(Request{nonce, "/python", full_task()}),
         [](const std::string& text) { decode_request(text); });
}

TEST_F(DamagedMessage, OfADescriptionIsRefusedOrRead) {
  damage(encode(full_description(), nonce),
         [](const std::string& text) { decode_description(text, nonce); });
}

// What another build says of its kernels.

NativeDescription full_native_description() {
  return {
      .python_dir = "/python",
      .git_revision = "f8fe3b2-dirty",
      .kernels = {{.name = "sum",
                   .sizes = "4:64:4x",
                   .reference = "plain",
                   .baseline = "loop",
                   .variants = {{"plain"}, {"simd", "copy"}, {"simd", "", "rust"}}},
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
  ASSERT_THAT(got.kernels[0].variants, SizeIs(3));
  EXPECT_EQ(got.kernels[0].variants[0].name, "plain");
  EXPECT_EQ(got.kernels[0].variants[0].job, "");
  EXPECT_EQ(got.kernels[0].variants[1].name, "simd");
  EXPECT_EQ(got.kernels[0].variants[1].job, "copy");
  EXPECT_EQ(got.kernels[0].variants[1].lane, "native");
  EXPECT_EQ(got.kernels[0].variants[2].lane, "rust");
  EXPECT_EQ(got.kernels[1].name, "dot");
  EXPECT_THAT(got.kernels[1].variants, IsEmpty());
}

TEST(NativeDescriptionMessage, OfABuildWithOneCompiledLaneNamesNone) {
  Json message = native_json();
  message["kernels"][0]["variants"][2].erase("lane");
  const NativeDescription got = decode_native_description(message.dump(), nonce);
  EXPECT_EQ(got.kernels[0].variants[2].lane, "native");
  message["kernels"][0]["variants"][2]["lane"] = "python";
  EXPECT_EQ(native_error(message), "'lane' is not a compiled lane");
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
    EXPECT_EQ(native_error(message), "'name' is missing") << element;
    message["kernels"][0]["variants"] = Json::array({{{"name", "plain"}}});
    EXPECT_EQ(native_error(message), "'job' is missing");
  }
}

TEST_F(DamagedMessage, OfANativeDescriptionIsRefusedOrRead) {
  damage(encode(full_native_description(), nonce),
         [](const std::string& text) { decode_native_description(text, nonce); });
}

}  // namespace
}  // namespace gapmeter
