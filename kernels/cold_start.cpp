// cold_start: from the start of a process to its first prediction.
//
// Timed: starting a program that reads a model from a file, recognises one handwritten digit,
// prints it and ends. The programs are kernels/programs/cold_start.cpp and, for the Python
// variants, python_baselines/programs/cold_start.py. Everything they need is in the page cache, as
// on a machine that starts them often. In the job `evicted` their files are
// dropped from it first, if the system allows that; dropping them takes part of the time. Each
// variant reports how much memory its program uses (metrics.csv). Serves the claim that native code
// suits serverless and edge (C30).
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "harness/kernel/files.h"
#include "harness/kernel/json_numbers.h"
#include "harness/kernel/kernel.h"

namespace {

constexpr std::size_t pixels = 64;

struct Program {
  std::vector<std::string> command;
};

struct Answer {
  std::int64_t digit = -1;
  double peak_bytes = 0;
};

// What the program prints; throws if it can't be started or does not answer.
Answer ask(const Program& program) {
  std::array<int, 2> answers{};
  if (pipe2(answers.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe");
  }
  std::vector<char*> arguments;
  for (const std::string& argument : program.command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));  // NOLINT: posix_spawn's type
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, answers[1], STDOUT_FILENO);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(answers[1]);
  std::array<char, 64> text{};
  const ssize_t got = error == 0 ? read(answers[0], text.data(), text.size() - 1) : 0;
  close(answers[0]);
  int status = 0;
  if (error == 0) waitpid(pid, &status, 0);
  if (error != 0 || got <= 0 || status != 0) {
    throw std::runtime_error(program.command[0] + " does not answer");
  }
  char* rest = nullptr;
  const std::int64_t digit = std::strtoll(text.data(), &rest, 10);
  return {digit, std::strtod(rest, nullptr)};
}

Program prepare(std::span<const std::int32_t> x, gapmeter::Metrics& report) {
  Program program{{gapmeter::kernel_program("cold_start").string(),
                   gapmeter::kernel_file("models/mlp.json").string()}};
  for (const std::int32_t pixel : x) program.command.push_back(std::to_string(pixel));
  report.add("program_peak_bytes", ask(program).peak_bytes);
  return program;
}

std::int64_t process(const Program& program) { return ask(program).digit; }

// Drops the pages of a file that nobody else has mapped.
void evict(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), path);
  posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  close(fd);
}

std::int64_t process_evicted(const Program& program) {
  evict(program.command[0]);
  evict(program.command[1]);
  return process(program);
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "From the start of a process to its first prediction",
          .item = "prediction",
          .claims = {"C30"},
          .sizes = "1",
          .inputs = {input<std::int32_t>(
              "x", from_json{gapmeter::kernel_file("models/digits.json"), "pixels", pixels},
              always({pixels}))},
          .outputs = {output<std::int64_t>("digit", Tolerance{}, scalar)},
          .cost = [](std::size_t) { return Cost{.items = 1}; },
          .reference = "native",
          .baseline = "bare",
          .native = {native<prepare, process>("native"),
                     native<prepare, process_evicted>("native_evicted", "evicted")}};
}
