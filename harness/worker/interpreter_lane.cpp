#include "harness/worker/interpreter_lane.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <sstream>
#include <utility>

#include "harness/base/system_failure.h"
#include "harness/kernel/copies.h"
#include "harness/protocol/messages.h"
#include "harness/worker/interpreter_process.h"
#include "harness/worker/worker_main.h"

namespace gapmeter {
namespace {

std::string shape_word(const Shape& shape) { return fmt::format("{}", fmt::join(shape, ",")); }

// A number in a form that is read back exactly.
std::string number_word(const Buffer& scalar) {
  return visit_elements(scalar, [](auto elements) {
    if constexpr (std::is_floating_point_v<typename decltype(elements)::value_type>) {
      return fmt::format("{:a}", elements[0]);
    } else {
      return fmt::format("{}", elements[0]);
    }
  });
}

// Where the fields of inputs stand in their part of the file.
struct Places {
  std::vector<std::size_t> offsets;  // of each field
  std::size_t bytes = 0;             // all together
};

Places places_of(const Inputs& inputs) {
  constexpr std::size_t alignment = 64;
  Places places;
  for (const NamedBuffer& field : inputs.fields) {
    places.offsets.push_back(places.bytes);
    if (field.buffer.shape().empty()) continue;  // sent as a number
    places.bytes += (field.buffer.bytes() + alignment - 1) / alignment * alignment;
  }
  return places;
}

}  // namespace

// The part of the interpreter's file that has the inputs of one bound variant. Each is behind the
// last, because what a variant keeps of earlier inputs is still mapped.
class InputsFile {
 public:
  explicit InputsFile(int fd) : fd_(fd), page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {}

  // Returns the offset.
  std::size_t append(const Inputs& inputs) {
    const std::size_t offset = end_;
    write(inputs, offset);
    end_ += (places_of(inputs).bytes + page_ - 1) / page_ * page_;
    return offset;
  }

  void write(const Inputs& inputs, std::size_t offset) const {
    const Places places = places_of(inputs);
    if (places.bytes == 0) return;
    if (offset == end_ && ftruncate(fd_, static_cast<off_t>(offset + places.bytes)) != 0) fail();
    for (std::size_t i = 0; i < inputs.fields.size(); ++i) {
      const Buffer& buffer = inputs.fields[i].buffer;
      if (!buffer.shape().empty()) put(buffer, offset + places.offsets[i]);
    }
  }

 private:
  void put(const Buffer& buffer, std::size_t offset) const {
    const auto* bytes = static_cast<const char*>(buffer.data());
    for (std::size_t done = 0; done < buffer.bytes();) {
      const ssize_t put =
          pwrite(fd_, bytes + done, buffer.bytes() - done, static_cast<off_t>(offset + done));
      if (put < 0 && errno != EINTR) fail();
      if (put > 0) done += static_cast<std::size_t>(put);
    }
  }

  [[noreturn]] static void fail() { fail_by_errno("writing the inputs into memory"); }

  int fd_;
  std::size_t page_;
  std::size_t end_ = 0;
};

// The interpreter, and what this worker knows of it.
struct InterpreterEngine {
  explicit InterpreterEngine(const std::vector<std::string>& command)
      : process(command), inputs(process.inputs_file()) {}

  InterpreterProcess process;
  InputsFile inputs;
  rusage usage{};
};

namespace {

class InterpreterWatch final : public PreparedWatch {
 public:
  explicit InterpreterWatch(InterpreterProcess& process) : process_(process) {
    process_.ask("watch");
  }

  bool spoil_changes(Garbage garbage) override {
    return !process_.ask(garbage == Garbage::positive ? "spoil 1" : "spoil -1").empty();
  }

  std::string answers_from_cache() override { return process_.ask("cache"); }

 private:
  InterpreterProcess& process_;
};

class InterpreterCollections final : public CollectionWatch {
 public:
  explicit InterpreterCollections(InterpreterProcess& process) : process_(process) {}

  std::optional<Collections> so_far() const override {
    const std::vector<std::int64_t> counted = process_.ask_numbers("collected");
    if (counted.size() != 5) return std::nullopt;
    return Collections{.count = {counted[0], counted[1], counted[2]},
                       .total_ns = counted[3],
                       .longest_ns = counted[4]};
  }

 private:
  InterpreterProcess& process_;
};

// What `bind` of engine.py is told of a variant.
struct InterpretedSource {
  std::string kernel, variant;
  std::vector<OutputField> results;
};

class InterpreterCall final : public PreparedCall {
 public:
  InterpreterCall(InterpreterEngine& engine, InterpretedSource source, const Inputs& inputs)
      : engine_(engine),
        source_(std::move(source)),
        n_(inputs.n),
        offset_(engine.inputs.append(inputs)),
        most_calls_(Copies(inputs).most_calls()) {
    std::istringstream lines(engine_.process.ask(bind_request("bind", inputs)));
    std::string name, value;
    while (lines >> name >> value) metrics_.add(name, std::strtod(value.c_str(), nullptr));
  }
  InterpreterCall(const InterpreterCall&) = delete;
  InterpreterCall& operator=(const InterpreterCall&) = delete;
  ~InterpreterCall() override {
    try {
      engine_.process.ask("drop");
    } catch (const std::exception&) {
      // What a variant's objects do when they are freed is not ours to report.
    }
  }

  std::int64_t most_calls() const override { return most_calls_; }

  void restore(std::int64_t calls) override {
    if (most_calls_ != unlimited_calls) engine_.process.ask(fmt::format("restore {}", calls));
  }

  void run(std::int64_t calls) override { engine_.process.ask(fmt::format("run {}", calls)); }

  double seconds_of(std::int64_t calls) override {
    if (announced_.empty() || announced_calls_ != calls) announce(calls, 1);
    const std::int64_t ns = announced_.front();
    announced_.pop_front();
    return static_cast<double>(ns) * 1e-9;
  }

  void announce(std::int64_t calls, std::int64_t batches) override {
    constexpr std::size_t counts = 3;
    const auto numbers = engine_.process.ask_numbers(fmt::format("time {} {}", calls, batches));
    if (numbers.size() != counts + static_cast<std::size_t>(batches)) {
      throw std::runtime_error("the interpreter timed another number of batches");
    }
    engine_.usage.ru_nivcsw = numbers[0];
    engine_.usage.ru_minflt = numbers[1];
    engine_.usage.ru_majflt = numbers[2];
    announced_calls_ = calls;
    announced_.assign(numbers.begin() + counts, numbers.end());
  }

  std::vector<std::int64_t> ns_of_each(std::int64_t wanted_ns, std::size_t most) override {
    return engine_.process.ask_numbers(fmt::format("single {} {}", wanted_ns, most));
  }

  double clock_ns() override {
    return static_cast<double>(engine_.process.ask_numbers("clock").at(0));
  }

  std::vector<Buffer> result() override {
    const std::string bytes = engine_.process.ask("result");
    std::size_t start = 0;
    std::vector<Buffer> results;
    for (const OutputField& field : source_.results) {
      results.emplace_back(is_floating(field.dtype) ? DType::f64 : DType::i64, field.shape(n_));
      Buffer& result = results.back();
      if (start + result.bytes() > bytes.size()) {
        throw std::runtime_error("the interpreter sent other outputs than were declared");
      }
      std::memcpy(result.data(), bytes.data() + start, result.bytes());
      start += result.bytes();
    }
    return results;
  }

  std::vector<Metric> metrics() const override { return metrics_.metrics(); }

  std::unique_ptr<PreparedWatch> watch_prepared() override {
    return std::make_unique<InterpreterWatch>(engine_.process);
  }

  bool follow_inputs(const std::shared_ptr<const Inputs>& inputs) override {
    engine_.inputs.write(*inputs, offset_);
    return !engine_.process.ask(bind_request("follow", *inputs)).empty();
  }

 private:
  std::string bind_request(std::string_view name, const Inputs& inputs) const {
    const Places places = places_of(inputs);
    std::string request = fmt::format("{} {} {} {} {} {}", name, source_.kernel, source_.variant,
                                      inputs.n, offset_, places.bytes);
    for (std::size_t i = 0; i < inputs.fields.size(); ++i) {
      const NamedBuffer& field = inputs.fields[i];
      const Shape& shape = field.buffer.shape();
      request += fmt::format(
          " {}:{}:{}:{}:{}", field.name, python_format_of(field.buffer.dtype()), shape_word(shape),
          shape.empty() ? number_word(field.buffer) : fmt::to_string(places.offsets[i]),
          field.is_inout ? 1 : 0);
    }
    request += " -";
    for (const OutputField& field : source_.results) {
      request += fmt::format(" {}:{}:{}", field.name, name_of(field.dtype),
                             shape_word(field.shape(inputs.n)));
    }
    return request;
  }

  InterpreterEngine& engine_;
  InterpretedSource source_;
  std::size_t n_;
  std::size_t offset_;  // of its inputs in the file
  std::int64_t most_calls_;
  std::deque<std::int64_t> announced_{};  // nanoseconds of batches that nobody has asked for yet
  std::int64_t announced_calls_ = 0;      // of how many calls each
  Metrics metrics_{};
};

}  // namespace

InterpreterLane::InterpreterLane(std::vector<std::string> command) : command_(std::move(command)) {}

InterpreterLane::~InterpreterLane() = default;

InterpreterEngine& InterpreterLane::engine() {
  if (!engine_) engine_ = std::make_unique<InterpreterEngine>(command_);
  return *engine_;
}

std::unique_ptr<PreparedCall> InterpreterLane::prepare(const Kernel& kernel,
                                                       const VariantId& variant,
                                                       std::shared_ptr<const Inputs> inputs) {
  return std::make_unique<InterpreterCall>(
      engine(),
      InterpretedSource{
          .kernel = kernel.name, .variant = variant.name, .results = results_of(kernel)},
      *inputs);
}

void InterpreterLane::collect_garbage() { engine().process.ask("settle"); }

std::unique_ptr<CollectionWatch> InterpreterLane::watch_collections() {
  if (engine().process.ask("collections").empty()) return nullptr;
  return std::make_unique<InterpreterCollections>(engine().process);
}

// PyPy compiles what has run a thousand times, and what it frees it frees at collections: a minor
// one about every 4 MB of new objects.
Pace InterpreterLane::pace() {
  if (engine().process.ask("traces").empty()) return {};
  return {.least_batch_ns = 10'000'000, .warm_up_rounds = 5, .is_warming_up = true};
}

int InterpreterLane::process() { return engine().process.pid(); }

rusage InterpreterLane::usage() { return engine().usage; }

PythonDescription InterpreterLane::describe(const std::string& module) {
  return decode_python_description(engine().process.ask("describe " + module));
}

int interpreter_worker(std::vector<std::string> command) {
  return worker_main(
      {.start =
           [&](const Request& request) {
             command.insert(command.end(), {request.extension_dir, request.python_dir});
             return std::make_unique<InterpreterLane>(command);
           },
       .describe =
           [](LaneRunner& runner, const DescribeRequest& request, std::uint64_t nonce) {
             return encode(dynamic_cast<InterpreterLane&>(runner).describe(request.module), nonce);
           }});
}

}  // namespace gapmeter
