#include "harness/sys/built_program.h"

#include "harness/base/installation.h"

namespace gapmeter {

std::filesystem::path python_dir_of(const BuiltProgram& program) {
  return std::filesystem::weakly_canonical(data_dir() / program.python_dir);
}

}  // namespace gapmeter
