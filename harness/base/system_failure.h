// A system call that failed, as an exception.
#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace gapmeter {

// Throws std::system_error of errno: "what: No such file or directory".
[[noreturn]] inline void fail_by_errno(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace gapmeter
