// greedy: variants that take more than there is.
#include <sys/prctl.h>
#include <unistd.h>

#include <list>
#include <vector>

#include "harness/tests/zoo/kernels/doubling.h"

namespace {

// Keeps more and more memory.
zoo::Output hoards(zoo::Input x) {
  static std::list<std::vector<float>> kept;
  for (volatile bool forever = true; forever;) kept.emplace_back(1 << 20, x[0]);
  return zoo::right(x);
}

// Starts processes that have less than the limit each, and more together.
zoo::Output shares(zoo::Input x) {
  for (int i = 0; i < 4; ++i) {
    if (fork() == 0) {
      const std::vector<float> kept(50 << 20, x[0]);  // 200 MiB
      for (volatile bool forever = true; forever;) pause();
      _exit(kept[0] == x[0] ? 0 : 1);
    }
  }
  for (volatile bool forever = true; forever;) pause();
  return zoo::right(x);
}

// Starts processes that stay; so many that it is too much, and no more, whatever becomes of it.
zoo::Output forks(zoo::Input x) {
  prctl(PR_SET_NAME, "zoo_forks");
  for (int i = 0; i < 3000; ++i) {
    if (fork() == 0) {
      for (;;) pause();
    }
  }
  for (volatile bool forever = true; forever;) pause();
  return zoo::right(x);
}

}  // namespace

GAPMETER_KERNEL() {
  using gapmeter::native;
  return zoo::doubling(
      "Variants that take more than there is",
      {native<hoards>("hoards"), native<shares>("shares"), native<forks>("forks")});
}
