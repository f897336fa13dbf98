// Where the files are that belong to the running program. They are found from the program itself,
// so that an installation can be moved; a build tree has the same layout:
//
//   build/release/gapmeter                 PREFIX/bin/gapmeter → PREFIX/lib/gapmeter/gapmeter
//   build/release/gapmeter-python, …       PREFIX/lib/gapmeter/gapmeter-python, …
//   build/release/share/gapmeter/          PREFIX/share/gapmeter/
//   build/release/lib/cmake/gapmeter/      PREFIX/lib/cmake/gapmeter/
#pragma once

#include <filesystem>

namespace gapmeter {

// The executable of this process.
std::filesystem::path program_file();

// The directory of the executables of the program that this code is part of.
std::filesystem::path program_dir();

// share/gapmeter/: Python code, templates, models. Throws std::runtime_error if it is not there.
std::filesystem::path data_dir();

// Where CMake finds the package gapmeter.
std::filesystem::path cmake_package_dir();

}  // namespace gapmeter
