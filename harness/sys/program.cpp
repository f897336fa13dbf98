#include "harness/sys/program.h"

#include "harness/base/installation.h"

namespace gapmeter {

std::filesystem::path python_dir_of(const Program& program) {
  return std::filesystem::weakly_canonical(data_dir() / program.python_dir);
}

}  // namespace gapmeter
