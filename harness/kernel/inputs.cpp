#include "harness/kernel/inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "harness/base/hash.h"

namespace gapmeter {
namespace {

// What decides the content of a field.
struct Origin {
  std::string_view kernel;
  std::size_t n;
  std::uint64_t seed;
  int threads;
};

void fill(const InputField& field, Buffer& buffer, const Origin& origin) {
  if (!field.fill) {
    buffer.as<std::int32_t>()[0] = origin.threads;
    return;
  }
  Random random(
      hash_of(fmt::format("{}/{}/{}/{}", origin.seed, origin.kernel, field.name, origin.n)));
  field.fill(buffer, random);
}

}  // namespace

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
    inputs.fields.push_back({field.name, Buffer(field.dtype, field.shape(n)), field.is_inout()});
    fill(field, inputs.fields.back().buffer, {kernel, n, seed, threads});
  }
  return inputs;
}

void refill_inputs(Inputs& inputs, std::string_view kernel, const std::vector<InputField>& fields,
                   std::uint64_t seed, int threads) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    Buffer& buffer = inputs.fields.at(i).buffer;
    std::memset(buffer.data(), 0, buffer.bytes());  // as it was before it was filled first
    fill(fields[i], buffer, {kernel, inputs.n, seed, threads});
  }
}

std::uint64_t digest_of(const Inputs& inputs) {
  std::uint64_t digest = hash_of(std::to_string(inputs.n));
  for (const NamedBuffer& field : inputs.fields) {
    const Buffer& buffer = field.buffer;
    digest ^= hash_of(
        fmt::format("{}/{}/{}", field.name, name_of(buffer.dtype()), to_string(buffer.shape())));
    digest = XXH3_64bits_withSeed(buffer.data(), buffer.bytes(), digest);
  }
  return digest;
}

}  // namespace gapmeter
