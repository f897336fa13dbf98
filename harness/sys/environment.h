// The machine and the build that a run's numbers depend on, read from /proc, /sys and the compiler.
// What the system does not report is absent, never guessed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/sys/built_program.h"
#include "harness/sys/processor.h"
#include "harness/sys/roofline.h"

namespace gapmeter {

struct MachineFacts {
  std::optional<std::string> cpu{};
  std::optional<std::string> cpu_model{};  // what tells two of one name apart
  std::optional<std::int64_t> logical_cpus{};
  std::optional<double> cpu_quota{};  // of the control groups: how many processors' time
  // Of the processor that measures: the kind of its core, its highest frequency, its caches.
  std::optional<std::string> core_type{};
  std::optional<std::int64_t> frequency_hz{};
  std::vector<CacheFacts> caches{};
  std::optional<std::int64_t> memory_bytes{}, page_bytes{};
  std::optional<std::string> os{}, kernel{};
  std::optional<std::string> governor{}, turbo{}, smt{}, aslr{}, transparent_huge_pages{};
  std::optional<std::string> clock_source{};
  std::optional<std::int64_t> clock_step_ns{};  // by how much the clock moves, at least
  std::optional<bool> virtualized{};
  std::optional<std::string> load{};   // from /proc/loadavg
  std::optional<Roofline> roofline{};  // if measured
};
// `cpu`: the processor that measures; -1: any, of which the first is described.
MachineFacts machine_facts(int cpu);

struct BuildFacts {
  std::optional<std::string> compiler{}, flags{}, build_type{};
  std::optional<bool> native_instructions{};
  std::optional<std::int64_t> vector_bits{};  // of the widest vectors that kernels may use
  std::optional<std::string> features{};      // instruction sets that the flags add
  // The same of the Rust compiler, if there is one.
  std::optional<std::string> rust_compiler{}, rust_flags{}, rust_features{};
  std::optional<std::int64_t> rust_vector_bits{};
  std::optional<std::string> git_revision{};
  std::optional<std::string> google_benchmark{}, highway{}, openblas{}, pybind11{},
      python{};  // versions
  std::optional<std::int64_t> fmt{};
  std::optional<bool> assertions{};       // true if they are compiled in
  std::optional<std::string> programs{};  // a digest of the executables, if taken
};
// Of gapmeter itself, and of a program's kernels.
BuildFacts build_facts(const KernelBuild& kernels);

// The environment variables that workers inherit from this process and that libraries or malloc
// read.
std::map<std::string, std::string> library_variables();

}  // namespace gapmeter
