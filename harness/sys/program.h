// A user's program, run to its end as a shell would run it: in this process's directory and
// environment and on its processors, with nothing else of this process.
#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace gapmeter {

struct Program {
  std::string executable;              // a path
  std::vector<std::string> arguments;  // argv: the first is what it is called
  std::string input{};                 // a path for stdin; empty: /dev/null
  std::string output{};                // a path for stdout, created or emptied; empty: kept
};

// What a program is given as stdout and stderr: files in memory, which take whatever it writes
// without ever making it wait, as a pipe would.
class KeptOutput {
 public:
  // Throws std::system_error.
  KeptOutput();
  KeptOutput(const KeptOutput&) = delete;
  KeptOutput& operator=(const KeptOutput&) = delete;
  ~KeptOutput();

  int out() const { return out_; }
  int err() const { return err_; }
  void clear() const;
  // What was written since it was cleared.
  std::string text() const;
  // The last lines of what it wrote to stderr or, if that is nothing, to stdout; as one line.
  std::string last_words() const;

 private:
  int out_, err_;
};

// Runs one program again and again. Starting it takes as long whatever memory this process has.
class RepeatedProgram {
 public:
  // Throws std::runtime_error if there is no such input.
  explicit RepeatedProgram(Program program);
  RepeatedProgram(const RepeatedProgram&) = delete;
  RepeatedProgram& operator=(const RepeatedProgram&) = delete;
  ~RepeatedProgram();

  // Before every run but the first: forgets what the last one wrote. Apart from run(), because
  // freeing a large output takes time that is not the program's. Throws std::system_error.
  void clear() const { kept_.clear(); }
  // Starts it and waits for its end. Throws std::runtime_error, with what to do, if it can't be
  // started, and with its last words unless it exits with status 0.
  void run() const;
  // What the last run wrote to stdout, unless that was to go elsewhere.
  std::string output() const { return kept_.text(); }

 private:
  Program program_;
  KeptOutput kept_{};
  std::vector<char*> arguments_{};  // of program_, then nullptr
  posix_spawn_file_actions_t files_{};
};

// Throws std::runtime_error unless a wait status is that of a program which ended well.
void check_exit(int status, const KeptOutput& kept);

// Why a program did not start, and what to do; `error` is what exec set errno to.
std::string why_not_started(const Program& program, int error);

// The file that a shell would run by this name. Throws std::invalid_argument, with what to do, if
// there is none or it may not be run.
std::string find_program(const std::string& name);

}  // namespace gapmeter
