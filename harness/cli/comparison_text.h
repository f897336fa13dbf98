// A comparison's result as text, Markdown or JSON: what `compare` and `ab` print.
#pragma once

#include <string>

#include "harness/cli/options.h"
#include "harness/results/comparison.h"

namespace gapmeter {

std::string format_comparison(const ComparisonResult& result, ReportFormat format);

}  // namespace gapmeter
