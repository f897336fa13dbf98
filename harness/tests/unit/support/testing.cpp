#include "harness/tests/unit/support/testing.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace gapmeter::test {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

std::string read_to_end(int fd) {
  std::string text;
  char chunk[4096];
  for (ssize_t got = 0; (got = read(fd, chunk, sizeof chunk)) != 0;) {
    if (got > 0) text.append(chunk, static_cast<std::size_t>(got));
    if (got < 0 && errno != EINTR) fail("read");
  }
  return text;
}

[[noreturn]] void report_and_exit(const std::function<std::string()>& body, int fd) {
  std::string report;
  try {
    report = body();
  } catch (const std::exception& error) {
    report = std::string("threw: ") + error.what();
  }
  const bool whole = write(fd, report.data(), report.size()) == static_cast<ssize_t>(report.size());
  _exit(whole ? 0 : 1);
}

}  // namespace

TempDir::TempDir() {
  std::string name = (fs::temp_directory_path() / "gapmeter-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) fail("mkdtemp");
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  return {std::istream_iterator<std::string>(stream), {}};
}

std::string contents_of(const fs::path& path) {
  const std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path.string() + " can't be read");
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

std::string in_child(const std::function<std::string()>& body) {
  int ends[2];
  if (pipe(ends) != 0) fail("pipe");
  const pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) report_and_exit(body, ends[1]);
  close(ends[1]);
  std::string report = read_to_end(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) return "died: signal " + std::to_string(WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) return "died: status " + std::to_string(WEXITSTATUS(status));
  return report;
}

std::vector<int> children_of_this_process() {
  std::vector<int> children;
  for (const auto& thread : fs::directory_iterator("/proc/self/task")) {
    std::ifstream file(thread.path() / "children");
    std::copy(std::istream_iterator<int>(file), {}, std::back_inserter(children));
  }
  return children;
}

}  // namespace gapmeter::test
