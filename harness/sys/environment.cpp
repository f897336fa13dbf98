#include "harness/sys/environment.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "build_info.h"
#include "harness/base/clock.h"
#include "harness/base/text.h"
#include "harness/sys/control_groups.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program

namespace gapmeter {
namespace {

std::optional<std::string> first_line(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  return line;
}

// The value after "KEY<separator>" in a file of such lines, with blanks and quotes stripped.
std::optional<std::string> value_in(const std::filesystem::path& path, std::string_view key,
                                    char separator) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t split = line.find(separator);
    if (!line.starts_with(key) || split == std::string::npos) continue;
    const std::size_t start = line.find_first_not_of(" \t\"", split + 1);
    if (start == std::string::npos) return "";
    return line.substr(start, line.find_last_not_of(" \t\"") - start + 1);
  }
  return std::nullopt;
}

// The choice in brackets of "always [madvise] never".
std::optional<std::string> bracketed(const std::optional<std::string>& line) {
  if (!line) return std::nullopt;
  const std::size_t open = line->find('['), close = line->find(']');
  if (open == std::string::npos || close == std::string::npos) return line;
  return line->substr(open + 1, close - open - 1);
}

// Some virtual machines list none, but the C library still knows a core's own caches. The third
// level is left out: the library reports that of all cores, however little of it one core can use.
std::vector<CacheFacts> core_caches() {
  std::vector<CacheFacts> list;
  for (const auto& [level, type, name] : {std::tuple(1, "Data", _SC_LEVEL1_DCACHE_SIZE),
                                          std::tuple(2, "Unified", _SC_LEVEL2_CACHE_SIZE)}) {
    const long bytes = sysconf(name);
    if (bytes > 0) list.push_back({level, type, bytes});
  }
  return list;
}

std::optional<std::string> turbo() {
  if (const auto off = first_line("/sys/devices/system/cpu/intel_pstate/no_turbo")) {
    return *off == "1" ? "off" : "on";
  }
  if (const auto on = first_line("/sys/devices/system/cpu/cpufreq/boost")) {
    return *on == "1" ? "on" : "off";
  }
  return std::nullopt;
}

bool has_cpu_flag(std::string_view flag) {
  const std::string flags = value_in("/proc/cpuinfo", "flags", ':').value_or("") + " ";
  return flags.find(fmt::format(" {} ", flag)) != std::string::npos;
}

// Whether libraries or malloc read a variable "NAME=value".
bool changes_libraries(std::string_view variable) {
  constexpr std::array<std::string_view, 14> prefixes{
      "OPENBLAS_", "GOTO_", "BLIS_",  "OMP_", "GOMP_",   "KMP_",   "MKL_",
      "NUMPY_",    "NPY_",  "NUMBA_", "LD_",  "MALLOC_", "GLIBC_", "TBB_"};
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return variable.starts_with(prefix); });
}

}  // namespace

MachineFacts machine_facts(int cpu) {
  Processor processor = describe_processor(cpu < 0 ? 0 : cpu);
  if (processor.caches.empty()) processor.caches = core_caches();
  const ProcessorName name = name_of_processor(processor.number);
  return {
      .cpu = name.name,
      .cpu_model = name.model,
      .logical_cpus = sysconf(_SC_NPROCESSORS_ONLN),
      .cpu_quota = processor_quota(),
      .core_type = processor.core_type,
      .frequency_hz = processor.max_khz ? std::optional(*processor.max_khz * 1000) : std::nullopt,
      .caches = std::move(processor.caches),
      .memory_bytes = sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE),
      .page_bytes = sysconf(_SC_PAGESIZE),
      .os = value_in("/etc/os-release", "PRETTY_NAME", '='),
      .kernel = first_line("/proc/sys/kernel/osrelease"),
      .governor = processor.governor,
      .turbo = turbo(),
      .smt = first_line("/sys/devices/system/cpu/smt/control"),
      .aslr = first_line("/proc/sys/kernel/randomize_va_space"),
      .transparent_huge_pages =
          bracketed(first_line("/sys/kernel/mm/transparent_hugepage/enabled")),
      .clock_source =
          first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
      .clock_step_ns = clock_step_ns(),
      .virtualized = has_cpu_flag("hypervisor"),
      .load = first_line("/proc/loadavg")};
}

BuildFacts build_facts(const KernelBuild& kernels) {
  BuildFacts facts{.compiler = kernels.compiler,
                   .flags = kernels.flags,
                   .build_type = kernels.build_type,
                   .native_instructions = kernels.native_instructions,
                   .vector_bits = kernels.vector_bits,
                   .features = kernels.features,
                   .git_revision = GAPMETER_GIT_REVISION,
                   .google_benchmark = GAPMETER_BENCHMARK_VERSION,
                   .highway = GAPMETER_HIGHWAY_VERSION,
                   .openblas = GAPMETER_OPENBLAS_VERSION,
                   .pybind11 = GAPMETER_PYBIND11_VERSION,
                   .python = GAPMETER_PYTHON_VERSION,
                   .fmt = FMT_VERSION};
  if (kernels.rust.vector_bits > 0) {
    facts.rust_compiler = kernels.rust.compiler;
    facts.rust_flags = kernels.rust.flags;
    facts.rust_vector_bits = kernels.rust.vector_bits;
    facts.rust_features = kernels.rust.features;
  }
  if (kernels.assertions) facts.assertions = true;
  return facts;
}

std::map<std::string, std::string> library_variables() {
  std::map<std::string, std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const std::size_t equals = text.find('=');
    if (!changes_libraries(text) || equals == std::string_view::npos) continue;
    variables[std::string(text.substr(0, equals))] = one_line(std::string(text.substr(equals + 1)));
  }
  return variables;
}

}  // namespace gapmeter
