// Which directories of a suite hold its kernels and its Python variants. Their names are not fixed:
// they are known by what is in them.
#pragma once

#include <filesystem>

namespace gapmeter {

struct SuiteFiles {
  std::filesystem::path kernels;  // .cpp files that declare kernels
  std::filesystem::path python;   // .py files of the same names; may be the same directory
};

// Looks in the suite's directory and in those that it holds. Where several qualify, kernels/ and
// python_baselines/ count. Throws FileError if there is no kernel, nothing in Python beside it, or
// more than one directory to choose from.
SuiteFiles find_suite_files(const std::filesystem::path& suite);

}  // namespace gapmeter
