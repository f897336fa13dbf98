// Where gapmeter keeps what it has built for its user.
#pragma once

#include <filesystem>

namespace gapmeter {

// In XDG_CACHE_HOME or HOME; need not exist. Throws FileError if neither names a directory.
std::filesystem::path cache_dir();

}  // namespace gapmeter
