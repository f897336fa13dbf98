#include "harness/worker/verification.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/model/roles.h"

namespace gapmeter {
namespace {

bool within(double expected, double actual, Tolerance tolerance) {
  if (std::isnan(expected) || std::isnan(actual)) return std::isnan(expected) && std::isnan(actual);
  if (std::isinf(expected) || std::isinf(actual)) return expected == actual;
  return std::abs(actual - expected) <= tolerance.abs + tolerance.rel * std::abs(expected);
}

double distance(double a, double b) { return std::abs(a - b); }

// Exact even if the numbers themselves are too large for a double.
double distance(std::int64_t a, std::int64_t b) {
  const auto [low, high] = std::minmax(a, b);
  return static_cast<double>(static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low));
}

template <class Wide, class Expected, class Actual, class Match>
OutputCheck compare_elements(std::span<const Expected> expected, std::span<const Actual> actual,
                             Match match) {
  OutputCheck check;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto wanted = static_cast<Wide>(expected[i]);
    const auto got = static_cast<Wide>(actual[i]);
    const double error = distance(got, wanted);
    if (std::isfinite(error)) check.max_error = std::max(check.max_error, error);
    if (check.matches && !match(wanted, got)) {
      check.matches = false;
      check.difference = fmt::format("element {} is {}, expected {}", i, got, wanted);
    }
  }
  return check;
}

}  // namespace

OutputCheck check_output(const Buffer& expected, const Buffer& actual, Tolerance tolerance) {
  if (expected.shape() != actual.shape()) {
    return {false, 0,
            fmt::format("its shape is {}, expected {}", to_string(actual.shape()),
                        to_string(expected.shape())),
            /*comparable=*/false};
  }
  if (is_floating(expected.dtype()) != is_floating(actual.dtype())) {
    return {false, 0,
            fmt::format("its type is {}, expected {}", name_of(actual.dtype()),
                        name_of(expected.dtype())),
            /*comparable=*/false};
  }
  return visit_elements(expected, [&](auto wanted) {
    return visit_elements(actual, [&](auto got) {
      if (is_floating(expected.dtype())) {
        return compare_elements<double>(
            wanted, got, [&](double e, double a) { return within(e, a, tolerance); });
      }
      return compare_elements<std::int64_t>(wanted, got, std::equal_to<>());
    });
  });
}

OutputCheck check_outputs(const Kernel& kernel, const Inputs& inputs,
                          const std::vector<Buffer>& expected, const std::vector<Buffer>& actual) {
  if (expected.size() != actual.size()) {
    return {false, 0, fmt::format("{} outputs, expected {}", actual.size(), expected.size())};
  }
  const std::vector<OutputField> fields = results_of(kernel);
  OutputCheck whole;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const OutputField& field = fields.at(i);
    const OutputCheck check = check_output(expected[i], actual[i], field.tolerance(inputs));
    whole.max_error = std::max(whole.max_error, check.max_error);
    whole.comparable = whole.comparable && check.comparable;
    if (whole.matches && !check.matches) {
      whole.matches = false;
      whole.difference = fmt::format("{} '{}': {}", i < kernel.outputs.size() ? "output" : "inout",
                                     field.name, check.difference);
    }
  }
  return whole;
}

OutputCheck check_result(const Kernel& kernel, const Inputs& inputs,
                         const std::vector<Buffer>& expected, PreparedCall& call) {
  try {
    return check_outputs(kernel, inputs, expected, call.result());
  } catch (const WrongResult& wrong) {
    return {.matches = false, .difference = wrong.what(), .comparable = false};
  }
}

std::vector<Buffer> reference_results(const Kernel& kernel,
                                      const std::shared_ptr<const Inputs>& inputs) {
  try {
    return NativeLane().prepare(kernel, reference_of(kernel), inputs)->result();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const Skipped&) {
    throw;
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("the reference {}, which results are held against: {}",
                                         to_string(reference_of(kernel)), error.what()));
  }
}

}  // namespace gapmeter
