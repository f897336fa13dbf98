// A server that runs and has given its first right answer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "harness/load/connections.h"
#include "harness/model/server_spec.h"
#include "harness/sys/process_tree.h"
#include "harness/sys/supervised_program.h"

namespace gapmeter {

class RunningServer {
 public:
  // Starts it on a free port of 127.0.0.1 and asks it until its answer is right. Throws
  // std::runtime_error, with its last lines, if it can't be started, ends, or does not answer in
  // time; WrongResult if the answer is wrong. The task must outlive the object.
  explicit RunningServer(const ServerTask& task, const Environment& environment = {});

  const std::string& answer() const { return answer_; }      // the first right one
  double start_s() const { return start_s_; }                // that it took until then
  double first_answer_s() const { return first_answer_s_; }  // that this answer took

  // Asks the same again, or something else (GET of a path), once. Throws std::runtime_error.
  HttpResponse ask();
  HttpResponse get(const std::string& path);

  // What load asks it. Valid as long as the object.
  const Target& target() const { return target_; }
  std::set<pid_t> processes() const { return program_->processes(); }
  bool is_running() { return !program_->has_ended(); }
  // Throws std::runtime_error, with its last lines, if it has ended.
  void check_running();
  // " Its last output: …", or nothing.
  std::string last_output() const;
  // Ends it. Throws std::runtime_error if it had ended before, or leaves processes behind.
  void end();

 private:
  void start(const Environment& environment);
  bool wait_for_answer();
  void ask_first();
  bool is_listening() const;
  std::string why_silent(const std::string& last_problem) const;
  std::string where_instead() const;
  std::string problem_of(const HttpResponse& response) const;

  const ServerTask& task_;
  int port_ = 0;
  std::unique_ptr<SupervisedProgram> program_{};
  Target target_{};
  std::string answer_{};
  double start_s_ = 0, first_answer_s_ = 0;
  bool is_refused_ = false;  // though it listens, as on IPv6 alone
};

}  // namespace gapmeter
