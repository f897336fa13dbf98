// What a program that gapmeter_program() made knows of itself: whose kernels it has, and how they
// were compiled. cmake/program.cpp.in fills it in.
#pragma once

#include <filesystem>
#include <string>

namespace gapmeter {

// Of a program without Rust kernels nothing.
struct RustBuild {
  const char* compiler = "";  // "rustc 1.85.0 (4d91de4e4 2025-02-17)"
  const char* flags = "";
  int vector_bits = 0;
  const char* features = "";
};

struct KernelBuild {
  const char* compiler = "";  // "GNU 12.2.0"
  const char* flags = "";
  const char* build_type = "";
  bool native_instructions = false;
  int vector_bits = 0;     // of the widest vectors that the compiler may use
  std::string features{};  // instruction sets that not all processors have: "avx2 fma"
  RustBuild rust{};
  bool assertions = false;  // whether they are compiled in
};

struct BuiltProgram {
  const char* suite_dir = "";  // the suite's directory; empty: gapmeter's own kernels
  const char* python_dir =
      "";  // where the .py files are; of gapmeter's own kernels relative to data_dir()
  KernelBuild kernels{};
};

// Where the program's .py files are.
std::filesystem::path python_dir_of(const BuiltProgram& program);

// Of this executable. Only main reads it and passes it down.
extern const BuiltProgram this_program;

}  // namespace gapmeter
