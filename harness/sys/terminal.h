// What the terminal behind a stream can show.
#pragma once

#include <cstddef>
#include <cstdio>
#include <optional>

namespace gapmeter {

// The columns of the terminal that the stream is; nullopt if it is none or does not tell.
std::optional<std::size_t> terminal_columns(std::FILE* stream);

bool is_terminal(std::FILE* stream);

}  // namespace gapmeter
