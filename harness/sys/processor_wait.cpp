#include "harness/sys/processor_wait.h"

#include <fcntl.h>
#include <fmt/format.h>
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

ProcessorWait::ProcessorWait(int pid)
    : file_(open(fmt::format("/proc/{}/schedstat", pid).c_str(), O_RDONLY | O_CLOEXEC)) {}

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

bool has_only_one_thread(int pid) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::directory_iterator threads(fmt::format("/proc/{}/task", pid), error);
  if (error || std::distance(threads, fs::directory_iterator()) != 1) return false;
  std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", pid));
  return children.peek() == std::ifstream::traits_type::eof();
}

}  // namespace gapmeter
