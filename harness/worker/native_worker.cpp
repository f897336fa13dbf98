#include "harness/worker/native_worker.h"

#include <memory>

#include "build_info.h"
#include "harness/worker/worker_main.h"

namespace gapmeter {
namespace {

// What another build of the program needs to know to run this one's workers.
NativeDescription describe(const BuiltProgram& program) {
  NativeDescription description{.python_dir = python_dir_of(program).string(),
                                .git_revision = GAPMETER_GIT_REVISION,
                                .kernels = {}};
  for (const Kernel& kernel : registered_kernels()) {
    description.kernels.push_back({.name = kernel.name,
                                   .sizes = kernel.sizes,
                                   .reference = kernel.reference,
                                   .baseline = kernel.baseline,
                                   .variants = {}});
    for (const NativeVariant& variant : kernel.native) {
      if (!variant.missing.empty()) continue;
      description.kernels.back().variants.push_back({variant.name, variant.job, variant.lane});
    }
  }
  return description;
}

}  // namespace

int native_worker(const BuiltProgram& program) {
  return worker_main(
      {.start = [](const Request&) { return std::make_unique<NativeLane>(); },
       .describe = [&](LaneRunner&, const DescribeRequest&,
                       std::uint64_t nonce) { return encode(describe(program), nonce); }});
}

}  // namespace gapmeter
