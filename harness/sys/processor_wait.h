// How long this thread was ready to run while its processor ran something else.
#pragma once

#include <cstdint>

namespace gapmeter {

class ProcessorWait {
 public:
  // For the calling thread.
  ProcessorWait();
  ProcessorWait(const ProcessorWait&) = delete;
  ProcessorWait& operator=(const ProcessorWait&) = delete;
  ~ProcessorWait();

  // Since the thread began, in nanoseconds; 0 where the system does not tell.
  std::int64_t ns() const;

 private:
  int file_;
};

// Whether nothing that this process does itself can take the processor from the calling thread: it
// has no other threads and no children.
bool is_only_thread();

}  // namespace gapmeter
