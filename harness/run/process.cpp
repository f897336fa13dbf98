#include "harness/run/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include "harness/worker/worker_main.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program

namespace gapmeter {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { close(); }
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

struct Pipe {
  Fd reader;
  Fd writer;
};

// Both ends above the descriptors that the child's are moved to, so that no move closes another.
Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2");
  const Fd low_reader(ends[0]), low_writer(ends[1]);
  Pipe pipe{Fd(fcntl(ends[0], F_DUPFD_CLOEXEC, 10)), Fd(fcntl(ends[1], F_DUPFD_CLOEXEC, 10))};
  if (!pipe.reader.open() || !pipe.writer.open()) fail("fcntl(F_DUPFD_CLOEXEC)");
  return pipe;
}

void set_nonblocking(const Fd& fd) {
  if (fcntl(fd.get(), F_SETFL, O_NONBLOCK) != 0) fail("fcntl(O_NONBLOCK)");
}

// "KEY=value" strings of the child, with the spec's additions in place of the parent's values.
std::vector<std::string> environment_of(const ProcessSpec& spec) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const bool replaced =
        std::any_of(spec.environment.begin(), spec.environment.end(), [&](const auto& added) {
          return text.starts_with(added.first) && text.size() > added.first.size() &&
                 text[added.first.size()] == '=';
        });
    if (!replaced) variables.emplace_back(text);
  }
  for (const auto& [name, value] : spec.environment) variables.push_back(name + "=" + value);
  return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Everything the child needs between fork and exec, made before fork: only async-signal-safe calls
// are allowed there.
struct ChildPlan {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  cpu_set_t cpus{};
  bool pinned = false;
  int request_reader = -1;
  int answer_writer = -1;
  int output_writer = -1;
  int failure_writer = -1;
};

[[noreturn]] void become_child(const ChildPlan& plan) {
  setpgid(0, 0);
  // A worker must not outlive a killed parent.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const bool pinned = !plan.pinned || sched_setaffinity(0, sizeof plan.cpus, &plan.cpus) == 0;
  const int null = open("/dev/null", O_RDONLY);
  const bool moved =
      pinned && dup2(null, STDIN_FILENO) >= 0 && dup2(plan.output_writer, STDOUT_FILENO) >= 0 &&
      dup2(plan.output_writer, STDERR_FILENO) >= 0 && dup2(plan.request_reader, request_fd) >= 0 &&
      dup2(plan.answer_writer, answer_fd) >= 0;
  if (null > answer_fd) close(null);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  signal(SIGINT, SIG_DFL);
  if (moved) execve(plan.arguments[0], plan.arguments.data(), plan.environment.data());
  const int reason = errno;
  [[maybe_unused]] const ssize_t written = write(plan.failure_writer, &reason, sizeof reason);
  _exit(127);
}

void append_tail(std::string& text, std::string_view more, std::size_t limit) {
  text.append(more);
  // Trimmed seldom, so that a child that prints gigabytes does not cost a move for each chunk.
  if (text.size() > 2 * limit) text.erase(0, text.size() - limit);
}

// Reads what is there now. Closes the pipe at its end. `keep` takes each chunk.
template <class Keep>
void drain(Fd& pipe, Keep keep) {
  std::array<char, 65536> chunk{};
  while (pipe.open()) {
    const ssize_t got = read(pipe.get(), chunk.data(), chunk.size());
    if (got > 0) {
      keep(std::string_view(chunk.data(), static_cast<std::size_t>(got)));
      // One full chunk at a time, so that endless output can't hold up the deadline.
      if (static_cast<std::size_t>(got) == chunk.size()) return;
    } else if (got < 0 && errno == EINTR) {
      continue;
    } else if (got < 0 && errno == EAGAIN) {
      return;
    } else {
      pipe.close();
    }
  }
}

class Child {
 public:
  explicit Child(const ProcessSpec& spec) : spec_(spec) {
    try {
      start();
    } catch (...) {
      // No destructor runs for what was never whole.
      kill_group();
      reap();
      throw;
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { kill_group(); }

  ProcessResult wait() {
    using Clock = std::chrono::steady_clock;
    const auto deadline = started_ + std::chrono::duration<double>(spec_.timeout_s);
    ProcessResult result;
    bool ended = false;
    while (!ended) {
      const auto left = std::chrono::duration<double, std::milli>(deadline - Clock::now()).count();
      if (left <= 0 || (spec_.abandon != nullptr && *spec_.abandon)) {
        result.end = left <= 0 ? ProcessResult::End::timed_out : ProcessResult::End::abandoned;
        break;
      }
      ended = wait_for_events(left);
      drain_pipes(result);
    }
    finish(result, ended);
    result.wall_s = std::chrono::duration<double>(Clock::now() - started_).count();
    return result;
  }

 private:
  void start() {
    Pipe request = make_pipe(), answer = make_pipe(), output = make_pipe(), failure = make_pipe();
    send_request(request);
    std::vector<std::string> arguments = spec_.arguments, environment = environment_of(spec_);
    ChildPlan plan{.arguments = pointers_to(arguments),
                   .environment = pointers_to(environment),
                   .pinned = !spec_.cpus.empty(),
                   .request_reader = request.reader.get(),
                   .answer_writer = answer.writer.get(),
                   .output_writer = output.writer.get(),
                   .failure_writer = failure.writer.get()};
    for (const int cpu : spec_.cpus) CPU_SET(static_cast<std::size_t>(cpu), &plan.cpus);
    started_ = std::chrono::steady_clock::now();
    pid_ = fork();
    if (pid_ < 0) fail("fork");
    if (pid_ == 0) become_child(plan);
    setpgid(pid_, pid_);  // also here: the child may not have come to it yet when it must be killed
    pidfd_ = Fd(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
    if (!pidfd_.open()) fail("pidfd_open");
    failure.writer.close();
    int reason = 0;
    if (read(failure.reader.get(), &reason, sizeof reason) == sizeof reason) {
      errno = reason;
      fail("starting " + spec_.arguments[0]);
    }
    answer_ = std::move(answer.reader);
    output_ = std::move(output.reader);
    set_nonblocking(answer_);
    set_nonblocking(output_);
  }

  // Before the child exists: with the reading end still open here, writing can neither raise
  // SIGPIPE nor block on a child that never reads. Requests are smaller than a pipe's buffer.
  void send_request(const Pipe& request) const {
    set_nonblocking(request.writer);
    const ssize_t written = write(request.writer.get(), spec_.request.data(), spec_.request.size());
    if (written == static_cast<ssize_t>(spec_.request.size())) return;
    if (written >= 0) errno = EMSGSIZE;
    fail("sending the request to " + spec_.arguments[0]);
  }

  // True when the child has ended.
  bool wait_for_events(double timeout_ms) const {
    std::array<pollfd, 3> events{pollfd{pidfd_.get(), POLLIN, 0}, pollfd{answer_.get(), POLLIN, 0},
                                 pollfd{output_.get(), POLLIN, 0}};
    // A closed pipe is -1, which poll ignores. Waking up a few times a second is enough to notice
    // `abandon`.
    constexpr double longest_wait_ms = 200;
    const int wait_ms = static_cast<int>(std::min(timeout_ms, longest_wait_ms)) + 1;
    if (poll(events.data(), events.size(), wait_ms) < 0 && errno != EINTR) fail("poll");
    return (events[0].revents & POLLIN) != 0;
  }

  void drain_pipes(ProcessResult& result) {
    drain(answer_, [&](std::string_view chunk) {
      const std::size_t room = answer_limit - result.answer.size();
      result.answer.append(chunk.substr(0, room));
    });
    drain(output_,
          [&](std::string_view chunk) { append_tail(result.output, chunk, output_limit); });
  }

  void finish(ProcessResult& result, bool ended) {
    kill_group();
    const int status = reap();
    drain_pipes(result);
    if (result.output.size() > output_limit) {
      result.output.erase(0, result.output.size() - output_limit);
    }
    if (!ended) return;
    if (WIFSIGNALED(status)) {
      result.end = ProcessResult::End::signalled;
      result.code = WTERMSIG(status);
    } else {
      result.code = WEXITSTATUS(status);
    }
  }

  // Waits for the child's end and returns its wait status.
  int reap() {
    int status = 0;
    while (pid_ > 0 && waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

  // The group outlives its leader when the child left processes behind.
  void kill_group() const {
    if (pid_ > 0) kill(-pid_, SIGKILL);
  }

  const ProcessSpec& spec_;
  std::chrono::steady_clock::time_point started_;
  pid_t pid_ = -1;
  Fd pidfd_;
  Fd answer_;
  Fd output_;
};

}  // namespace

ProcessResult run_process(const ProcessSpec& spec) { return Child(spec).wait(); }

}  // namespace gapmeter
