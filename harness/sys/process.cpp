#include "harness/sys/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

#include "harness/base/channel.h"
#include "harness/base/system_failure.h"
#include "harness/sys/memory.h"
#include "harness/sys/pipe.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program

namespace gapmeter {
namespace {

// Both ends above the descriptors that the child's are moved to, so that no move closes another
// one.
Pipe make_raised_pipe() {
  const Pipe low = make_pipe();
  Pipe pipe{Fd(fcntl(low.reader.get(), F_DUPFD_CLOEXEC, 10)),
            Fd(fcntl(low.writer.get(), F_DUPFD_CLOEXEC, 10))};
  if (!pipe.reader.open() || !pipe.writer.open()) fail_by_errno("fcntl(F_DUPFD_CLOEXEC)");
  return pipe;
}

void set_nonblocking(const Fd& fd) {
  if (fcntl(fd.get(), F_SETFL, O_NONBLOCK) != 0) fail_by_errno("fcntl(O_NONBLOCK)");
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
  for (const auto& [name, value] : spec.environment) {
    variables.push_back(fmt::format("{}={}", name, value));
  }
  return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Everything that the child needs between fork and exec, made before fork: after it, only
// async-signal-safe calls are allowed.
struct ChildPlan {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  cpu_set_t cpus{};
  bool pinned = false;
  rlimit memory{};
  bool limited = false;
  bool huge_pages = true;
  const char* input = "/dev/null";
  const char* stdout_path = nullptr;  // none: the output's writer
  int request_reader = -1;
  int answer_writer = -1;
  int step_reader = -1;  // -1: none
  int output_writer = -1;
  int failure_writer = -1;
  pid_t parent = 0;
};

// If memory runs out all the same, the system ends workers before anything else.
void volunteer_for_the_oom_killer() {
  constexpr std::string_view most = "1000";
  const int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  [[maybe_unused]] const ssize_t written = write(file, most.data(), most.size());
  close(file);
}

// Why a child did not get as far as its program. The name of the call, if it is not exec or what
// belongs to it, has the same address in parent and child.
struct StartFailure {
  int error = 0;
  const char* call = "";
};

[[noreturn]] void fail_to_start(const ChildPlan& plan, const char* call) {
  const StartFailure failure{errno, call};
  [[maybe_unused]] const ssize_t written = write(plan.failure_writer, &failure, sizeof failure);
  _exit(127);
}

bool is_refused(int error) { return error == EPERM || error == EACCES || error == ENOSYS; }

[[noreturn]] void become_child(const ChildPlan& plan) {
  setpgid(0, 0);
  // A worker must not outlive a killed parent, nor one that was killed before this line.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != plan.parent) _exit(127);
  volunteer_for_the_oom_killer();
  if (!plan.huge_pages) prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  // Where a sandbox refuses one of these, the child goes on without (sys/refusals.h).
  const bool pinned =
      !plan.pinned || sched_setaffinity(0, sizeof plan.cpus, &plan.cpus) == 0 || is_refused(errno);
  if (!pinned) fail_to_start(plan, "sched_setaffinity");
  const bool limited =
      !plan.limited || setrlimit(RLIMIT_DATA, &plan.memory) == 0 || is_refused(errno);
  if (!limited) fail_to_start(plan, "setrlimit");
  constexpr mode_t readable = 0666;
  const int in = open(plan.input, O_RDONLY | O_CLOEXEC);
  const int out = plan.stdout_path == nullptr
                      ? plan.output_writer
                      : open(plan.stdout_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, readable);
  const bool moved = dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
                     dup2(plan.output_writer, STDERR_FILENO) >= 0 &&
                     dup2(plan.request_reader, request_fd) >= 0 &&
                     dup2(plan.answer_writer, answer_fd) >= 0 &&
                     (plan.step_reader < 0 || dup2(plan.step_reader, step_fd) >= 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  signal(SIGXFSZ, SIG_DFL);
  signal(SIGINT, SIG_DFL);
  if (moved) execve(plan.arguments[0], plan.arguments.data(), plan.environment.data());
  fail_to_start(plan, "");
}

void append_tail(std::string& text, std::string_view more, std::size_t limit) {
  text.append(more);
  // Trimmed seldom: a child that prints gigabytes must not cost a move for each chunk.
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
      // One full chunk at a time, so that endless output can't delay the deadline.
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

struct Offspring {
  std::set<pid_t> children;  // including those that it adopted
  long threads = 0;          // its own; 0 if it has ended
};

// The offspring of a process, by its number or "self".
Offspring offspring_of(const std::string& process) {
  Offspring offspring;
  std::error_code error;  // if it ends in the meantime
  std::filesystem::directory_iterator thread("/proc/" + process + "/task", error);
  for (; !error && thread != std::filesystem::directory_iterator(); thread.increment(error)) {
    ++offspring.threads;
    std::ifstream file(thread->path() / "children");
    std::copy(std::istream_iterator<pid_t>(file), {},
              std::inserter(offspring.children, offspring.children.end()));
  }
  return offspring;
}

// The children of this process.
std::set<pid_t> children() { return offspring_of("self").children; }

}  // namespace

class Child {
 public:
  explicit Child(const ProcessSpec& spec) : spec_(spec), elsewhere_(children()) {
    try {
      start();
    } catch (...) {
      // The destructor does not run for an object whose constructor threw.
      end_all();
      throw;
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { end_all(); }

  bool wait_until_ready() {
    resume_clock();
    while (!take_ready()) {
      if (ended_ || !answer_.open() || !result_.answer.empty() || is_over()) return false;
      wait_for_events();
      drain_pipes();
    }
    stop_clock();
    return true;
  }

  void tell(char word) {
    resume_clock();
    // If the child has ended, nobody reads this; waiting for its end will show that.
    [[maybe_unused]] const ssize_t written = write(steps_.writer.get(), &word, 1);
  }

  ProcessResult wait() {
    resume_clock();
    steps_.writer.close();
    while (!ended_ && !is_over()) {
      wait_for_events();
      drain_pipes();
    }
    finish();
    result_.wall_s = std::max(0.0, waited_s());
    return std::move(result_);
  }

 private:
  // The clock of this child: it runs while somebody waits for it.
  void resume_clock() {
    if (!resumed_) resumed_ = Steady::now();
  }
  void stop_clock() {
    waited_s_ = waited_s();
    resumed_.reset();
  }
  double waited_s() const {
    if (!resumed_) return waited_s_;
    return waited_s_ + std::chrono::duration<double>(Steady::now() - *resumed_).count();
  }

  void start() {
    Pipe request = make_raised_pipe(), answer = make_raised_pipe(), output = make_raised_pipe(),
         failure = make_raised_pipe();
    Pipe steps;
    if (spec_.stepped) steps = make_raised_pipe();
    send_request(request);
    std::vector<std::string> arguments = spec_.arguments, environment = environment_of(spec_);
    ChildPlan plan{.arguments = pointers_to(arguments),
                   .environment = pointers_to(environment),
                   .pinned = !spec_.cpus.empty(),
                   .huge_pages = spec_.huge_pages,
                   .request_reader = request.reader.get(),
                   .answer_writer = answer.writer.get(),
                   .step_reader = steps.reader.get(),
                   .output_writer = output.writer.get(),
                   .failure_writer = failure.writer.get(),
                   .parent = getpid()};
    for (const int cpu : spec_.cpus) CPU_SET(static_cast<std::size_t>(cpu), &plan.cpus);
    if (!spec_.input.empty()) plan.input = spec_.input.c_str();
    if (!spec_.stdout_path.empty()) plan.stdout_path = spec_.stdout_path.c_str();
    if (spec_.memory_bytes && spec_.limits_each) {
      plan.limited = true;
      plan.memory.rlim_cur = plan.memory.rlim_max = static_cast<rlim_t>(*spec_.memory_bytes);
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    checked_ = Steady::now();
    resume_clock();
    {
      const std::lock_guard<std::mutex> lock(own().mutex);
      pid_ = fork();
      if (pid_ > 0) own().pids.insert(pid_);
    }
    if (pid_ < 0) fail_by_errno("fork");
    if (pid_ == 0) become_child(plan);
    setpgid(pid_, pid_);  // also here: it may have to be killed before its own call
    // Old kernels and sandboxes have no such call: has_ended() then asks another one.
    pidfd_ = Fd(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
    failure.writer.close();
    StartFailure reason;
    ssize_t got = 0;
    do {
      got = read(failure.reader.get(), &reason, sizeof reason);
    } while (got < 0 && errno == EINTR);
    if (got == sizeof reason) {
      errno = reason.error;
      fail_by_errno(fmt::format("starting {}{}{}", spec_.arguments[0],
                                *reason.call == 0 ? "" : ": ", reason.call));
    }
    answer_ = std::move(answer.reader);
    output_ = std::move(output.reader);
    steps_ = std::move(steps);
    set_nonblocking(answer_);
    set_nonblocking(output_);
  }

  // Written before the child exists: with the reading end still open here, writing can neither
  // raise SIGPIPE nor block on a child that never reads. Requests are smaller than a pipe's buffer.
  void send_request(const Pipe& request) const {
    set_nonblocking(request.writer);
    const ssize_t written = write(request.writer.get(), spec_.request.data(), spec_.request.size());
    if (written == static_cast<ssize_t>(spec_.request.size())) return;
    if (written >= 0) errno = EMSGSIZE;
    fail_by_errno("sending the request to " + spec_.arguments[0]);
  }

  // Takes one `step_ready` from the front of the answer.
  bool take_ready() {
    if (!result_.answer.starts_with(step_ready)) return false;
    result_.answer.erase(0, 1);
    return true;
  }

  double left_ms() const { return (spec_.timeout_s - waited_s()) * 1e3; }

  // Whether the child has started more processes and threads than a kernel could need, or these use
  // more memory than allowed.
  std::optional<ProcessResult::End> beyond_bounds() {
    constexpr std::chrono::milliseconds between_looks(100);
    const Steady::time_point now = Steady::now();
    if (now - checked_ < between_looks) return std::nullopt;
    checked_ = now;
    const std::map<pid_t, long> processes = descendants();
    long tasks = 0;
    for (const auto& [pid, threads] : processes) tasks += threads;
    if (tasks > most_tasks) return ProcessResult::End::crowded;
    if (!spec_.memory_bytes) return std::nullopt;
    // Shared pages must count once. Finding out how many are shared is far more expensive, so it is
    // done only if the plain sum is too large.
    const auto is_too_much = [&](std::int64_t (*bytes_of)(int)) {
      std::int64_t bytes = 0;
      for (const auto& [pid, threads] : processes) bytes += bytes_of(pid);
      return bytes > *spec_.memory_bytes;
    };
    if (is_too_much(resident_bytes_of) && is_too_much(proportional_bytes_of)) {
      return ProcessResult::End::bloated;
    }
    return std::nullopt;
  }

  // The child, its descendants, and adopted processes, with the number of their threads.
  std::map<pid_t, long> descendants() const {
    std::map<pid_t, long> found;
    std::set<pid_t> left = adopted();
    left.insert(pid_);
    while (!left.empty()) {
      const pid_t pid = left.extract(left.begin()).value();
      Offspring offspring = offspring_of(std::to_string(pid));
      if (offspring.threads > 0 && found.emplace(pid, offspring.threads).second) {
        left.merge(offspring.children);
      }
    }
    return found;
  }

  // Whether the time is up, the user has given up, or a limit is exceeded.
  bool is_over() {
    if (left_ms() <= 0 && !has_ended()) {
      result_.end = ProcessResult::End::timed_out;
    } else if (spec_.abandon != nullptr && *spec_.abandon) {
      result_.end = ProcessResult::End::abandoned;
    } else if (const auto end = beyond_bounds()) {
      result_.end = *end;
    } else {
      return false;
    }
    return true;
  }

  // Checked again at the deadline, because this process may have been stopped by Ctrl-Z in the
  // meantime.
  bool has_ended() const {
    if (pidfd_.open()) {
      pollfd event{pidfd_.get(), POLLIN, 0};
      return poll(&event, 1, 0) == 1;
    }
    siginfo_t ended{};
    return waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           ended.si_pid == pid_;
  }

  void wait_for_events() {
    std::array<pollfd, 3> events{pollfd{pidfd_.get(), POLLIN, 0}, pollfd{answer_.get(), POLLIN, 0},
                                 pollfd{output_.get(), POLLIN, 0}};
    // A closed pipe is -1, which poll ignores. Waking up a few times a second is enough to notice
    // `abandon`; the end of a child that can't be polled for is to be noticed sooner.
    const double longest_wait_ms = pidfd_.open() ? 200 : 2;
    const int wait_ms = static_cast<int>(std::clamp(left_ms(), 0.0, longest_wait_ms)) + 1;
    if (poll(events.data(), events.size(), wait_ms) < 0 && errno != EINTR) fail_by_errno("poll");
    ended_ = pidfd_.open() ? (events[0].revents & POLLIN) != 0 : has_ended();
  }

  void drain_pipes() {
    drain(answer_, [&](std::string_view chunk) {
      const std::size_t room = answer_limit - result_.answer.size();
      result_.answer.append(chunk.substr(0, room));
    });
    drain(output_,
          [&](std::string_view chunk) { append_tail(result_.output, chunk, output_limit); });
  }

  void finish() {
    const int status = end_all();
    drain_pipes();
    // Erases all at once: a child that writes nothing else may have written millions of them.
    result_.answer.erase(0, result_.answer.find_first_not_of(step_ready));
    if (result_.output.size() > output_limit) {
      result_.output.erase(0, result_.output.size() - output_limit);
    }
    if (!ended_) return;
    if (WIFSIGNALED(status)) {
      result_.end = ProcessResult::End::signalled;
      result_.code = WTERMSIG(status);
    } else {
      result_.code = WEXITSTATUS(status);
    }
  }

  // Ends the child and all that it left behind; returns the child's wait status.
  int end_all() {
    if (pid_ <= 0) return 0;
    // The group outlives its leader if the child left processes behind; and a child may have left
    // its group.
    kill(-pid_, SIGKILL);
    kill(pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    {
      const std::lock_guard<std::mutex> lock(own().mutex);
      own().pids.erase(pid_);
    }
    end_strays(std::exchange(pid_, -1));
    return status;
  }

  // Processes that the child left behind became this process's children when it ended: members of
  // its group, which have been killed, and those that left the group by starting a session of their
  // own, with all of their own children. /proc may miss one that is just changing parents, but its
  // group can be waited for. One that can't be ended for seconds hangs in the kernel, and waiting
  // for it would not help.
  void end_strays(pid_t group) const {
    const Steady::time_point deadline = Steady::now() + std::chrono::seconds(5);
    for (;;) {
      const pid_t member = waitpid(-group, nullptr, WNOHANG);
      const std::set<pid_t> strays = adopted();
      if (member < 0 && strays.empty()) return;
      for (const pid_t stray : strays) {
        if (getpgid(stray) == stray) kill(-stray, SIGKILL);
        kill(stray, SIGKILL);
      }
      bool any_ended = member > 0;
      for (const pid_t stray : strays) any_ended |= waitpid(stray, nullptr, WNOHANG) == stray;
      if (any_ended) continue;
      if (Steady::now() > deadline) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  // The children of this process that nobody here started.
  std::set<pid_t> adopted() const {
    // Locked before looking, so that no worker starts or is forgotten in the meantime.
    const std::lock_guard<std::mutex> lock(own().mutex);
    std::set<pid_t> strays = children();
    std::erase_if(
        strays, [this](pid_t pid) { return elsewhere_.contains(pid) || own().pids.contains(pid); });
    return strays;
  }

  // The workers that run now, of every Child: pairs take turns, and untimed ones run in parallel.
  struct Own {
    std::mutex mutex;
    std::set<pid_t> pids;
  };
  static Own& own() {
    static Own own;
    return own;
  }

  using Steady = std::chrono::steady_clock;

  const ProcessSpec& spec_;
  std::set<pid_t> elsewhere_;                    // children that existed before
  Steady::time_point checked_;                   // when the limits were last checked
  std::optional<Steady::time_point> resumed_{};  // since when the clock runs
  double waited_s_ = 0;                          // before that
  pid_t pid_ = -1;
  Fd pidfd_;
  Fd answer_;
  Fd output_;
  // Keeps the reading end open, so that writing to a child that has ended can't raise SIGPIPE.
  Pipe steps_;
  bool ended_ = false;
  ProcessResult result_{};
};

ProcessResult run_process(const ProcessSpec& spec) { return Child(spec).wait(); }

void become_process(const std::string& program, std::vector<std::string> arguments) {
  execv(program.c_str(), pointers_to(arguments).data());
  fail_by_errno("starting " + program);
}

SteppedProcess::SteppedProcess(ProcessSpec& spec) {
  spec.stepped = true;
  child_ = std::make_unique<Child>(spec);
}
SteppedProcess::~SteppedProcess() = default;
bool SteppedProcess::wait_until_ready() { return child_->wait_until_ready(); }
void SteppedProcess::step() { child_->tell(step_go); }
void SteppedProcess::end() { child_->tell(step_end); }
ProcessResult SteppedProcess::wait() { return child_->wait(); }

}  // namespace gapmeter
