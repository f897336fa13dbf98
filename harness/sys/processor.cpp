#include "harness/sys/processor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <map>
#include <string_view>
#include <system_error>
#include <tuple>

namespace gapmeter {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  return line;
}

// The number at the start of a text, and what follows it.
struct Leading {
  std::int64_t number = 0;
  std::string_view rest{};
};
std::optional<Leading> leading_number(std::string_view text) {
  Leading leading;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), leading.number);
  if (error != std::errc()) return std::nullopt;
  leading.rest = text.substr(static_cast<std::size_t>(end - text.data()));
  return leading;
}

std::optional<std::int64_t> number_in(const fs::path& path) {
  const std::optional<std::string> line = first_line(path);
  const auto leading = line ? leading_number(*line) : std::nullopt;
  return leading ? std::optional(leading->number) : std::nullopt;
}

// "0-3,8": the numbers of processors.
std::vector<int> listed_in(const fs::path& path) {
  std::vector<int> numbers;
  const std::string line = first_line(path).value_or("");
  for (std::string_view left = line; !left.empty();) {
    const auto first = leading_number(left);
    if (!first) break;
    left = first->rest;
    auto last = first;
    if (left.starts_with('-')) last = leading_number(left.substr(1));
    if (!last) break;
    for (auto i = first->number; i <= last->number; ++i) numbers.push_back(static_cast<int>(i));
    left = last->rest;
    if (!left.starts_with(',')) break;
    left.remove_prefix(1);
  }
  return numbers;
}

bool contains(const std::vector<int>& numbers, int number) {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

// Of Intel's hybrid processors, which have a device for each of the two kinds of core.
std::optional<std::string> core_type_of(int number, const fs::path& devices) {
  if (contains(listed_in(devices / "cpu_core" / "cpus"), number)) return "performance";
  if (contains(listed_in(devices / "cpu_atom" / "cpus"), number)) return "efficiency";
  return std::nullopt;
}

// "32K", "1024K", "32M" in bytes.
std::optional<std::int64_t> bytes_in(const fs::path& path) {
  const std::optional<std::string> line = first_line(path);
  const auto size = line ? leading_number(*line) : std::nullopt;
  if (!size || size->number <= 0) return std::nullopt;
  if (size->rest.starts_with('K')) return size->number << 10;
  if (size->rest.starts_with('M')) return size->number << 20;
  return size->number;
}

// Virtual machines describe some of them by half.
std::vector<CacheFacts> caches_in(const fs::path& dir) {
  std::vector<CacheFacts> caches;
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator entry(dir, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    entries.push_back(entry->path());
  }
  std::sort(entries.begin(), entries.end());
  for (const fs::path& cache : entries) {
    const auto level = number_in(cache / "level"), size = bytes_in(cache / "size");
    const auto type = first_line(cache / "type");
    if (!level || *level < 1 || !size || !type || *type == "Instruction") continue;
    caches.push_back({static_cast<int>(*level), *type, *size});
  }
  return caches;
}

// The lines "key : value" of one processor; of the first one if it has none of its own.
std::map<std::string, std::string> lines_of(int number, const fs::path& cpuinfo) {
  std::map<std::string, std::string> lines, first;
  std::ifstream file(cpuinfo);
  const std::string wanted = std::to_string(number);
  const auto is_wanted = [&] {
    const auto own = lines.find("processor");
    return own != lines.end() && own->second == wanted;
  };
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) {  // between two processors
      if (is_wanted()) return lines;
      if (first.empty()) first = lines;
      lines.clear();
      continue;
    }
    const std::size_t end = line.find_last_not_of(" \t", colon - 1);
    const std::size_t start = line.find_first_not_of(" \t", colon + 1);
    lines[line.substr(0, end + 1)] = start == std::string::npos ? "" : line.substr(start);
  }
  return is_wanted() || first.empty() ? lines : first;
}

// "A: x, B: y" of those that are there.
std::optional<std::string> joined(const std::map<std::string, std::string>& lines,
                                  const std::vector<std::pair<const char*, const char*>>& keys) {
  std::string text;
  for (const auto& [key, word] : keys) {
    const auto found = lines.find(key);
    if (found == lines.end()) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", word, found->second);
  }
  return text.empty() ? std::nullopt : std::optional(text);
}

// Cores that people measure on, as lscpu calls them.
std::string_view arm_core(const std::string& implementer, const std::string& part) {
  struct Core {
    std::string_view implementer, part, name;
  };
  constexpr std::array<Core, 27> cores{
      {{"0x41", "0xd03", "Cortex-A53"},   {"0x41", "0xd05", "Cortex-A55"},
       {"0x41", "0xd07", "Cortex-A57"},   {"0x41", "0xd08", "Cortex-A72"},
       {"0x41", "0xd09", "Cortex-A73"},   {"0x41", "0xd0a", "Cortex-A75"},
       {"0x41", "0xd0b", "Cortex-A76"},   {"0x41", "0xd0c", "Neoverse-N1"},
       {"0x41", "0xd40", "Neoverse-V1"},  {"0x41", "0xd41", "Cortex-A78"},
       {"0x41", "0xd44", "Cortex-X1"},    {"0x41", "0xd46", "Cortex-A510"},
       {"0x41", "0xd47", "Cortex-A710"},  {"0x41", "0xd48", "Cortex-X2"},
       {"0x41", "0xd49", "Neoverse-N2"},  {"0x41", "0xd4d", "Cortex-A715"},
       {"0x41", "0xd4e", "Cortex-X3"},    {"0x41", "0xd4f", "Neoverse-V2"},
       {"0x41", "0xd80", "Cortex-A520"},  {"0x41", "0xd81", "Cortex-A720"},
       {"0x41", "0xd82", "Cortex-X4"},    {"0x48", "0xd01", "TaiShan-v110"},
       {"0x51", "0x001", "Oryon"},        {"0x61", "0x022", "Icestorm-M1"},
       {"0x61", "0x023", "Firestorm-M1"}, {"0xc0", "0xac3", "Ampere-1"},
       {"0xc0", "0xac4", "Ampere-1a"}}};
  const auto found = std::find_if(cores.begin(), cores.end(), [&](const Core& core) {
    return core.implementer == implementer && core.part == part;
  });
  return found == cores.end() ? "ARM" : found->name;
}

}  // namespace

Processor describe_processor(int number, const fs::path& devices) {
  const fs::path dir = devices / "system" / "cpu" / fmt::format("cpu{}", number);
  Processor processor{.number = number,
                      .core_type = core_type_of(number, devices),
                      .capacity = number_in(dir / "cpu_capacity"),
                      .max_khz = number_in(dir / "cpufreq" / "cpuinfo_max_freq"),
                      .governor = first_line(dir / "cpufreq" / "scaling_governor"),
                      .caches = caches_in(dir / "cache"),
                      .siblings = listed_in(dir / "topology" / "thread_siblings_list")};
  std::erase(processor.siblings, number);
  return processor;
}

int fastest_of(const std::vector<Processor>& processors) {
  const auto speed = [](const Processor& processor) {
    return std::tuple(processor.core_type != "efficiency", processor.capacity.value_or(0),
                      processor.max_khz.value_or(0), processor.number);
  };
  return std::max_element(
             processors.begin(), processors.end(),
             [&](const Processor& a, const Processor& b) { return speed(a) < speed(b); })
      ->number;
}

ProcessorName name_of_processor(int number, const fs::path& cpuinfo) {
  const std::map<std::string, std::string> lines = lines_of(number, cpuinfo);
  const auto implementer = lines.find("CPU implementer"), part = lines.find("CPU part");
  if (implementer != lines.end() && part != lines.end()) {
    return {.name = fmt::format("{} (implementer {}, part {})",
                                arm_core(implementer->second, part->second), implementer->second,
                                part->second),
            .model = joined(lines, {{"CPU variant", "variant"}, {"CPU revision", "revision"}})};
  }
  const auto name = lines.find("model name");
  return {.name = name == lines.end() ? std::nullopt : std::optional(name->second),
          .model = joined(
              lines, {{"cpu family", "family"}, {"model", "model"}, {"stepping", "stepping"}})};
}

}  // namespace gapmeter
