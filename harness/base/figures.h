// How measured figures are shown to people, the same everywhere: three significant digits, trailing
// zeros kept, and a unit. Files hold every digit.
#pragma once

#include <string>

namespace gapmeter {

// "1.23 µs".
std::string format_time(double nanoseconds);
// "12.3×".
std::string format_ratio(double ratio);
// For people who wait: "42 s", "3 min 20 s", "1 h 05 min".
std::string format_duration(double seconds);

}  // namespace gapmeter
