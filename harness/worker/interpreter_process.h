// An interpreter in a process of its own, in which harness/python/engine.py answers a worker step
// by step.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/kernel/inputs.h"

namespace gapmeter {

class InterpreterProcess {
 public:
  // `command` starts the engine, its interpreter first. Throws std::system_error.
  explicit InterpreterProcess(std::vector<std::string> command);
  InterpreterProcess(const InterpreterProcess&) = delete;
  InterpreterProcess& operator=(const InterpreterProcess&) = delete;
  // Lets it end.
  ~InterpreterProcess();

  // What it answers to a request, a line of words. Throws what the passes know: Skipped,
  // WrongResult, std::bad_alloc, std::runtime_error with the reason. If the interpreter ends
  // instead, this process ends in the same way, so that the program learns how.
  std::string ask(const std::string& request);
  // The same of an answer that is whole numbers.
  std::vector<std::int64_t> ask_numbers(const std::string& request);

  pid_t pid() const { return pid_; }
  // The file that it maps inputs from.
  int inputs_file() const { return inputs_; }

 private:
  // Reads until it has so many bytes. False at the end of the pipe.
  bool read_more(std::size_t wanted);
  std::string take(std::size_t bytes);
  [[noreturn]] void end_alike();

  std::string name_;
  int requests_ = -1, answers_ = -1, inputs_ = -1;
  pid_t pid_ = -1;
  std::string received_;
};

}  // namespace gapmeter
