#include "harness/run/job_runner.h"

#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <stdexcept>

namespace gapmeter {
namespace {

std::string last_line_of(std::string_view output) {
  const std::size_t end = output.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return "";
  output = output.substr(0, end + 1);
  const std::size_t start = output.find_last_of('\n');
  return std::string(start == std::string_view::npos ? output : output.substr(start + 1));
}

Measurement without_answer(Status status, std::string reason, const std::string& output) {
  if (const std::string last = last_line_of(output); !last.empty()) {
    reason += fmt::format("; its last output: {}", last.substr(0, 400));
  }
  return {.status = status, .reason = one_line(reason)};
}

}  // namespace

const std::vector<std::string>& command_for(const WorkerSettings& settings,
                                            const VariantId& variant) {
  if (variant.lane == Lane::native) return settings.native_command;
  for (const PythonEngine& engine : settings.engines) {
    if (engine.label == variant.engine) return engine.command;
  }
  throw std::invalid_argument(fmt::format("there is no Python engine '{}'", variant.engine));
}

std::string title_of(const Job& job) {
  return fmt::format("{} {} n={} {}", job.kernel, to_string(job.variant), job.n, name_of(job.pass));
}

JobOutcome outcome_of(const WorkerReply& reply, double timeout_s) {
  return {interpret(reply.process, reply.nonce, timeout_s), reply.process.wall_s,
          reply.process.end == ProcessResult::End::abandoned};
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
  return outcome_of(
      ask_worker(settings_, command_for(settings_, job.variant), job, job.threads, title_of(job)),
      settings_.timeout_s);
}

}  // namespace gapmeter
