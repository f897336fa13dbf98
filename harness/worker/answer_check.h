// Does a server answer what it should? As JSON where both answers are, else as text.
#pragma once

#include <string>

#include "harness/worker/verification.h"

namespace gapmeter {

// Of JSON, neither the order of keys nor blanks nor how numbers are written matter. With a
// tolerance, numbers match if |actual - expected| <= tolerance * |expected|, of a list times the
// largest number in it, since a small one among large ones carries their rounding. Tells the first
// place that differs.
OutputCheck check_answer(const std::string& expected, const std::string& actual, double tolerance);

}  // namespace gapmeter
