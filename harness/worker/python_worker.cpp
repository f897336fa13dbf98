// The Python lane, compiled twice: into the executable that embeds an interpreter and, with
// GAPMETER_EXTENSION, as the extension module gapmeter_worker that a stock interpreter loads
// (harness/python/stock_worker.py). The only file of the harness that includes pybind11. What is
// easier to write in Python is in harness/python/gapmeter.py.
#include <fmt/format.h>
#ifndef GAPMETER_EXTENSION
#include <pybind11/embed.h>
#endif
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

#include "build_info.h"
#include "harness/base/channel.h"
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

// Exports one input to Python as a read-only buffer and keeps the inputs alive while it is viewed.
struct InputArray {
  std::shared_ptr<const Inputs> inputs;
  const Buffer* buffer;

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
            /*readonly=*/true};
  }
};

void register_inputs(py::module_& module) {
  py::class_<InputArray>(module, "InputArray", py::buffer_protocol())
      .def_buffer([](InputArray& self) { return self.info(); });
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

py::object namespace_of(const std::shared_ptr<const Inputs>& inputs) {
  py::object space = py::module_::import("gapmeter").attr("Inputs")();
  space.attr("n") = inputs->n;
  for (const auto& [name, buffer] : inputs->fields) {
    space.attr(name.c_str()) =
        buffer.shape().empty() ? scalar_of(buffer)
                               : py::object(py::memoryview(py::cast(InputArray{inputs, &buffer})));
  }
  return space;
}

std::string text(const py::handle& object) { return py::str(object).cast<std::string>(); }

// "file.py, line 12" of the innermost frame, or nothing.
std::string place_of(const py::error_already_set& error) {
  const auto frames = py::module_::import("traceback").attr("extract_tb")(error.trace());
  if (py::len(frames) == 0) return "";
  const py::object last = frames[py::int_(-1)];
  const auto file = std::filesystem::path(text(last.attr("filename"))).filename().string();
  return fmt::format(" ({}, line {})", file, text(last.attr("lineno")));
}

// The exception's own text. The variant's code makes it, and may itself raise.
std::string message_of(const py::error_already_set& error) {
  try {
    return text(error.value());
  } catch (const py::error_already_set&) {
    return "(its message can't be made)";
  }
}

// Rethrows a Python exception as the C++ one that the passes know. The traceback goes to stderr,
// which the program captures.
[[noreturn]] void translate(py::error_already_set& error) {
  const py::object support = py::module_::import("gapmeter");
  const std::string message = message_of(error);
  if (error.matches(support.attr("Skip"))) throw Skipped(message);
  if (error.matches(support.attr("WrongResult"))) throw WrongResult(message);
  if (error.matches(PyExc_MemoryError)) throw std::bad_alloc();
  const std::string place = error.trace() ? place_of(error) : "";
  if (error.matches(PyExc_SystemExit)) {
    throw std::runtime_error(fmt::format("called sys.exit({}){}", message, place));
  }
  const std::string type = text(error.type().attr("__name__"));
  py::module_::import("traceback")
      .attr("print_exception")(error.type(), error.value(), error.trace());
  throw std::runtime_error(type + (message.empty() ? "" : ": " + message) + place);
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

class PythonPreparedCall final : public PreparedCall {
 public:
  PythonPreparedCall(py::object function, py::tuple arguments, const py::dict& metrics,
                     std::vector<OutputShape> shapes)
      : function_(std::move(function)),
        arguments_(std::move(arguments)),
        stack_(1, nullptr),  // slot 0 belongs to the callee
        shapes_(std::move(shapes)) {
    for (const py::handle argument : arguments_) stack_.push_back(argument.ptr());
    for (const auto& [name, value] : metrics) {
      metrics_.add(name.cast<std::string>(), value.cast<double>());
    }
  }

  void run(std::int64_t calls) override {
    in_python([&] {
      // The offset flag lends slot 0 to the callee: a bound method puts its self into it.
      const std::size_t count = (stack_.size() - 1) | PY_VECTORCALL_ARGUMENTS_OFFSET;
      PyObject* const function = function_.ptr();
      PyObject** const arguments = stack_.data() + 1;
      for (std::int64_t i = 0; i < calls; ++i) {
        PyObject* result = PyObject_Vectorcall(function, arguments, count, nullptr);
        if (result == nullptr) throw py::error_already_set();
        Py_DECREF(result);
      }
    });
  }

  std::vector<Buffer> result() override {
    return in_python([&] {
      const py::object returned = function_(*arguments_);
      std::vector<Buffer> outputs;
      if (shapes_.empty()) {
        if (!returned.is_none()) throw WrongResult("returned a value, expected None");
      } else if (shapes_.size() == 1) {
        outputs.push_back(converted(returned, 0));
      } else {
        convert_all(returned, outputs);
      }
      return outputs;
    });
  }

  std::vector<Metric> metrics() const override { return metrics_.metrics(); }

 private:
  void convert_all(const py::object& returned, std::vector<Buffer>& outputs) const {
    if (!py::isinstance<py::tuple>(returned) || py::len(returned) != shapes_.size()) {
      throw WrongResult(fmt::format("expected a tuple of {} outputs", shapes_.size()));
    }
    const auto values = returned.cast<py::tuple>();
    for (std::size_t i = 0; i < shapes_.size(); ++i) outputs.push_back(converted(values[i], i));
  }

  Buffer converted(const py::object& value, std::size_t index) const {
    const OutputShape& declared = shapes_[index];
    const py::object as_output = py::module_::import("gapmeter").attr("as_output");
    const py::tuple shape = py::tuple(py::cast(declared.shape));
    const py::tuple wide = as_output(value, std::string(name_of(declared.dtype)), shape);
    Buffer output(is_floating(declared.dtype) ? DType::f64 : DType::i64, declared.shape);
    const py::buffer_info numbers = wide[0].cast<py::buffer>().request();
    std::copy_n(static_cast<const std::byte*>(numbers.ptr), output.bytes(),
                static_cast<std::byte*>(output.data()));
    return output;
  }

  py::object function_;
  py::tuple arguments_;
  std::vector<PyObject*> stack_;  // borrowed from arguments_
  std::vector<OutputShape> shapes_;
  Metrics metrics_;
};

// A callback in gc.callbacks, which the collector calls at the start and at the end of each run.
class PythonCollectionWatch final : public CollectionWatch {
 public:
  PythonCollectionWatch()
      : callbacks_(py::module_::import("gc").attr("callbacks")),
        callback_(
            py::cpp_function([counted = counted_](const std::string& phase, const py::dict& info) {
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

  std::unique_ptr<PreparedCall> prepare(const Kernel& kernel, const std::string& variant,
                                        std::shared_ptr<const Inputs> inputs) override {
    return in_python([&]() -> std::unique_ptr<PreparedCall> {
      const std::size_t n = inputs->n;
      const std::string path = fmt::format("{}/{}.py", python_dir_, kernel.name);
      // The namespace goes out of scope with `bind`'s arguments, and the inputs with it, unless the
      // variant kept a view of them.
      const py::tuple bound =
          py::module_::import("gapmeter").attr("bind")(path, variant, namespace_of(inputs));
      return std::make_unique<PythonPreparedCall>(bound[0], bound[1], bound[2],
                                                  output_shapes(kernel, n));
    });
  }

  void collect_garbage() override { PyGC_Collect(); }

  std::unique_ptr<CollectionWatch> watch_collections() override {
    return in_python([] { return std::make_unique<PythonCollectionWatch>(); });
  }

  PythonDescription describe(const std::string& module) const {
    return in_python([&] {
      const py::dict found = py::module_::import("gapmeter").attr("describe")(python_dir_, module);
      PythonDescription description;
      description.modules = found["modules"].cast<std::vector<std::string>>();
      for (const py::handle item : found["variants"]) {
        const auto variant = item.cast<py::dict>();
        description.variants.push_back({variant["kernel"].cast<std::string>(),
                                        variant["name"].cast<std::string>(),
                                        variant["requires"].cast<std::vector<std::string>>(),
                                        variant["max_size"].cast<std::optional<std::size_t>>(),
                                        variant["quick"].cast<bool>()});
      }
      for (const py::handle item : found["problems"]) {
        const auto problem = item.cast<std::pair<std::string, std::string>>();
        description.problems.push_back({problem.first, problem.second});
      }
      description.version = found["version"].cast<std::string>();
      description.build = found["build"].cast<std::string>();
      description.executable = found["executable"].cast<std::string>();
      description.link = found["link"].cast<std::string>();
      description.numpy_version = found["numpy_version"].cast<std::string>();
      description.numpy_blas = found["numpy_blas"].cast<std::string>();
      return description;
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
                path.insert(0, GAPMETER_PYTHON_SUPPORT_DIR);
                path.insert(1, request.extension_dir);
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

}  // namespace
}  // namespace gapmeter

#ifdef GAPMETER_EXTENSION

PYBIND11_MODULE(gapmeter_worker, module) {
  gapmeter::register_inputs(module);
  module.def(
      "serve",
      [] { gapmeter::end_worker(gapmeter::worker_main(gapmeter::python_lane([] {}, {}))); },
      "Answer the one request on the request pipe, then end the process.");
}

#else

namespace gapmeter {
namespace {

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
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.buffered_stdio = 0;  // the worker ends without finalising, which would lose the buffers
  config.write_bytecode = 0;  // the kernels' directory is not ours to write into
  config.install_signal_handlers = 0;
  PyStatus status = PyConfig_SetBytesString(&config, &config.executable, home.executable.c_str());
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

#endif
