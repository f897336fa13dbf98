// The kernels of a build, or commands, as text or JSON: what `list` prints.
#pragma once

#include <string>
#include <vector>

#include "harness/cli/text/output_format.h"
#include "harness/measure/catalog.h"
#include "harness/measure/commands.h"

namespace gapmeter {

// Text and JSON; Markdown is not offered.
std::string format_catalog(const Catalog& catalog, OutputFormat format);
// `groups`: what a run of the commands would measure.
std::string format_commands(const Commands& commands, const std::vector<CellGroup>& groups,
                            OutputFormat format);

}  // namespace gapmeter
