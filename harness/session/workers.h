// The workers of this build: where their executables and Python modules are, and what they offer.
#pragma once

#include <string>
#include <vector>

#include "harness/measure/catalog.h"
#include "harness/measure/describe.h"
#include "harness/measure/worker_process.h"
#include "harness/session/invocation.h"

namespace gapmeter {

// The workers of the program at a path: itself and its Python sibling. `python_dir` is still empty.
WorkerSettings workers_of(const std::string& program, const Invocation& invocation);

// The engine that runs the Python lane of these workers in a stock interpreter: a path, or a name
// to be found on PATH. Throws UnknownName for a name that is not there.
PythonEngine stock_engine(const WorkerSettings& workers, const std::string& interpreter);

// The workers of this build: this executable and its Python sibling. The first Ctrl-C ends them.
WorkerSettings default_workers(const Invocation& invocation);

// The kernels of this build joined with what the Python workers describe. One stock interpreter
// takes the embedded one's place as the Python lane; several run beside it, labelled by their
// version, and are added to the engines of `workers`. Throws UnknownName if there is no kernel.
Catalog load_catalog(WorkerSettings& workers, const std::vector<std::string>& interpreters = {},
                     Imports imports = Imports::together);

}  // namespace gapmeter
