// The kernels of a build as text or JSON: what `list` prints.
#pragma once

#include <string>

#include "harness/cli/text/output_format.h"
#include "harness/measure/catalog.h"

namespace gapmeter {

// Text and JSON; Markdown is not offered.
std::string format_catalog(const Catalog& catalog, OutputFormat format);

}  // namespace gapmeter
