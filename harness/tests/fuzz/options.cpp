// The command line, an argument on each line, and the numbers with a unit in it.
#include "harness/cli/command_line.h"
#include "harness/cli/options.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <stdexcept>
#include <streambuf>
#include <string>
#include <vector>

#include "harness/tests/fuzz/target.h"

using gapmeter::fuzz::expect;

namespace {

// Takes everything and keeps nothing: help and errors are printed for most inputs.
class Nowhere : public std::streambuf {
 protected:
  int_type overflow(int_type c) override { return traits_type::not_eof(c); }
  std::streamsize xsputn(const char*, std::streamsize count) override { return count; }
};

// For as long as it lives: when the program ends, the streams are flushed to where they belong.
class Silence {
 public:
  Silence() : out_(std::cout.rdbuf(&nowhere_)), error_(std::cerr.rdbuf(&nowhere_)) {}
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    std::cout.rdbuf(out_);
    std::cerr.rdbuf(error_);
  }

 private:
  Nowhere nowhere_;
  std::streambuf* out_;
  std::streambuf* error_;
};

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    lines.emplace_back(line.substr(0, line.find('\0')));  // as argv has it
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return lines;
}

void read_numbers(std::string_view text) {
  try {
    const double share = gapmeter::parse_share(text);
    expect(share > 0 && share < 1, "a share is between 0 and 1");
  } catch (const std::invalid_argument&) {
  }
  try {
    const double seconds = gapmeter::parse_duration(text);
    expect(std::isfinite(seconds) && seconds > 0, "a duration is positive");
  } catch (const std::invalid_argument&) {
  }
}

void check(const gapmeter::RunOptions& run) {
  expect(run.rounds >= 1 && run.rounds <= 100'000, "rounds are in range");
  expect(std::isfinite(run.timeout_s) && run.timeout_s > 0, "the timeout is positive");
  expect(!run.budget_s || *run.budget_s > 0, "the budget is positive");
  expect(!run.precision || (*run.precision > 0 && *run.precision < 1), "the precision is a share");
  expect(!run.memory_bytes || *run.memory_bytes > 0, "the memory limit is positive");
  expect(!run.cpu || *run.cpu >= 0, "a processor is not negative");
  expect(std::all_of(run.selection.threads.begin(), run.selection.threads.end(),
                     [](int threads) { return threads >= 1 && threads <= 1024; }),
         "numbers of threads are in range");
}

void check(const std::any& options) {
  if (const auto* run = std::any_cast<gapmeter::RunCommandOptions>(&options)) check(run->run);
  if (const auto* again = std::any_cast<gapmeter::ReproduceOptions>(&options)) check(again->run);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Silence silence;
  const std::vector<std::string> lines = lines_of(gapmeter::fuzz::text_of(data, size));
  std::vector<const char*> argv{"gapmeter"};
  for (const std::string& line : lines) {
    if (line.starts_with("--config")) return 0;  // would read a file that the input names
    read_numbers(line);
    argv.push_back(line.c_str());
  }
  const auto parsed = gapmeter::parse_command_line(static_cast<int>(argv.size()), argv.data());
  if (const auto* early = std::get_if<gapmeter::EarlyExit>(&parsed)) {
    expect(early->status == 0 || early->status == 2, "the exit status is 0 or 2");
  } else {
    check(std::get<gapmeter::ParsedCommand>(parsed).bound.options());
  }
  return 0;
}
