#include "harness/analysis/fitness.h"

#include <fmt/format.h>

#include <cstdlib>

namespace gapmeter {
namespace {

using Level = Finding::Level;

Finding examine_governor(const MachineFacts& machine) {
  const std::string governor = machine.governor.value_or("");
  if (governor.empty()) {
    return {Level::note, "the frequency governor can't be seen",
            "its phases are part of the noise below; nothing to do on a virtual machine"};
  }
  if (governor == "performance") return {Level::good, "frequency governor: performance"};
  return {Level::bad, fmt::format("frequency governor: {}", governor),
          "cpupower frequency-set --governor performance"};
}

Finding examine_turbo(const MachineFacts& machine) {
  const std::string turbo = machine.turbo.value_or("");
  if (turbo.empty()) return {Level::note, "whether turbo is on can't be seen"};
  if (turbo == "off") return {Level::good, "turbo: off"};
  return {Level::note, "turbo: on, so that speed depends on heat and on the other processors",
          "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo, or echo 0 > "
          "/sys/devices/system/cpu/cpufreq/boost"};
}

Finding examine_smt(const MachineFacts& machine) {
  const std::string smt = machine.smt.value_or("");
  if (smt == "on") {
    return {Level::note, "SMT: on, so that a busy sibling halves a core",
            "keep the sibling idle, or echo off > /sys/devices/system/cpu/smt/control"};
  }
  return {Level::good, fmt::format("SMT: {}", smt.empty() ? "not seen" : smt)};
}

Finding examine_aslr(const MachineFacts& machine) {
  const std::string aslr = machine.aslr.value_or("");
  if (aslr == "0") {
    return {Level::note,
            "address randomisation: off, so that every process has one and the same layout",
            "echo 2 > /proc/sys/kernel/randomize_va_space: rounds then average over layouts"};
  }
  return {Level::good, "address randomisation: on; rounds average over memory layouts"};
}

Finding examine_huge_pages(const MachineFacts& machine) {
  const std::string mode = machine.transparent_huge_pages.value_or("");
  if (mode == "never") {
    return {Level::note, "transparent huge pages: never",
            "large arrays are slower in both lanes alike; echo madvise > "
            "/sys/kernel/mm/transparent_hugepage/enabled"};
  }
  return {Level::good, fmt::format("transparent huge pages: {}", mode.empty() ? "not seen" : mode)};
}

Finding examine_load(const MachineFacts& machine) {
  const std::string load = machine.load.value_or("");
  const double one_minute = load.empty() ? 0 : std::strtod(load.c_str(), nullptr);
  const auto cpus = machine.logical_cpus.value_or(1);
  const std::string what = fmt::format("load: {:.2f} on {} processors", one_minute, cpus);
  if (one_minute > 0.5 * static_cast<double>(cpus)) {
    return {Level::bad, what, "wait, or stop what else is running"};
  }
  return {Level::good, what};
}

Finding examine_virtualization(const MachineFacts& machine) {
  if (!machine.virtualized.value_or(false)) return {Level::good, "not a virtual machine"};
  return {Level::note, "a virtual machine: neighbours come and go unseen",
          "trust intervals, not single figures; compare builds with gapmeter ab"};
}

}  // namespace

std::vector<Finding> examine_machine(const MachineFacts& machine) {
  return {examine_governor(machine),      examine_turbo(machine),      examine_smt(machine),
          examine_aslr(machine),          examine_huge_pages(machine), examine_load(machine),
          examine_virtualization(machine)};
}

std::vector<Finding> examine_build(const BuildFacts& build, const EngineFacts& python) {
  std::vector<Finding> findings;
  const std::string type = build.build_type.value_or("");
  if (type == "Release" && !build.assertions) {
    findings.push_back(
        {Level::good, fmt::format("built as Release: {}", build.flags.value_or(""))});
  } else {
    findings.push_back({Level::bad, fmt::format("built as {}, not for speed", type),
                        "cmake --preset release && cmake --build --preset release"});
  }
  if (python.link == "static") {
    findings.push_back({Level::good, "libpython: linked statically"});
  } else {
    findings.push_back({Level::bad, "libpython: shared, which slows every bytecode down",
                        "apt-get install libpython3-dev, configure and build again"});
  }
  if (python.build.value_or("").find("debug build") != std::string::npos) {
    findings.push_back({Level::bad, "a debug build of Python", "install the ordinary one"});
  }
  const std::string blas = python.numpy_blas.value_or("");
  const bool is_optimised = blas.find("openblas") != std::string::npos ||
                            blas.find("mkl") != std::string::npos ||
                            blas.find("blis") != std::string::npos;
  if (python.numpy.value_or("").empty()) {
    findings.push_back({Level::note, "NumPy is not installed: its variants are skipped",
                        "apt-get install python3-numpy"});
  } else if (is_optimised) {
    findings.push_back({Level::good, fmt::format("NumPy's BLAS: {}", blas)});
  } else {
    findings.push_back({Level::bad, fmt::format("NumPy's BLAS is not an optimised one: {}", blas),
                        "apt-get install libopenblas0"});
  }
  return findings;
}

Finding examine_clock(const ClockFacts& clock, const MachineFacts& machine) {
  const std::string what =
      fmt::format("clock: {}, resolution {:g} ns, {:.0f} ns to read twice",
                  machine.clock_source.value_or(""), clock.resolution_ns, clock.cost_ns);
  if (clock.cost_ns <= 200) return {Level::good, what};
  return {Level::bad, what, "a slow clock source; on x86 choose tsc or kvm-clock"};
}

std::vector<Finding> examine_disturbance(const Disturbance& disturbance) {
  std::vector<Finding> findings;
  constexpr double too_much = 0.02;  // of the time
  if (disturbance.stolen_s) {
    const double share = *disturbance.stolen_s / disturbance.watched_s;
    const std::string what =
        fmt::format("stolen by the hypervisor: {:.1f} % of the measuring processor", share * 100);
    if (share > too_much) {
      findings.push_back(
          {Level::bad, what, "ask for a dedicated core, or measure at another time"});
    } else {
      findings.push_back({Level::good, what});
    }
  }
  for (const auto& [name, used_s] : disturbance.others) {
    const double share = used_s / disturbance.watched_s;
    if (share <= too_much) continue;
    findings.push_back(
        {Level::bad, fmt::format("{} took {:.0f} % of the measuring processor", name, share * 100),
         "stop it, or name another processor with --pin"});
  }
  return findings;
}

}  // namespace gapmeter
