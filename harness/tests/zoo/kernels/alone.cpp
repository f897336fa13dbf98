// alone: variants that fail when another worker runs at the same time.
#include <fcntl.h>
#include <sys/file.h>

#include <cstdlib>
#include <stdexcept>

#include "harness/tests/zoo/kernels/doubling.h"

namespace {

// Locks the file that GAPMETER_ZOO_LOCK names, for as long as this process lives.
zoo::Output locks(zoo::Input x) {
  static const int lock = [] {
    const char* path = std::getenv("GAPMETER_ZOO_LOCK");
    const int fd = path == nullptr ? -1 : open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) throw std::runtime_error("not alone");
    return fd;
  }();
  return lock < 0 ? zoo::Output{} : zoo::right(x);
}

}  // namespace

GAPMETER_KERNEL() {
  return zoo::doubling("Variants that want to be alone",
                       {gapmeter::native<locks>("first"), gapmeter::native<locks>("second")});
}
