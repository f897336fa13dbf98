// A program that runs until it is told to end, with whatever it starts: a server.
//
// Between this process and the program stands a supervisor, a process of ours that adopts what the
// program's processes leave behind. It ends all of them when it is told to, and also when this
// process ends in whatever way, kill -9 included: it then sees the end of a pipe.
#pragma once

#include <sys/types.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/sys/process.h"
#include "harness/sys/program.h"

namespace gapmeter {

class SupervisedProgram {
 public:
  // Starts it on these processors, or on any without one, with additions to the environment. Throws
  // std::runtime_error, with what to do, if it can't be started, and std::system_error.
  explicit SupervisedProgram(const Program& program, const std::vector<int>& cpus = {},
                             const Environment& environment = {});
  SupervisedProgram(const SupervisedProgram&) = delete;
  SupervisedProgram& operator=(const SupervisedProgram&) = delete;
  // Kills whatever still runs.
  ~SupervisedProgram();

  // Its processes, without the supervisor.
  std::set<pid_t> processes() const;
  // Whether the program itself has ended, and how: "exited with status 1: its last words".
  bool has_ended();
  std::string how_it_ended() const;
  // The last lines that it wrote; as one line.
  std::string last_words() const;

  // Asks it to end (SIGTERM), waits for some seconds, and kills what is left.
  struct End {
    bool was_killed = false;            // since it did not end by itself
    std::vector<std::string> leaked{};  // processes that outlived it: "sleep (1234)"
  };
  End end();

 private:
  std::string read_line();
  void read_reports();
  void take(const std::string& report);
  void stop();

  int output_ = -1;  // a file in memory: whatever the program writes never makes it wait
  pid_t supervisor_ = -1;
  int orders_ = -1;   // to the supervisor; closing it ends everything
  int reports_ = -1;  // from it
  std::string unread_{};
  std::optional<int> status_{};  // of the program, as wait tells it
  End end_{};
};

}  // namespace gapmeter
