// Native variants: plain functions, bound to a kernel's buffers by their signature.
//
// A variant takes the kernel's inputs in the order of declaration, std::span<const T> for arrays
// and T for scalars. It returns its one output, T or std::vector<T> (allocated inside the timed
// region and freed there), or returns nothing and takes a std::span<T> for every output after the
// inputs (the caller's buffers, touched beforehand).
//
// A variant that needs something other than plain arrays has two functions: one that makes it from
// the inputs, untimed, and one that takes it by reference, and the outputs' spans as above. The
// first may have a Metrics& as its last parameter, to report figures of its own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "harness/kernel/buffer.h"
#include "harness/kernel/inputs.h"
#include "harness/kernel/metrics.h"
#include "harness/base/keep.h"

namespace gapmeter {

// The result of a variant has the wrong type, shape or value. what() says which.
class WrongResult : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A variant bound to its arguments. The harness calls through `invoke` and nothing else inside a
// timed region: one indirect call, which keeps the compiler from hoisting or merging calls.
class NativeCall {
 public:
  using Invoke = void (*)(NativeCall&);

  virtual ~NativeCall() = default;
  NativeCall(const NativeCall&) = delete;
  NativeCall& operator=(const NativeCall&) = delete;

  Invoke invoke() const { return invoke_; }

  // Calls once and returns the outputs. Throws WrongResult when an array is not of the declared
  // length.
  virtual std::vector<Buffer> result() = 0;

  // What the preparation reported.
  const std::vector<Metric>& metrics() const { return metrics_.metrics(); }

 protected:
  explicit NativeCall(Invoke function) : invoke_(function) {}

  Metrics metrics_;

 private:
  Invoke invoke_;
};

struct OutputShape {
  DType dtype;
  Shape shape;
};

enum class Kind : std::uint8_t { scalar, array, writable_array, nothing };

struct ParameterType {
  Kind kind;
  DType dtype;  // meaningless where kind is nothing
  bool operator==(const ParameterType&) const = default;
};

struct NativeVariant {
  std::string name;
  std::vector<ParameterType> parameters;
  ParameterType returns;
  std::function<std::unique_ptr<NativeCall>(const Inputs&, std::vector<OutputShape>)> bind;
};

namespace detail {

template <class T>
struct Parameter {
  static_assert(is_element<T>,
                "a native variant takes std::span<const T>, std::span<T> or T, where T is float, "
                "double, int32_t, int64_t or uint8_t");
  static constexpr ParameterType type{Kind::scalar, dtype_of<T>()};
};
template <Element T>
struct Parameter<std::span<const T>> {
  static constexpr ParameterType type{Kind::array, dtype_of<T>()};
};
template <Element T>
struct Parameter<std::span<T>> {
  static constexpr ParameterType type{Kind::writable_array, dtype_of<T>()};
};

template <class T>
struct Returned {
  static_assert(is_element<T>, "a native variant returns nothing, T or std::vector<T>");
  static constexpr ParameterType type{Kind::scalar, dtype_of<T>()};
};
template <Element T>
struct Returned<std::vector<T>> {
  static constexpr ParameterType type{Kind::array, dtype_of<T>()};
};
template <>
struct Returned<void> {
  static constexpr ParameterType type{Kind::nothing, DType::u8};
};

// Where arguments come from.
struct Sources {
  const Inputs& inputs;
  std::vector<Buffer>& outputs;
  Metrics& report;
};

// The argument for parameter T: the report, an input, or one of the caller's output buffers, which
// are counted after the inputs.
template <class T>
T argument(const Sources& sources, std::size_t index) {
  if constexpr (std::is_same_v<T, Metrics&>) {
    return sources.report;
  } else if constexpr (Parameter<T>::type.kind == Kind::writable_array) {
    return sources.outputs.at(index - sources.inputs.fields.size())
        .template as<typename T::element_type>();
  } else if constexpr (Parameter<T>::type.kind == Kind::array) {
    return sources.inputs.fields.at(index).buffer.template as<typename T::value_type>();
  } else {
    return sources.inputs.fields.at(index).buffer.template as<T>()[0];
  }
}

// The parameters that stand for inputs and outputs.
template <class... Parameters>
std::vector<ParameterType> types_of() {
  std::vector<ParameterType> types;
  [[maybe_unused]] const auto add = [&]<class T>(std::type_identity<T>) {
    if constexpr (!std::is_same_v<T, Metrics&>) types.push_back(Parameter<T>::type);
  };
  (add(std::type_identity<std::remove_cv_t<Parameters>>{}), ...);
  return types;
}

// What a call does: Function, on inputs and outputs.
template <auto Function, class Signature = decltype(+Function)>
class Direct;

template <auto Function, class Result, class... Parameters>
class Direct<Function, Result (*)(Parameters...)> {
 public:
  static_assert((!std::is_same_v<Parameters, Metrics&> && ...), "only a preparation reports");
  using Returns = Result;
  static std::vector<ParameterType> parameters() { return types_of<Parameters...>(); }

  explicit Direct(const Sources& sources)
      : Direct(sources, std::index_sequence_for<Parameters...>{}) {}

  Result operator()() { return std::apply(Function, arguments_); }

 private:
  template <std::size_t... Index>
  Direct(const Sources& sources, std::index_sequence<Index...> /*parameters*/)
      : arguments_{argument<std::remove_cv_t<Parameters>>(sources, Index)...} {}

  std::tuple<Parameters...> arguments_;
};

// Function, on what Prepare made from the inputs, and on outputs.
template <auto Prepare, auto Function, class PrepareSignature = decltype(+Prepare),
          class Signature = decltype(+Function)>
class Prepared;

template <auto Prepare, auto Function, class State, class... Parameters, class Result,
          class StateReference, class... OutputSpans>
class Prepared<Prepare, Function, State (*)(Parameters...),
               Result (*)(StateReference, OutputSpans...)> {
 public:
  static_assert(std::is_reference_v<StateReference> &&
                    std::is_same_v<std::remove_cvref_t<StateReference>, State>,
                "the first parameter of a prepared variant is a reference to what its preparation "
                "returns");
  using Returns = Result;
  static std::vector<ParameterType> parameters() {
    return types_of<Parameters..., OutputSpans...>();
  }

  explicit Prepared(const Sources& sources)
      : Prepared(sources, std::index_sequence_for<Parameters...>{},
                 std::index_sequence_for<OutputSpans...>{}) {}

  Result operator()() {
    return std::apply([&](auto... spans) { return Function(state_, spans...); }, outputs_);
  }

 private:
  template <std::size_t... Input, std::size_t... Output>
  Prepared(const Sources& sources, std::index_sequence<Input...> /*parameters*/,
           std::index_sequence<Output...> /*outputs*/)
      : state_(Prepare(argument<std::remove_cv_t<Parameters>>(sources, Input)...)),
        outputs_{argument<OutputSpans>(sources, sources.inputs.fields.size() + Output)...} {}

  State state_;
  std::tuple<OutputSpans...> outputs_;
};

// Work is Direct or Prepared.
template <class Work>
class BoundCall final : public NativeCall {
 public:
  using Result = typename Work::Returns;

  BoundCall(const Inputs& inputs, std::vector<OutputShape> shapes)
      : NativeCall(&BoundCall::call),
        shapes_(std::move(shapes)),
        outputs_(std::is_void_v<Result> ? allocate(shapes_) : std::vector<Buffer>{}),
        work_(Sources{inputs, outputs_, metrics_}) {}

  static NativeVariant variant(std::string name) {
    return {std::move(name), Work::parameters(), Returned<Result>::type,
            [](const Inputs& inputs, std::vector<OutputShape> shapes) {
              return std::make_unique<BoundCall>(inputs, std::move(shapes));
            }};
  }

  std::vector<Buffer> result() override {
    if constexpr (std::is_void_v<Result>) {
      work_();
      std::vector<Buffer> copies;
      for (const Buffer& output : outputs_) copies.push_back(output.clone());
      return copies;
    } else {
      return single(work_());
    }
  }

 private:
  static void call(NativeCall& self) {
    auto& bound = static_cast<BoundCall&>(self);
    if constexpr (std::is_void_v<Result>) {
      bound.work_();
      keep(bound);
    } else {
      keep(bound.work_());
    }
  }

  static std::vector<Buffer> allocate(const std::vector<OutputShape>& shapes) {
    std::vector<Buffer> buffers;
    buffers.reserve(shapes.size());
    for (const auto& [dtype, shape] : shapes) buffers.emplace_back(dtype, shape);
    return buffers;
  }

  template <Element T>
  std::vector<Buffer> single(T value) const {
    std::vector<Buffer> outputs = allocate(shapes_);
    outputs.at(0).as<T>()[0] = value;
    return outputs;
  }
  template <Element T>
  std::vector<Buffer> single(const std::vector<T>& values) const {
    std::vector<Buffer> outputs = allocate(shapes_);
    const std::span<T> target = outputs.at(0).as<T>();
    if (values.size() != target.size()) {
      throw WrongResult("returned " + std::to_string(values.size()) + " values, expected " +
                        std::to_string(target.size()));
    }
    std::copy(values.begin(), values.end(), target.begin());
    return outputs;
  }

  std::vector<OutputShape> shapes_;
  std::vector<Buffer> outputs_;
  Work work_;
};

}  // namespace detail

// The variant `name`, computed by Function, a function or a lambda without captures.
template <auto Function>
NativeVariant native(std::string name) {
  return detail::BoundCall<detail::Direct<Function>>::variant(std::move(name));
}

// The same with a preparation: Function works on what Prepare returned.
template <auto Prepare, auto Function>
NativeVariant native(std::string name) {
  return detail::BoundCall<detail::Prepared<Prepare, Function>>::variant(std::move(name));
}

}  // namespace gapmeter
