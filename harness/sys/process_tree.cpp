#include "harness/sys/process_tree.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>

#include "harness/sys/memory.h"

namespace gapmeter {
namespace {

namespace fs = std::filesystem;

void collect(pid_t process, std::set<pid_t>& found) {
  if (!found.insert(process).second) return;
  std::error_code error;  // if it ends in the meantime
  fs::directory_iterator thread(fmt::format("/proc/{}/task", process), error);
  for (; !error && thread != fs::directory_iterator(); thread.increment(error)) {
    std::ifstream file(thread->path() / "children");
    for (pid_t child = 0; file >> child;) collect(child, found);
  }
}

// From /proc/PID/stat, in seconds. The name in parentheses may itself contain blanks and
// parentheses; what follows it is counted from the third field of the line.
struct Ticks {
  double user = 0, system = 0, childrens_user = 0, childrens_system = 0;
};
std::optional<Ticks> ticks_of(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  std::istringstream rest(line.substr(std::min(line.size(), line.rfind(')') + 1)));
  constexpr int fields_before_user = 11;
  std::string skipped;
  for (int i = 0; i < fields_before_user; ++i) rest >> skipped;
  Ticks ticks;
  rest >> ticks.user >> ticks.system >> ticks.childrens_user >> ticks.childrens_system;
  if (!rest) return std::nullopt;
  const auto per_s = static_cast<double>(sysconf(_SC_CLK_TCK));
  for (double* value :
       {&ticks.user, &ticks.system, &ticks.childrens_user, &ticks.childrens_system}) {
    *value /= per_s;
  }
  return ticks;
}

// Of all its threads, to the nanosecond.
std::optional<double> processor_s_of(pid_t process) {
  clockid_t clock = 0;
  timespec time{};
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) {
    return std::nullopt;
  }
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// The sockets that a process has open, by their inodes: links like socket:[12345].
void add_sockets(pid_t process, std::set<std::string>& inodes) {
  std::error_code error;
  fs::directory_iterator file(fmt::format("/proc/{}/fd", process), error);
  for (; !error && file != fs::directory_iterator(); file.increment(error)) {
    std::error_code none;  // if it was closed in the meantime
    const std::string target = fs::read_symlink(file->path(), none).string();
    constexpr std::string_view prefix = "socket:[";
    if (target.starts_with(prefix)) {
      inodes.insert(target.substr(prefix.size(), target.size() - prefix.size() - 1));
    }
  }
}

// An address as /proc/net writes it, words of 32 bits in hexadecimal, as people do.
std::string address_of(const std::string& hexadecimal, bool is_ipv6) {
  constexpr std::size_t word_digits = 8;
  std::array<std::uint32_t, 4> words{};
  for (std::size_t i = 0; i * word_digits < hexadecimal.size() && i < words.size(); ++i) {
    words[i] = static_cast<std::uint32_t>(
        std::stoul(hexadecimal.substr(i * word_digits, word_digits), nullptr, 16));
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(is_ipv6 ? AF_INET6 : AF_INET, words.data(), text.data(), text.size());
  return text.data();
}

// A socket of either version that is bound to the unspecified address takes 127.0.0.1, too, unless
// an IPv6 one was made not to, which /proc does not tell.
bool is_reached_from_loopback(const std::string& address) {
  return address == "127.0.0.1" || address == "0.0.0.0" || address == "::" ||
         address == "::ffff:127.0.0.1";
}

void add_listeners(const char* table, bool is_ipv6, const std::set<std::string>& inodes,
                   std::vector<Listener>& listeners) {
  std::ifstream file(table);
  std::string line;
  std::getline(file, line);  // titles
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, queues, timer, retries, user, timeout, inode;
    fields >> slot >> local >> remote >> state >> queues >> timer >> retries >> user >> timeout >>
        inode;
    constexpr std::string_view listening = "0A";
    const std::size_t colon = local.find(':');
    if (state != listening || colon == std::string::npos || !inodes.contains(inode)) continue;
    Listener listener{.address = address_of(local.substr(0, colon), is_ipv6),
                      .port = static_cast<int>(std::stoul(local.substr(colon + 1), nullptr, 16))};
    listener.takes_ipv4_loopback = is_reached_from_loopback(listener.address);
    listeners.push_back(std::move(listener));
  }
}

}  // namespace

std::set<pid_t> tree_of(pid_t process) {
  std::set<pid_t> found;
  collect(process, found);
  return found;
}

std::string name_of_process(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/comm", process));
  std::string name;
  return std::getline(file, name) ? fmt::format("{} ({})", name, process) : std::string();
}

std::int64_t proportional_bytes_of(const std::set<pid_t>& processes) {
  std::int64_t bytes = 0;
  for (const pid_t process : processes) bytes += proportional_bytes_of(process);
  return bytes;
}

ProcessorUse processor_use_of(const std::set<pid_t>& processes) {
  ProcessorUse use;
  for (const pid_t process : processes) {
    const std::optional<Ticks> ticks = ticks_of(process);
    if (!ticks) continue;
    const double counted = ticks->user + ticks->system;
    const double exact = processor_s_of(process).value_or(counted);
    const double user_share = counted > 0 ? ticks->user / counted : 1;
    use.user_s += exact * user_share + ticks->childrens_user;
    use.system_s += exact * (1 - user_share) + ticks->childrens_system;
  }
  return use;
}

std::vector<Listener> listeners_of(const std::set<pid_t>& processes) {
  std::set<std::string> inodes;
  for (const pid_t process : processes) add_sockets(process, inodes);
  std::vector<Listener> listeners;
  if (inodes.empty()) return listeners;
  add_listeners("/proc/net/tcp", false, inodes, listeners);
  add_listeners("/proc/net/tcp6", true, inodes, listeners);
  return listeners;
}

}  // namespace gapmeter
