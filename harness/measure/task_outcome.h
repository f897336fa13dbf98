// How a task ended: what its worker measured, or why there is nothing.
#pragma once

#include <cstdint>
#include <string>

#include "harness/measure/worker_process.h"
#include "harness/model/measurement.h"
#include "harness/model/task.h"

namespace gapmeter {

struct TaskOutcome {
  Measurement measurement;
  double wall_s = 0;       // from fork to the end of the process, but for others' turns
  bool abandoned = false;  // the user stopped waiting; the measurement is meaningless
  bool killed = false;     // by SIGKILL: by a person, or by the system when memory ran out
};

// How the worker of a task is started: a command's or a server's is the program itself, whatever
// its lane. Throws std::invalid_argument for an engine that the settings don't have.
const std::vector<std::string>& worker_for(const WorkerSettings& settings, const Task& task);

// What a task is called in the log.
std::string title_of(const Task& task);

TaskOutcome outcome_of(const WorkerReply& reply, double timeout_s);

// The measurement of a finished process: its own answer, or the reason why there is none.
Measurement interpret(const ProcessResult& result, std::uint64_t nonce, double timeout_s);

// Why a finished process has no answer.
std::string why_no_answer(const ProcessResult& result, double timeout_s);

// The outcome of a task whose process the system would not start.
TaskOutcome not_started(const std::exception& error);

}  // namespace gapmeter
