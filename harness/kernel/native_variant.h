// Native variants: plain functions, bound to a kernel's buffers by their signature.
//
// A variant takes the kernel's inputs in the order of declaration, std::span<const T> for arrays
// and T for scalars. It returns its one output, T or std::vector<T> (allocated inside the timed
// region and freed there), or returns nothing and takes a std::span<T> for every output after the
// inputs (the caller's buffers, touched beforehand).
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
#include "harness/kernel/sink.h"

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

 protected:
  explicit NativeCall(Invoke function) : invoke_(function) {}

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

// The argument for parameter T: an input, or one of the caller's output buffers.
template <class T>
T argument(const Inputs& inputs, std::vector<Buffer>& outputs, std::size_t index) {
  constexpr ParameterType type = Parameter<T>::type;
  if constexpr (type.kind == Kind::writable_array) {
    return outputs.at(index - inputs.fields.size()).as<typename T::element_type>();
  } else if constexpr (type.kind == Kind::array) {
    return inputs.fields.at(index).buffer.as<typename T::value_type>();
  } else {
    return inputs.fields.at(index).buffer.as<T>()[0];
  }
}

template <auto Function, class Signature = decltype(+Function)>
class BoundCall;

template <auto Function, class Result, class... Parameters>
class BoundCall<Function, Result (*)(Parameters...)> final : public NativeCall {
 public:
  BoundCall(const Inputs& inputs, std::vector<OutputShape> outputs)
      : BoundCall(inputs, std::move(outputs), std::index_sequence_for<Parameters...>{}) {}

  static NativeVariant variant(std::string name) {
    return {std::move(name),
            {Parameter<std::remove_cv_t<Parameters>>::type...},
            Returned<Result>::type,
            [](const Inputs& inputs, std::vector<OutputShape> outputs) {
              return std::make_unique<BoundCall>(inputs, std::move(outputs));
            }};
  }

  std::vector<Buffer> result() override {
    if constexpr (std::is_void_v<Result>) {
      std::apply(Function, arguments_);
      std::vector<Buffer> copies;
      for (const Buffer& output : outputs_) copies.push_back(output.clone());
      return copies;
    } else {
      return single(std::apply(Function, arguments_));
    }
  }

 private:
  template <std::size_t... Index>
  BoundCall(const Inputs& inputs, std::vector<OutputShape> shapes, std::index_sequence<Index...>)
      : NativeCall(&BoundCall::call),
        shapes_(std::move(shapes)),
        outputs_(std::is_void_v<Result> ? allocate(shapes_) : std::vector<Buffer>{}),
        arguments_{argument<std::remove_cv_t<Parameters>>(inputs, outputs_, Index)...} {}

  static void call(NativeCall& self) {
    auto& bound = static_cast<BoundCall&>(self);
    if constexpr (std::is_void_v<Result>) {
      std::apply(Function, bound.arguments_);
      keep(bound);
    } else {
      keep(std::apply(Function, bound.arguments_));
    }
  }

  static std::vector<Buffer> allocate(const std::vector<OutputShape>& shapes) {
    std::vector<Buffer> buffers;
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
  std::tuple<Parameters...> arguments_;
};

}  // namespace detail

// The variant `name`, computed by Function, a function or a lambda without captures.
template <auto Function>
NativeVariant native(std::string name) {
  return detail::BoundCall<Function>::variant(std::move(name));
}

}  // namespace gapmeter
