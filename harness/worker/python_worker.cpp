// The Python lane in the interpreter that this executable embeds. The only file of the harness that
// includes pybind11. What is easier to write in Python is in harness/python/gapmeter.py. For other
// interpreters see interpreter_lane.h.
#include <fmt/format.h>
#include <pybind11/embed.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <optional>
#include <tuple>

#include "build_info.h"
#include "harness/base/channel.h"
#include "harness/base/installation.h"
#include "harness/worker/lane_runner.h"
#include "harness/worker/worker_main.h"

namespace py = pybind11;

#ifdef GAPMETER_PYTHON_WITHOUT_SHA2
// Replaces a built-in module of which this interpreter's archive contains only half: the modules
// that import it (random, hashlib) fall back on OpenSSL's functions.
extern "C" PyObject* PyInit__sha2() {
  PyErr_SetString(PyExc_ImportError, "_sha2 is not in this build; hashlib has the same functions");
  return nullptr;
}
#endif

namespace gapmeter {
namespace {

// Exports one field to Python as a buffer and keeps its memory alive while it is viewed.
struct FieldArray {
  std::shared_ptr<const void> owner;
  const Buffer* buffer;
  bool is_readonly;

  py::buffer_info info() const {
    const auto item = static_cast<py::ssize_t>(size_in_bytes(buffer->dtype()));
    const std::vector<py::ssize_t> shape(buffer->shape().begin(), buffer->shape().end());
    std::vector<py::ssize_t> strides(shape.size(), item);
    for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
    return {const_cast<void*>(buffer->data()),  // NOLINT: buffer_info has no const form
            item,
            std::string(python_format_of(buffer->dtype())),
            static_cast<py::ssize_t>(shape.size()),
            shape,
            strides,
            is_readonly};
  }
};

void register_inputs(py::module_& module) {
  py::class_<FieldArray>(module, "FieldArray", py::buffer_protocol())
      .def_buffer([](FieldArray& self) { return self.info(); });
}

py::object scalar_of(const Buffer& buffer) {
  switch (buffer.dtype()) {
    case DType::f32:
      return py::float_(buffer.as<float>()[0]);
    case DType::f64:
      return py::float_(buffer.as<double>()[0]);
    case DType::i32:
      return py::int_(buffer.as<std::int32_t>()[0]);
    case DType::i64:
      return py::int_(buffer.as<std::int64_t>()[0]);
    case DType::u8:
      return py::int_(buffer.as<std::uint8_t>()[0]);
  }
  throw std::logic_error("unknown dtype");
}

py::object value_of(const std::shared_ptr<const void>& owner, const Buffer& buffer,
                    bool is_readonly) {
  if (buffer.shape().empty()) return scalar_of(buffer);
  return py::memoryview(py::cast(FieldArray{owner, &buffer, is_readonly}));
}

// What `prepare` gets: all fields to read, of which fields() leaves the inout ones out.
py::object namespace_of(const std::shared_ptr<const Inputs>& inputs) {
  py::object space = py::module_::import("gapmeter").attr("Inputs")();
  space.attr("n") = inputs->n;
  for (const NamedBuffer& field : inputs->fields) {
    space.attr(field.name.c_str()) = value_of(inputs, field.buffer, /*is_readonly=*/true);
    if (field.is_inout) space.attr("left_out").attr("add")(field.name);
  }
  return space;
}

// The copies of inout fields, and what they are copies of.
struct InoutCopies {
  std::shared_ptr<const Inputs> inputs;
  Copies copies;
};

// What `fresh` gets for one call: the inout fields of its own to write, and the others to read,
// which fields() leaves out.
py::object namespace_of(const std::shared_ptr<InoutCopies>& inout, std::size_t call) {
  py::object space = namespace_of(inout->inputs);
  py::set left_out;
  left_out.add("n");
  for (const NamedBuffer& field : inout->inputs->fields) {
    if (!field.is_inout) left_out.add(field.name);
  }
  for (std::size_t i = 0; i < inout->copies.fields(); ++i) {
    const std::string& name = inout->copies.original(i).name;
    space.attr(name.c_str()) = value_of(inout, inout->copies.at(i, call), /*is_readonly=*/false);
  }
  space.attr("left_out") = left_out;
  return space;
}

// Paths may have bytes that are no characters of UTF-8; these are written as escapes.
std::string text(const py::handle& object) {
  const auto bytes = py::reinterpret_steal<py::bytes>(
      PyUnicode_AsEncodedString(py::str(object).ptr(), "utf-8", "backslashreplace"));
  if (!bytes) throw py::error_already_set();
  return bytes;
}

// Rethrows a Python exception as the C++ one that the passes know.
[[noreturn]] void translate(py::error_already_set& error) {
  if (error.trace()) PyException_SetTraceback(error.value().ptr(), error.trace().ptr());
  const py::tuple failure = py::module_::import("gapmeter").attr("failure_of")(error.value());
  const std::string meaning = text(failure[0]), reason = text(failure[1]);
  if (meaning == "skipped") throw Skipped(reason);
  if (meaning == "mismatch") throw WrongResult(reason);
  if (meaning == "oom") throw std::bad_alloc();
  throw std::runtime_error(reason);
}

// Runs `body`, translating what Python raises.
template <class Body>
auto in_python(Body body) {
  try {
    return body();
  } catch (py::error_already_set& error) {
    translate(error);
  }
}

// While what calls change is being restored, the collector's runs are not the calls'.
class Restoring {
 public:
  Restoring() { is_under_way_ = true; }
  Restoring(const Restoring&) = delete;
  Restoring& operator=(const Restoring&) = delete;
  ~Restoring() { is_under_way_ = false; }

  static bool is_under_way() { return is_under_way_; }

 private:
  static inline bool is_under_way_ = false;
};

class PythonWatch final : public PreparedWatch {
 public:
  PythonWatch(const py::tuple& arguments, const py::object& module)
      : watch_(py::module_::import("prepared").attr("Watch")(arguments, module)) {}

  bool spoil_changes(Garbage garbage) override {
    return in_python([&] {
      return watch_.attr("spoil_changes")(garbage == Garbage::positive ? 1 : -1).cast<bool>();
    });
  }

  std::string answers_from_cache() override {
    return in_python([&] { return watch_.attr("answers_from_cache")().cast<std::string>(); });
  }

 private:
  py::object watch_;
};

// The variant of a kernel: where it is declared and what results it has.
struct PythonSource {
  std::string path;
  std::string variant;
  std::vector<OutputField> results;  // results_of the kernel
  std::size_t outputs;               // so many of them are returned
};

class PythonPreparedCall final : public PreparedCall {
 public:
  PythonPreparedCall(PythonSource source, const std::shared_ptr<const Inputs>& inputs)
      : source_(std::move(source)), n_(inputs->n) {
    const std::size_t inout_fields = source_.results.size() - source_.outputs;
    if (inout_fields > 0) {
      inout_ = std::make_shared<InoutCopies>(InoutCopies{inputs, Copies(*inputs)});
    }
    // The namespace goes out of scope with `bind`'s arguments, and the inputs with it, unless the
    // variant kept a view of them.
    const py::tuple bound =
        py::module_::import("gapmeter")
            .attr("bind")(source_.path, source_.variant, namespace_of(inputs), inout_fields);
    function_ = bound[0];
    arguments_ = bound[1];
    fresh_ = bound[2];
    for (const auto& [name, value] : bound[3].cast<py::dict>()) {
      metrics_.add(name.cast<std::string>(), value.cast<double>());
    }
    lay_out_calls();
  }

  std::int64_t most_calls() const override {
    return inout_ ? inout_->copies.most_calls() : unlimited_calls;
  }

  void restore(std::int64_t calls) override {
    if (!inout_) return;
    const Restoring restoring;
    in_python([&] { make_fresh(calls); });
  }

  void run(std::int64_t calls) override {
    if (calls > calls_left()) throw std::logic_error("more calls than restored copies");
    in_python([&] {
      PyObject* const function = function_.ptr();
      PyObject** arguments = next_arguments();
      const std::size_t count = count_;
      const std::ptrdiff_t step = step_;
      for (std::int64_t i = 0; i < calls; ++i) {
        PyObject* result = PyObject_Vectorcall(function, arguments, count, nullptr);
        if (result == nullptr) throw py::error_already_set();
        Py_DECREF(result);
        arguments += step;
      }
      next_call_ += calls;
    });
  }

  std::vector<Buffer> result() override {
    restore(1);
    return in_python([&] {
      const auto returned = py::reinterpret_steal<py::object>(
          PyObject_Vectorcall(function_.ptr(), next_arguments(), count_, nullptr));
      ++next_call_;
      if (!returned) throw py::error_already_set();
      std::vector<Buffer> results = outputs_of(returned);
      for (std::size_t i = source_.outputs; i < source_.results.size(); ++i) {
        results.push_back(left_in(source_.results[i], changed_.front()[i - source_.outputs]));
      }
      return results;
    });
  }

  std::vector<Metric> metrics() const override { return metrics_.metrics(); }

  std::unique_ptr<PreparedWatch> watch_prepared() override {
    return in_python([&]() -> std::unique_ptr<PreparedWatch> {
      const py::object load = py::module_::import("gapmeter").attr("load_module");
      return std::make_unique<PythonWatch>(arguments_, load(source_.path));
    });
  }

  bool follow_inputs(const std::shared_ptr<const Inputs>& inputs) override {
    return in_python([&] {
      const py::object renewed =
          py::module_::import("prepared")
              .attr("follow")(arguments_, source_.path, source_.variant, namespace_of(inputs));
      if (renewed.is_none()) return false;
      arguments_ = renewed;
      spaces_.clear();
      lay_out_calls();
      return true;
    });
  }

 private:
  // Objects are made anew for each call; the memory of its copies is the same in every batch.
  void make_fresh(std::int64_t calls) {
    changed_.clear();
    inout_->copies.restore(calls);
    const py::object fresh_arguments = py::module_::import("gapmeter").attr("fresh_arguments");
    for (std::size_t call = 0; call < static_cast<std::size_t>(calls); ++call) {
      if (call == spaces_.size()) spaces_.push_back(namespace_of(inout_, call));
      changed_.emplace_back(fresh_arguments(fresh_, spaces_[call], inout_->copies.fields()));
    }
    lay_out_calls();
  }

  // The arguments of one call after the other, or of one that all calls share: what it may change,
  // then what was prepared, after a slot that belongs to the callee (a bound method puts its self
  // into it). All borrowed.
  void lay_out_calls() {
    stack_.assign(1, nullptr);
    if (inout_) {
      for (const py::tuple& changed : changed_) {
        append(changed);
        append(arguments_);
        stack_.push_back(nullptr);
      }
    } else {
      append(arguments_);
    }
    next_call_ = 0;
    const std::size_t changed = inout_ ? inout_->copies.fields() : 0;
    count_ = (changed + arguments_.size()) | PY_VECTORCALL_ARGUMENTS_OFFSET;
    step_ = inout_ ? static_cast<std::ptrdiff_t>(changed + arguments_.size() + 1) : 0;
  }

  void append(const py::tuple& arguments) {
    for (const py::handle argument : arguments) stack_.push_back(argument.ptr());
  }

  std::int64_t calls_left() const {
    return inout_ ? std::ssize(changed_) - next_call_ : unlimited_calls;
  }

  PyObject** next_arguments() { return stack_.data() + next_call_ * step_ + 1; }

  std::vector<Buffer> outputs_of(const py::object& returned) const {
    py::list declared;
    for (std::size_t i = 0; i < source_.outputs; ++i) {
      const OutputField& field = source_.results[i];
      declared.append(
          py::make_tuple(field.name, std::string(name_of(field.dtype)), shape_of(field)));
    }
    const py::object as_outputs = py::module_::import("gapmeter").attr("as_outputs");
    std::vector<Buffer> outputs;
    for (const py::handle numbers : as_outputs(returned, declared)) {
      outputs.push_back(copied(numbers, source_.results[outputs.size()]));
    }
    return outputs;
  }

  // What a call left in an inout field.
  Buffer left_in(const OutputField& field, const py::object& value) const {
    const py::object as_output = py::module_::import("gapmeter").attr("as_output");
    return copied(as_output(value, std::string(name_of(field.dtype)), shape_of(field),
                            fmt::format("left in '{}':", field.name)),
                  field);
  }

  py::tuple shape_of(const OutputField& field) const {
    return py::tuple(py::cast(field.shape(n_)));
  }

  Buffer copied(const py::handle& numbers, const OutputField& field) const {
    Buffer output(is_floating(field.dtype) ? DType::f64 : DType::i64, field.shape(n_));
    const py::buffer_info view = numbers.cast<py::buffer>().request();
    std::copy_n(static_cast<const std::byte*>(view.ptr), output.bytes(),
                static_cast<std::byte*>(output.data()));
    return output;
  }

  PythonSource source_;
  std::size_t n_;
  py::object function_;
  py::tuple arguments_;                 // what was prepared
  py::object fresh_;                    // makes what a call may change
  std::shared_ptr<InoutCopies> inout_;  // empty for a kernel without inout fields
  std::vector<py::object> spaces_;      // what `fresh` gets, call by call
  std::vector<py::tuple> changed_;      // what it made
  std::vector<PyObject*> stack_;
  std::size_t count_ = 0;       // of a call's arguments, with the flag that lends slot 0
  std::ptrdiff_t step_ = 0;     // from one call's arguments to the next's
  std::int64_t next_call_ = 0;  // of those in stack_
  Metrics metrics_;
};

// A callback in gc.callbacks, which the collector calls at the start and at the end of each run.
class PythonCollectionWatch final : public CollectionWatch {
 public:
  PythonCollectionWatch()
      : callbacks_(py::module_::import("gc").attr("callbacks")),
        callback_(
            py::cpp_function([counted = counted_](const std::string& phase, const py::dict& info) {
              if (Restoring::is_under_way()) return;
              if (phase == "start") {
                counted->started = Steady::now();
              } else {
                counted->add(info["generation"].cast<std::size_t>());
              }
            })) {
    callbacks_.append(callback_);
  }
  PythonCollectionWatch(const PythonCollectionWatch&) = delete;
  PythonCollectionWatch& operator=(const PythonCollectionWatch&) = delete;
  ~PythonCollectionWatch() override {
    try {
      callbacks_.attr("remove")(callback_);
    } catch (const std::exception&) {
      // The variant has emptied the list itself.
    }
  }

  std::optional<Collections> so_far() const override {
    if (!in_python([&] { return callbacks_.contains(callback_); })) return std::nullopt;
    return counted_->collections;
  }

 private:
  using Steady = std::chrono::steady_clock;

  struct Counted {
    Collections collections{};
    Steady::time_point started{};

    void add(std::size_t generation) {
      const std::int64_t ns =
          std::chrono::duration_cast<std::chrono::nanoseconds>(Steady::now() - started).count();
      // Python 3.14 has more kinds of collections than generations.
      ++collections.count[std::min(generation, collections.count.size() - 1)];
      collections.total_ns += ns;
      collections.longest_ns = std::max(collections.longest_ns, ns);
    }
  };

  std::shared_ptr<Counted> counted_ = std::make_shared<Counted>();
  py::list callbacks_;
  py::object callback_;
};

class PythonLane final : public LaneRunner {
 public:
  explicit PythonLane(std::string python_dir) : python_dir_(std::move(python_dir)) {}

  std::unique_ptr<PreparedCall> prepare(const Kernel& kernel, const VariantId& variant,
                                        std::shared_ptr<const Inputs> inputs) override {
    return in_python([&]() -> std::unique_ptr<PreparedCall> {
      return std::make_unique<PythonPreparedCall>(
          PythonSource{.path = fmt::format("{}/{}.py", python_dir_, kernel.name),
                       .variant = variant.name,
                       .results = results_of(kernel),
                       .outputs = kernel.outputs.size()},
          std::exchange(inputs, nullptr));
    });
  }

  void collect_garbage() override { PyGC_Collect(); }

  std::unique_ptr<CollectionWatch> watch_collections() override {
    return in_python([] { return std::make_unique<PythonCollectionWatch>(); });
  }

  PythonDescription describe(const std::string& module) const {
    return in_python([&] {
      const py::object description = py::module_::import("gapmeter").attr("description");
      return decode_python_description(
          text(description(python_dir_, module, py::arg("engine") = "embedded")));
    });
  }

 private:
  std::string python_dir_;
};

std::vector<std::string> version_warnings() {
  const std::string running = std::string(Py_GetVersion()).substr(0, sizeof PY_VERSION - 1);
  if (running == PY_VERSION) return {};
  return {fmt::format("built for Python {}, running {}: build again", PY_VERSION, running)};
}

// The lane of a worker whose interpreter is started by `start_interpreter`.
WorkerLane python_lane(const std::function<void()>& start_interpreter,
                       std::vector<std::string> warnings) {
  return {.start =
              [start_interpreter](const Request& request) {
                start_interpreter();
                auto path = py::list(py::module_::import("sys").attr("path"));
                path.insert(0, (data_dir() / "python").string());
                path.insert(1, request.extension_dir);
                // Helpers that variants share. Last: a kernel may be called as a standard module
                // is.
                path.append(request.python_dir);
                return std::make_unique<PythonLane>(request.python_dir);
              },
          .describe =
              [warnings = std::move(warnings)](LaneRunner& runner, const DescribeRequest& request,
                                               std::uint64_t nonce) {
                auto description = dynamic_cast<PythonLane&>(runner).describe(request.module);
                description.warnings = warnings;
                for (auto& warning : version_warnings()) {
                  description.warnings.push_back(std::move(warning));
                }
                return encode(description, nonce);
              }};
}

// Ends the process without finalising the interpreter: freeing millions of objects one by one takes
// longer than measuring them did, and a thread that a variant left behind could keep the
// interpreter from ending.
[[noreturn]] void end_worker(int status) {
  std::fflush(nullptr);
  std::_Exit(status);
}

PYBIND11_EMBEDDED_MODULE(gapmeter_inputs, module) { register_inputs(module); }

// The interpreter whose packages to use: that of the active virtual environment if its version is
// the one embedded here, otherwise the one that this was built for.
struct Home {
  std::string executable = GAPMETER_PYTHON_EXECUTABLE;
  std::vector<std::string> warnings{};
};

// The "3.11" of a line "version = 3.11.2" in pyvenv.cfg; empty when there is none.
std::string minor_version_of(const std::filesystem::path& config) {
  std::ifstream file(config);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("version")) continue;
    const std::size_t start = line.find_first_of("0123456789");
    if (start == std::string::npos) continue;
    const std::string version = line.substr(start);
    return version.substr(0, version.find('.', version.find('.') + 1));
  }
  return "";
}

Home find_home() {
  Home home;
  const char* active = std::getenv("VIRTUAL_ENV");
  if (active == nullptr || *active == '\0') return home;
  const std::filesystem::path environment(active);
  const std::string embedded = fmt::format("{}.{}", PY_MAJOR_VERSION, PY_MINOR_VERSION);
  const std::string found = minor_version_of(environment / "pyvenv.cfg");
  if (found == embedded) {
    home.executable = (environment / "bin" / "python").string();
  } else {
    home.warnings.push_back(fmt::format(
        "the active virtual environment {} has Python {}, but this build embeds {}: it is ignored; "
        "make it with {} -m venv",
        active, found.empty() ? "of an unknown version" : found, embedded, home.executable));
  }
  return home;
}

void initialize_interpreter(const Home& home) {
  // Before anything else: what is decoded later, paths too, is decoded so.
  PyPreConfig preconfig;
  PyPreConfig_InitIsolatedConfig(&preconfig);
  preconfig.utf8_mode = 1;
  preconfig.configure_locale = 1;  // as the stock interpreter
  PyStatus status = Py_PreInitialize(&preconfig);
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  // Isolated, but with the packages that the user installed for himself.
  config.isolated = 0;
  config.user_site_directory = 1;
  config.buffered_stdio = 0;  // the worker ends without finalising, which would lose the buffers
  config.write_bytecode = 0;  // the kernels' directory is not ours to write into
  config.install_signal_handlers = 0;
  if (PyStatus_Exception(status) == 0) {
    status = PyConfig_SetBytesString(&config, &config.executable, home.executable.c_str());
  }
  if (PyStatus_Exception(status) == 0) {
    status = PyConfig_SetBytesString(&config, &config.program_name, home.executable.c_str());
  }
  if (PyStatus_Exception(status) == 0) status = Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  if (PyStatus_Exception(status) != 0) {
    throw std::runtime_error(fmt::format("the embedded Python {} does not start with {}: {}",
                                         PY_VERSION, home.executable,
                                         status.err_msg ? status.err_msg : "no reason given"));
  }
  py::module_::import("gapmeter_inputs");
}

}  // namespace
}  // namespace gapmeter

int main(int argc, char** argv) {
  if (argc != 2 || std::string_view(argv[1]) != gapmeter::worker_argument) {
    fmt::print(stderr, "This is gapmeter's Python worker; run gapmeter instead.\n");
    return 2;
  }
  const gapmeter::Home home = gapmeter::find_home();
  gapmeter::end_worker(gapmeter::worker_main(
      gapmeter::python_lane([&] { gapmeter::initialize_interpreter(home); }, home.warnings)));
}
