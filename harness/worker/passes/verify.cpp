// The verify pass: is the variant's result right, and does every call compute it? Of a command:
// does it print what the reference's prints, every time? Of a server: is its answer right, every
// time?
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "harness/sys/files.h"
#include "harness/worker/answer_check.h"
#include "harness/worker/command_call.h"
#include "harness/worker/output_text.h"
#include "harness/worker/passes/pass.h"
#include "harness/worker/server_load.h"
#include "harness/worker/verification.h"

namespace gapmeter {
namespace {

// Other inputs are made, prepared and computed on as well if they are no larger than this: what a
// variant keeps does not depend on n, and large inputs twice may be more than memory holds.
constexpr std::size_t most_bytes_of_other_inputs = std::size_t{1} << 20;

std::size_t bytes_of(const Inputs& inputs) {
  std::size_t bytes = 0;
  for (const NamedBuffer& field : inputs.fields) bytes += field.buffer.bytes();
  return bytes;
}

// The checks of one variant, one after the other: the first that it fails is its mismatch.
class Verification {
 public:
  explicit Verification(const PassContext& context)
      : context_(context), inputs_(make_inputs(context, context.task.n)) {
    measurement_.input_digest = digest_text(*inputs_);
  }

  Measurement run() {
    expected_ = reference_results(context_.kernel, inputs_);
    call_ = context_.lane.prepare(context_.kernel, context_.task.variant, inputs_);
    watch_ = call_->watch_prepared();
    if (!is_right("")) return std::move(measurement_);
    answering_cache();  // the first call may have found what the preparation computed
    if (is_right_again() && asks_no_cache() && leaves_inputs() && leaves_prepared()) {
      follows_other_inputs();
    }
    return std::move(measurement_);
  }

 private:
  static constexpr const char* kept_result =
      "answers with what an earlier call computed: each call must compute its result anew";

  static std::string changed_prepared() {
    return fmt::format("changes what it prepared: {}", start_from_the_same);
  }

  bool fail(std::string reason) {
    measurement_.status = Status::mismatch;
    measurement_.reason = std::move(reason);
    return false;
  }

  bool is_right(const std::string& when) {
    const OutputCheck check = check_result(context_.kernel, *inputs_, expected_, *call_);
    if (check.comparable) {
      measurement_.max_error = std::max(measurement_.max_error.value_or(0), check.max_error);
    }
    return check.matches || fail(when + check.difference);
  }

  // A variant that consumes or overwrites its data is right only once.
  bool is_right_again() {
    if (is_right("in the second call, ")) return true;
    const bool has_changed = watch_ && watch_->spoil_changes(Garbage::positive);
    return fail(measurement_.reason + (has_changed ? "; it " + changed_prepared() : ""));
  }

  std::string answering_cache() { return watch_ ? watch_->answers_from_cache() : ""; }

  bool asks_no_cache() {
    const std::string function = answering_cache();
    return function.empty() || fail(fmt::format("{} ({})", kept_result, function));
  }

  bool leaves_inputs() {
    return digest_text(*inputs_) == measurement_.input_digest ||
           fail("the variant changed its inputs");
  }

  // Room for intermediate results may change, data may not. What changed is overwritten with
  // garbage: a call that only writes there is right all the same. Of both signs, since a maximum,
  // say, is not changed by every number.
  bool leaves_prepared() {
    for (const Garbage garbage : {Garbage::positive, Garbage::negative}) {
      if (!watch_ || !watch_->spoil_changes(garbage)) return true;
      if (!is_right_on_garbage()) return fail(changed_prepared());
    }
    return true;
  }

  bool is_right_on_garbage() {
    try {
      return check_result(context_.kernel, *inputs_, expected_, *call_).matches;
    } catch (...) {  // a call may well fail on garbage, in any way
      return false;
    }
  }

  // A result that a function keeps between calls, wherever it does, is that of earlier inputs.
  bool follows_other_inputs() {
    if (bytes_of(*inputs_) > most_bytes_of_other_inputs) return true;
    watch_.reset();
    const Task& task = context_.task;
    refill_inputs(*inputs_, context_.kernel.name, context_.kernel.inputs, task.seed + 1,
                  task.threads);
    return !gives_the_earlier_result() || fail(kept_result);
  }

  // False if that can't be told: nothing else was to be shown on other inputs.
  bool gives_the_earlier_result() {
    try {
      if (!call_->follow_inputs(inputs_)) return false;
      const std::vector<Buffer> expected = reference_results(context_.kernel, inputs_);
      const std::vector<Buffer> actual = call_->result();
      return !check_outputs(context_.kernel, *inputs_, expected, actual).matches &&
             check_outputs(context_.kernel, *inputs_, expected_, actual).matches;
    } catch (const std::exception&) {
      return false;
    }
  }

  const PassContext& context_;
  std::shared_ptr<Inputs> inputs_;
  Measurement measurement_{};
  std::vector<Buffer> expected_;
  std::unique_ptr<PreparedCall> call_;
  std::unique_ptr<PreparedWatch> watch_;
};

}  // namespace

Measurement verify(const PassContext& context) { return Verification(context).run(); }

namespace {

std::string reference_output(const CommandTask& task) {
  try {
    return output_of(task.reference);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format(
        "there is nothing to compare with: the reference's command failed: {}", error.what()));
  }
}

// A command that removes what it needs, or finds what it left, runs only once.
std::string second_output(const CommandTask& task) {
  try {
    return output_of(task.command);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(
        fmt::format("in the second call, {}: it has to run again and again", error.what()));
  }
}

}  // namespace

Measurement verify_command(const CommandContext& context) {
  const CommandTask& task = context.task.command.value();
  Measurement measurement{.input_digest = task.input_digest};
  const auto mismatch = [&](std::string reason) {
    measurement.status = Status::mismatch;
    measurement.reason = std::move(reason);
    return measurement;
  };
  const std::string output = output_of(task.command);
  const OutputCheck again = check_text(output, second_output(task), task.tolerance);
  if (!again.matches) {
    return mismatch(
        fmt::format("it prints something else in every call, so that nothing can be "
                    "compared (times, random numbers?): {}",
                    again.difference));
  }
  const OutputCheck check = task.command == task.reference
                                ? OutputCheck{}
                                : check_text(reference_output(task), output, task.tolerance);
  measurement.max_error = check.max_error;
  if (!check.matches) return mismatch(check.difference);
  if (!task.input_file.empty() && digest_of_files({task.input_file}) != task.input_digest) {
    return mismatch("it changed its input {file}");
  }
  return measurement;
}

// It has answered rightly before; here it is asked again and again, over one connection and over
// several.
Measurement verify_server(const ServerContext& context) {
  const ServerTask& task = context.task.server.value();
  become_client(task);
  Measurement measurement{.input_digest = digest_text(task)};
  RunningServer server(task);
  if (task.answer) {
    const OutputCheck check = check_answer(*task.answer, server.answer(), task.tolerance);
    measurement.max_error = check.max_error;
  }
  constexpr int times = 20;
  for (int i = 0; i < times; ++i) {
    const HttpResponse response = server.ask();
    if (const std::string problem = server.target().problem_of(response); !problem.empty()) {
      throw WrongResult(fmt::format("when it was asked again, {}", problem));
    }
  }
  server.end();
  return measurement;
}

}  // namespace gapmeter
