// Hashes that tell whether bytes are equal, the same on every machine and in every build. Not for
// secrets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gapmeter {

// XXH3-64 of a text's bytes (xxhash.com).
std::uint64_t hash_of(std::string_view text);

// 16 hexadecimal digits, the form of hashes in files.
std::string hex_of(std::uint64_t hash);

}  // namespace gapmeter
