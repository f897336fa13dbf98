#include "harness/sys/huge_pages.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace gapmeter {
namespace {

constexpr std::string_view tunable = "glibc.malloc.hugetlb";

// Whether GLIBC_TUNABLES, "name=value:name=value", has a value for the tunable.
bool is_decided_in(std::string_view tunables) {
  while (!tunables.empty()) {
    const std::string_view setting = tunables.substr(0, tunables.find(':'));
    if (setting.substr(0, setting.find('=')) == tunable) return true;
    tunables.remove_prefix(std::min(setting.size() + 1, tunables.size()));
  }
  return false;
}

}  // namespace

std::string with_huge_pages_in_malloc(std::string_view tunables) {
  if (is_decided_in(tunables)) return std::string(tunables);
  const std::string_view separator = tunables.empty() || tunables.back() == ':' ? "" : ":";
  return fmt::format("{}{}{}=1", tunables, separator, tunable);
}

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
