// The compiled loop for an interpreter of the user's (harness/python/gapmeter_loop.c): built when
// the interpreter is first used, and kept in the user's cache directory.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace gapmeter {

// What an interpreter says of itself (identify in harness/python/engine.py).
struct InterpreterIdentity {
  std::string implementation;             // as sys.implementation names it
  std::array<int, 3> version{};           // 3, 13, 0
  std::vector<std::string> include_dirs;  // where its headers would be
  std::string suffix;                     // of its extension modules: the ABI
  std::string executable;                 // without symbolic links
};

// Throws std::runtime_error, which says what is wrong, unless the text could be one.
InterpreterIdentity parse_identity(std::string_view text);

struct LoopModule {
  std::filesystem::path file;  // empty: there is none
  std::string why_not;         // then
};

// The module for an interpreter, built if need be. Two gapmeters that need the same one build it
// one after the other.
LoopModule loop_module_for(const InterpreterIdentity& interpreter);

}  // namespace gapmeter
