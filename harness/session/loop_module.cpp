#include "harness/session/loop_module.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

#include "harness/base/hash.h"
#include "harness/base/installation.h"
#include "harness/base/text.h"
#include "harness/session/cache_dir.h"
#include "harness/sys/files.h"
#include "harness/sys/process.h"
#include "harness/sys/program.h"

namespace gapmeter {
namespace {

namespace fs = std::filesystem;

// Held while a module is built.
class BuildLock {
 public:
  explicit BuildLock(const fs::path& file)
      : fd_(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    if (fd_ < 0) fail_on_file(file, "can't be created", errno);
    while (flock(fd_, LOCK_EX) != 0) {
      if (errno == EINTR) continue;
      const int error = errno;
      close(fd_);
      fail_on_file(file, "can't be locked", error);
    }
  }
  BuildLock(const BuildLock&) = delete;
  BuildLock& operator=(const BuildLock&) = delete;
  ~BuildLock() { close(fd_); }

 private:
  int fd_;
};

fs::path source_file() { return data_dir() / "python" / "gapmeter_loop.c"; }

// The same for the same program, interpreter and ABI, which a new version under its path changes.
std::string key_of(const InterpreterIdentity& interpreter) {
  const auto [major, minor, patch] = interpreter.version;
  return hex_of(
      hash_of(fmt::format("{}\n{}\n{}.{}.{}\n{}", digest_of_files({source_file()}),
                          interpreter.executable, major, minor, patch, interpreter.suffix)));
}

std::string compiler() {
  const char* const wanted = std::getenv("CC");
  return find_program(wanted == nullptr || *wanted == '\0' ? "cc" : wanted);
}

// The first complaint in what a compiler printed.
std::string complaint_in(const std::string& output) {
  const std::size_t error = output.find("error: ");
  return one_line(
      error == std::string::npos ? output : output.substr(error, output.find('\n', error) - error));
}

// Throws std::runtime_error with the reason, on one line.
void compile(const InterpreterIdentity& interpreter, const fs::path& file) {
  constexpr double patience_s = 120;
  const fs::path unfinished = file.string() + ".new";
  std::vector<std::string> arguments{compiler(), "-O2", "-fPIC", "-shared"};
  for (const std::string& dir : interpreter.include_dirs) arguments.push_back("-I" + dir);
  arguments.insert(arguments.end(), {source_file().string(), "-o", unfinished.string()});
  const ProcessResult result = run_process({.arguments = arguments, .timeout_s = patience_s});
  if (result.end != ProcessResult::End::exited || result.code != 0) {
    throw std::runtime_error(fmt::format("its loop does not compile with {}: {}", arguments[0],
                                         complaint_in(result.output)));
  }
  fs::rename(unfinished, file);
}

// Why this interpreter can't have the module; empty: it can.
std::string obstacle(const InterpreterIdentity& interpreter) {
  if (interpreter.implementation != "cpython") {
    return fmt::format("it is {}, and the compiled one is for CPython", interpreter.implementation);
  }
  if (interpreter.version < std::array{3, 9, 0}) {
    return "before Python 3.9 there is no such call for the compiled one";
  }
  const auto has_headers = [](const std::string& dir) {
    return fs::exists(fs::path(dir) / "Python.h");
  };
  const auto& dirs = interpreter.include_dirs;
  if (std::none_of(dirs.begin(), dirs.end(), has_headers)) {
    return fmt::format("its headers are not installed ({}/Python.h)",
                       dirs.empty() ? std::string("?") : dirs.front());
  }
  return "";
}

}  // namespace

InterpreterIdentity parse_identity(std::string_view text) {
  try {
    const auto json = nlohmann::json::parse(text);
    return {.implementation = json.at("implementation").get<std::string>(),
            .version = json.at("version").get<std::array<int, 3>>(),
            .include_dirs = json.at("include_dirs").get<std::vector<std::string>>(),
            .suffix = json.at("suffix").get<std::string>(),
            .executable = json.at("executable").get<std::string>()};
  } catch (const nlohmann::json::exception&) {
    throw std::runtime_error(
        fmt::format("it does not answer as a Python does, but '{}'", one_line(std::string(text))));
  }
}

LoopModule loop_module_for(const InterpreterIdentity& interpreter) {
  if (const std::string reason = obstacle(interpreter); !reason.empty()) return {{}, reason};
  try {
    const fs::path dir = cache_dir() / "loops" / key_of(interpreter);
    const fs::path file = dir / ("gapmeter_loop" + interpreter.suffix);
    if (fs::exists(file)) return {file, ""};
    fs::create_directories(dir);
    const BuildLock lock(dir / "lock");
    if (!fs::exists(file)) compile(interpreter, file);
    return {file, ""};
  } catch (const std::exception& error) {  // none of them keeps anybody from measuring
    return {{}, error.what()};
  }
}

}  // namespace gapmeter
