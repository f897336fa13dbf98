#include "harness/analysis/fitness.h"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "harness/base/clock.h"
#include "harness/base/figures.h"

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

Finding examine_quota(const MachineFacts& machine) {
  if (!machine.cpu_quota) return {Level::good, "no quota of processor time"};
  return {Level::note,
          fmt::format("a control group allows {:g} processors' time", *machine.cpu_quota),
          "once it is used up everything stands still for a while: give the container more, or "
          "none of these limits"};
}

Finding examine_virtualization(const MachineFacts& machine) {
  if (!machine.virtualized.value_or(false)) return {Level::good, "not a virtual machine"};
  return {Level::note, "a virtual machine: neighbours come and go unseen",
          "trust intervals, not single figures; compare builds with gapmeter ab"};
}

}  // namespace

std::vector<Finding> examine_machine(const MachineFacts& machine) {
  return {examine_governor(machine), examine_turbo(machine),         examine_smt(machine),
          examine_aslr(machine),     examine_huge_pages(machine),    examine_load(machine),
          examine_quota(machine),    examine_virtualization(machine)};
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

Finding examine_clock(double cost_ns, const MachineFacts& machine) {
  const std::int64_t step_ns = machine.clock_step_ns.value_or(0);
  const std::string what =
      fmt::format("clock: {}, in steps of {} ns, {:.0f} ns to read twice",
                  machine.clock_source.value_or("of an unknown source"), step_ns, cost_ns);
  constexpr std::int64_t coarse_ns = 1000;
  if (step_ns > coarse_ns) {
    return {Level::bad, what, "choose a finer clock source; batches are longer to make up for it"};
  }
  if (cost_ns <= 200) return {Level::good, what};
  return {Level::bad, what, "a slow clock source; on x86 choose tsc or kvm-clock"};
}

std::string warning_about_clock(std::int64_t step_ns, std::int64_t batch_ns) {
  const std::int64_t longer_ns = steps_in_a_batch * step_ns;
  if (longer_ns <= batch_ns) return "";
  return fmt::format(
      "the clock moves in steps of {}: batches are {} long, and shorter calls are not timed one by "
      "one",
      format_time(static_cast<double>(step_ns)), format_time(static_cast<double>(longer_ns)));
}

std::string describe_throttling(const Throttling& throttled) {
  return fmt::format(
      "the control group's quota of processor time was used up {} times, and processes then waited "
      "{:.1f} s in all",
      throttled.periods, throttled.seconds);
}

namespace {

constexpr double too_much = 0.02;  // of the time

Finding examine_stolen(double share) {
  const std::string what =
      fmt::format("stolen by the hypervisor: {:.1f} % of the measuring processor", share * 100);
  if (share <= too_much) return {Level::good, what};
  return {Level::bad, what, "ask for a dedicated core, or measure at another time"};
}

// Those that took too much of a processor, as "make (7) 50 %".
std::vector<std::pair<std::string, double>> busy_on(int cpu, const Watch& watch) {
  std::vector<std::pair<std::string, double>> busy;
  for (const auto& [process, use] : watch.after.processes) {
    if (use.cpu != cpu) continue;
    const auto known = watch.before.processes.find(process);
    const double before_s = known == watch.before.processes.end() ? 0 : known->second.used_s;
    const double share = (use.used_s - before_s) / watch.watched_s;
    if (share > too_much) busy.emplace_back(fmt::format("{} ({})", use.name, process), share);
  }
  return busy;
}

// What the other hardware threads of the core do takes from this one.
void examine_sibling(int sibling, const Watch& watch, std::vector<Finding>& findings) {
  const auto before = watch.before.cpus.find(sibling), after = watch.after.cpus.find(sibling);
  if (before == watch.before.cpus.end() || after == watch.after.cpus.end()) return;
  const double share = (after->second.busy_s - before->second.busy_s) / watch.watched_s;
  if (share <= too_much) return;
  std::string who;
  for (const auto& [name, used] : busy_on(sibling, watch)) {
    who += fmt::format("{}{} {:.0f} %", who.empty() ? ": " : ", ", name, used * 100);
  }
  findings.push_back(
      {Level::bad,
       fmt::format("processor {}, the other half of the measuring core, was busy {:.0f} % of the "
                   "time{}",
                   sibling, share * 100, who),
       "stop what runs there, or name a processor of an idle core with --pin"});
}

}  // namespace

std::vector<Finding> examine_disturbance(const Watch& watch) {
  std::vector<Finding> findings;
  const int cpu = watch.processor.number;
  const auto before = watch.before.cpus.find(cpu), after = watch.after.cpus.find(cpu);
  if (before != watch.before.cpus.end() && after != watch.after.cpus.end()) {
    findings.push_back(
        examine_stolen((after->second.stolen_s - before->second.stolen_s) / watch.watched_s));
  }
  for (const auto& [name, share] : busy_on(cpu, watch)) {
    findings.push_back(
        {Level::bad, fmt::format("{} took {:.0f} % of the measuring processor", name, share * 100),
         "stop it, or name another processor with --pin"});
  }
  for (const int sibling : watch.processor.siblings) examine_sibling(sibling, watch, findings);
  if (watch.throttled && watch.throttled->periods > 0) {
    findings.push_back({Level::bad, describe_throttling(*watch.throttled), throttling_advice});
  }
  return findings;
}

}  // namespace gapmeter
