// A process and all that it has started, as /proc shows them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace gapmeter {

// The process and its descendants, as far as they are alive. What was orphaned is found below
// whoever adopted it.
std::set<pid_t> tree_of(pid_t process);

// What a process is called, "python3 (1234)"; empty if it has ended.
std::string name_of_process(pid_t process);

// Memory of several processes, where pages that they share count once (Pss).
std::int64_t proportional_bytes_of(const std::set<pid_t>& processes);

// Processor time that processes have had since they began, with that of the children that they
// waited for. The whole is exact, how it is shared out is as good as the system's ticks of 10 ms.
struct ProcessorUse {
  double user_s = 0, system_s = 0;
};
ProcessorUse processor_use_of(const std::set<pid_t>& processes);

// Where processes listen for TCP connections: "127.0.0.1:8000", "[::1]:8000".
struct Listener {
  std::string address;  // without brackets
  int port = 0;
  bool takes_ipv4_loopback = false;  // whether a connection to 127.0.0.1 reaches it
};
std::vector<Listener> listeners_of(const std::set<pid_t>& processes);

}  // namespace gapmeter
