// Is a variant's result right? Compared element by element with the reference's, before any timing.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "harness/kernel/kernel.h"
#include "harness/worker/lane_runner.h"

namespace gapmeter {

// What a variant that is not right in every call is told.
inline constexpr const char* start_from_the_same =
    "each call must start from the same data; see inout";

struct OutputCheck {
  bool matches = true;
  double max_error = 0;      // largest |actual - expected| over finite elements
  std::string difference{};  // where and by how much, when it does not match
  bool comparable = true;  // false when type or shape differ, so that there is no error to measure
};

// An element matches if |actual - expected| <= abs + rel * |expected|. NaN matches only NaN, and an
// infinity only the same infinity. Integers must be equal, whatever the tolerance. A floating-point
// actual never matches an integer expected.
OutputCheck check_output(const Buffer& expected, const Buffer& actual, Tolerance tolerance);

// Compares everything that is verified of a call (results_of); reports the first difference found.
OutputCheck check_outputs(const Kernel& kernel, const Inputs& inputs,
                          const std::vector<Buffer>& expected, const std::vector<Buffer>& actual);

// Calls once and compares. A result of the wrong type or shape does not match; throws whatever else
// the variant throws.
OutputCheck check_result(const Kernel& kernel, const Inputs& inputs,
                         const std::vector<Buffer>& expected, PreparedCall& call);

// What the kernel's reference makes of the inputs.
std::vector<Buffer> reference_results(const Kernel& kernel,
                                      const std::shared_ptr<const Inputs>& inputs);

}  // namespace gapmeter
