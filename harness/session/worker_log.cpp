#include "harness/session/worker_log.h"

#include <fmt/format.h>

namespace gapmeter {

std::string log_entry(const std::string& title, const std::string& output) {
  return fmt::format("--- {}\n{}{}", title, output, output.ends_with('\n') ? "" : "\n");
}

std::function<void(const std::string&, const std::string&)> log_to(AppendFile& file) {
  constexpr long long most_bytes = 64LL << 20;
  return [&file](const std::string& title, const std::string& output) {
    if (file.size() > most_bytes) return;
    file.append(log_entry(title, output));
    if (file.size() > most_bytes) file.append("--- the log ends here: it is 64 MiB\n");
  };
}

}  // namespace gapmeter
