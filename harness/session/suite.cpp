#include "harness/session/suite.h"

#include <fmt/format.h>

#include <cstdlib>
#include <sstream>

#include "build_info.h"
#include "harness/base/hash.h"
#include "harness/base/installation.h"
#include "harness/session/cache_dir.h"
#include "harness/session/revision.h"
#include "harness/session/suite_files.h"
#include "harness/sys/files.h"
#include "harness/sys/process.h"
#include "harness/sys/streams.h"
#include "harness/sys/terminal.h"

namespace gapmeter {
namespace {

namespace fs = std::filesystem;

fs::path directory_of(const std::string& suite) {
  std::error_code error;
  const fs::path dir = fs::canonical(suite, error);
  if (error || !fs::is_directory(dir)) {
    throw FileError(fmt::format(
        "{0}: there is no such directory; gapmeter new {0} makes a suite there", suite));
  }
  return dir;
}

void make_directory(const fs::path& dir) {
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) {
    throw FileError(fmt::format("{}: can't be created to build suites in: {}; set XDG_CACHE_HOME",
                                dir.string(), error.message()));
  }
}

bool has_own_project(const fs::path& suite) { return fs::exists(suite / "CMakeLists.txt"); }

// One for each suite and gapmeter.
fs::path build_dir(const fs::path& suite) {
  const std::string key = fmt::format("{}\n{}\n{}\n{}", suite.string(), data_dir().string(),
                                      GAPMETER_VERSION, has_own_project(suite));
  return cache_dir() / "suites" /
         fmt::format("{}-{}", suite.filename().string(), hex_of(hash_of(key)));
}

// The project of a suite that has none of its own. Rewritten only if it changes, because CMake
// configures again then.
void write_project(const fs::path& suite, const fs::path& dir) {
  const SuiteFiles files = find_suite_files(suite);
  const std::string text = fmt::format(
      "# Written by gapmeter for {}.\n"
      "cmake_minimum_required(VERSION 3.25)\n"
      "project(suite LANGUAGES C CXX)\n"
      "find_package(gapmeter REQUIRED)\n"
      "gapmeter_program(suite\n  KERNELS_DIR [==[{}]==]\n  PYTHON_DIR [==[{}]==])\n",
      suite.string(), files.kernels.string(), files.python.string());
  const fs::path file = dir / "CMakeLists.txt";
  if (!fs::exists(file) || read_file(file) != text) write_file(file, text);
}

// Two gapmeters of one suite build it one after the other. If the package can't be found, or
// another time, a directory that was never configured is configured again.
constexpr const char* build_script = R"(
exec 9>"$1/lock" && flock 9 && exec >"$1/log" 2>&1 || exit
[ -e "$1/build.ninja" ] ||
  cmake -G Ninja -S "$2" -B "$1" -Dgapmeter_DIR="$3" -DGAPMETER_SUITE_DIR="$4" || exit
cmake --build "$1")";

// What a compiler or CMake said: not how Ninja called it, nor what CMake found.
std::string complaints_in(const std::string& log) {
  constexpr int most_lines = 60;
  std::istringstream lines(log);
  std::string text;
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("FAILED: ")) {
      std::getline(lines, line);  // the command
      continue;
    }
    if (line.empty() || line.starts_with("-- ") || line.starts_with("ninja: ")) continue;
    if (line.starts_with('[') && line.find("] ") != std::string::npos) continue;
    if (++count > most_lines) break;
    text += line + '\n';
  }
  return text;
}

void build(const fs::path& suite, const fs::path& project, const fs::path& dir,
           const Interrupts& interrupts) {
  constexpr double patience_s = 24 * 3600;
  const bool shown = is_terminal(stderr);
  if (shown) notice(stderr, fmt::format("building {}…", suite.filename().string()));
  const ProcessResult result =
      run_process({.arguments = {"/bin/sh", "-c", build_script, "sh", dir.string(),
                                 project.string(), cmake_package_dir().string(), suite.string()},
                   .timeout_s = patience_s,
                   .abandon = &interrupts.stop});
  if (shown) notice(stderr, "\r\033[K");
  if (interrupts.stop) throw std::runtime_error("interrupted");
  if (result.end == ProcessResult::End::exited && result.code == 0) return;
  const fs::path log = dir / "log";
  throw FileError(fmt::format("{} can't be built:\n{}{}the whole output is in {}", suite.string(),
                              result.output, complaints_in(read_file(log)), log.string()));
}

}  // namespace

fs::path build_suite(const std::string& suite, const Invocation& invocation) {
  const fs::path dir = directory_of(suite);
  const fs::path cache = build_dir(dir), built = cache / "build";
  make_directory(built);
  const bool own = has_own_project(dir);
  if (!own) write_project(dir, cache);
  build(dir, own ? dir : cache, built, invocation.interrupts);
  const fs::path program = built / "gapmeter-program.path";
  if (!fs::exists(program)) {
    throw FileError(
        fmt::format("{}: it makes no program; call find_package(gapmeter REQUIRED) and "
                    "gapmeter_program(NAME KERNELS_DIR … PYTHON_DIR …) there",
                    (dir / "CMakeLists.txt").string()));
  }
  return read_file(program);
}

SuiteState parse_state(const std::string& text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string::npos || fs::exists(text)) return {text};
  return {text.substr(0, at), text.substr(at + 1)};
}

fs::path build_state(const SuiteState& state, const Invocation& invocation) {
  if (state.revision.empty()) return build_suite(state.dir, invocation);
  const fs::path then =
      check_out(directory_of(state.dir), state.revision, cache_dir(), invocation.interrupts);
  return build_suite(then.string(), invocation);
}

void become_suite(const std::string& suite, const Invocation& invocation) {
  if (directory_of(suite) == invocation.program.suite_dir) return;
  become_process(build_suite(suite, invocation).string(), invocation.arguments);
}

}  // namespace gapmeter
