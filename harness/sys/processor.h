// What Linux tells of one processor: in /sys, where the processors of a machine may differ, and in
// /proc/cpuinfo. What it does not tell is absent, never guessed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gapmeter {

struct CacheFacts {
  int level = 0;
  std::string type{};  // Data or Unified
  std::int64_t size_bytes = 0;

  bool operator==(const CacheFacts&) const = default;
};

struct Processor {
  int number = 0;
  std::optional<std::string> core_type{};  // performance or efficiency, where cores differ
  std::optional<std::int64_t> capacity{};  // of 1024, which the fastest core of the machine has
  std::optional<std::int64_t> max_khz{};   // the highest frequency
  std::optional<std::string> governor{};   // of the frequency
  std::vector<CacheFacts> caches{};        // of data, those that are described completely
  std::vector<int> siblings{};             // the core's other hardware threads
};
// `devices`: where /sys/devices is.
Processor describe_processor(int number, const std::filesystem::path& devices = "/sys/devices");

// The number of the fastest: by the type of its core, else by its capacity, else by its highest
// frequency. Of equal ones the last, since the first takes most interrupts. Precondition: not
// empty.
int fastest_of(const std::vector<Processor>& processors);

struct ProcessorName {
  // "AMD EPYC"; of ARM, which has no such line, "Neoverse-N1 (implementer 0x41, part 0xd0c)".
  std::optional<std::string> name{};
  // What tells two of one name apart: "family 25, model 17, stepping 1".
  std::optional<std::string> model{};
};
ProcessorName name_of_processor(int number, const std::filesystem::path& cpuinfo = "/proc/cpuinfo");

}  // namespace gapmeter
