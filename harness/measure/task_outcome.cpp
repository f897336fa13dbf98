#include "harness/measure/task_outcome.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <stdexcept>

#include "harness/base/text.h"

namespace gapmeter {
namespace {

// Every file of results contains reasons, and the text of an exception can be megabytes long.
std::string reason_of(std::string_view text) {
  constexpr std::size_t most_bytes = 2000;
  if (text.size() <= most_bytes) return one_line(std::string(text));
  std::size_t end = most_bytes;
  const auto continues = [&] { return (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U; };
  while (end > 0 && continues()) --end;  // not in the middle of a character
  return one_line(fmt::format("{}… ({} bytes in all)", text.substr(0, end), text.size()));
}

// What Rust's standard library says before it ends a process that gets no memory: it throws nothing
// that a worker could report itself. Empty if that is not in the output.
std::string_view refused_allocation(std::string_view output) {
  const std::size_t start = output.rfind("memory allocation of ");
  if (start == std::string_view::npos) return {};
  const std::string_view said = output.substr(start);
  const std::size_t end = said.find(" bytes failed");
  return end > said.find('\n') ? std::string_view() : said.substr(0, end + 13);
}

Measurement without_answer(Status status, std::string reason, const std::string& output) {
  if (const std::string last = last_lines_of(output); !last.empty()) {
    reason += fmt::format("; its last output: {}", last);
  }
  return {.status = status, .reason = reason_of(reason)};
}

// Of a worker that has no answer.
Measurement ended(const ProcessResult& result, double timeout_s) {
  using End = ProcessResult::End;
  if (result.end == End::timed_out) {
    return without_answer(Status::timeout,
                          fmt::format("still running after {:g} s (--timeout)", timeout_s),
                          result.output);
  }
  if (result.end == End::signalled && result.code == SIGABRT) {
    if (const auto said = refused_allocation(result.output); !said.empty()) {
      return {.status = Status::oom, .reason = fmt::format("out of memory: {}", said)};
    }
  }
  if (result.end == End::signalled) {
    // A SIGKILL that comes twice in a row (ProcessTaskRunner::run) is the out-of-memory killer's.
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
  return without_answer(Status::crashed,
                        fmt::format("exited with status {} and no result", result.code),
                        result.output);
}

}  // namespace

const std::vector<std::string>& worker_for(const WorkerSettings& settings, const Task& task) {
  const VariantId& variant = task.variant;
  if (task.command || task.server || !variant.lane.has_engines()) return settings.native_command;
  for (const PythonEngine& engine : settings.engines) {
    if (engine.label == variant.engine) return engine.command;
  }
  throw std::invalid_argument(fmt::format("there is no Python engine '{}'", variant.engine));
}

std::string title_of(const Task& task) {
  return fmt::format("{} {} n={} {}", task.kernel, to_string(task.variant), task.n,
                     name_of(task.pass));
}

TaskOutcome outcome_of(const WorkerReply& reply, double timeout_s) {
  return {interpret(reply.process, reply.nonce, timeout_s), reply.process.wall_s,
          reply.process.end == ProcessResult::End::abandoned,
          reply.process.end == ProcessResult::End::signalled && reply.process.code == SIGKILL};
}

std::string why_no_answer(const ProcessResult& result, double timeout_s) {
  return ended(result, timeout_s).reason;
}

Measurement interpret(const ProcessResult& result, std::uint64_t nonce, double timeout_s) {
  using End = ProcessResult::End;
  if (result.end != End::exited || result.answer.empty()) return ended(result, timeout_s);
  try {
    Measurement measurement = decode_measurement(result.answer, nonce);
    measurement.reason = reason_of(measurement.reason);
    return measurement;
  } catch (const InvalidMessage& invalid) {
    return without_answer(Status::crashed,
                          fmt::format("its result can't be read: {}", invalid.what()),
                          result.output);
  }
}

TaskOutcome not_started(const std::exception& error) {
  return {.measurement = {.status = Status::error, .reason = error.what()}};
}

}  // namespace gapmeter
