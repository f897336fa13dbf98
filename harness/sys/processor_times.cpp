#include "harness/sys/processor_times.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace gapmeter {
namespace {

namespace fs = std::filesystem;

double ticks_per_s() { return static_cast<double>(sysconf(_SC_CLK_TCK)); }

// From lines like "cpu3 user nice system idle iowait irq softirq steal …" of /proc/stat.
std::map<int, ProcessorTimes::Cpu> cpus_in(const fs::path& stat) {
  std::map<int, ProcessorTimes::Cpu> cpus;
  std::ifstream file(stat);
  for (std::string line; std::getline(file, line) && line.starts_with("cpu");) {
    std::istringstream fields(line.substr(3));
    if (line.starts_with("cpu ")) continue;  // all together
    int cpu = -1;
    double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, softirq = 0, steal = 0;
    fields >> cpu >> user >> nice >> system >> idle >> waiting >> irq >> softirq >> steal;
    if (!fields) continue;
    cpus[cpu] = {.busy_s = (user + nice + system + irq + softirq) / ticks_per_s(),
                 .stolen_s = steal / ticks_per_s()};
  }
  return cpus;
}

// From /proc/PID/stat: the name in parentheses may itself contain blanks and parentheses.
std::optional<ProcessorTimes::Use> use_of(const fs::path& process) {
  std::ifstream file(process / "stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const std::size_t open = line.find('('), close = line.rfind(')');
  if (open == std::string::npos || close == std::string::npos) return std::nullopt;
  std::istringstream rest(line.substr(close + 2));
  // Counted from the third field of the line: 14 and 15 are utime and stime, 39 the processor.
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) fields.push_back(field);
  if (fields.size() < 37) return std::nullopt;
  return ProcessorTimes::Use{
      .name = line.substr(open + 1, close - open - 1),
      .used_s = (std::stod(fields[11]) + std::stod(fields[12])) / ticks_per_s(),
      .cpu = std::stoi(fields[36])};
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

ProcessorTimes processor_times(const fs::path& proc) {
  ProcessorTimes times{.cpus = cpus_in(proc / "stat")};
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(proc, error)) {
    const std::string pid = entry.path().filename().string();
    if (!is_number(pid) || pid == std::to_string(getpid())) continue;
    if (auto use = use_of(entry.path())) times.processes.emplace(std::stoi(pid), *std::move(use));
  }
  return times;
}

}  // namespace gapmeter
