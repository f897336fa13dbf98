#include "harness/measure/task_runner.h"

#include <algorithm>
#include <deque>
#include <system_error>

#include "harness/measure/turns.h"

namespace gapmeter {

void TaskRunner::run_untimed(const std::vector<Task>& tasks, const Take& take) {
  for (std::size_t i = 0; i < tasks.size() && take(i, try_to_run(tasks[i])); ++i) {
  }
}

TaskOutcome TaskRunner::try_to_run(const Task& task) {
  try {
    return run(task);
  } catch (const std::system_error& error) {
    return not_started(error);
  }
}

void ProcessTaskRunner::run_untimed(const std::vector<Task>& tasks, const Take& take) {
  // A server's memory is measured under load, which needs the processors.
  const bool any_server = std::any_of(tasks.begin(), tasks.end(),
                                      [](const Task& task) { return task.server.has_value(); });
  const std::size_t at_once = any_server ? 1 : std::min(most_at_once_, tasks.size());
  if (at_once < 2) return TaskRunner::run_untimed(tasks, take);
  WorkerSettings shared = settings_;
  shared.cpu = -1;
  if (shared.memory_bytes) *shared.memory_bytes /= static_cast<std::int64_t>(at_once);
  // Only one thread writes the log, and only results that count go into it.
  shared.log = nullptr;
  std::deque<std::future<WorkerReply>> running;
  const auto start = [&](const Task& task) {
    running.push_back(std::async(std::launch::async, [&shared, &task] {
      return ask_worker(shared, worker_for(shared, task), task, task.threads, title_of(task));
    }));
  };
  std::size_t started = 0;
  bool wanted = true;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    while (wanted && running.size() < at_once && started < tasks.size()) start(tasks[started++]);
    if (running.empty()) return;
    std::optional<TaskOutcome> outcome = success_of(tasks[i], running.front());
    running.pop_front();
    if (!outcome) {
      for (const auto& other : running) other.wait();
      outcome = try_to_run(tasks[i]);
    }
    wanted = take(i, std::move(*outcome)) && wanted;
  }
}

std::optional<TaskOutcome> ProcessTaskRunner::success_of(const Task& task,
                                                         std::future<WorkerReply>& ended) const {
  try {
    const WorkerReply reply = ended.get();
    TaskOutcome outcome = outcome_of(reply, settings_.timeout_s);
    const Status status = outcome.measurement.status;
    if (status != Status::ok && status != Status::skipped && !outcome.abandoned) return {};
    log_output(settings_, title_of(task), reply.process);
    return outcome;
  } catch (const std::system_error&) {
    return {};
  }
}

std::vector<TaskOutcome> ProcessTaskRunner::run_round(const std::vector<Task>& tasks,
                                                      std::uint64_t key,
                                                      const std::atomic<bool>* stop) {
  std::vector<Entrant> entrants;
  entrants.reserve(tasks.size());
  for (const Task& task : tasks) entrants.push_back({&settings_, task});
  return take_turns(entrants, key, stop);
}

TaskOutcome ProcessTaskRunner::run(const Task& task) {
  const auto ask = [&] {
    return outcome_of(
        ask_worker(settings_, worker_for(settings_, task), task, task.threads, title_of(task)),
        settings_.timeout_s);
  };
  TaskOutcome outcome = ask();
  return outcome.killed ? ask() : outcome;
}

}  // namespace gapmeter
