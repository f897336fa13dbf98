// Where this build's worker executables and Python modules are, and what they offer.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "build_info.h"
#include "harness/cli/commands.h"
#include "harness/cli/notice.h"
#include "harness/run/describe.h"
#include "harness/worker/memory.h"
#include "harness/worker/worker_main.h"

namespace gapmeter {
namespace {

// The path of a program that is named without one, as the shell would find it.
std::string on_path(const std::string& name) {
  if (name.empty()) throw UnknownName("--interpreter: the name of a program is missing");
  if (name.find('/') != std::string::npos) return name;
  const char* variable = std::getenv("PATH");
  std::istringstream path(variable == nullptr ? "" : variable);
  for (std::string dir; std::getline(path, dir, ':');) {
    std::string candidate = fmt::format("{}/{}", dir, name);
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  throw UnknownName(fmt::format("--interpreter {}: there is no such program on PATH", name));
}

// "3.13", or with the place in the list when another engine has that version too: "3.13-2".
std::string label_for(const std::string& version, const std::vector<PythonEngine>& others) {
  const std::string minor = version.substr(0, version.find('.', version.find('.') + 1));
  std::string label = minor;
  const auto taken = [&](const PythonEngine& engine) { return engine.label == label; };
  for (int i = 2; std::any_of(others.begin(), others.end(), taken); ++i) {
    label = fmt::format("{}-{}", minor, i);
  }
  return label;
}

std::vector<int> allowed_cpus() {
  cpu_set_t set;
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) cpus.push_back(cpu);
  }
  return cpus;
}

}  // namespace

int choose_cpu(const std::optional<int>& wanted) {
  const std::vector<int> allowed = allowed_cpus();
  if (!wanted) return allowed.empty() ? -1 : allowed.back();
  if (std::find(allowed.begin(), allowed.end(), *wanted) == allowed.end()) {
    throw UnknownName(
        fmt::format("--pin {}: this process may not use that processor; it may use {}", *wanted,
                    fmt::join(allowed, ", ")));
  }
  return *wanted;
}

std::optional<std::int64_t> memory_limit(const std::optional<std::int64_t>& wanted) {
  if (wanted) return wanted;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return std::nullopt;  // their shadow memory is larger than any machine's
#else
  const std::optional<std::int64_t> available = available_bytes();
  return available ? std::optional(*available / 5 * 4) : std::nullopt;
#endif
}

PythonEngine stock_engine(const WorkerSettings& workers, const std::string& interpreter) {
  return {.label = "",
          .command = {on_path(interpreter), "-I", "-B", "-u",
                      fmt::format("{}/stock_worker.py", GAPMETER_PYTHON_SUPPORT_DIR),
                      workers.native_command.front() + "-engines"}};
}

WorkerSettings workers_of(const std::string& program, const Invocation& invocation) {
  return {.native_command = {program, worker_argument},
          .engines = {{.label = "", .command = {program + "-python", worker_argument}}},
          .python_dir = "",
          .extension_dir = program + "-extensions",
          .abandon = &invocation.interrupts.stop};
}

WorkerSettings default_workers(const Invocation& invocation) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  WorkerSettings workers = workers_of(self, invocation);
  workers.python_dir = invocation.python_dir;
  return workers;
}

Catalog load_catalog(WorkerSettings& workers, const std::vector<std::string>& interpreters) {
  Catalog catalog{.kernels = registered_kernels(), .python = {}};
  if (interpreters.size() == 1) {
    workers.engines = {stock_engine(workers, interpreters[0])};
  }
  catalog.python = describe_python(workers, workers.engines[0]);
  if (interpreters.size() < 2) return catalog;
  for (const std::string& interpreter : interpreters) {
    PythonEngine engine = stock_engine(workers, interpreter);
    PythonDescription description = describe_python(workers, engine);
    engine.label = label_for(description.version, workers.engines);
    catalog.further_engines.push_back({engine.label, std::move(description)});
    workers.engines.push_back(std::move(engine));
  }
  return catalog;
}

std::string log_entry(const std::string& title, const std::string& output) {
  return fmt::format("--- {}\n{}{}", title, output, output.ends_with('\n') ? "" : "\n");
}

std::function<void(const std::string&, const std::string&)> log_to(AppendFile& file) {
  constexpr long long most_bytes = 64LL << 20;
  return [&file](const std::string& title, const std::string& output) {
    if (file.size() > most_bytes) return;
    file.append(log_entry(title, output));
    if (file.size() > most_bytes) file.append("--- the log ends here: it is 64 MiB\n");
  };
}

void warn_if_shared(const MachineUse& use) {
  if (use.is_shared()) print_warnings({shared_machine_warning});
}

void print_warnings(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) {
    notice(stderr, fmt::format("gapmeter: warning: {}\n", warning));
  }
}

}  // namespace gapmeter
