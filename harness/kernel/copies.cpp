#include "harness/kernel/copies.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace gapmeter {

Copies::Copies(const Inputs& inputs) {
  std::size_t bytes = 0;
  for (const NamedBuffer& field : inputs.fields) {
    if (!field.is_inout) continue;
    originals_.push_back(&field);
    bytes += std::max(field.buffer.bytes(), std::size_t{1});
  }
  copies_.resize(originals_.size());
  if (bytes > 0) {
    most_calls_ = static_cast<std::int64_t>(std::max(most_bytes_of_copies / bytes, std::size_t{1}));
  }
}

void Copies::restore(std::int64_t calls) {
  if (calls > most_calls_) {
    throw std::logic_error(fmt::format("{} calls, but copies for {} at most", calls, most_calls_));
  }
  for (std::size_t field = 0; field < originals_.size(); ++field) {
    const Buffer& original = originals_[field]->buffer;
    for (std::size_t call = 0; call < static_cast<std::size_t>(calls); ++call) {
      if (call == copies_[field].size()) {
        copies_[field].push_back(std::make_unique<Buffer>(original.dtype(), original.shape()));
      }
      std::memcpy(at(field, call).data(), original.data(), original.bytes());
    }
  }
  restored_ = calls;
}

}  // namespace gapmeter
