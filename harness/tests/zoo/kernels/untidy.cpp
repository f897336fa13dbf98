// untidy: variants that are right but leave something behind.
#include <cstdio>

#include "harness/tests/zoo/kernels/doubling.h"

namespace {

// Prints 100 kB in every call, more than the pipe that it goes through holds.
zoo::Output floods(zoo::Input x) {
  for (int line = 0; line < 1000; ++line) std::printf("%099d\n", line);
  return zoo::right(x);
}

}  // namespace

GAPMETER_KERNEL() {
  return zoo::doubling("Variants that leave something behind",
                       {gapmeter::native<floods>("floods")});
}
