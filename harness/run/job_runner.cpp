#include "harness/run/job_runner.h"

#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <random>
#include <stdexcept>

#include "harness/worker/protocol.h"
#include "harness/worker/worker_main.h"

namespace gapmeter {
namespace {

// A worker can't guess it, so that an answer that a kernel forges is told from the real one.
std::uint64_t make_nonce() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
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
  return {.status = status, .reason = std::move(reason)};
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
    return decode_measurement(result.answer, nonce);
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

PythonDescription describe_python(const WorkerSettings& settings) {
  const Request request{make_nonce(), settings.python_dir, DescribeRequest{}};
  const ProcessResult result = run_process(spec_for(settings, request, Lane::python, 1));
  log_output(settings, "describing the Python variants", result.output);
  if (result.end != ProcessResult::End::exited || result.code != 0) {
    throw std::runtime_error(fmt::format("the Python lane does not start: {}",
                                         interpret(result, 0, settings.timeout_s).reason));
  }
  return decode_description(result.answer, request.nonce);
}

}  // namespace gapmeter
