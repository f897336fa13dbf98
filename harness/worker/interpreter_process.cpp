#include "harness/worker/interpreter_process.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <new>
#include <stdexcept>
#include <system_error>

#include "harness/base/channel.h"
#include "harness/base/text.h"
#include "harness/sys/pipe.h"
#include "harness/worker/lane_runner.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program

namespace gapmeter {
namespace {

[[noreturn]] void fail(const std::string& what, int error) {
  throw std::system_error(error, std::generic_category(), what);
}

pid_t start(std::vector<std::string>& command, int requests, int answers, int inputs) {
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, requests, request_fd);
  posix_spawn_file_actions_adddup2(&files, answers, answer_fd);
  posix_spawn_file_actions_adddup2(&files, inputs, inputs_fd);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, arguments[0], &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) fail("starting " + command.front(), error);
  return pid;
}

[[noreturn]] void throw_meaning(std::string_view meaning, const std::string& reason) {
  if (meaning == "skipped") throw Skipped(reason);
  if (meaning == "mismatch") throw WrongResult(reason);
  if (meaning == "oom") throw std::bad_alloc();
  throw std::runtime_error(reason);
}

}  // namespace

InterpreterProcess::InterpreterProcess(std::vector<std::string> command) : name_(command.front()) {
  Pipe request = make_pipe(), answer = make_pipe();
  requests_ = request.writer.release();
  answers_ = answer.reader.release();
  inputs_ = memfd_create("gapmeter-inputs", MFD_CLOEXEC);
  if (inputs_ < 0) fail("memfd_create", errno);
  // A request to one that has ended must not end this process: how it ended is still to be told.
  signal(SIGPIPE, SIG_IGN);
  pid_ = start(command, request.reader.get(), answer.writer.get(), inputs_);
}

InterpreterProcess::~InterpreterProcess() {
  for (const int fd : {requests_, answers_, inputs_}) close(fd);
  // It ends where its requests do. One that does not, for a thread of its own, is ended with all
  // else that a worker leaves behind.
  constexpr int patience_ms = 1000;
  for (int i = 0; i < patience_ms && waitpid(pid_, nullptr, WNOHANG) == 0; ++i) usleep(1000);
}

std::string InterpreterProcess::ask(const std::string& request) {
  const std::string line = request + "\n";
  for (std::string_view left = line; !left.empty();) {
    const ssize_t put = write(requests_, left.data(), left.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) end_alike();
    left.remove_prefix(static_cast<std::size_t>(put));
  }
  constexpr std::size_t longest_header = 64;
  std::size_t end = std::string::npos;
  while ((end = received_.find('\n')) == std::string::npos) {
    if (received_.size() > longest_header || !read_more(received_.size() + 1)) break;
  }
  if (end == std::string::npos && received_.size() <= longest_header) end_alike();
  const std::string header = take(std::min(end, longest_header) + 1);
  const std::size_t space = header.find(' ');
  std::size_t bytes = 0;
  if (space == std::string::npos ||
      std::from_chars(header.data() + space + 1, header.data() + header.size(), bytes).ec !=
          std::errc()) {
    throw std::runtime_error(
        fmt::format("{} does not answer as a Python does, but '{}'", name_, one_line(header)));
  }
  if (!read_more(bytes)) end_alike();
  const std::string meaning = header.substr(0, space);
  std::string content = take(bytes);
  if (meaning != "ok") throw_meaning(meaning, content);
  return content;
}

std::vector<std::int64_t> InterpreterProcess::ask_numbers(const std::string& request) {
  const std::string bytes = ask(request);
  std::vector<std::int64_t> numbers(bytes.size() / sizeof(std::int64_t));
  std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(std::int64_t));
  return numbers;
}

bool InterpreterProcess::read_more(std::size_t wanted) {
  std::array<char, 65536> chunk{};
  while (received_.size() < wanted) {
    const ssize_t got = read(answers_, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    received_.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return true;
}

std::string InterpreterProcess::take(std::size_t bytes) {
  std::string taken = received_.substr(0, bytes);
  received_.erase(0, bytes);
  return taken;
}

void InterpreterProcess::end_alike() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    const rlimit none{};
    setrlimit(RLIMIT_CORE, &none);  // it has written its own
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
  }
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 2);
}

}  // namespace gapmeter
