#include "harness/worker/perform.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <new>
#include <stdexcept>

#include "harness/worker/passes/pass.h"

namespace gapmeter {
namespace {

const Kernel& find_kernel(const std::vector<Kernel>& kernels, const std::string& name) {
  const auto found = std::find_if(kernels.begin(), kernels.end(),
                                  [&](const Kernel& kernel) { return kernel.name == name; });
  if (found == kernels.end()) {
    throw std::invalid_argument(fmt::format("this build has no kernel '{}'", name));
  }
  return *found;
}

// A run's plan knows of these; another build's is asked for cells without its plan (ab).
void check_description(const Kernel& kernel, std::size_t n) {
  if (!kernel.failure.empty()) throw std::invalid_argument(kernel.failure);
  if (const auto problem = find_problem_at(kernel, n)) throw std::invalid_argument(*problem);
}

}  // namespace

Measurement perform(const Task& task, const std::vector<Kernel>& kernels, LaneRunner& lane,
                    const Turn& turn) {
  const auto ended = [](Status status, std::string reason) {
    return Measurement{.status = status, .reason = std::move(reason)};
  };
  try {
    const PassFunctions pass = functions_of(task.pass);
    if (task.command) return pass.of_command({task, turn});
    if (task.server) return pass.of_server({task, turn});
    const Kernel& kernel = find_kernel(kernels, task.kernel);
    check_description(kernel, task.n);
    return pass.of_function({task, kernel, lane, turn});
  } catch (const Skipped& skipped) {
    return ended(Status::skipped, skipped.what());
  } catch (const WrongResult& wrong) {
    return ended(Status::mismatch, wrong.what());
  } catch (const std::bad_alloc&) {
    return ended(Status::oom, "out of memory");
  } catch (const std::exception& error) {
    return ended(Status::error, error.what());
  } catch (...) {
    return ended(Status::error, "threw something that is not a std::exception");
  }
}

}  // namespace gapmeter
