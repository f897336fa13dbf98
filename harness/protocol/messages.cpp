#include "harness/protocol/messages.h"

#include <fmt/format.h>

#include <cmath>
#include <type_traits>
#include <nlohmann/json.hpp>

namespace gapmeter {
namespace {

using Json = nlohmann::json;

// No valid message is nearly as deep as this, and copying a very deep value overflows the stack.
constexpr int deepest = 100;
// Checking that names are distinct takes time quadratic in their number.
constexpr std::size_t most_metrics = 1000;

// nlohmann's own exceptions name neither the message nor the field in words that a user knows.
Json parse_message(std::string_view text) {
  // The parser takes a zero byte for the end and would ignore what follows it.
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

Json encode_plan(const SlicePlan& plan) {
  return {{"calls", plan.calls}, {"batches", plan.batches}};
}

SlicePlan decode_plan(const Json& json) {
  return {.calls = positive<std::int64_t>(json, "calls"),
          .batches = at_least_zero(json, "batches")};
}

std::vector<std::string> strings(const Json& object, const char* key) {
  std::vector<std::string> values;
  for (const Json& value : array_of(object, key)) {
    if (!value.is_string()) reject(key, "an array of strings");
    values.push_back(value.get<std::string>());
  }
  return values;
}

Json encode_command(const CommandSpec& command) {
  return {{"words", command.words},
          {"executable", command.executable},
          {"input", command.input},
          {"output", command.output},
          {"by_shell", command.by_shell}};
}

CommandSpec decode_command(const Json& json) {
  CommandSpec command{.words = strings(json, "words"),
                      .executable = text_of(json, "executable"),
                      .input = text_of(json, "input"),
                      .output = text_of(json, "output"),
                      .by_shell = flag_of(json, "by_shell")};
  if (command.words.empty()) reject("words", "at least one word");
  return command;
}

Json encode_command_task(const CommandTask& task) {
  return {{"command", encode_command(task.command)},
          {"reference", encode_command(task.reference)},
          {"tolerance", task.tolerance},
          {"input_file", task.input_file},
          {"input_digest", task.input_digest}};
}

CommandTask decode_command_task(const Json& json) {
  return {.command = decode_command(object_of(json, "command")),
          .reference = decode_command(object_of(json, "reference")),
          .tolerance = finite_at_least_zero(json, "tolerance"),
          .input_file = text_of(json, "input_file"),
          .input_digest = text_of(json, "input_digest")};
}

// Any bytes as JSON's text, which is UTF-8: each as the character of its number.
Json encode_bytes(std::string_view bytes) {
  constexpr unsigned low_bits = 6, low_mask = 0x3F, first = 0xC0, further = 0x80;
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    if (value < further) {
      text += byte;
    } else {
      text += static_cast<char>(first | (value >> low_bits));
      text += static_cast<char>(further | (value & low_mask));
    }
  }
  return text;
}

std::string bytes_of(const Json& object, const char* key) {
  constexpr unsigned low_bits = 6, low_mask = 0x3F, first = 0xC0, most_first = 0xC3, plain = 0x80;
  const std::string text = text_of(object, key);
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto value = static_cast<unsigned char>(text[i]);
    if (value < plain) {
      bytes += text[i];
      continue;
    }
    if (value < first || value > most_first || ++i == text.size()) reject(key, "text of bytes");
    bytes += static_cast<char>(((value << low_bits) & 0xFFU) |
                               (static_cast<unsigned char>(text[i]) & low_mask));
  }
  return bytes;
}

Json encode_http_request(const HttpRequest& request) {
  Json headers = Json::array();
  for (const auto& [name, value] : request.headers) headers.push_back({name, value});
  return {{"method", request.method},
          {"target", request.target},
          {"headers", headers},
          {"body", encode_bytes(request.body)}};
}

HttpRequest decode_http_request(const Json& json) {
  HttpRequest request{.method = text_of(json, "method"),
                      .target = text_of(json, "target"),
                      .headers = {},
                      .body = bytes_of(json, "body")};
  for (const Json& header : array_of(json, "headers")) {
    const bool is_pair =
        header.is_array() && header.size() == 2 && header[0].is_string() && header[1].is_string();
    if (!is_pair) reject("headers", "an array of names with values");
    request.headers.emplace_back(header[0].get<std::string>(), header[1].get<std::string>());
  }
  return request;
}

std::vector<int> cpus_of(const Json& object, const char* key) {
  std::vector<int> cpus;
  for (const Json& cpu : array_of(object, key)) {
    if (!cpu.is_number_unsigned() || !std::in_range<int>(cpu.get<std::uint64_t>())) {
      reject(key, "an array of processors");
    }
    cpus.push_back(cpu.get<int>());
  }
  return cpus;
}

double more_than_zero(const Json& object, const char* key) {
  const double value = finite_at_least_zero(object, key);
  if (value == 0) reject(key, "more than 0");
  return value;
}

Json encode_load(const LoadSpec& load) {
  return {{"connections", load.connections},
          {"schedule", find_name(schedule_names, load.schedule)},
          {"timeout_s", load.timeout_s}};
}

LoadSpec decode_load(const Json& json) {
  const std::optional<Schedule> schedule = find_value(schedule_names, text_of(json, "schedule"));
  if (!schedule) reject("schedule", "a known name");
  return {.connections = positive<int>(json, "connections"),
          .schedule = *schedule,
          .timeout_s = more_than_zero(json, "timeout_s")};
}

Json encode_server_task(const ServerTask& task) {
  return {{"command", encode_command(task.command)},
          {"request", encode_http_request(task.request)},
          {"answer", task.answer ? encode_bytes(*task.answer) : Json(nullptr)},
          {"tolerance", task.tolerance},
          {"start_s", task.start_s},
          {"load", encode_load(task.load)},
          {"least_s", task.least_s},
          {"least_requests", task.least_requests},
          {"memory_s", task.memory_s},
          {"saturation_s", task.saturation_s},
          {"capacity_per_s", task.capacity_per_s},
          {"server_cpus", task.server_cpus},
          {"client_cpus", task.client_cpus},
          {"are_shared", task.are_shared},
          {"counts_collections", task.counts_collections}};
}

ServerTask decode_server_task(const Json& json) {
  ServerTask task{.command = decode_command(object_of(json, "command")),
                  .request = decode_http_request(object_of(json, "request")),
                  .tolerance = finite_at_least_zero(json, "tolerance"),
                  .start_s = more_than_zero(json, "start_s"),
                  .load = decode_load(object_of(json, "load")),
                  .least_s = more_than_zero(json, "least_s"),
                  .least_requests = positive<std::int64_t>(json, "least_requests"),
                  .memory_s = more_than_zero(json, "memory_s"),
                  .saturation_s = finite_at_least_zero(json, "saturation_s"),
                  .capacity_per_s = finite_at_least_zero(json, "capacity_per_s"),
                  .server_cpus = cpus_of(json, "server_cpus"),
                  .client_cpus = cpus_of(json, "client_cpus"),
                  .are_shared = flag_of(json, "are_shared"),
                  .counts_collections = flag_of(json, "counts_collections")};
  if (has(json, "answer")) task.answer = bytes_of(json, "answer");
  return task;
}

Json encode_task(const Task& task) {
  return {{"pass", name_of(task.pass)},
          {"kernel", task.kernel},
          {"variant", to_string(task.variant)},
          {"n", task.n},
          {"threads", task.threads},
          {"seed", task.seed},
          {"batch_ns", task.timing.batch_ns},
          {"slice_ns", task.timing.slice_ns},
          {"round_ns", task.timing.round_ns},
          {"single_calls_ns", task.timing.single_calls_ns},
          {"plan", task.timing.plan ? encode_plan(*task.timing.plan) : Json(nullptr)},
          {"verify_after", task.verify_after},
          {"command", task.command ? encode_command_task(*task.command) : Json(nullptr)},
          {"server", task.server ? encode_server_task(*task.server) : Json(nullptr)}};
}

Task decode_task(const Json& json) {
  Task task;
  task.pass = name_in(json, "pass", parse_pass);
  task.kernel = text_of(json, "kernel");
  task.variant = name_in(json, "variant", parse_variant);
  task.n = positive<std::size_t>(json, "n");
  task.threads = positive<int>(json, "threads");
  task.seed = integer_of<std::uint64_t>(json, "seed");
  task.timing.batch_ns = positive<std::int64_t>(json, "batch_ns");
  task.timing.slice_ns = positive<std::int64_t>(json, "slice_ns");
  task.timing.round_ns = positive<std::int64_t>(json, "round_ns");
  task.timing.single_calls_ns = at_least_zero(json, "single_calls_ns");
  if (has(json, "plan")) task.timing.plan = decode_plan(object_of(json, "plan"));
  task.verify_after = flag_of(json, "verify_after");
  if (has(json, "command")) task.command = decode_command_task(object_of(json, "command"));
  if (has(json, "server")) task.server = decode_server_task(object_of(json, "server"));
  return task;
}

Json json_of(std::int64_t value) { return value; }
Json json_of(double value) { return value; }
Json json_of(PeakFrom value) { return name_of(value); }
Json json_of(const Histogram& value) { return to_string(value); }
Json json_of(const Slices& value) { return to_string(value); }
template <class T>
Json json_of(const std::optional<T>& value) {
  return value ? json_of(*value) : Json(nullptr);
}

// The value of a quantity under `key`. Throws InvalidMessage for an impossible value.
void take(const Json& object, const char* key, Bound bound, std::int64_t& value) {
  value = integer_of<std::int64_t>(object, key);
  if (bound == Bound::positive && value <= 0) reject(key, "positive");
  if (bound == Bound::not_negative && value < 0) reject(key, "at least 0");
}
void take(const Json& object, const char* key, Bound bound, double& value) {
  value = finite_at_least_zero(object, key);
  if (bound == Bound::positive && value == 0) reject(key, "more than 0");
}
void take(const Json& object, const char* key, Bound /*bound*/, PeakFrom& value) {
  value = name_in(object, key, parse_peak_from);
}
void take(const Json& object, const char* key, Bound /*bound*/, Histogram& value) {
  std::optional<Histogram> histogram = parse_histogram(text_of(object, key));
  if (!histogram) reject(key, "a histogram");
  value = *std::move(histogram);
}
void take(const Json& object, const char* key, Bound /*bound*/, Slices& value) {
  std::optional<Slices> slices = parse_slices(text_of(object, key));
  if (!slices || slices->empty()) reject(key, "slices of a round");
  value = *std::move(slices);
}
// Builds that do not know the quantity leave it out.
template <class T>
void take(const Json& object, const char* key, Bound bound, std::optional<T>& value) {
  if (has(object, key)) take(object, key, bound, value.emplace());
}

template <class Part>
void encode_quantities(const Part& part, Json& message) {
  Part::quantities([&](const auto& quantity) {
    message[std::string(quantity.name)] = json_of(quantity.of(part));
  });
}

template <class Part>
void decode_quantities(const Json& message, Part& part) {
  Part::quantities([&](const auto& quantity) {
    take(message, std::string(quantity.name).c_str(), quantity.bound, quantity.of(part));
  });
}

// Whether a message has any of a part's quantities; if so it must have all of them.
template <class Part>
bool has_part(const Json& message) {
  bool is_there = false;
  Part::quantities([&](const auto& quantity) {
    is_there = is_there || message.contains(std::string(quantity.name));
  });
  return is_there;
}

void encode_parts(const Measurement& measurement, Json& message) {
  each_part([&]<class Part>(std::type_identity<Part>, const auto& slot) {
    const std::optional<Part>* part = slot(measurement);
    if (part != nullptr && *part) encode_quantities(**part, message);
  });
  encode_quantities(measurement.effort, message);
}

void decode_parts(const Json& message, Measurement& measurement) {
  each_part([&]<class Part>(std::type_identity<Part>, const auto& slot) {
    std::optional<Part>* part = slot(measurement);
    if (part != nullptr && has_part<Part>(message)) decode_quantities(message, part->emplace());
  });
  decode_quantities(message, measurement.effort);
}

Json encode_metrics(const std::vector<Metric>& metrics) {
  Json json = Json::object();
  for (const Metric& metric : metrics) json[metric.name] = metric.value;
  return json;
}

std::vector<Metric> decode_metrics(const Json& json) {
  if (json.size() > most_metrics) reject("metrics", "an object of at most 1000 numbers");
  Metrics metrics;
  for (const auto& [name, value] : json.items()) {
    if (!value.is_number()) reject("metrics", "an object of numbers");
    try {
      metrics.add(name, value.get<double>());
    } catch (const std::invalid_argument& invalid) {
      throw InvalidMessage(fmt::format("'metrics': {}", invalid.what()));
    }
  }
  return metrics.metrics();
}

void check_digest(const std::string& digest) {
  const bool hexadecimal = digest.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!digest.empty() && (digest.size() != 16 || !hexadecimal)) {
    reject("input_digest", "16 hexadecimal digits");
  }
}

// Builds without further compiled lanes name none.
std::string compiled_lane_of(const Json& variant) {
  if (!has(variant, "lane")) return "native";
  const std::string name = text_of(variant, "lane");
  const std::optional<Lane> lane = Lane::called(name);
  if (!lane || !lane->is_compiled()) reject("lane", "a compiled lane");
  return name;
}

std::vector<NativeDescription::Variant> native_variants(const Json& kernel) {
  std::vector<NativeDescription::Variant> variants;
  for (const Json& variant : array_of(kernel, "variants")) {
    variants.push_back({.name = text_of(variant, "name"),
                        .job = text_of(variant, "job"),
                        .lane = compiled_lane_of(variant)});
  }
  return variants;
}

PythonVariant python_variant_of(const Json& json) {
  PythonVariant variant{text_of(json, "kernel"), text_of(json, "name"), strings(json, "requires"),
                        std::nullopt};
  if (has(json, "max_size")) variant.max_size = positive<std::size_t>(json, "max_size");
  variant.quick = flag_of(json, "quick");
  variant.job = text_of(json, "job");
  return variant;
}

std::optional<bool> optional_flag(const Json& object, const char* key) {
  return has(object, key) ? std::optional(flag_of(object, key)) : std::nullopt;
}

PythonDescription python_description_of(const Json& message) {
  PythonDescription description;
  description.modules = strings(message, "modules");
  for (const Json& variant : array_of(message, "variants")) {
    description.variants.push_back(python_variant_of(variant));
  }
  for (const Json& problem : array_of(message, "problems")) {
    description.problems.push_back(
        {.kernel = text_of(problem, "kernel"),
         .text = text_of(problem, "text"),
         .package = has(problem, "package") ? text_of(problem, "package") : std::string()});
  }
  description.engine = text_of(message, "engine");
  description.implementation = text_of(message, "implementation");
  description.version = text_of(message, "version");
  description.build = text_of(message, "build");
  description.executable = text_of(message, "executable");
  description.environment = text_of(message, "environment");
  description.link = text_of(message, "link");
  description.pgo = optional_flag(message, "pgo");
  description.lto = optional_flag(message, "lto");
  description.free_threaded = flag_of(message, "free_threaded");
  description.gil = optional_flag(message, "gil");
  description.numpy_version = text_of(message, "numpy_version");
  description.numpy_blas = text_of(message, "numpy_blas");
  description.sys_path = strings(message, "sys_path");
  if (has(message, "call_ns")) description.call_ns = finite_at_least_zero(message, "call_ns");
  if (has(message, "missing")) description.missing = strings(message, "missing");
  description.warnings = strings(message, "warnings");
  return description;
}

std::string dump(const Json& message) {
  // Captured text may hold any bytes, but JSON is UTF-8: broken sequences are replaced.
  return message.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string encode(const Request& request) {
  Json message{{"protocol", protocol_version},
               {"nonce", request.nonce},
               {"python_dir", request.python_dir},
               {"extension_dir", request.extension_dir}};
  if (const Task* task = std::get_if<Task>(&request.task)) message["task"] = encode_task(*task);
  if (const auto* describe = std::get_if<DescribeRequest>(&request.task)) {
    message["module"] = describe->module;
  }
  if (const auto* server = std::get_if<ServerTask>(&request.task)) {
    message["server"] = encode_server_task(*server);
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
  if (has(message, "task")) {
    request.task = decode_task(object_of(message, "task"));
  } else if (has(message, "server")) {
    request.task = decode_server_task(object_of(message, "server"));
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
               {"metrics", encode_metrics(measurement.metrics)}};
  encode_parts(measurement, message);
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
  if (has(message, "max_error")) {
    take(message, "max_error", Bound::not_negative, measurement.max_error);
  }
  decode_parts(message, measurement);
  if (measurement.single_calls && measurement.single_calls->calls.count() == 0) {
    reject("single_calls", "a histogram of at least one call");
  }
  measurement.metrics = decode_metrics(object_of(message, "metrics"));
  return measurement;
}

std::string encode(const NativeDescription& description, std::uint64_t nonce) {
  Json kernels = Json::array();
  for (const NativeDescription::Kernel& kernel : description.kernels) {
    Json variants = Json::array();
    for (const auto& [name, job, lane] : kernel.variants) {
      variants.push_back({{"name", name}, {"job", job}, {"lane", lane}});
    }
    kernels.push_back({{"name", kernel.name},
                       {"sizes", kernel.sizes},
                       {"reference", kernel.reference},
                       {"baseline", kernel.baseline},
                       {"variants", variants}});
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
                                   .variants = native_variants(kernel)});
  }
  return description;
}

std::string encode(const ServerDescription& description, std::uint64_t nonce) {
  return dump({{"protocol", protocol_version},
               {"nonce", nonce},
               {"failure", description.failure},
               {"answer", encode_bytes(description.answer)},
               {"capacity_per_s", description.capacity_per_s}});
}

ServerDescription decode_server_description(std::string_view text, std::uint64_t nonce) {
  const Json message = parse_message(text);
  check_envelope(message, nonce);
  return {.failure = text_of(message, "failure"),
          .answer = bytes_of(message, "answer"),
          .capacity_per_s = finite_at_least_zero(message, "capacity_per_s")};
}

std::string encode(const PythonDescription& description, std::uint64_t nonce) {
  Json variants = Json::array();
  for (const PythonVariant& variant : description.variants) {
    variants.push_back({{"kernel", variant.kernel},
                        {"name", variant.name},
                        {"requires", variant.requires_packages},
                        {"max_size", optional_json(variant.max_size)},
                        {"quick", variant.quick},
                        {"job", variant.job}});
  }
  Json problems = Json::array();
  for (const auto& [kernel, text, package] : description.problems) {
    problems.push_back({{"kernel", kernel}, {"text", text}, {"package", package}});
  }
  return dump({{"protocol", protocol_version},
               {"nonce", nonce},
               {"modules", description.modules},
               {"variants", variants},
               {"problems", problems},
               {"engine", description.engine},
               {"implementation", description.implementation},
               {"version", description.version},
               {"build", description.build},
               {"executable", description.executable},
               {"environment", description.environment},
               {"link", description.link},
               {"pgo", optional_json(description.pgo)},
               {"lto", optional_json(description.lto)},
               {"free_threaded", description.free_threaded},
               {"gil", optional_json(description.gil)},
               {"numpy_version", description.numpy_version},
               {"numpy_blas", description.numpy_blas},
               {"sys_path", description.sys_path},
               {"call_ns", optional_json(description.call_ns)},
               {"missing", description.missing},
               {"warnings", description.warnings}});
}

PythonDescription decode_description(std::string_view text, std::uint64_t nonce) {
  const Json message = parse_message(text);
  check_envelope(message, nonce);
  return python_description_of(message);
}

PythonDescription decode_python_description(std::string_view text) {
  return python_description_of(parse_message(text));
}

}  // namespace gapmeter
