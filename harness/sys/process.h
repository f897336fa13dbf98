// Runs one child process to its end or its deadline: private pipes for a request and an answer,
// captured output, pinned to a processor, in a process group of its own.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gapmeter {

using Environment = std::vector<std::pair<std::string, std::string>>;

struct ProcessSpec {
  std::vector<std::string> arguments;  // arguments[0] is the executable's path
  Environment environment;             // added to the parent's
  std::string input{};                 // a path for stdin; empty: /dev/null
  std::string stdout_path{};           // created or emptied; empty: stdout is captured
  std::string request;                 // written to the child's request pipe
  double timeout_s = 120;
  std::vector<int> cpus;  // empty: wherever the parent may run
  // Limits the private memory of the child and of each process that it starts (RLIMIT_DATA):
  // allocations beyond it fail. Also limits the memory of all of them together, shared memory
  // included: beyond it they are ended.
  std::optional<std::int64_t> memory_bytes{};
  bool limits_each = true;  // false: only all of them together
  bool huge_pages = true;   // false: the child and what it starts have none, whoever asks
  const std::atomic<bool>* abandon = nullptr;  // becomes true: kill the child and return
  bool stepped = false;                        // the child waits for steps, on a separate pipe
};

struct ProcessResult {
  // crowded: it started more than most_tasks processes and threads; bloated: these used more than
  // memory_bytes together.
  enum class End { exited, signalled, timed_out, abandoned, crowded, bloated };
  End end = End::exited;
  int code = 0;        // exit status, or the signal's number
  std::string answer;  // at most answer_limit bytes
  std::string output;  // the last output_limit bytes of stdout and stderr together
  double wall_s = 0;   // that the child was waited for
};

inline constexpr std::size_t answer_limit = std::size_t{16} << 20;
inline constexpr std::size_t output_limit = std::size_t{16} << 10;

// More than any kernel needs, and fewer than would bring a machine down.
inline constexpr long most_tasks = 1000;

// Throws std::system_error, naming the executable, if the process can't be started. Whatever the
// child leaves behind is killed before this returns: its process group, and the processes that left
// the group, which this process adopts when they are orphaned (PR_SET_CHILD_SUBREAPER). Several
// threads may run processes at once; the first child to end then ends the escaped processes of all.
ProcessResult run_process(const ProcessSpec& spec);

// Replaces this process with a program, whose argv is `arguments`. Throws std::system_error, naming
// the program, if it can't be started.
[[noreturn]] void become_process(const std::string& program, std::vector<std::string> arguments);

// A child that works in steps: before each step it writes `step_ready` to its answer pipe, then
// waits for a word on its step pipe. Several children can thus take turns on one processor. Time
// counts, for the deadline and in the result, while somebody waits for the child: not while it is
// ready and others have their turns. Ends the child and its group when destroyed.
class SteppedProcess {
 public:
  // As run_process; sets `stepped`. `spec` must outlive the object.
  explicit SteppedProcess(ProcessSpec& spec);
  SteppedProcess(const SteppedProcess&) = delete;
  SteppedProcess& operator=(const SteppedProcess&) = delete;
  ~SteppedProcess();

  // Waits until the child is ready for its next step. False if there is no next step: the child has
  // answered, ended, or run out of time.
  bool wait_until_ready();
  // Lets a child that is ready take its step.
  void step();
  // Tells a child that is ready that there is no further step: it answers with what it has.
  void end();
  // Waits for the child's end.
  ProcessResult wait();

 private:
  std::unique_ptr<class Child> child_;
};

}  // namespace gapmeter
