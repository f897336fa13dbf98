// Is another run measuring on this machine? Then the times of both are worth less, and both should
// say so.
//
// Every run holds a shared lock on one file while it measures, and checks whether another process
// holds one. The lock ends with its process, however that ends. The file is never read or written,
// so it may belong to any user. Anything but a regular file is not used.
#pragma once

#include <filesystem>

namespace gapmeter {

// /tmp/gapmeter.lock, which every user can open, or the file that GAPMETER_MACHINE_LOCK names.
std::filesystem::path machine_lock();

class MachineUse {
 public:
  // A file that can't be used is ignored without a warning: it is no reason not to measure.
  explicit MachineUse(const std::filesystem::path& lock = machine_lock());
  MachineUse(const MachineUse&) = delete;
  MachineUse& operator=(const MachineUse&) = delete;
  ~MachineUse();

  // Whether another process holds the lock now.
  bool is_shared() const;

 private:
  int fd_;
};

// The warning for that case.
inline constexpr const char* shared_machine_warning =
    "another gapmeter run is measuring on this machine: the times of both can't be trusted";

}  // namespace gapmeter
