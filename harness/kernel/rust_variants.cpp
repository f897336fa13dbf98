#include "harness/kernel/rust_variants.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string_view>

namespace gapmeter {
namespace {

constexpr const char* lane = "rust";

std::string string_of(rust::Text text) { return {text.data, text.length}; }

template <class T>
std::span<const T> span_of(rust::Row<T> row) {
  return {row.data, row.count};
}

// By stem. Filled by the constructors of static objects, before main; read-only afterwards.
struct Declared {
  std::map<std::string, std::vector<rust::Variant>> built;
  std::map<std::string, std::vector<NativeVariant>> unbuilt;
};
Declared& declared() {
  static Declared all;
  return all;
}

struct Release {
  void (*function)(void*);
  void operator()(void* bound) const { function(bound); }
};

// A variant bound to the harness's memory. What Rust holds of that is a pointer in a slot, which is
// changed where calls have copies of their own.
class RustCall final : public NativeCall {
 public:
  RustCall(const rust::Variant& variant, const std::vector<ParameterName>& names,
           const std::vector<std::string>& output_names, const Inputs& inputs,
           std::vector<OutputShape> shapes)
      : NativeCall(inputs),
        variant_(variant),
        shapes_(std::move(shapes)),
        outputs_(returns_nothing() ? allocate(shapes_) : std::vector<Buffer>{}) {
    std::vector<rust::Argument> arguments;
    for (const ParameterName& name : names) {
      arguments.push_back(argument(name, output_names, inputs));
    }
    std::vector<rust::Argument*> slots(names.size());
    bound_ = {variant.bind(arguments.data(), slots.data()), Release{variant.release}};
    for (std::size_t field = 0; field < copies_.fields(); ++field) {
      const std::string& changed = copies_.original(field).name;
      const auto found = std::find_if(names.begin(), names.end(), [&](const ParameterName& name) {
        return name.field == changed && !name.is_preparations;
      });
      copy_slots_.push_back(slots.at(static_cast<std::size_t>(found - names.begin())));
    }
  }

  Invoke invoke() override {
    if (copies_.fields() == 0) return {variant_.invoke, bound_.get()};
    return {&RustCall::call_on_next_copies, this};
  }

  PreparedElements prepared_elements() override {
    const auto [dtype, memory] = variant_.elements(bound_.get());
    if (memory.data == nullptr) return {};
    const std::size_t bytes = memory.count * size_in_bytes(dtype);
    return {dtype, {static_cast<std::byte*>(memory.data), bytes}};
  }

 private:
  bool returns_nothing() const { return variant_.returned.kind == Kind::nothing; }

  rust::Argument argument(const ParameterName& name, const std::vector<std::string>& output_names,
                          const Inputs& inputs) {
    if (name.field == "n") return {nullptr, inputs.n};
    if (name.field == "report") return {&metrics_, 0};
    const auto output = std::find(output_names.begin(), output_names.end(), name.field);
    if (output != output_names.end()) {
      Buffer& buffer = outputs_.at(static_cast<std::size_t>(output - output_names.begin()));
      return {buffer.data(), buffer.count()};
    }
    const Buffer& buffer = inputs[name.field];
    // Rust takes it as a shared reference, unless it is an inout field, whose slot is changed.
    return {const_cast<void*>(buffer.data()), buffer.count()};  // NOLINT: not written to
  }

  void use_copies(std::size_t call) override {
    for (std::size_t field = 0; field < copies_.fields(); ++field) {
      Buffer& copy = copies_.at(field, call);
      if (copy.count() > 0) copy_slots_[field]->data = copy.data();
    }
  }

  static void call_on_next_copies(void* self) {
    auto& call = *static_cast<RustCall*>(self);
    call.use_copies(call.next_call_++);
    call.variant_.invoke(call.bound_.get());
  }

  std::vector<Buffer> outputs() override {
    if (returns_nothing()) {
      variant_.invoke(bound_.get());
      std::vector<Buffer> clones;
      for (const Buffer& output : outputs_) clones.push_back(output.clone());
      return clones;
    }
    std::vector<Buffer> outputs = allocate(shapes_);
    Buffer& target = outputs.at(0);
    check_length(variant_.result(bound_.get(), target.data(), target.count()), target.count());
    return outputs;
  }

  const rust::Variant& variant_;
  std::vector<OutputShape> shapes_;
  std::vector<Buffer> outputs_;
  std::unique_ptr<void, Release> bound_{nullptr, Release{nullptr}};
  std::vector<rust::Argument*> copy_slots_;  // of each inout field
};

std::vector<ParameterName> names_of(const rust::Variant& variant) {
  std::vector<ParameterName> names;
  for (const rust::Text name : span_of(variant.names)) {
    names.push_back({string_of(name), names.size() < variant.preparation.count});
  }
  return names;
}

std::vector<ParameterType> types_of(const rust::Variant& variant) {
  std::vector<ParameterType> types;
  for (const auto row : {variant.preparation, variant.parameters}) {
    types.insert(types.end(), row.data, row.data + row.count);
  }
  return types;
}

NativeVariant described(const rust::Variant& variant, const Kernel& kernel) {
  std::vector<std::string> outputs;
  for (const OutputField& field : kernel.outputs) outputs.push_back(field.name);
  std::vector<ParameterName> names = names_of(variant);
  NativeVariant::Bind bind = [&variant, names, outputs](const Inputs& inputs,
                                                        std::vector<OutputShape> shapes) {
    return std::make_unique<RustCall>(variant, names, outputs, inputs, std::move(shapes));
  };
  return {.name = string_of(variant.name),
          .job = string_of(variant.job),
          .parameters = types_of(variant),
          .returns = variant.returned,
          .is_prepared = variant.is_prepared,
          .bind = std::move(bind),
          .names = std::move(names),
          .lane = lane};
}

}  // namespace

RustRegistration::RustRegistration(rust::Library library) {
  for (const rust::Stem& stem : span_of(library)) {
    const auto variants = span_of(stem.variants);
    auto& known = declared().built[string_of(stem.name)];
    known.insert(known.end(), variants.begin(), variants.end());
  }
}

RustRegistration::RustRegistration(std::vector<UnbuiltRustVariant> variants,
                                   const std::string& reason) {
  for (UnbuiltRustVariant& variant : variants) {
    declared().unbuilt[variant.stem].push_back({.name = std::move(variant.name),
                                                .job = std::move(variant.job),
                                                .parameters = {},
                                                .returns = {},
                                                .bind = {},
                                                .lane = lane,
                                                .missing = reason});
  }
}

void append_rust_variants(Kernel& kernel) {
  const Declared& all = declared();
  if (const auto built = all.built.find(kernel.name); built != all.built.end()) {
    for (const rust::Variant& variant : built->second) {
      kernel.native.push_back(described(variant, kernel));
    }
  }
  if (const auto unbuilt = all.unbuilt.find(kernel.name); unbuilt != all.unbuilt.end()) {
    kernel.native.insert(kernel.native.end(), unbuilt->second.begin(), unbuilt->second.end());
  }
}

std::vector<std::string> registered_rust_files() {
  std::vector<std::string> stems;
  for (const auto& [stem, variants] : declared().built) stems.push_back(stem);
  for (const auto& [stem, variants] : declared().unbuilt) stems.push_back(stem);
  std::sort(stems.begin(), stems.end());
  stems.erase(std::unique(stems.begin(), stems.end()), stems.end());
  return stems;
}

}  // namespace gapmeter

// What Rust calls when a variant can't go on: the exception passes through its frames.
extern "C" void gapmeter_rust_raise(gapmeter::rust::Text message) {
  throw std::runtime_error(std::string(message.data, message.length));
}

extern "C" void gapmeter_rust_report(gapmeter::Metrics* metrics, gapmeter::rust::Text name,
                                     double value) {
  metrics->add(std::string(name.data, name.length), value);
}
