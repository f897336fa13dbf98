#include "harness/sys/program_memory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <utility>

#include "harness/base/system_failure.h"
#include "harness/sys/memory.h"
#include "harness/sys/pipe.h"
#include "harness/sys/process_tree.h"

namespace gapmeter {
namespace {

using Steady = std::chrono::steady_clock;

std::string executable_of(pid_t process) {
  std::error_code error;  // if it has ended
  return std::filesystem::read_symlink(fmt::format("/proc/{}/exe", process), error).string();
}

// The child between fork and exec: it waits until it is traced, then becomes the program. Only
// async-signal-safe calls.
[[noreturn]] void become(const Program& program, char* const* arguments, const KeptOutput& kept,
                         int go, int failure) {
  char word = 0;
  while (read(go, &word, 1) < 0 && errno == EINTR) {
  }
  const char* const input = program.input.empty() ? "/dev/null" : program.input.c_str();
  constexpr mode_t readable = 0666;
  const int in = open(input, O_RDONLY | O_CLOEXEC);
  const int out = program.output.empty() ? kept.out()
                                         : open(program.output.c_str(),
                                                O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, readable);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const bool moved = dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
                     dup2(kept.err(), STDERR_FILENO) >= 0;
  if (moved) execv(program.executable.c_str(), arguments);
  const int reason = errno;
  [[maybe_unused]] const ssize_t written = write(failure, &reason, sizeof reason);
  _exit(127);
}

// SIGCHLD waits to be asked for, so that a wait for it can have a deadline.
class WaitingForChildren {
 public:
  WaitingForChildren() {
    sigemptyset(&child_);
    sigaddset(&child_, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child_, &before_);
  }
  WaitingForChildren(const WaitingForChildren&) = delete;
  WaitingForChildren& operator=(const WaitingForChildren&) = delete;
  ~WaitingForChildren() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

  void wait(std::chrono::nanoseconds longest) const {
    const timespec time{0, longest.count()};
    sigtimedwait(&child_, nullptr, &time);
  }

 private:
  sigset_t child_{}, before_{};
};

class PeakOfProgram {
 public:
  explicit PeakOfProgram(const Program& program) : program_(program) {}

  ProgramPeak measure() {
    start();
    while (!has_ended_) {
      take_events();
      if (has_ended_) break;
      if (Steady::now() - sampled_ >= between_samples()) sample();
      signals_.wait(between_samples());
    }
    int reason = 0;
    failure_.writer.close();
    if (read(failure_.reader.get(), &reason, sizeof reason) == sizeof reason) {
      throw std::runtime_error(why_not_started(program_, reason));
    }
    check_exit(status_, kept_);
    return std::move(peak_);
  }

 private:
  std::chrono::nanoseconds between_samples() const {
    using std::chrono::milliseconds;
    return peak_.sampled_because.empty() ? milliseconds(5) : milliseconds(1);
  }

  void start() {
    std::vector<std::string> words = program_.arguments;
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    Pipe go = make_pipe();
    process_ = fork();
    if (process_ < 0) fail_by_errno("fork");
    if (process_ == 0) {
      become(program_, arguments.data(), kept_, go.reader.get(), failure_.writer.get());
    }
    constexpr auto events = PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC |
                            PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
    if (ptrace(PTRACE_SEIZE, process_, nullptr, events) != 0) {
      peak_.sampled_because = std::strerror(errno);
    }
    [[maybe_unused]] const ssize_t written = write(go.writer.get(), "+", 1);
  }

  // Everything that has happened to any of the processes.
  void take_events() {
    int status = 0;
    for (;;) {
      const pid_t process = waitpid(-1, &status, WNOHANG | __WALL);
      if (process < 0 && errno == EINTR) continue;
      if (process < 0 && errno != ECHILD) fail_by_errno("waitpid");
      if (process <= 0) return;
      if (WIFSTOPPED(status)) {
        go_on(process, status);
      } else if (process == process_) {
        // What it left behind, if anything, is no part of what was waited for.
        status_ = status;
        has_ended_ = true;
        return;
      }
    }
  }

  // See ptrace(2), "Stopped states": an event's own number is in the upper half.
  void go_on(pid_t process, int status) {
    const int signal = WSTOPSIG(status), event = status >> 16;
    if (event == PTRACE_EVENT_EXIT) end_of(process);
    if (event == PTRACE_EVENT_EXEC) has_become_ = has_become_ || process == process_;
    const bool is_group_stop = event == PTRACE_EVENT_STOP && signal != SIGTRAP;
    if (is_group_stop) {
      ptrace(PTRACE_LISTEN, process, nullptr, nullptr);
    } else {
      ptrace(PTRACE_CONT, process, nullptr, event == 0 ? signal : 0);
    }
  }

  // Its memory is still there, and so is that of the others.
  void end_of(pid_t process) {
    take_high_water(process);
    sample();
  }

  void take_high_water(pid_t process) {
    if (is_still_this_program(process)) return;
    peak_.bytes = std::max(peak_.bytes, peak_resident_bytes(process).value_or(0));
  }

  // Before exec the child is a copy of this process.
  bool is_still_this_program(pid_t process) {
    if (process != process_ || has_become_) return false;
    if (!peak_.sampled_because.empty()) has_become_ = executable_of(process) != own_executable_;
    return !has_become_;
  }

  void sample() {
    const std::set<pid_t> processes = tree_of(process_);
    for (const pid_t process : processes) {
      if (is_still_this_program(process)) return;
      take_high_water(process);
    }
    if (processes.size() > 1) peak_.bytes = std::max(peak_.bytes, proportional_bytes_of(processes));
    sampled_ = Steady::now();
  }

  const Program& program_;
  std::string own_executable_ = executable_of(getpid());
  KeptOutput kept_{};
  Pipe failure_ = make_pipe();
  WaitingForChildren signals_{};
  pid_t process_ = -1;
  bool has_become_ = false;
  bool has_ended_ = false;
  int status_ = 0;
  Steady::time_point sampled_{};
  ProgramPeak peak_{};
};

}  // namespace

ProgramPeak peak_of_program(const Program& program) { return PeakOfProgram(program).measure(); }

}  // namespace gapmeter
