#include "harness/base/figures.h"

#include <fmt/format.h>

#include <cmath>

namespace gapmeter {
namespace {

// Fixed notation with three significant digits, fewer only below 1e-9.
std::string three_digits(double value) {
  int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  for (double limit = 0.9995; value < limit && decimals < 12; limit /= 10) ++decimals;
  return fmt::format("{:.{}f}", value, decimals);
}

}  // namespace

std::string format_time(double nanoseconds) {
  // 999.5 is where three digits become four.
  double value = nanoseconds;
  for (const char* unit : {" ns", " µs", " ms"}) {
    if (value < 999.5) return three_digits(value) + unit;
    value /= 1000;
  }
  return three_digits(value) + " s";
}

std::string format_ratio(double ratio) { return three_digits(ratio) + "×"; }

std::string format_duration(double seconds) {
  const auto whole = std::llround(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace gapmeter
