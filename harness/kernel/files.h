// Files that a kernel needs at run time, wherever it is installed.
#pragma once

#include <filesystem>
#include <string_view>

#include "harness/base/installation.h"

namespace gapmeter {

// A file in the kernels' directory: kernel_file("models/mlp.json").
inline std::filesystem::path kernel_file(std::string_view name) {
  return data_dir() / GAPMETER_KERNELS_DIR / name;
}

// The program that was built from programs/NAME.cpp in the kernels' directory.
inline std::filesystem::path kernel_program(std::string_view name) {
  return program_dir() / (GAPMETER_PROGRAM_NAME "-programs") / name;
}

}  // namespace gapmeter
