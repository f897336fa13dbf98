// What workers report about themselves and about the kernels that they can run.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace gapmeter {

// A Python variant as its module declares it, without running it.
struct PythonVariant {
  std::string kernel;
  std::string name;
  std::vector<std::string> requires_packages;
  std::optional<std::size_t> max_size;
  bool quick = true;  // false: too slow to prepare for quick runs
  std::string job{};  // empty: the kernel's main job
};

// What a program's native worker reports about its kernels, to another build of the program.
struct NativeDescription {
  struct Variant {
    std::string name;
    std::string job{};
    std::string lane = "native";
  };
  struct Kernel {
    std::string name;
    std::string sizes;
    std::string reference;
    std::string baseline;
    std::vector<Variant> variants;
  };
  std::string python_dir;    // where the .py files of its kernels are
  std::string git_revision;  // that it was built from
  std::vector<Kernel> kernels;
};

// What the Python worker says about itself and about the modules in the directory it was given.
struct PythonDescription {
  struct Problem {
    std::string kernel;
    std::string text;
    std::string package{};  // that the module needs and this interpreter lacks; empty: another one
  };
  std::vector<std::string> modules;  // stems of the .py files found
  std::vector<PythonVariant> variants;
  std::vector<Problem> problems;
  std::string engine;          // embedded, stock or portable
  std::string implementation;  // as sys.implementation names it: cpython
  std::string version;
  std::string build;
  std::string executable;
  std::string environment;            // the name of its virtual environment; empty: none
  std::string link;                   // static or shared
  std::optional<bool> pgo{}, lto{};   // how it was optimised; empty: it does not tell
  bool free_threaded = false;         // built to run without the GIL
  std::optional<bool> gil{};          // of such a build: whether it was on after all imports
  std::string numpy_version;          // empty without NumPy
  std::string numpy_blas;             // path of the library that NumPy loaded
  std::vector<std::string> sys_path;  // where modules are looked for
  // Of an engine that measures from outside (worker/interpreter_lane.h): what a call of a function
  // that does nothing takes in its loop, and what columns it leaves empty, and why.
  std::optional<double> call_ns{};
  std::vector<std::string> missing{};
  std::vector<std::string> warnings{};  // about the interpreter itself
};

}  // namespace gapmeter
