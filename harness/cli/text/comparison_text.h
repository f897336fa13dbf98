// A comparison's result as text, Markdown or JSON: what `compare` and `ab` print.
#pragma once

#include <string>

#include "harness/cli/text/output_format.h"
#include "harness/analysis/comparison.h"

namespace gapmeter {

std::string format_comparison(const Comparison& result, OutputFormat format);

}  // namespace gapmeter
