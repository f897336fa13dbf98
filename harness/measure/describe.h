// What a Python engine offers: its variants, its interpreter, and what is wrong with the modules.
#pragma once

#include <cstdint>

#include "harness/measure/worker_process.h"

#include "harness/model/description.h"
#include "harness/model/task.h"

namespace gapmeter {

// Whether modules are imported by one interpreter, which is fast, or each by its own, as when it is
// measured: what a module adds to sys.path or imports can hide what another one lacks.
enum class Imports : std::uint8_t { together, isolated };

// Asks a program's native worker. Throws std::runtime_error if it does not answer in this protocol
// version.
NativeDescription describe_native(const WorkerSettings& settings);

// Asks the Python worker of an engine. A module that ends or hangs its worker is reported as a
// problem of that module. Throws std::runtime_error with the reason if the interpreter itself does
// not start.
PythonDescription describe_python(const WorkerSettings& settings, const PythonEngine& engine,
                                  Imports imports = Imports::together);

}  // namespace gapmeter
