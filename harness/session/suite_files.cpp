#include "harness/session/suite_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "harness/sys/files.h"

namespace gapmeter {
namespace {

namespace fs = std::filesystem;
using Stems = std::set<std::string>;

bool is_cpp(const fs::path& path) {
  const fs::path extension = path.extension();
  return (extension == ".cpp" || extension == ".cc" || extension == ".cxx") &&
         fs::is_regular_file(path);
}

// The stems of the files in a directory that declare a kernel.
Stems kernels_in(const fs::path& dir) {
  Stems stems;
  for (const auto& entry : fs::directory_iterator(dir)) {
    if (!is_cpp(entry.path())) continue;
    if (read_file(entry.path()).find("GAPMETER_KERNEL()") == std::string::npos) continue;
    stems.insert(entry.path().stem().string());
  }
  return stems;
}

// Those of these that have a Python module in a directory.
Stems modules_in(const fs::path& dir, const Stems& kernels) {
  Stems stems;
  for (const std::string& kernel : kernels) {
    if (fs::is_regular_file(dir / (kernel + ".py"))) stems.insert(kernel);
  }
  return stems;
}

// The suite's own directory first, then those that it holds, by name.
std::vector<fs::path> directories_of(const fs::path& suite) {
  std::vector<fs::path> dirs;
  for (const auto& entry : fs::directory_iterator(suite)) {
    if (entry.is_directory() && !entry.path().filename().string().starts_with('.')) {
      dirs.push_back(entry.path());
    }
  }
  std::sort(dirs.begin(), dirs.end());
  dirs.insert(dirs.begin(), suite);
  return dirs;
}

// The directory of the usual name if it qualifies, else the only one that does; empty if none does.
fs::path choose(const fs::path& suite, const std::string& usual, const std::string& what,
                const std::function<bool(const fs::path&)>& qualifies) {
  std::vector<std::string> found;
  for (const fs::path& dir : directories_of(suite)) {
    if (!qualifies(dir)) continue;
    if (dir.filename() == usual) return dir;
    found.push_back(dir.string());
  }
  if (found.size() > 1) {
    throw FileError(
        fmt::format("{}: several directories hold {}: {}; call the right one {}, or name it in a "
                    "CMakeLists.txt",
                    suite.string(), what, fmt::join(found, ", "), usual));
  }
  return found.empty() ? fs::path() : fs::path(found[0]);
}

}  // namespace

SuiteFiles find_suite_files(const fs::path& suite) {
  SuiteFiles files;
  files.kernels = choose(suite, "kernels", "kernels",
                         [](const fs::path& dir) { return !kernels_in(dir).empty(); });
  if (files.kernels.empty()) {
    throw FileError(
        fmt::format("{}: no .cpp there, or in a directory of it, declares a kernel with "
                    "GAPMETER_KERNEL(); gapmeter new DIR makes a suite to begin with",
                    suite.string()));
  }
  const Stems kernels = kernels_in(files.kernels);
  files.python = choose(suite, "python_baselines", "Python variants",
                        [&](const fs::path& dir) { return !modules_in(dir, kernels).empty(); });
  if (files.python.empty()) {
    throw FileError(fmt::format(
        "{0}: the kernel {1} has no {1}.py in any directory of the suite; write its Python "
        "variants to {0}/python_baselines/{1}.py",
        suite.string(), *kernels.begin()));
  }
  return files;
}

}  // namespace gapmeter
