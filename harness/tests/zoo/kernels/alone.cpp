// alone: variants that fail when another worker works at the same time.
#include <fcntl.h>
#include <sys/file.h>

#include <cstdlib>
#include <stdexcept>

#include "harness/tests/zoo/kernels/doubling.h"

namespace {

// Locks the file that GAPMETER_ZOO_LOCK names for as long as a call takes.
zoo::Output locks(zoo::Input x) {
  static const int file = [] {
    const char* path = std::getenv("GAPMETER_ZOO_LOCK");
    return path == nullptr ? -1 : open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0666);
  }();
  if (file < 0 || flock(file, LOCK_EX | LOCK_NB) != 0) throw std::runtime_error("not alone");
  zoo::Output output = zoo::right(x);
  flock(file, LOCK_UN);
  return output;
}

}  // namespace

GAPMETER_KERNEL() {
  return zoo::doubling("Variants that want to be alone",
                       {gapmeter::native<locks>("first"), gapmeter::native<locks>("second")});
}
