// gapmeter plot: hands a run's directory to scripts/gapmeter_report.
#include "harness/cli/command.h"
#include "harness/cli/options.h"
#include "harness/session/script.h"
#include "harness/store/result_dir.h"

namespace gapmeter {
namespace {

int plot(const PlotOptions& options, const Invocation& /*invocation*/) {
  // The same checks as summarize's, so that bad input is reported in the same words.
  read_rounds(options.dir);
  std::vector<std::string> arguments{options.dir};
  if (!options.out.empty()) arguments.insert(arguments.end(), {"--out", options.out});
  if (!options.format.empty()) arguments.insert(arguments.end(), {"--format", options.format});
  become_script("plot", arguments);
}

void declare(OptionSet& set, PlotOptions& options) {
  set.positional("DIR", options.dir, "Directory of a run");
  set.text("--out", options.out, "TEXT", "Where to write them (default DIR/charts)");
  set.text("--format", options.format, "TEXT", "svg, png or both, comma-separated");
}

}  // namespace

Command plot_command() {
  return CommandOf<PlotOptions>{.name = "plot",
                                .summary = "Draw the charts of a run",
                                .reads_rows = true,
                                .declare = declare,
                                .run = plot};
}

}  // namespace gapmeter
