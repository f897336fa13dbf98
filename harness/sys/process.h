// Runs one child process to its end or its deadline: private pipes for a request and an answer,
// captured output, pinned to a processor, in a process group of its own.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gapmeter {

struct ProcessSpec {
  std::vector<std::string> arguments;  // arguments[0] is the executable's path
  std::vector<std::pair<std::string, std::string>> environment;  // added to the parent's
  std::string request;  // written to the child's request pipe
  double timeout_s = 120;
  std::vector<int> cpus;  // empty: wherever the parent may run
  // The most private memory that the child, and each process it starts, can have (RLIMIT_DATA):
  // beyond it allocations fail. And the most memory of all of them together, shared memory
  // included: beyond it they are ended.
  std::optional<std::int64_t> memory_bytes{};
  const std::atomic<bool>* abandon = nullptr;  // becomes true: kill the child and return
  bool stepped = false;                        // the child waits for steps, on a pipe of their own
};

struct ProcessResult {
  // crowded: it started more than most_tasks processes and threads; bloated: these took more than
  // memory_bytes together.
  enum class End { exited, signalled, timed_out, abandoned, crowded, bloated };
  End end = End::exited;
  int code = 0;        // exit status, or the signal's number
  std::string answer;  // at most answer_limit bytes
  std::string output;  // the last output_limit bytes of stdout and stderr together
  double wall_s = 0;
};

inline constexpr std::size_t answer_limit = std::size_t{16} << 20;
inline constexpr std::size_t output_limit = std::size_t{16} << 10;

// More than any kernel needs and less than what brings a machine down.
inline constexpr long most_tasks = 1000;

// Throws std::system_error, naming the executable, when the process can't be started. Whatever the
// child leaves behind is killed before this returns: its process group, and what got away from it,
// for which this process becomes the one that adopts orphans (PR_SET_CHILD_SUBREAPER). Several
// threads may run processes at once; what got away from any of them ends with the first to end.
ProcessResult run_process(const ProcessSpec& spec);

// A child that does its work in steps: before each it writes `step_ready` to its answer pipe, then
// waits for a byte on its step pipe, so that several children can take turns on one processor. The
// deadline counts from the start. Ends the child and its group when destroyed.
class SteppedProcess {
 public:
  // As run_process; sets `stepped`. `spec` must outlive the object.
  explicit SteppedProcess(ProcessSpec& spec);
  SteppedProcess(const SteppedProcess&) = delete;
  SteppedProcess& operator=(const SteppedProcess&) = delete;
  ~SteppedProcess();

  // Waits until the child is ready for its next step. False when it has no next step: it has
  // answered, ended, or is out of time.
  bool wait_until_ready();
  // Lets a child that is ready take its step.
  void step();
  // Waits for the child's end.
  ProcessResult wait();

 private:
  std::unique_ptr<class Child> child_;
};

}  // namespace gapmeter
