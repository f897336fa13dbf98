// Native variants: plain functions, bound to a kernel's buffers by their signature.
//
// A variant takes the kernel's inputs in the order of declaration, std::span<const T> for arrays
// and T for scalars. It returns its one output, T or std::vector<T> (allocated inside the timed
// region and freed there), or returns nothing and takes a std::span<T> for every output after the
// inputs (the caller's buffers, touched beforehand). An inout field is a std::span<T> at its place
// among the inputs: every call has a copy of its own to change.
//
// A variant that needs something other than plain arrays has two functions: one that makes it from
// the inputs, untimed, and one that takes it by reference, and the spans of inout fields and of
// outputs as above. The first may have a Metrics& as its last parameter, to report figures of its
// own; it only reads inout fields.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "harness/kernel/buffer.h"
#include "harness/kernel/copies.h"
#include "harness/kernel/inputs.h"
#include "harness/kernel/metrics.h"
#include "harness/base/keep.h"

namespace gapmeter {

// The result of a variant has the wrong type, shape or value. what() says which.
class WrongResult : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A contiguous range of elements that a call may change.
struct PreparedElements {
  DType dtype = DType::u8;
  std::span<std::byte> bytes{};
};

// A variant bound to its arguments. The harness calls through `invoke` and nothing else inside a
// timed region: one indirect call, which keeps the compiler from hoisting or merging calls.
class NativeCall {
 public:
  // What a timed loop calls, and with what: the same in every compiled language.
  struct Invoke {
    void (*function)(void* target);
    void* target;
    void operator()() const { function(target); }
  };

  virtual ~NativeCall() = default;
  NativeCall(const NativeCall&) = delete;
  NativeCall& operator=(const NativeCall&) = delete;

  virtual Invoke invoke() = 0;

  // Calls once, on restored copies, and returns the outputs and what the call left in its copies.
  // Throws WrongResult when an array is not of the declared length.
  std::vector<Buffer> result() {
    restore(1);
    use_copies(next_call_++);
    std::vector<Buffer> results = outputs();
    for (std::size_t field = 0; field < copies_.fields(); ++field) {
      results.push_back(copies_.at(field, 0).clone());
    }
    return results;
  }

  // The elements of what the preparation made, for calls that could change it: empty without a
  // preparation, if a call takes it by const reference, and if it is no contiguous range of
  // elements.
  virtual PreparedElements prepared_elements() { return {}; }

  // What each call changes. A call takes the next copies; a batch begins with restoring them.
  std::int64_t most_calls() const { return copies_.most_calls(); }
  void restore(std::int64_t calls) {
    copies_.restore(calls);
    next_call_ = 0;
  }
  // The calls that still have restored copies.
  std::int64_t calls_left() const {
    return copies_.fields() == 0 ? unlimited_calls
                                 : copies_.restored() - static_cast<std::int64_t>(next_call_);
  }

  // What the preparation reported.
  const std::vector<Metric>& metrics() const { return metrics_.metrics(); }

 protected:
  explicit NativeCall(const Inputs& inputs) : copies_(inputs) {}

  // Lets the next call change the copies of this one.
  virtual void use_copies(std::size_t call) = 0;

  // Calls once and returns the outputs.
  virtual std::vector<Buffer> outputs() = 0;

  Metrics metrics_;
  Copies copies_;
  std::size_t next_call_ = 0;
};

struct OutputShape {
  DType dtype;
  Shape shape;
};

// `size` is n itself, `report` the Metrics of a preparation.
enum class Kind : std::uint8_t { scalar, array, writable_array, nothing, size, report };

struct ParameterType {
  Kind kind;
  DType dtype;  // meaningless where there are no elements
  bool operator==(const ParameterType&) const = default;
};

// What a parameter stands for, where the variant says so by a name.
struct ParameterName {
  std::string field;  // an input, an output, "n" or "report"
  bool is_preparations = false;
};

struct NativeVariant {
  using Bind = std::function<std::unique_ptr<NativeCall>(const Inputs&, std::vector<OutputShape>)>;

  std::string name;
  std::string job{};  // what it is asked to do; empty: the kernel's main job
  std::vector<ParameterType> parameters;
  ParameterType returns;
  // Whether a preparation comes first. Its parameters then precede those of the function itself.
  bool is_prepared = false;
  Bind bind;
  // Of its parameters; nullopt: they are the inputs and outputs in the order of declaration.
  std::optional<std::vector<ParameterName>> names{};
  std::string lane = "native";  // that of its language
  std::string missing{};        // why this build can't bind it; empty if it can
};

// A buffer for each output. Zeroed, so that no page is touched first in a timed region.
inline std::vector<Buffer> allocate(const std::vector<OutputShape>& shapes) {
  std::vector<Buffer> buffers;
  buffers.reserve(shapes.size());
  for (const auto& [dtype, shape] : shapes) buffers.emplace_back(dtype, shape);
  return buffers;
}

// Throws WrongResult unless an array that was returned has the declared length.
inline void check_length(std::size_t returned, std::size_t declared) {
  if (returned == declared) return;
  throw WrongResult("returned " + std::to_string(returned) + " values, expected " +
                    std::to_string(declared));
}

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
  std::size_t inout_fields;
  std::vector<Buffer>& outputs;
  Metrics& report;
};

// The argument for parameter T: the report or an input. Writable spans come later (for_each_span).
template <class T>
T argument(const Sources& sources, std::size_t index) {
  if constexpr (std::is_same_v<T, Metrics&>) {
    return sources.report;
  } else if constexpr (Parameter<T>::type.kind == Kind::writable_array) {
    return {};
  } else if constexpr (Parameter<T>::type.kind == Kind::array) {
    return sources.inputs.fields.at(index).buffer.template as<typename T::value_type>();
  } else {
    return sources.inputs.fields.at(index).buffer.template as<T>()[0];
  }
}

// Calls visit(span, i) with each writable span among the arguments and its place among them: those
// of the inout fields come first, then those of the outputs.
template <class... Arguments, class Visit>
void for_each_span(std::tuple<Arguments...>& arguments, Visit visit) {
  std::size_t place = 0;
  const auto visit_if_span = [&]<class T>(T& argument) {
    if constexpr (Parameter<T>::type.kind == Kind::writable_array) visit(argument, place++);
  };
  std::apply([&](auto&... each) { (visit_if_span(each), ...); }, arguments);
}

// Lets the spans of outputs be those of the caller's buffers.
template <class... Arguments>
void use_outputs(std::tuple<Arguments...>& arguments, std::size_t inout_fields,
                 std::vector<Buffer>& outputs) {
  for_each_span(arguments, [&]<class T>(std::span<T>& span, std::size_t place) {
    if (place >= inout_fields) span = outputs.at(place - inout_fields).template as<T>();
  });
}

// Lets the spans of inout fields be those of one call. Inside the timed region: nothing is checked.
template <class... Arguments>
void use_copies(std::tuple<Arguments...>& arguments, const Copies& copies, std::size_t call) {
  for_each_span(arguments, [&]<class T>(std::span<T>& span, std::size_t place) {
    if (place >= copies.fields()) return;
    Buffer& copy = copies.at(place, call);
    span = {static_cast<T*>(copy.data()), copy.count()};
  });
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
  static constexpr bool is_prepared = false;
  static std::vector<ParameterType> parameters() { return types_of<Parameters...>(); }

  explicit Direct(const Sources& sources)
      : Direct(sources, std::index_sequence_for<Parameters...>{}) {
    use_outputs(arguments_, sources.inout_fields, sources.outputs);
  }

  Result operator()() { return std::apply(Function, arguments_); }
  void use(const Copies& copies, std::size_t call) { use_copies(arguments_, copies, call); }
  PreparedElements prepared_elements() { return {}; }

 private:
  template <std::size_t... Index>
  Direct(const Sources& sources, std::index_sequence<Index...> /*parameters*/)
      : arguments_{argument<std::remove_cv_t<Parameters>>(sources, Index)...} {}

  std::tuple<Parameters...> arguments_;
};

// Function, on what Prepare made from the inputs, and on inout fields and outputs.
template <auto Prepare, auto Function, class PrepareSignature = decltype(+Prepare),
          class Signature = decltype(+Function)>
class Prepared;

template <auto Prepare, auto Function, class State, class... Parameters, class Result,
          class StateReference, class... Spans>
class Prepared<Prepare, Function, State (*)(Parameters...), Result (*)(StateReference, Spans...)> {
 public:
  static_assert(std::is_reference_v<StateReference> &&
                    std::is_same_v<std::remove_cvref_t<StateReference>, State>,
                "the first parameter of a prepared variant is a reference to what its preparation "
                "returns");
  static_assert(((Parameter<Spans>::type.kind == Kind::writable_array) && ...),
                "a prepared variant takes what its preparation returns, then a std::span<T> for "
                "each inout field and output");
  using Returns = Result;
  static constexpr bool is_prepared = true;
  static std::vector<ParameterType> parameters() { return types_of<Parameters..., Spans...>(); }

  explicit Prepared(const Sources& sources)
      : Prepared(sources, std::index_sequence_for<Parameters...>{}) {
    use_outputs(spans_, sources.inout_fields, sources.outputs);
  }

  Result operator()() {
    return std::apply([&](auto... spans) { return Function(state_, spans...); }, spans_);
  }
  void use(const Copies& copies, std::size_t call) { use_copies(spans_, copies, call); }

  PreparedElements prepared_elements() {
    if constexpr (is_changeable &&
                  requires(State & state) { std::data(state) + std::size(state); }) {
      using T = std::remove_pointer_t<decltype(std::data(state_))>;
      if constexpr (is_element<T>) {
        return {dtype_of<T>(),
                std::as_writable_bytes(std::span(std::data(state_), std::size(state_)))};
      }
    }
    return {};
  }

 private:
  static constexpr bool is_changeable = !std::is_const_v<std::remove_reference_t<StateReference>>;

  template <std::size_t... Input>
  Prepared(const Sources& sources, std::index_sequence<Input...> /*parameters*/)
      : state_(Prepare(argument<std::remove_cv_t<Parameters>>(sources, Input)...)) {}

  State state_;
  std::tuple<Spans...> spans_;
};

// Work is Direct or Prepared.
template <class Work>
class BoundCall final : public NativeCall {
 public:
  using Result = typename Work::Returns;

  BoundCall(const Inputs& inputs, std::vector<OutputShape> shapes)
      : NativeCall(inputs),
        shapes_(std::move(shapes)),
        outputs_(std::is_void_v<Result> ? allocate(shapes_) : std::vector<Buffer>{}),
        work_(Sources{inputs, copies_.fields(), outputs_, metrics_}) {}

  static NativeVariant variant(std::string name, std::string job) {
    return {std::move(name),
            std::move(job),
            Work::parameters(),
            Returned<Result>::type,
            Work::is_prepared,
            [](const Inputs& inputs, std::vector<OutputShape> shapes) {
              return std::make_unique<BoundCall>(inputs, std::move(shapes));
            }};
  }

  Invoke invoke() override {
    return {copies_.fields() == 0 ? &BoundCall::call : &BoundCall::call_on_next_copies, this};
  }

  PreparedElements prepared_elements() override { return work_.prepared_elements(); }

 private:
  void use_copies(std::size_t call) override { work_.use(copies_, call); }

  std::vector<Buffer> outputs() override {
    if constexpr (std::is_void_v<Result>) {
      work_();
      std::vector<Buffer> clones;
      for (const Buffer& output : outputs_) clones.push_back(output.clone());
      return clones;
    } else {
      return single(work_());
    }
  }

  static void call_on_next_copies(void* self) {
    auto& bound = *static_cast<BoundCall*>(self);
    bound.work_.use(bound.copies_, bound.next_call_++);
    call(self);
  }

  static void call(void* self) {
    auto& bound = *static_cast<BoundCall*>(self);
    if constexpr (std::is_void_v<Result>) {
      bound.work_();
      keep(bound);
    } else {
      keep(bound.work_());
    }
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
    check_length(values.size(), target.size());
    std::copy(values.begin(), values.end(), target.begin());
    return outputs;
  }

  std::vector<OutputShape> shapes_;
  std::vector<Buffer> outputs_;
  Work work_;
};

}  // namespace detail

// The variant `name`, computed by Function, a function or a lambda without captures. It is compared
// only with variants of the same job; without one it does the kernel's main job.
template <auto Function>
NativeVariant native(std::string name, std::string job = "") {
  return detail::BoundCall<detail::Direct<Function>>::variant(std::move(name), std::move(job));
}

// The same with a preparation: Function works on what Prepare returned.
template <auto Prepare, auto Function>
NativeVariant native(std::string name, std::string job = "") {
  using Work = detail::Prepared<Prepare, Function>;
  return detail::BoundCall<Work>::variant(std::move(name), std::move(job));
}

}  // namespace gapmeter
