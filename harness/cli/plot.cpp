// gapmeter plot: hands a run's directory to scripts/gapmeter_report.
#include "harness/cli/commands.h"
#include "harness/cli/script.h"
#include "harness/results/result_dir.h"

namespace gapmeter {

int run_plot(const PlotOptions& options) {
  // The same checks as summarize's, so that bad input is told of in the same words.
  read_rounds(options.dir);
  std::vector<std::string> arguments{options.dir};
  if (!options.out.empty()) arguments.insert(arguments.end(), {"--out", options.out});
  if (!options.format.empty()) arguments.insert(arguments.end(), {"--format", options.format});
  become_script("plot", arguments);
}

}  // namespace gapmeter
