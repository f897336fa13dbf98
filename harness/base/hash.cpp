#include "harness/base/hash.h"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace gapmeter {

std::uint64_t hash_of(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

std::string hex_of(std::uint64_t hash) { return fmt::format("{:016x}", hash); }

}  // namespace gapmeter
