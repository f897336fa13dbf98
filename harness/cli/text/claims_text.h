// Decided claims as text, JSON or Markdown.
#pragma once

#include <string>
#include <vector>

#include "harness/claims/claim.h"
#include "harness/cli/text/output_format.h"

namespace gapmeter {

std::string format_claims(const std::vector<DecidedClaim>& claims, OutputFormat format);

// "1.23×, 1.20× to 1.26×", as many digits as the unit asks for; an interval without width is left
// out.
std::string value_text(const Figure& figure);

}  // namespace gapmeter
