// The verify pass of a command: does it print what the reference's command prints, every time?
#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

#include "harness/sys/files.h"
#include "harness/worker/command_call.h"
#include "harness/worker/output_text.h"
#include "harness/worker/passes/pass.h"

namespace gapmeter {
namespace {

std::string reference_output(const CommandTask& task) {
  try {
    return output_of(task.reference);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format(
        "there is nothing to compare with: the reference's command failed: {}", error.what()));
  }
}

// A command that removes what it needs, or finds what it left, runs only once.
std::string second_output(const CommandTask& task) {
  try {
    return output_of(task.command);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(
        fmt::format("in the second call, {}: it has to run again and again", error.what()));
  }
}

}  // namespace

Measurement verify_command(const CommandContext& context) {
  const CommandTask& task = context.task.command.value();
  Measurement measurement{.input_digest = task.input_digest};
  const auto mismatch = [&](std::string reason) {
    measurement.status = Status::mismatch;
    measurement.reason = std::move(reason);
    return measurement;
  };
  const std::string output = output_of(task.command);
  const OutputCheck again = check_text(output, second_output(task), task.tolerance);
  if (!again.matches) {
    return mismatch(
        fmt::format("it prints something else in every call, so that nothing can be "
                    "compared (times, random numbers?): {}",
                    again.difference));
  }
  const OutputCheck check = task.command == task.reference
                                ? OutputCheck{}
                                : check_text(reference_output(task), output, task.tolerance);
  measurement.max_error = check.max_error;
  if (!check.matches) return mismatch(check.difference);
  if (!task.input_file.empty() && digest_of_files({task.input_file}) != task.input_digest) {
    return mismatch("it changed its input {file}");
  }
  return measurement;
}

}  // namespace gapmeter
