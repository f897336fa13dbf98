#include "harness/run/job_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <stdexcept>

namespace gapmeter {
namespace {

constexpr std::string_view blank = " \t\r\n";

// The last lines that are not blank, as many as fit, separated by bars: what the C++ library says
// of an exception takes two.
std::string last_lines_of(std::string_view output) {
  constexpr int most_lines = 3;
  constexpr std::size_t most_bytes = 400;
  std::string quoted;
  for (int lines = 0; lines < most_lines; ++lines) {
    const std::size_t end = output.find_last_not_of(blank);
    if (end == std::string_view::npos) break;
    output = output.substr(0, end + 1);
    const std::size_t start = output.find_last_of('\n') + 1;  // npos + 1 is 0
    std::string_view line = output.substr(start);
    output = output.substr(0, start);
    line.remove_prefix(std::min(line.find_first_not_of(blank), line.size()));
    if (lines == 0) {
      quoted = line.substr(0, most_bytes);
    } else if (quoted.size() + line.size() > most_bytes) {
      break;
    } else {
      quoted = fmt::format("{} | {}", line, quoted);
    }
  }
  return quoted;
}

Measurement without_answer(Status status, std::string reason, const std::string& output) {
  if (const std::string last = last_lines_of(output); !last.empty()) {
    reason += fmt::format("; its last output: {}", last);
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
  if (result.end == End::crowded) {
    return without_answer(
        Status::crashed,
        fmt::format("started more than {} processes and threads, and was ended", most_tasks),
        result.output);
  }
  if (result.end == End::bloated) {
    return without_answer(Status::oom,
                          "its processes had more memory together than --mem-limit, and were ended",
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
