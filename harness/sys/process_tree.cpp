#include "harness/sys/process_tree.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include "harness/sys/memory.h"

namespace gapmeter {
namespace {

void collect(pid_t process, std::set<pid_t>& found) {
  if (!found.insert(process).second) return;
  std::error_code error;  // if it ends in the meantime
  std::filesystem::directory_iterator thread(fmt::format("/proc/{}/task", process), error);
  for (; !error && thread != std::filesystem::directory_iterator(); thread.increment(error)) {
    std::ifstream file(thread->path() / "children");
    for (pid_t child = 0; file >> child;) collect(child, found);
  }
}

}  // namespace

std::set<pid_t> process_tree(pid_t root) {
  std::set<pid_t> found;
  collect(root, found);
  return found;
}

std::int64_t bytes_together(const std::set<pid_t>& processes) {
  std::int64_t together = 0;
  for (const pid_t process : processes) together += proportional_bytes_of(process);
  return together;
}

}  // namespace gapmeter
