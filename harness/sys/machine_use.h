// Whether another run measures on this machine at the same time: then the times of both are worth
// less, and both should say so.
//
// Every run holds a shared lock on one file for as long as it measures and asks whether anybody
// else does. The lock goes with its process, however that ends. Nothing is ever written to the file
// or read from it, so that it can belong to anybody; a file that is no plain file is not used.
#pragma once

#include <filesystem>

namespace gapmeter {

// /tmp/gapmeter.lock, which every user reaches, or what GAPMETER_MACHINE_LOCK names.
std::filesystem::path machine_lock();

class MachineUse {
 public:
  // Where the file can't be used nobody is warned; it is no reason not to measure.
  explicit MachineUse(const std::filesystem::path& lock = machine_lock());
  MachineUse(const MachineUse&) = delete;
  MachineUse& operator=(const MachineUse&) = delete;
  ~MachineUse();

  // Whether another process holds the lock now.
  bool is_shared() const;

 private:
  int fd_;
};

// What to warn of then.
inline constexpr const char* shared_machine_warning =
    "another gapmeter run is measuring on this machine: the times of both can't be trusted";

}  // namespace gapmeter
