// A reproduction as text, JSON or Markdown.
#pragma once

#include <string>

#include "harness/cli/text/output_format.h"
#include "harness/claims/reproduction.h"

namespace gapmeter {

// A line for each reason why variants of the reference are not here; empty for none.
std::string format_missing(const std::vector<MissingVariant>& missing);

std::string format_reproduction(const Reproduction& reproduction, OutputFormat format);

}  // namespace gapmeter
