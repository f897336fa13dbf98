// A reproduction as text, JSON or Markdown.
#pragma once

#include <string>

#include "harness/cli/options.h"
#include "harness/results/reproduction.h"

namespace gapmeter {

std::string format_reproduction(const Reproduction& reproduction, ReportFormat format);

}  // namespace gapmeter
