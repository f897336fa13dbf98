// A reproduction as text, JSON or Markdown.
#pragma once

#include <string>

#include "harness/cli/text/output_format.h"
#include "harness/claims/reproduction.h"

namespace gapmeter {

std::string format_reproduction(const Reproduction& reproduction, OutputFormat format);

}  // namespace gapmeter
