// The interpreters of the user's that run the Python lane: what they are called, and what starts
// them.
#pragma once

#include <string>
#include <vector>

#include "harness/measure/worker_process.h"
#include "harness/model/description.h"

namespace gapmeter {

// An interpreter as the command line gives it: PATH or NAME=PATH, in which PATH may be a name to be
// found on PATH.
struct WantedInterpreter {
  std::string name;  // empty: what tells it from the others
  std::string path;
};

// Throws UnknownName for what is none.
WantedInterpreter parse_interpreter(const std::string& text);

// The engine that runs the Python lane of these workers in an interpreter. Throws UnknownName if
// there is no such file, std::runtime_error if it is no Python.
PythonEngine stock_engine(const WorkerSettings& workers, const std::string& path);

struct LabelledEngine {
  std::string name;  // that the user gave it; empty: none
  const PythonDescription* python;
};

// What the engines of a run are called, each otherwise: 3.13, 3.13t (free-threaded), pypy3.9; with
// the patch level and then the environment's name where that is not enough. Throws UnknownName if
// nothing tells two apart.
std::vector<std::string> labels_of(const std::vector<LabelledEngine>& engines);

}  // namespace gapmeter
