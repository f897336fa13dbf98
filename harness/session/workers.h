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

// The workers of this build: this executable and its Python sibling. The first Ctrl-C ends them.
WorkerSettings default_workers(const Invocation& invocation);

// The kernels of this build joined with what the Python workers describe. One interpreter, PATH or
// NAME=PATH, takes the embedded one's place as the Python lane; several run beside it, labelled
// (labels_of), and are added to the engines of `workers`. Throws UnknownName if there is no kernel.
Catalog load_catalog(WorkerSettings& workers, const std::vector<std::string>& interpreters = {},
                     Imports imports = Imports::together);

}  // namespace gapmeter
