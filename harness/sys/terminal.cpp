#include "harness/sys/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace gapmeter {

std::optional<std::size_t> terminal_columns(std::FILE* stream) {
  winsize size{};
  if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

bool is_terminal(std::FILE* stream) { return isatty(fileno(stream)) != 0; }

}  // namespace gapmeter
