#include "harness/kernel/inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "harness/base/hash.h"

namespace gapmeter {

const Buffer& Inputs::operator[](std::string_view name) const {
  for (const NamedBuffer& field : fields) {
    if (field.name == name) return field.buffer;
  }
  throw std::out_of_range(fmt::format("there is no input called '{}'", name));
}

InputField thread_count(std::string name) { return {std::move(name), DType::i32, scalar, nullptr}; }

bool uses_threads(const std::vector<InputField>& fields) {
  return std::any_of(fields.begin(), fields.end(),
                     [](const InputField& field) { return !field.fill; });
}

Inputs generate_inputs(std::string_view kernel, const std::vector<InputField>& fields,
                       std::size_t n, std::uint64_t seed, int threads) {
  Inputs inputs{.n = n, .fields = {}};
  for (const InputField& field : fields) {
    Random random(hash_of(fmt::format("{}/{}/{}/{}", seed, kernel, field.name, n)));
    inputs.fields.push_back({field.name, Buffer(field.dtype, field.shape(n))});
    Buffer& buffer = inputs.fields.back().buffer;
    if (field.fill) {
      field.fill(buffer, random);
    } else {
      buffer.as<std::int32_t>()[0] = threads;
    }
  }
  return inputs;
}

std::uint64_t digest_of(const Inputs& inputs) {
  std::uint64_t digest = hash_of(std::to_string(inputs.n));
  for (const auto& [name, buffer] : inputs.fields) {
    digest ^=
        hash_of(fmt::format("{}/{}/{}", name, name_of(buffer.dtype()), to_string(buffer.shape())));
    digest = XXH3_64bits_withSeed(buffer.data(), buffer.bytes(), digest);
  }
  return digest;
}

}  // namespace gapmeter
