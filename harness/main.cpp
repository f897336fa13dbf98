// gapmeter: parses the options, then runs the command that they name. With the worker argument,
// which only gapmeter itself passes, it is a worker instead.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <string_view>

#include "harness/base/channel.h"
#include "harness/base/system_failure.h"
#include "harness/cli/command_line.h"
#include "harness/session/suite.h"
#include "harness/sys/files.h"
#include "harness/sys/huge_pages.h"
#include "harness/sys/interrupts.h"
#include "harness/sys/built_program.h"
#include "harness/sys/streams.h"
#include "harness/worker/interpreter_lane.h"
#include "harness/worker/native_worker.h"

namespace {

int run(int argc, char** argv, const gapmeter::Interrupts& interrupts) {
  const auto parsed = gapmeter::parse_command_line(argc, argv);
  if (const auto* early = std::get_if<gapmeter::EarlyExit>(&parsed)) return early->status;
  const auto& chosen = std::get<gapmeter::ParsedCommand>(parsed);
  if (chosen.command->reads_rows) gapmeter::use_huge_pages(argv);
  const gapmeter::Invocation invocation{{argv, argv + argc}, gapmeter::this_program, interrupts};
  if (!chosen.suite.empty()) gapmeter::become_suite(chosen.suite, invocation);
  const int status = chosen.bound.run(invocation);
  // Results that could not be written must not look like success.
  if (std::fflush(stdout) != 0) {
    gapmeter::fail_by_errno("writing to stdout");
  }
  return status;
}

int refuse(const std::exception& error) {
  gapmeter::notice(stderr, fmt::format("gapmeter: {}\n", error.what()));
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc >= 2 && std::string_view(argv[1]) == gapmeter::worker_argument) {
    if (argc > 2) return gapmeter::interpreter_worker({argv + 2, argv + argc});
    return gapmeter::native_worker(gapmeter::this_program);
  }
  gapmeter::hold_standard_streams();
  const gapmeter::Interrupts& interrupts = gapmeter::handle_interrupts();
  try {
    return run(argc, argv, interrupts);
  } catch (const gapmeter::FileError& error) {
    return refuse(error);  // also after Ctrl-C: the user must know of lost results
  } catch (const std::exception& error) {
    return interrupts.stop ? 130 : refuse(error);
  }
}
