#include "harness/sys/supervised_program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "harness/base/system_failure.h"
#include "harness/base/text.h"
#include "harness/sys/pipe.h"
#include "harness/sys/process_tree.h"

namespace gapmeter {
namespace {

using Steady = std::chrono::steady_clock;

// What the supervisor is told: to end the program. The end of the pipe means that nobody is there
// any more. What it reports, a line each: that the program did not start, with the reason; how it
// ended; that it was killed, and what outlived it.
constexpr char order_end = '.';
constexpr char report_not_started = 'x';
constexpr char report_started = 's';
constexpr char report_ended = 'e';
constexpr char report_killed = 'k';
constexpr char report_leaked = 'l';

void write_line(int file, char what, const std::string& text) {
  const std::string line = fmt::format("{}{}\n", what, text);
  [[maybe_unused]] const ssize_t written = write(file, line.data(), line.size());
}

// The process between us and the program.
class Supervisor {
 public:
  Supervisor(const Program& program, const std::vector<int>& cpus, int output, int orders,
             int reports)
      : program_(program), cpus_(cpus), output_(output), orders_(orders), reports_(reports) {}

  [[noreturn]] void run() {
    close_all_but_own();
    prctl(PR_SET_NAME, "gapmeter-super");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, nullptr);
    signals_ = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    start();
    while (orders_ >= 0) wait_for_events(longest_wait_ms);
    kill_all();
    _exit(0);
  }

 private:
  // Often enough to forget what the program has written long ago.
  static constexpr int longest_wait_ms = 1000;

  // Of what was copied from the process that waits for us, above all the other ends of its pipes.
  void close_all_but_own() const {
    constexpr int first = 3, most = 1024;
    for (int file = first; file < most; ++file) {
      if (file != output_ && file != orders_ && file != reports_) close(file);
    }
  }

  void start() {
    Pipe failure = make_pipe();
    process_ = fork();
    if (process_ == 0) become(failure.writer.get());
    failure.writer.close();
    int reason = process_ < 0 ? errno : 0;
    ssize_t got = 0;
    do {
      got = read(failure.reader.get(), &reason, sizeof reason);
    } while (got < 0 && errno == EINTR);
    if (got == sizeof reason || process_ < 0) {
      // Or it would be left to who adopts orphans, which may be the process that waits for us.
      if (process_ > 0) waitpid(process_, nullptr, 0);
      write_line(reports_, report_not_started, std::to_string(reason));
      _exit(1);
    }
    write_line(reports_, report_started, "");
  }

  [[noreturn]] void become(int failure) const {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // Its own group, so that what it sends to its group does not reach us.
    setpgid(0, 0);
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    for (const int cpu : cpus_) CPU_SET(static_cast<std::size_t>(cpu), &cpus);
    const bool is_pinned = cpus_.empty() || sched_setaffinity(0, sizeof cpus, &cpus) == 0;
    const char* const input = program_.input.empty() ? "/dev/null" : program_.input.c_str();
    constexpr mode_t readable = 0666;
    const int in = open(input, O_RDONLY | O_CLOEXEC);
    const int out =
        program_.output.empty()
            ? output_
            : open(program_.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, readable);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    const bool moved = is_pinned && dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
                       dup2(output_, STDERR_FILENO) >= 0;
    std::vector<std::string> words = program_.arguments;
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (moved) execv(program_.executable.c_str(), arguments.data());
    const int reason = errno;
    [[maybe_unused]] const ssize_t written = write(failure, &reason, sizeof reason);
    _exit(127);
  }

  void wait_for_events(int longest_ms) {
    std::array<pollfd, 2> events{pollfd{signals_, POLLIN, 0}, pollfd{orders_, POLLIN, 0}};
    poll(events.data(), events.size(), longest_ms);
    signalfd_siginfo info{};
    while (read(signals_, &info, sizeof info) == sizeof info) {
    }
    reap();
    if ((events[1].revents & (POLLIN | POLLHUP)) != 0) take_order();
    forget_old_output();
  }

  void reap() {
    int status = 0;
    for (pid_t ended = 0; (ended = waitpid(-1, &status, WNOHANG)) > 0;) {
      if (ended != process_) continue;
      has_ended_ = true;
      write_line(reports_, report_ended, std::to_string(status));
    }
  }

  void take_order() {
    char order = 0;
    const ssize_t got = read(orders_, &order, 1);
    if (got < 0) return;
    orders_ = -1;
    if (got == 1 && order == order_end) end();
  }

  // Lets the program end by itself; the processes that it has started may take a moment longer.
  void end() {
    const bool had_ended = has_ended_;
    if (!had_ended) kill(process_, SIGTERM);
    constexpr double patience_s = 5;
    wait_until([this] { return has_ended_; }, patience_s);
    if (!has_ended_) {
      write_line(reports_, report_killed, "");
      return;
    }
    constexpr double for_the_others_s = 0.5;
    wait_until([this] { return others().empty(); }, had_ended ? 0 : for_the_others_s);
    for (const pid_t process : others()) {
      write_line(reports_, report_leaked, name_of_process(process));
    }
  }

  template <class Condition>
  void wait_until(const Condition& is_met, double seconds) {
    const Steady::time_point deadline =
        Steady::now() + std::chrono::milliseconds(static_cast<int>(seconds * 1e3));
    while (!is_met() && Steady::now() < deadline) wait_for_events(10);
  }

  // All that this process has started or adopted.
  static std::set<pid_t> others() {
    std::set<pid_t> all = tree_of(getpid());
    all.erase(getpid());
    return all;
  }

  // Again and again, since a process may start another one meanwhile. One that hangs in the kernel
  // can't be waited for.
  void kill_all() {
    const Steady::time_point deadline = Steady::now() + std::chrono::seconds(5);
    for (std::set<pid_t> left = others(); !left.empty() && Steady::now() < deadline;
         left = others()) {
      for (const pid_t process : left) kill(process, SIGKILL);
      while (waitpid(-1, nullptr, WNOHANG) > 0) {
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  // A server may write a line for each request: only the last ones are kept in memory.
  void forget_old_output() const {
    constexpr off_t kept_bytes = 1 << 16;
    struct stat found {};
    if (fstat(output_, &found) != 0 || found.st_size <= kept_bytes) return;
    fallocate(output_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, found.st_size - kept_bytes);
  }

  const Program& program_;
  const std::vector<int>& cpus_;
  int output_, orders_, reports_;
  int signals_ = -1;
  pid_t process_ = -1;
  bool has_ended_ = false;
};

std::string text_of_status(int status) {
  if (!WIFSIGNALED(status)) return fmt::format("exited with status {}", WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  return fmt::format("was killed by signal {} ({})", signal, strsignal(signal));
}

}  // namespace

SupervisedProgram::SupervisedProgram(const Program& program, const std::vector<int>& cpus,
                                     const Environment& environment) {
  output_ = memfd_create("output", MFD_CLOEXEC);
  if (output_ < 0) fail_by_errno("memfd_create");
  Pipe orders = make_pipe(), reports = make_pipe();
  orders_ = orders.writer.release();
  reports_ = reports.reader.release();
  supervisor_ = fork();
  if (supervisor_ < 0) fail_by_errno("fork");
  if (supervisor_ == 0) {
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    Supervisor(program, cpus, output_, orders.reader.get(), reports.writer.get()).run();
  }
  orders.reader.close();
  reports.writer.close();
  const std::string first = read_line();
  if (first.starts_with(report_started)) return;
  const int reason = first.starts_with(report_not_started) ? std::stoi(first.substr(1)) : EPIPE;
  stop();
  throw std::runtime_error(why_not_started(program, reason));
}

SupervisedProgram::~SupervisedProgram() { stop(); }

// Without an order the supervisor kills at once.
void SupervisedProgram::stop() {
  if (supervisor_ <= 0) return;
  close(std::exchange(orders_, -1));
  while (waitpid(supervisor_, nullptr, 0) < 0 && errno == EINTR) {
  }
  supervisor_ = -1;
  close(std::exchange(reports_, -1));
  close(std::exchange(output_, -1));
}

std::set<pid_t> SupervisedProgram::processes() const {
  std::set<pid_t> all = tree_of(supervisor_);
  all.erase(supervisor_);
  return all;
}

bool SupervisedProgram::has_ended() {
  read_reports();
  return status_.has_value();
}

std::string SupervisedProgram::how_it_ended() const {
  const std::string words = last_words();
  const std::string how = text_of_status(status_.value());
  return words.empty() ? how : fmt::format("{}: {}", how, words);
}

std::string SupervisedProgram::last_words() const {
  constexpr std::size_t telling_bytes = 1 << 14;
  struct stat found {};
  if (fstat(output_, &found) != 0) return "";
  const std::size_t size = std::min(static_cast<std::size_t>(found.st_size), telling_bytes);
  std::string text(size, '\0');
  const ssize_t got = pread(output_, text.data(), size, found.st_size - static_cast<off_t>(size));
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return last_lines_of(text);
}

SupervisedProgram::End SupervisedProgram::end() {
  [[maybe_unused]] const ssize_t written = write(orders_, &order_end, 1);
  for (std::string line = read_line(); !line.empty(); line = read_line()) take(line);
  return end_;
}

// Waits for a report; empty if the supervisor has ended.
std::string SupervisedProgram::read_line() {
  for (;;) {
    if (const std::size_t end = unread_.find('\n'); end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    std::array<char, 256> chunk{};
    const ssize_t got = read(reports_, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return "";
    unread_.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

void SupervisedProgram::read_reports() {
  pollfd event{reports_, POLLIN, 0};
  while (unread_.find('\n') != std::string::npos ||
         (poll(&event, 1, 0) == 1 && (event.revents & POLLIN) != 0)) {
    const std::string line = read_line();
    if (line.empty()) return;
    take(line);
  }
}

void SupervisedProgram::take(const std::string& report) {
  const std::string text = report.substr(1);
  if (report.front() == report_ended) status_ = std::stoi(text);
  if (report.front() == report_killed) end_.was_killed = true;
  if (report.front() == report_leaked && !text.empty()) end_.leaked.push_back(text);
}

}  // namespace gapmeter
