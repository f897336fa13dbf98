// Copies of a kernel's inout fields: every call changes one of its own, so that each starts from
// the same bytes.
//
// They are made outside of timed regions, for a whole batch at once, as criterion's iter_batched
// does. Both lanes use them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "harness/kernel/inputs.h"

namespace gapmeter {

// The copies for one batch take no more than this, unless those for a single call do.
inline constexpr std::size_t most_bytes_of_copies = std::size_t{64} << 20;
inline constexpr std::int64_t unlimited_calls = std::numeric_limits<std::int64_t>::max();

class Copies {
 public:
  // Precondition: the inputs outlive this.
  explicit Copies(const Inputs& inputs);

  // How many fields are inout. The functions below count them from 0, in the order of declaration.
  std::size_t fields() const { return originals_.size(); }
  const NamedBuffer& original(std::size_t field) const { return *originals_[field]; }

  // The calls that can have copies of their own at the same time: unlimited_calls without fields.
  std::int64_t most_calls() const { return most_calls_; }

  // Makes the copies of the first `calls` calls what was declared. They stay where they are for as
  // long as this lives. Throws std::logic_error for more calls than most_calls().
  void restore(std::int64_t calls);

  // The calls that the last restore() was for.
  std::int64_t restored() const { return restored_; }

  // Precondition: call < restored(), at any time before.
  Buffer& at(std::size_t field, std::size_t call) const { return *copies_[field][call]; }

 private:
  std::vector<const NamedBuffer*> originals_;
  std::vector<std::vector<std::unique_ptr<Buffer>>> copies_;  // of each field, call by call
  std::int64_t most_calls_ = unlimited_calls;
  std::int64_t restored_ = 0;
};

}  // namespace gapmeter
