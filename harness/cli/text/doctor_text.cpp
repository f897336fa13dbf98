#include "harness/cli/text/doctor_text.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "harness/base/sizes.h"

namespace gapmeter {
namespace {

double half_width_percent(const Interval& interval) {
  return std::log(interval.high / interval.low) / 2 * 100;
}

}  // namespace

std::string format_findings(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    constexpr std::array marks{"ok  ", "note", "BAD "};
    text += fmt::format("{} {}\n", marks[static_cast<std::size_t>(finding.level)], finding.what);
    if (!finding.advice.empty()) text += fmt::format("       -> {}\n", finding.advice);
  }
  return text;
}

std::string format_noise(const NoiseCell& noise, std::size_t rounds_of_gap) {
  const std::string name = fmt::format("{} {} n={}", noise.cell.kernel,
                                       to_string(noise.cell.variant), format_size(noise.cell.n));
  if (!noise.change) {
    const bool was_slow = noise.failure.empty();
    return fmt::format("BAD  {} could not be measured: {}\n       -> {}\n", name,
                       was_slow ? "too few rounds" : noise.failure,
                       was_slow ? "wait until the machine is less busy, and ask again"
                                : "gapmeter verify says what is wrong with it");
  }
  std::string text =
      fmt::format("     {} against itself: known to ±{:.2f} % after {:.1f} s of gapmeter ab", name,
                  half_width_percent(*noise.change), noise.seconds);
  if (noise.gap) {
    text += fmt::format(", a gap to ±{:.2f} % after {} rounds of gapmeter run",
                        half_width_percent(*noise.gap), rounds_of_gap);
  }
  if (noise.slices > 0) {
    text += fmt::format(
        "; undisturbed {:.0f} % of the time",
        100 * static_cast<double>(noise.undisturbed) / static_cast<double>(noise.slices));
  }
  return text + '\n';
}

std::string format_penalty(const EmbeddingCell& cell, const std::string& stock_python) {
  if (!cell.ratio) {
    return fmt::format("note embedding could not be compared with {}: {}\n", stock_python,
                       cell.failure);
  }
  return fmt::format("     embedding: {} takes {:.2f} times as long as in {}\n",
                     to_string(cell.cell.variant), cell.ratio->value, stock_python);
}

}  // namespace gapmeter
