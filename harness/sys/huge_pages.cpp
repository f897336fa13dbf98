#include "harness/sys/huge_pages.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace gapmeter {

void use_huge_pages(char** argv) {
  constexpr const char* variable = "GLIBC_TUNABLES";
  constexpr const char* setting = "glibc.malloc.hugetlb=1:glibc.malloc.top_pad=67108864";
  const char* const present =
      std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): no threads yet
  if (present == nullptr) {
    setenv(variable, setting, 1);  // NOLINT(concurrency-mt-unsafe)
    execv("/proc/self/exe", argv);
  } else if (std::string_view(present) != setting) {
    return;
  }
  unsetenv(variable);  // NOLINT(concurrency-mt-unsafe): what this program starts is not to have it
}

}  // namespace gapmeter
