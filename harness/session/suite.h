// A suite: a directory of kernels outside of gapmeter's tree. It is built to a program of its own,
// which takes the place of this one, so that everything works as it does with gapmeter's own
// kernels.
#pragma once

#include <filesystem>
#include <string>

#include "harness/session/invocation.h"

namespace gapmeter {

// Builds what changed of the suite in a directory, by CMake, in the user's cache directory, and
// returns the path of its program. Quiet unless it fails: then throws FileError with what the
// compiler said. Throws std::runtime_error if it was interrupted.
std::filesystem::path build_suite(const std::string& suite, const Invocation& invocation);

// A suite as it is, or as it was in a revision that git knows.
struct SuiteState {
  std::string dir;
  std::string revision{};  // empty: as it is
};

// "DIR" or "DIR@REVISION"; a directory that is called so is one.
SuiteState parse_state(const std::string& text);

// As build_suite, of that state.
std::filesystem::path build_state(const SuiteState& state, const Invocation& invocation);

// Builds the suite and lets its program run the same command line in this process's place; returns
// if this is that program already. Throws as build_suite does.
void become_suite(const std::string& suite, const Invocation& invocation);

}  // namespace gapmeter
