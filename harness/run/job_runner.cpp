#include "harness/run/job_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>
#include <filesystem>
#include <random>
#include <set>
#include <stdexcept>
#include <system_error>

#include "harness/worker/protocol.h"
#include "harness/worker/worker_main.h"

namespace gapmeter {
namespace {

// A worker can't guess it, so that an answer that a kernel forges is told from the real one.
std::uint64_t make_nonce() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

// What a worker says ends up in messages that are lines, on terminals and in UTF-8 files.
std::string one_line(const std::string& said) {
  using Json = nlohmann::json;
  const std::string valid = Json(said).dump(-1, ' ', false, Json::error_handler_t::replace);
  auto text = Json::parse(valid).get<std::string>();
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

std::string last_line_of(std::string_view output) {
  const std::size_t end = output.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return "";
  output = output.substr(0, end + 1);
  const std::size_t start = output.find_last_of('\n');
  return std::string(start == std::string_view::npos ? output : output.substr(start + 1));
}

Measurement without_answer(Status status, std::string reason, const std::string& output) {
  if (const std::string last = last_line_of(output); !last.empty()) {
    reason += fmt::format("; its last output: {}", last.substr(0, 200));
  }
  return {.status = status, .reason = one_line(reason)};
}

std::string executable_for(const WorkerSettings& settings, Lane lane) {
  return lane == Lane::native ? settings.native_executable : settings.python_executable;
}

ProcessSpec spec_for(const WorkerSettings& settings, const Request& request, Lane lane,
                     int threads) {
  ProcessSpec spec{.arguments = {executable_for(settings, lane), worker_argument},
                   .environment = worker_environment(threads),
                   .request = encode(request),
                   .timeout_s = settings.timeout_s,
                   .cpus = {},
                   .abandon = settings.abandon};
  if (threads == 1 && settings.cpu >= 0) spec.cpus = {settings.cpu};
  return spec;
}

void log_output(const WorkerSettings& settings, const std::string& title,
                const std::string& output) {
  if (settings.log && !output.empty()) settings.log(title, output);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> worker_environment(int threads) {
  const std::string count = std::to_string(threads);
  return {{"OPENBLAS_NUM_THREADS", count},
          {"OMP_NUM_THREADS", count},
          {"MKL_NUM_THREADS", count},
          {"BLIS_NUM_THREADS", count},
          // NumPy asks for huge pages by itself; malloc does only when told.
          {"GLIBC_TUNABLES", "glibc.malloc.hugetlb=1"}};
}

Measurement interpret(const ProcessResult& result, std::uint64_t nonce, double timeout_s) {
  using End = ProcessResult::End;
  if (result.end == End::timed_out) {
    return without_answer(Status::timeout, fmt::format("still running after {:g} s", timeout_s),
                          result.output);
  }
  if (result.end == End::signalled) {
    // Nobody but the system's out-of-memory killer sends this to a worker unasked.
    const bool out_of_memory = result.code == SIGKILL;
    return without_answer(
        out_of_memory ? Status::oom : Status::crashed,
        fmt::format("killed by signal {} ({}){}", result.code, strsignal(result.code),
                    out_of_memory ? ", probably for want of memory" : ""),
        result.output);
  }
  if (result.end == End::abandoned) return {.status = Status::error, .reason = "abandoned"};
  if (result.answer.empty()) {
    return without_answer(Status::crashed,
                          fmt::format("exited with status {} and no result", result.code),
                          result.output);
  }
  try {
    Measurement measurement = decode_measurement(result.answer, nonce);
    measurement.reason = one_line(measurement.reason);
    return measurement;
  } catch (const InvalidMessage& invalid) {
    return without_answer(Status::crashed,
                          fmt::format("its result can't be read: {}", invalid.what()),
                          result.output);
  }
}

JobOutcome ProcessJobRunner::run(const Job& job) {
  const Request request{make_nonce(), settings_.python_dir, job};
  const ProcessSpec spec = spec_for(settings_, request, job.variant.lane, job.threads);
  const ProcessResult result = run_process(spec);
  log_output(
      settings_,
      fmt::format("{} {} n={} {}", job.kernel, to_string(job.variant), job.n, name_of(job.pass)),
      result.output);
  return {interpret(result, request.nonce, settings_.timeout_s), result.wall_s,
          result.end == ProcessResult::End::abandoned};
}

namespace {

PythonDescription ask(const WorkerSettings& settings, const std::string& module) {
  const Request request{make_nonce(), settings.python_dir, DescribeRequest{module}};
  const ProcessResult result = run_process(spec_for(settings, request, Lane::python, 1));
  log_output(settings, "describing the Python variants", result.output);
  if (result.end != ProcessResult::End::exited || result.code != 0 || result.answer.empty()) {
    throw std::runtime_error(interpret(result, 0, settings.timeout_s).reason);
  }
  PythonDescription description = decode_description(result.answer, request.nonce);
  for (auto& problem : description.problems) problem.text = one_line(problem.text);
  return description;
}

// Each module in a worker of its own: one that ends or hangs its worker costs only itself.
PythonDescription describe_one_by_one(const WorkerSettings& settings) {
  PythonDescription whole = ask(settings, "no module at all");
  std::set<std::string> stems;
  for (const auto& entry : std::filesystem::directory_iterator(settings.python_dir)) {
    if (entry.path().extension() == ".py") stems.insert(entry.path().stem().string());
  }
  for (const std::string& stem : stems) {
    whole.modules.push_back(stem);
    try {
      const PythonDescription part = ask(settings, stem);
      whole.variants.insert(whole.variants.end(), part.variants.begin(), part.variants.end());
      whole.problems.insert(whole.problems.end(), part.problems.begin(), part.problems.end());
    } catch (const std::runtime_error& error) {
      whole.problems.push_back(
          {stem, fmt::format("{}.py can't be imported: {}", stem, error.what())});
    }
  }
  return whole;
}

}  // namespace

PythonDescription describe_python(const WorkerSettings& settings) {
  try {
    return ask(settings, "");
  } catch (const std::system_error&) {
    throw;
  } catch (const std::runtime_error&) {
  }
  try {
    return describe_one_by_one(settings);
  } catch (const std::system_error&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format("the Python lane does not start: {}", error.what()));
  }
}

}  // namespace gapmeter
