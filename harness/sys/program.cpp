#include "harness/sys/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "harness/base/system_failure.h"
#include "harness/base/text.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program

namespace gapmeter {
namespace {

int memory_file(const char* name) {
  const int file = memfd_create(name, MFD_CLOEXEC);
  if (file < 0) fail_by_errno("memfd_create");
  return file;
}

std::string content_of(int file) {
  struct stat found {};
  std::string text;
  if (fstat(file, &found) != 0) return text;
  text.resize(static_cast<std::size_t>(found.st_size));
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t got =
        pread(file, text.data() + done, text.size() - done, static_cast<off_t>(done));
    if (got <= 0) {
      text.resize(done);
      break;
    }
    done += static_cast<std::size_t>(got);
  }
  return text;
}

// What a spawned program gets instead of what this process has.
void add_files(const Program& program, const KeptOutput& kept, posix_spawn_file_actions_t& files) {
  constexpr mode_t readable = 0666;
  const char* const input = program.input.empty() ? "/dev/null" : program.input.c_str();
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, input, O_RDONLY, 0);
  if (program.output.empty()) {
    posix_spawn_file_actions_adddup2(&files, kept.out(), STDOUT_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, program.output.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, readable);
  }
  posix_spawn_file_actions_adddup2(&files, kept.err(), STDERR_FILENO);
}

bool is_file(const std::string& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode);
}

std::string find_at(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) {
    throw std::invalid_argument(
        fmt::format("{}: {}; build it first, or correct the path", path, std::strerror(errno)));
  }
  if (!S_ISREG(found.st_mode)) {
    throw std::invalid_argument(fmt::format("{} is no file that could be run", path));
  }
  if (access(path.c_str(), X_OK) != 0) {
    throw std::invalid_argument(fmt::format(
        "{0} is not executable: chmod +x {0}, or write what runs it before it, as in python3 {0}",
        path));
  }
  return path;
}

}  // namespace

KeptOutput::KeptOutput() : out_(memory_file("stdout")), err_(memory_file("stderr")) {}

KeptOutput::~KeptOutput() {
  close(out_);
  close(err_);
}

void KeptOutput::clear() const {
  for (const int file : {out_, err_}) {
    if (ftruncate(file, 0) != 0 || lseek(file, 0, SEEK_SET) != 0) {
      fail_by_errno("emptying the output");
    }
  }
}

std::string KeptOutput::text() const { return content_of(out_); }

std::string KeptOutput::last_words() const {
  const std::string said = last_lines_of(content_of(err_));
  return said.empty() ? last_lines_of(content_of(out_)) : said;
}

RepeatedProgram::RepeatedProgram(Program program) : program_(std::move(program)) {
  if (!program_.input.empty() && access(program_.input.c_str(), R_OK) != 0) {
    throw std::runtime_error(
        fmt::format("{} can't be read: {}", program_.input, std::strerror(errno)));
  }
  for (std::string& argument : program_.arguments) arguments_.push_back(argument.data());
  arguments_.push_back(nullptr);
  posix_spawn_file_actions_init(&files_);
  add_files(program_, kept_, files_);
}

RepeatedProgram::~RepeatedProgram() { posix_spawn_file_actions_destroy(&files_); }

void RepeatedProgram::run() const {
  pid_t pid = -1;
  const int error =
      posix_spawn(&pid, program_.executable.c_str(), &files_, nullptr, arguments_.data(), environ);
  if (error != 0) throw std::runtime_error(why_not_started(program_, error));
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) fail_by_errno("waitpid");
  }
  check_exit(status, kept_);
}

void check_exit(int status, const KeptOutput& kept) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  std::string text = signal == 0
                         ? fmt::format("exited with status {}", WEXITSTATUS(status))
                         : fmt::format("killed by signal {} ({})", signal, strsignal(signal));
  if (const std::string words = kept.last_words(); !words.empty()) text += ": " + words;
  throw std::runtime_error(text);
}

std::string why_not_started(const Program& program, int error) {
  std::string text =
      fmt::format("{} can't be started: {}", program.executable, std::strerror(error));
  if (error == ENOEXEC) text += "; a script needs a first line like #!/usr/bin/env python3";
  if (error == ENOENT) text += "; is what its first line (#!) names there?";
  return text;
}

std::string find_program(const std::string& name) {
  if (name.empty()) throw std::invalid_argument("the name of a program is missing");
  if (name.find('/') != std::string::npos) return find_at(name);
  const char* variable = std::getenv("PATH");
  std::istringstream path(variable == nullptr ? "" : variable);
  for (std::string dir; std::getline(path, dir, ':');) {
    std::string candidate = fmt::format("{}/{}", dir.empty() ? "." : dir, name);
    if (is_file(candidate) && access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  const std::string hint =
      is_file(name) ? fmt::format("; the one in this directory is ./{}", name) : std::string();
  throw std::invalid_argument(fmt::format("there is no program {} on PATH{}", name, hint));
}

}  // namespace gapmeter
