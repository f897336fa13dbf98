#include "harness/sys/processor_times.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace gapmeter {
namespace {

namespace fs = std::filesystem;

double ticks_per_s() { return static_cast<double>(sysconf(_SC_CLK_TCK)); }

// The "steal" field of the processor's line in /proc/stat.
std::optional<double> stolen_s(int cpu) {
  std::ifstream file("/proc/stat");
  const std::string wanted = fmt::format("cpu{} ", cpu);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(wanted)) continue;
    std::istringstream fields(line.substr(wanted.size()));
    constexpr int fields_before_steal = 7;
    double value = 0;
    for (int i = 0; i <= fields_before_steal; ++i) fields >> value;
    if (!fields) return std::nullopt;
    return value / ticks_per_s();
  }
  return std::nullopt;
}

struct ProcessUse {
  std::string name;
  int cpu = -1;
  double used_s = 0;
};

// From /proc/PID/stat: the name in parentheses may itself contain blanks and parentheses.
std::optional<ProcessUse> use_of(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const std::size_t open = line.find('('), close = line.rfind(')');
  if (open == std::string::npos || close == std::string::npos) return std::nullopt;
  std::istringstream rest(line.substr(close + 2));
  // Counted from the third field of the line: 14 and 15 are utime and stime, 39 the processor.
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) fields.push_back(field);
  if (fields.size() < 37) return std::nullopt;
  return ProcessUse{.name = fmt::format("{} ({})", line.substr(open + 1, close - open - 1), pid),
                    .cpu = std::stoi(fields[36]),
                    .used_s = (std::stod(fields[11]) + std::stod(fields[12])) / ticks_per_s()};
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

ProcessorTimes processor_times(int cpu) {
  ProcessorTimes times{.stolen_s = stolen_s(cpu)};
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string pid = entry.path().filename().string();
    if (!is_number(pid) || pid == std::to_string(getpid())) continue;
    if (const auto use = use_of(pid)) {
      times.processes[use->name] = {.used_s = use->used_s, .on_measuring_cpu = use->cpu == cpu};
    }
  }
  return times;
}

}  // namespace gapmeter
