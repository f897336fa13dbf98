#include "harness/session/cache_dir.h"

#include <cstdlib>

#include "harness/sys/files.h"

namespace gapmeter {

namespace fs = std::filesystem;

fs::path cache_dir() {
  const auto directory = [](const char* variable) {
    const char* value = std::getenv(variable);
    return fs::path(value == nullptr ? "" : value);
  };
  const fs::path cache = directory("XDG_CACHE_HOME"), home = directory("HOME");
  if (cache.is_absolute()) return cache / "gapmeter";
  if (home.is_absolute()) return home / ".cache" / "gapmeter";
  throw FileError("there is no directory to build in: set HOME or XDG_CACHE_HOME");
}

}  // namespace gapmeter
