#include <fmt/format.h>

#include <algorithm>

#include "harness/worker/lane_runner.h"

namespace gapmeter {
namespace {

class NativePreparedCall final : public PreparedCall {
 public:
  NativePreparedCall(std::shared_ptr<const Inputs> inputs, std::unique_ptr<NativeCall> call)
      : inputs_(std::move(inputs)), call_(std::move(call)) {}

  void run(std::int64_t calls) override {
    NativeCall& call = *call_;
    const NativeCall::Invoke invoke = call.invoke();
    for (std::int64_t i = 0; i < calls; ++i) invoke(call);
  }

  std::vector<Buffer> result() override { return call_->result(); }

  std::vector<Metric> metrics() const override { return call_->metrics(); }

 private:
  std::shared_ptr<const Inputs> inputs_;
  std::unique_ptr<NativeCall> call_;
};

}  // namespace

std::unique_ptr<PreparedCall> NativeLane::prepare(const Kernel& kernel, const std::string& variant,
                                                  std::shared_ptr<const Inputs> inputs) {
  const auto found =
      std::find_if(kernel.native.begin(), kernel.native.end(),
                   [&](const NativeVariant& known) { return known.name == variant; });
  if (found == kernel.native.end()) {
    throw std::invalid_argument(fmt::format("{} has no variant native/{}", kernel.name, variant));
  }
  auto call = found->bind(*inputs, output_shapes(kernel, inputs->n));
  return std::make_unique<NativePreparedCall>(std::move(inputs), std::move(call));
}

std::vector<OutputShape> output_shapes(const Kernel& kernel, std::size_t n) {
  std::vector<OutputShape> shapes;
  for (const OutputField& field : kernel.outputs) shapes.push_back({field.dtype, field.shape(n)});
  return shapes;
}

}  // namespace gapmeter
