// The verify pass: is the variant's result right?
#include <algorithm>

#include "harness/worker/passes/pass.h"
#include "harness/worker/verification.h"

namespace gapmeter {
namespace {

OutputCheck check_result(const Kernel& kernel, const Inputs& inputs,
                         const std::vector<Buffer>& expected, PreparedCall& call) {
  try {
    return check_outputs(kernel, inputs, expected, call.result());
  } catch (const WrongResult& wrong) {
    return {.matches = false, .difference = wrong.what(), .comparable = false};
  }
}

}  // namespace

// Verifies the first call and the second one: a variant that consumes or overwrites its inputs is
// right only once.
Measurement verify(const PassContext& context) {
  const auto& [task, kernel, lane, turn] = context;
  const auto inputs = make_inputs(context, task.n);
  Measurement measurement{.input_digest = digest_text(*inputs)};
  const std::vector<Buffer> expected =
      NativeLane().prepare(kernel, kernel.reference, inputs)->result();
  const auto call = lane.prepare(kernel, task.variant.name, inputs);
  for (const char* when : {"", "in the second call, "}) {
    const OutputCheck check = check_result(kernel, *inputs, expected, *call);
    if (check.comparable) {
      measurement.max_error = std::max(measurement.max_error.value_or(0), check.max_error);
    }
    if (!check.matches) {
      measurement.status = Status::mismatch;
      measurement.reason = when + check.difference;
      return measurement;
    }
  }
  if (digest_text(*inputs) != measurement.input_digest) {
    measurement.status = Status::mismatch;
    measurement.reason = "the variant changed its inputs";
  }
  return measurement;
}

}  // namespace gapmeter
