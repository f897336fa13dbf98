#include "harness/sys/processor_wait.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

namespace gapmeter {

ProcessorWait::ProcessorWait() : file_(open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC)) {}

ProcessorWait::~ProcessorWait() {
  if (file_ >= 0) close(file_);
}

// Its second number: see Documentation/scheduler/sched-stats of Linux.
std::int64_t ProcessorWait::ns() const {
  std::array<char, 128> text{};
  const ssize_t size = file_ < 0 ? 0 : pread(file_, text.data(), text.size(), 0);
  if (size <= 0) return 0;
  std::string_view left(text.data(), static_cast<std::size_t>(size));
  left.remove_prefix(std::min(left.size(), left.find(' ') + 1));
  std::int64_t waited = 0;
  std::from_chars(left.data(), left.data() + left.size(), waited);
  return waited;
}

bool is_only_thread() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::directory_iterator threads("/proc/self/task", error);
  if (error || std::distance(threads, fs::directory_iterator()) != 1) return false;
  std::ifstream children("/proc/thread-self/children");
  return children.peek() == std::ifstream::traits_type::eof();
}

}  // namespace gapmeter
