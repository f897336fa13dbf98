// How long a thread was ready to run while its processor ran something else.
#pragma once

#include <cstdint>

namespace gapmeter {

class ProcessorWait {
 public:
  // For the first thread of a process.
  explicit ProcessorWait(int pid);
  ProcessorWait(const ProcessorWait&) = delete;
  ProcessorWait& operator=(const ProcessorWait&) = delete;
  ~ProcessorWait();

  // Since the thread began, in nanoseconds; 0 where the system does not tell.
  std::int64_t ns() const;

 private:
  int file_;
};

// Whether nothing that a process does itself can take the processor from its first thread: it has
// no other threads and no children.
bool has_only_one_thread(int pid);

}  // namespace gapmeter
