// Pipes between processes, whose ends no program inherits that is started.
#pragma once

#include <unistd.h>

#include <utility>

namespace gapmeter {

// A file descriptor that is closed with its owner; -1 is none.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { close(); }

  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  // Closing it is the caller's from now on.
  int release() { return std::exchange(fd_, -1); }
  void close() {
    if (fd_ >= 0) ::close(release());
  }

 private:
  int fd_ = -1;
};

struct Pipe {
  Fd reader;
  Fd writer;
};

// Both ends close on exec. Throws std::system_error.
Pipe make_pipe();

}  // namespace gapmeter
