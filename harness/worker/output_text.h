// Do two programs print the same? Line by line, and within a tolerance number by number.
#pragma once

#include <string>

#include "harness/worker/verification.h"

namespace gapmeter {

// Blanks at the ends of lines and empty lines at the end of the text don't matter. With a
// tolerance, numbers match if |actual - expected| <= tolerance * |expected|, wherever they stand in
// a line, and how many blanks there are between words does not matter either. Tells the first line
// that differs.
OutputCheck check_text(const std::string& expected, const std::string& actual, double tolerance);

}  // namespace gapmeter
