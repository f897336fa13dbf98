#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <type_traits>

#include "harness/worker/lane_runner.h"

namespace gapmeter {
namespace {

// Compares elements one by one: a part that is never written, such as a border, stays as it is.
class NativeWatch final : public PreparedWatch {
 public:
  explicit NativeWatch(PreparedElements elements)
      : elements_(elements), before_(elements.bytes.begin(), elements.bytes.end()) {}

  bool spoil_changes(Garbage garbage) override {
    const std::size_t size = size_in_bytes(elements_.dtype);
    const Buffer value = value_of(garbage);
    const auto* bytes = static_cast<const std::byte*>(value.data());
    bool found = false;
    for (std::size_t i = 0; i < before_.size(); i += size) {
      std::byte* const now = elements_.bytes.data() + i;
      if (std::equal(now, now + size, before_.begin() + static_cast<std::ptrdiff_t>(i))) continue;
      std::copy_n(bytes, size, now);
      found = true;
    }
    return found;
  }

 private:
  Buffer value_of(Garbage garbage) const {
    Buffer value(elements_.dtype, {});
    visit_elements(value, [&]<class T>(std::span<T> element) {
      const T large = std::numeric_limits<T>::max() / 3;
      const T other = std::is_signed_v<T> ? static_cast<T>(-large) : static_cast<T>(2 * large);
      element[0] = garbage == Garbage::positive ? large : other;
    });
    return value;
  }

  PreparedElements elements_;
  std::vector<std::byte> before_;
};

class NativePreparedCall final : public PreparedCall {
 public:
  NativePreparedCall(std::shared_ptr<const Inputs> inputs, const NativeVariant& variant,
                     std::vector<OutputShape> shapes)
      : inputs_(std::move(inputs)),
        variant_(variant),
        shapes_(std::move(shapes)),
        call_(variant_.bind(*inputs_, shapes_)) {}

  std::int64_t most_calls() const override { return call_->most_calls(); }

  void restore(std::int64_t calls) override { call_->restore(calls); }

  void run(std::int64_t calls) override {
    if (calls > call_->calls_left()) throw std::logic_error("more calls than restored copies");
    const NativeCall::Invoke invoke = call_->invoke();
    for (std::int64_t i = 0; i < calls; ++i) invoke();
  }

  std::vector<Buffer> result() override { return call_->result(); }

  std::vector<Metric> metrics() const override { return call_->metrics(); }

  std::unique_ptr<PreparedWatch> watch_prepared() override {
    const PreparedElements elements = call_->prepared_elements();
    if (elements.bytes.empty()) return nullptr;
    return std::make_unique<NativeWatch>(elements);
  }

  // Everything is bound again, since scalars are bound by value. What a function keeps, in static
  // variables, survives that.
  bool follow_inputs(const std::shared_ptr<const Inputs>& /*inputs*/) override {
    call_ = variant_.bind(*inputs_, shapes_);
    return true;
  }

 private:
  std::shared_ptr<const Inputs> inputs_;
  NativeVariant variant_;
  std::vector<OutputShape> shapes_;
  std::unique_ptr<NativeCall> call_;
};

}  // namespace

std::unique_ptr<PreparedCall> NativeLane::prepare(const Kernel& kernel, const VariantId& variant,
                                                  std::shared_ptr<const Inputs> inputs) {
  const NativeVariant* const found = find_native(kernel, variant.lane.name(), variant.name);
  if (found == nullptr) {
    throw std::invalid_argument(
        fmt::format("{} has no variant {}", kernel.name, to_string(variant)));
  }
  if (!found->missing.empty()) throw Skipped(found->missing);
  std::vector<OutputShape> shapes = output_shapes(kernel, inputs->n);
  return std::make_unique<NativePreparedCall>(std::move(inputs), *found, std::move(shapes));
}

std::vector<OutputShape> output_shapes(const Kernel& kernel, std::size_t n) {
  std::vector<OutputShape> shapes;
  for (const OutputField& field : kernel.outputs) shapes.push_back({field.dtype, field.shape(n)});
  return shapes;
}

}  // namespace gapmeter
