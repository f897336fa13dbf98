#include "harness/worker/protocol.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace gapmeter {
namespace {

using Json = nlohmann::json;

// No message is nearly as deep as this; copying a value that is very deep overflows the stack.
constexpr int deepest = 100;
// Checking that names are told apart takes the square of their number.
constexpr std::size_t most_metrics = 1000;

// nlohmann's own exceptions name neither the message nor the field in words a user would know.
Json parse_message(std::string_view text) {
  // The parser takes a zero byte for the end and would overlook what follows.
  if (text.find('\0') != std::string_view::npos) text = {};
  const auto refuse_depth = [](int depth, Json::parse_event_t, const Json&) {
    if (depth > deepest) throw InvalidMessage("the message is nested too deeply");
    return true;
  };
  Json message = Json::parse(text, refuse_depth, /*allow_exceptions=*/false);
  if (!message.is_object()) throw InvalidMessage("the message is not a JSON object");
  return message;
}

const Json& member(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) throw InvalidMessage(fmt::format("'{}' is missing", key));
  return *found;
}

[[noreturn]] void reject(const char* key, const char* expected) {
  throw InvalidMessage(fmt::format("'{}' is not {}", key, expected));
}

std::string text_of(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_string()) reject(key, "a string");
  return value.get<std::string>();
}

bool flag_of(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_boolean()) reject(key, "true or false");
  return value.get<bool>();
}

template <class Integer>
Integer integer_of(const Json& object, const char* key) {
  const Json& value = member(object, key);
  const bool fits = std::is_signed_v<Integer> || value.is_number_unsigned();
  if (!value.is_number_integer() || !fits) reject(key, "a whole number of the right sign");
  if (std::is_signed_v<Integer> && value.is_number_unsigned() &&
      value.get<std::uint64_t>() > std::uint64_t{INT64_MAX}) {
    reject(key, "in range");
  }
  const auto wide =
      value.get<std::conditional_t<std::is_signed_v<Integer>, std::int64_t, std::uint64_t>>();
  if (!std::in_range<Integer>(wide)) reject(key, "in range");
  return static_cast<Integer>(wide);
}

template <class Integer>
Integer positive(const Json& object, const char* key) {
  const auto value = integer_of<Integer>(object, key);
  if (value <= 0) reject(key, "positive");
  return value;
}

std::int64_t at_least_zero(const Json& object, const char* key) {
  const auto value = integer_of<std::int64_t>(object, key);
  if (value < 0) reject(key, "at least 0");
  return value;
}

double finite_at_least_zero(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_number()) reject(key, "a number");
  const auto number = value.get<double>();
  if (!std::isfinite(number) || number < 0) reject(key, "a finite number of at least 0");
  return number;
}

const Json& array_of(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_array()) reject(key, "an array");
  return value;
}

bool has(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && !found->is_null();
}

const Json& object_of(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_object()) reject(key, "an object");
  return value;
}

template <class Enum>
Enum name_in(const Json& object, const char* key, std::optional<Enum> (*parse)(std::string_view)) {
  const std::optional<Enum> value = parse(text_of(object, key));
  if (!value) reject(key, "a known name");
  return *value;
}

template <class T>
Json optional_json(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

void check_envelope(const Json& message, std::uint64_t nonce) {
  if (const int version = integer_of<int>(message, "protocol"); version != protocol_version) {
    throw InvalidMessage(fmt::format("protocol version {}, but this build speaks version {}",
                                     version, protocol_version));
  }
  if (integer_of<std::uint64_t>(message, "nonce") != nonce) {
    throw InvalidMessage("the answer belongs to another request");
  }
}

Json encode_batch(const BatchPlan& batch) {
  return {{"calls", batch.calls}, {"estimator", name_of(batch.estimator)}};
}

BatchPlan decode_batch(const Json& json) {
  return {.calls = positive<std::int64_t>(json, "calls"),
          .estimator = name_in(json, "estimator", parse_estimator)};
}

Json encode_slices(const SlicePlan& slices) {
  return {{"slices", slices.slices}, {"batches", slices.batches}};
}

SlicePlan decode_slices(const Json& json) {
  return {.slices = positive<std::int64_t>(json, "slices"),
          .batches = positive<std::int64_t>(json, "batches")};
}

Json encode_job(const Job& job) {
  return {{"pass", name_of(job.pass)},
          {"kernel", job.kernel},
          {"variant", to_string(job.variant)},
          {"n", job.n},
          {"threads", job.threads},
          {"seed", job.seed},
          {"batch_ns", job.timing.batch_ns},
          {"round_ns", job.timing.round_ns},
          {"single_calls_ns", job.timing.single_calls_ns},
          {"batch", job.timing.batch ? encode_batch(*job.timing.batch) : Json(nullptr)},
          {"slices", job.timing.slices ? encode_slices(*job.timing.slices) : Json(nullptr)}};
}

Job decode_job(const Json& json) {
  Job job;
  job.pass = name_in(json, "pass", parse_pass);
  job.kernel = text_of(json, "kernel");
  job.variant = name_in(json, "variant", parse_variant);
  job.n = positive<std::size_t>(json, "n");
  job.threads = positive<int>(json, "threads");
  job.seed = integer_of<std::uint64_t>(json, "seed");
  job.timing.batch_ns = positive<std::int64_t>(json, "batch_ns");
  job.timing.round_ns = positive<std::int64_t>(json, "round_ns");
  job.timing.single_calls_ns = at_least_zero(json, "single_calls_ns");
  if (has(json, "batch")) job.timing.batch = decode_batch(object_of(json, "batch"));
  if (has(json, "slices")) job.timing.slices = decode_slices(object_of(json, "slices"));
  return job;
}

Json encode_timing(const Timing& timing) {
  Json blocks = Json::array();
  for (const std::optional<double>& block : timing.block_ns) blocks.push_back(optional_json(block));
  return {{"batch", encode_batch(timing.batch)},
          {"batches", timing.batches},
          {"block_ns", blocks},
          {"slice_ns", timing.slice_ns},
          {"involuntary_switches", timing.involuntary_switches},
          {"minor_faults", timing.minor_faults},
          {"major_faults", timing.major_faults},
          {"latency_ns", timing.latency_ns},
          {"min_ns", timing.min_ns},
          {"p10_ns", timing.p10_ns},
          {"p50_ns", timing.p50_ns},
          {"mean_ns", timing.mean_ns}};
}

Timing decode_timing(const Json& json) {
  Timing timing;
  timing.batch = decode_batch(object_of(json, "batch"));
  timing.batches = positive<std::int64_t>(json, "batches");
  timing.involuntary_switches = at_least_zero(json, "involuntary_switches");
  timing.minor_faults = at_least_zero(json, "minor_faults");
  timing.major_faults = at_least_zero(json, "major_faults");
  timing.latency_ns = finite_at_least_zero(json, "latency_ns");
  timing.min_ns = finite_at_least_zero(json, "min_ns");
  timing.p10_ns = finite_at_least_zero(json, "p10_ns");
  timing.p50_ns = finite_at_least_zero(json, "p50_ns");
  timing.mean_ns = finite_at_least_zero(json, "mean_ns");
  if (timing.latency_ns == 0) reject("latency_ns", "more than 0");
  const Json& blocks = array_of(json, "block_ns");
  if (blocks.size() != timing.block_ns.size()) reject("block_ns", "of the right length");
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].is_null()) continue;
    timing.block_ns[i] = finite_at_least_zero({{"block_ns", blocks[i]}}, "block_ns");
  }
  for (const Json& slice : array_of(json, "slice_ns")) {
    timing.slice_ns.push_back(finite_at_least_zero({{"slice_ns", slice}}, "slice_ns"));
    if (timing.slice_ns.back() == 0) reject("slice_ns", "more than 0");
  }
  return timing;
}

Histogram decode_histogram(const Json& json, const char* key) {
  std::optional<Histogram> histogram = parse_histogram(text_of(json, key));
  if (!histogram) reject(key, "a histogram");
  return *std::move(histogram);
}

Json encode_collections(const Collections& collections) {
  return {{"count", collections.count},
          {"total_ns", collections.total_ns},
          {"longest_ns", collections.longest_ns}};
}

Collections decode_collections(const Json& json) {
  Collections collections{.total_ns = at_least_zero(json, "total_ns"),
                          .longest_ns = at_least_zero(json, "longest_ns")};
  const Json& counts = array_of(json, "count");
  if (counts.size() != collections.count.size()) reject("count", "of the right length");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    collections.count[i] = at_least_zero({{"count", counts[i]}}, "count");
  }
  return collections;
}

Json encode_single_calls(const SingleCalls& single) {
  Json json{{"calls", to_string(single.calls)},
            {"clock_ns", single.clock_ns},
            {"hiccups", to_string(single.hiccups)},
            {"hiccup_s", single.hiccup_s}};
  if (single.collections) json["collections"] = encode_collections(*single.collections);
  return json;
}

SingleCalls decode_single_calls(const Json& json) {
  SingleCalls single{.calls = decode_histogram(json, "calls"),
                     .clock_ns = finite_at_least_zero(json, "clock_ns"),
                     .hiccups = decode_histogram(json, "hiccups"),
                     .hiccup_s = finite_at_least_zero(json, "hiccup_s")};
  if (single.calls.count() == 0) reject("calls", "a histogram of at least one call");
  if (has(json, "collections")) {
    single.collections = decode_collections(object_of(json, "collections"));
  }
  return single;
}

Json encode_memory(const MemoryUse& memory) {
  return {{"baseline_bytes", memory.baseline_bytes},
          {"input_bytes", optional_json(memory.input_bytes)},
          {"peak_bytes", optional_json(memory.peak_bytes)},
          {"retained_bytes", optional_json(memory.retained_bytes)}};
}

MemoryUse decode_memory(const Json& json) {
  MemoryUse memory;
  memory.baseline_bytes = positive<std::int64_t>(json, "baseline_bytes");
  const auto increment = [&](const char* key) -> std::optional<std::int64_t> {
    if (!has(json, key)) return std::nullopt;
    return integer_of<std::int64_t>(json, key);
  };
  memory.input_bytes = increment("input_bytes");
  memory.peak_bytes = increment("peak_bytes");
  memory.retained_bytes = increment("retained_bytes");
  return memory;
}

Json encode_metrics(const std::vector<Metric>& metrics) {
  Json json = Json::object();
  for (const Metric& metric : metrics) json[metric.name] = metric.value;
  return json;
}

std::vector<Metric> decode_metrics(const Json& json) {
  if (json.size() > most_metrics) reject("metrics", "an object of at most 1000 numbers");
  Report report;
  for (const auto& [name, value] : json.items()) {
    if (!value.is_number()) reject("metrics", "an object of numbers");
    try {
      report.add(name, value.get<double>());
    } catch (const std::invalid_argument& invalid) {
      throw InvalidMessage(fmt::format("'metrics': {}", invalid.what()));
    }
  }
  return report.metrics();
}

void check_digest(const std::string& digest) {
  const bool hexadecimal = digest.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!digest.empty() && (digest.size() != 16 || !hexadecimal)) {
    reject("input_digest", "16 hexadecimal digits");
  }
}

std::vector<std::string> strings(const Json& object, const char* key) {
  std::vector<std::string> values;
  for (const Json& value : array_of(object, key)) {
    if (!value.is_string()) reject(key, "an array of strings");
    values.push_back(value.get<std::string>());
  }
  return values;
}

std::string dump(const Json& message) {
  // Captured text may hold any bytes; JSON is UTF-8, so that broken sequences are replaced.
  return message.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string encode(const Request& request) {
  Json message{{"protocol", protocol_version},
               {"nonce", request.nonce},
               {"python_dir", request.python_dir},
               {"extension_dir", request.extension_dir}};
  if (const Job* job = std::get_if<Job>(&request.task)) message["job"] = encode_job(*job);
  if (const auto* describe = std::get_if<DescribeRequest>(&request.task)) {
    message["module"] = describe->module;
  }
  return dump(message);
}

Request decode_request(std::string_view text) {
  const Json message = parse_message(text);
  Request request;
  request.nonce = integer_of<std::uint64_t>(message, "nonce");
  check_envelope(message, request.nonce);
  request.python_dir = text_of(message, "python_dir");
  request.extension_dir = text_of(message, "extension_dir");
  if (has(message, "job")) {
    request.task = decode_job(object_of(message, "job"));
  } else {
    request.task = DescribeRequest{text_of(message, "module")};
  }
  return request;
}

std::string encode(const Measurement& measurement, std::uint64_t nonce) {
  Json message{{"protocol", protocol_version},
               {"nonce", nonce},
               {"status", name_of(measurement.status)},
               {"reason", measurement.reason},
               {"input_digest", measurement.input_digest},
               {"max_error", optional_json(measurement.max_error)},
               {"prepare_s", measurement.prepare_s},
               {"timed_s", measurement.timed_s},
               {"metrics", encode_metrics(measurement.metrics)}};
  if (measurement.timing) message["timing"] = encode_timing(*measurement.timing);
  if (measurement.single_calls) {
    message["single_calls"] = encode_single_calls(*measurement.single_calls);
  }
  if (measurement.memory) message["memory"] = encode_memory(*measurement.memory);
  return dump(message);
}

Measurement decode_measurement(std::string_view text, std::uint64_t nonce) {
  const Json message = parse_message(text);
  check_envelope(message, nonce);
  Measurement measurement;
  measurement.status = name_in(message, "status", parse_status);
  measurement.reason = text_of(message, "reason");
  measurement.input_digest = text_of(message, "input_digest");
  check_digest(measurement.input_digest);
  if (has(message, "max_error")) measurement.max_error = finite_at_least_zero(message, "max_error");
  if (has(message, "timing")) measurement.timing = decode_timing(object_of(message, "timing"));
  if (has(message, "single_calls")) {
    measurement.single_calls = decode_single_calls(object_of(message, "single_calls"));
  }
  measurement.prepare_s = finite_at_least_zero(message, "prepare_s");
  measurement.timed_s = finite_at_least_zero(message, "timed_s");
  if (has(message, "memory")) measurement.memory = decode_memory(object_of(message, "memory"));
  measurement.metrics = decode_metrics(object_of(message, "metrics"));
  return measurement;
}

std::string encode(const NativeDescription& description, std::uint64_t nonce) {
  Json kernels = Json::array();
  for (const NativeDescription::Kernel& kernel : description.kernels) {
    kernels.push_back({{"name", kernel.name},
                       {"sizes", kernel.sizes},
                       {"reference", kernel.reference},
                       {"baseline", kernel.baseline},
                       {"variants", kernel.variants}});
  }
  return dump({{"protocol", protocol_version},
               {"nonce", nonce},
               {"python_dir", description.python_dir},
               {"git_revision", description.git_revision},
               {"kernels", kernels}});
}

NativeDescription decode_native_description(std::string_view text, std::uint64_t nonce) {
  const Json message = parse_message(text);
  check_envelope(message, nonce);
  NativeDescription description{.python_dir = text_of(message, "python_dir"),
                                .git_revision = text_of(message, "git_revision"),
                                .kernels = {}};
  for (const Json& kernel : array_of(message, "kernels")) {
    description.kernels.push_back({.name = text_of(kernel, "name"),
                                   .sizes = text_of(kernel, "sizes"),
                                   .reference = text_of(kernel, "reference"),
                                   .baseline = text_of(kernel, "baseline"),
                                   .variants = strings(kernel, "variants")});
  }
  return description;
}

std::string encode(const PythonDescription& description, std::uint64_t nonce) {
  Json variants = Json::array();
  for (const PythonVariant& variant : description.variants) {
    variants.push_back({{"kernel", variant.kernel},
                        {"name", variant.name},
                        {"requires", variant.requires_packages},
                        {"max_size", optional_json(variant.max_size)},
                        {"quick", variant.quick}});
  }
  Json problems = Json::array();
  for (const auto& [kernel, problem] : description.problems) {
    problems.push_back({{"kernel", kernel}, {"text", problem}});
  }
  return dump({{"protocol", protocol_version},
               {"nonce", nonce},
               {"modules", description.modules},
               {"variants", variants},
               {"problems", problems},
               {"version", description.version},
               {"build", description.build},
               {"executable", description.executable},
               {"link", description.link},
               {"numpy_version", description.numpy_version},
               {"numpy_blas", description.numpy_blas},
               {"warnings", description.warnings}});
}

PythonDescription decode_description(std::string_view text, std::uint64_t nonce) {
  const Json message = parse_message(text);
  check_envelope(message, nonce);
  PythonDescription description;
  description.modules = strings(message, "modules");
  for (const Json& variant : array_of(message, "variants")) {
    description.variants.push_back({text_of(variant, "kernel"), text_of(variant, "name"),
                                    strings(variant, "requires"), std::nullopt});
    if (has(variant, "max_size")) {
      description.variants.back().max_size = positive<std::size_t>(variant, "max_size");
    }
    description.variants.back().quick = flag_of(variant, "quick");
  }
  for (const Json& problem : array_of(message, "problems")) {
    description.problems.push_back({text_of(problem, "kernel"), text_of(problem, "text")});
  }
  description.version = text_of(message, "version");
  description.build = text_of(message, "build");
  description.executable = text_of(message, "executable");
  description.link = text_of(message, "link");
  description.numpy_version = text_of(message, "numpy_version");
  description.numpy_blas = text_of(message, "numpy_blas");
  description.warnings = strings(message, "warnings");
  return description;
}

}  // namespace gapmeter
