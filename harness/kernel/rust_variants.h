// Rust variants: functions of a kernel's .rs, bound like native ones.
//
// The types here are those of harness/rust/gapmeter/src/abi.rs, member by member: what a library of
// Rust variants hands over. A program that has such a library registers it with RustRegistration
// (cmake/RustKernels.cmake); the registry then adds the variants to the kernels of their stems.
//
// A panic, or an error that a function returns, becomes a std::runtime_error with its text.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/kernel/kernel.h"

namespace gapmeter {

namespace rust {

// Not terminated.
struct Text {
  const char* data;
  std::size_t length;
};

template <class T>
struct Row {
  const T* data;
  std::size_t count;
};

// What a parameter stands for: elements; n as the count; a Metrics.
struct Argument {
  void* data;
  std::size_t count;
};

struct Elements {
  DType dtype;
  Argument memory;  // null: none
};

struct Variant {
  Text name;
  Text job;
  Row<Text> names;  // of the parameters of the preparation, then of those of the function
  Row<ParameterType> preparation;
  Row<ParameterType> parameters;
  ParameterType returned;
  bool is_prepared;
  // Binds to an argument for each parameter. Writes, for each, where later calls find it, or null
  // where it is fixed.
  void* (*bind)(const Argument* arguments, Argument** slots);
  // The functions below take what was bound.
  void (*invoke)(void* bound);
  // Calls once. Returns how many elements were returned, and copies them if they are `count`.
  std::size_t (*result)(void* bound, void* target, std::size_t count);
  Elements (*elements)(void* bound);  // what calls may change of what was prepared
  void (*release)(void* bound);
};

struct Stem {
  Text name;
  Row<Variant> variants;
};

using Library = Row<Stem>;

}  // namespace rust

// A variant that is declared in a .rs but was not built.
struct UnbuiltRustVariant {
  std::string stem;
  std::string name;
  std::string job;
};

// Adds Rust variants to those of this executable, before main.
class RustRegistration {
 public:
  explicit RustRegistration(rust::Library library);
  // Those of a build without a Rust compiler; `reason` is why.
  RustRegistration(std::vector<UnbuiltRustVariant> variants, const std::string& reason);
};

// Adds the Rust variants of the kernel's stem to its compiled ones.
void append_rust_variants(Kernel& kernel);

// The stems of all .rs files with variants, sorted.
std::vector<std::string> registered_rust_files();

}  // namespace gapmeter

// Paths as in files.h, for Rust variants; who calls frees them. Null: there is no such directory.
extern "C" char* gapmeter_kernel_file(gapmeter::rust::Text name);
extern "C" char* gapmeter_kernel_program(gapmeter::rust::Text name);
