// A lane runs variants of one language. The passes know variants only through this interface, so
// the same code verifies and times both lanes and measures their memory.
#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/kernel/kernel.h"
#include "harness/model/measurement.h"
#include "harness/model/task.h"

namespace gapmeter {

// The variant can't run here, and that is not an error: a package is missing, or the size is above
// what the variant declares. what() is the reason.
class Skipped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What to overwrite numbers with, so that a call that still reads them goes wrong: large ones.
enum class Garbage : std::uint8_t { positive, negative };

// Knows what a variant had prepared when this was made.
class PreparedWatch {
 public:
  virtual ~PreparedWatch() = default;

  // Overwrites what has changed since, as far as it can be compared and overwritten. False if
  // nothing has changed.
  virtual bool spoil_changes(Garbage garbage) = 0;

  // A function of the variant's module that has found all of its results in a cache since this was
  // asked last; empty if there is none.
  virtual std::string answers_from_cache() { return {}; }
};

// What can be timed: calls in a row. A call of a kernel with inout fields takes copies of them that
// restore() has made for it.
class TimedCall {
 public:
  virtual ~TimedCall() = default;

  // The calls that one restore() can be for.
  virtual std::int64_t most_calls() const { return unlimited_calls; }

  // Gives each of the next `calls` calls what it may change, as it was declared. Never timed; for a
  // kernel without inout fields there is nothing to do. Throws what the variant throws.
  virtual void restore(std::int64_t /*calls*/) {}

  // Calls the variant `calls` times in a row; every result is freed before the next call. Throws
  // what the variant throws. Precondition: restore() was for at least that many.
  virtual void run(std::int64_t calls) = 0;

  // What follows is timed where the calls are made, which may be another process.

  // Restores, then runs so many calls; what these took, in seconds.
  virtual double seconds_of(std::int64_t calls);

  // Restores and runs one call after the other until they took `wanted_ns` together, restoring
  // included, or there were `most`; what each took, in nanoseconds.
  virtual std::vector<std::int64_t> ns_of_each(std::int64_t wanted_ns, std::size_t most);

  // What timing a call that does nothing gives, in nanoseconds.
  virtual double clock_ns();

  // So many batches of so many calls are timed next: another process does them in one go.
  virtual void announce(std::int64_t /*calls*/, std::int64_t /*batches*/) {}
};

// A variant bound to inputs, ready to be called.
class PreparedCall : public TimedCall {
 public:
  // Restores, calls once and returns the outputs in the order of declaration, then what the call
  // left in the inout fields: floating-point ones as f32 or f64, integers as i64 or the declared
  // type. Throws WrongResult if type or shape differ.
  virtual std::vector<Buffer> result() = 0;

  // What the variant's preparation reported.
  virtual std::vector<Metric> metrics() const { return {}; }

  // nullptr if nothing was prepared that can be compared.
  virtual std::unique_ptr<PreparedWatch> watch_prepared() { return nullptr; }

  // The content of the inputs was replaced where it is: brings what was prepared from them up to
  // date, in the same objects wherever there are some. False if that can't be done.
  virtual bool follow_inputs(const std::shared_ptr<const Inputs>& /*inputs*/) { return false; }
};

// Counts the collector's runs during its own lifetime.
class CollectionWatch {
 public:
  virtual ~CollectionWatch() = default;
  // nullopt if the variant has stopped the watching.
  virtual std::optional<Collections> so_far() const = 0;
};

// What timing has to allow for in an interpreter that compiles while it runs, and that frees
// nothing before its collector runs.
struct Pace {
  std::int64_t least_batch_ns = 0;
  double warm_up_rounds = 0.5;  // how long calls may take to become no faster, in rounds
  bool is_warming_up = false;   // whether that is worth telling
};

class LaneRunner {
 public:
  virtual ~LaneRunner() = default;

  // Binds a variant to inputs. The lane keeps the inputs alive for as long as something refers to
  // them, and no longer. Throws Skipped, or what the variant's own preparation throws.
  virtual std::unique_ptr<PreparedCall> prepare(const Kernel& kernel, const VariantId& variant,
                                                std::shared_ptr<const Inputs> inputs) = 0;

  // Frees what only a collector would free.
  virtual void collect_garbage() = 0;

  // nullptr for lanes without a collector.
  virtual std::unique_ptr<CollectionWatch> watch_collections() { return nullptr; }

  virtual Pace pace() { return {}; }

  // The process in which variants run.
  virtual int process();
  // What the system has counted of it.
  virtual rusage usage();
};

// The lanes of the functions in Kernel::native, in whatever language they are written.
class NativeLane final : public LaneRunner {
 public:
  std::unique_ptr<PreparedCall> prepare(const Kernel& kernel, const VariantId& variant,
                                        std::shared_ptr<const Inputs> inputs) override;
  void collect_garbage() override {}
};

std::vector<OutputShape> output_shapes(const Kernel& kernel, std::size_t n);

}  // namespace gapmeter
