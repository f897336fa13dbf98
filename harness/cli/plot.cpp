// gapmeter plot: hands a run's directory to scripts/plot.py.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "build_info.h"
#include "harness/cli/commands.h"
#include "harness/results/result_dir.h"

namespace gapmeter {

int run_plot(const PlotOptions& options) {
  // The same checks as summarize's, so that bad input is told of in the same words.
  read_rounds(options.dir);
  std::vector<std::string> arguments{GAPMETER_PYTHON_EXECUTABLE, GAPMETER_PLOT_SCRIPT, options.dir};
  if (!options.out.empty()) arguments.insert(arguments.end(), {"--out", options.out});
  if (!options.format.empty()) arguments.insert(arguments.end(), {"--format", options.format});
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  execv(pointers[0], pointers.data());
  throw std::runtime_error(
      fmt::format("{} can't be started: {}", arguments[0], std::strerror(errno)));
}

}  // namespace gapmeter
