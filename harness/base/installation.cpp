#include "harness/base/installation.h"

#include <fmt/format.h>

#include <stdexcept>

namespace gapmeter {

namespace fs = std::filesystem;

fs::path program_file() { return fs::read_symlink("/proc/self/exe"); }

fs::path program_dir() { return program_file().parent_path(); }

fs::path data_dir() {
  const fs::path dir = program_dir();
  const fs::path data = fs::path("share") / "gapmeter";
  for (const fs::path& prefix : {dir, dir.parent_path().parent_path()}) {
    if (fs::is_directory(prefix / data)) return fs::canonical(prefix / data);
  }
  throw std::runtime_error(fmt::format(
      "{}: there is no share/gapmeter beside it, nor beside the directory lib that it is "
      "in; install gapmeter again",
      dir.string()));
}

// Of the prefix that the data is in.
fs::path cmake_package_dir() {
  return data_dir().parent_path().parent_path() / "lib" / "cmake" / "gapmeter";
}

}  // namespace gapmeter
