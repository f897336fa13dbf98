#include "harness/session/failures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "harness/base/sizes.h"

namespace gapmeter {

std::string failure_line(const CellKey& cell, const Measurement& measurement) {
  return fmt::format("{} {} n={}: {}: {}", cell.kernel, to_string(cell.variant),
                     format_size(cell.n), name_of(measurement.status), measurement.reason);
}

bool Failures::add(const CellKey& cell, const Measurement& measurement) {
  const std::string variant = to_string(cell.variant);
  counted_[{cell.kernel, variant}].insert(cell.n);
  if (measurement.status == Status::ok) return false;
  const auto [place, is_new] =
      places_.try_emplace({cell.kernel, variant, measurement.status}, failures_.size());
  if (is_new) failures_.push_back({cell, measurement});
  std::vector<std::size_t>& sizes = failures_[place->second].sizes;
  if (std::find(sizes.begin(), sizes.end(), cell.n) == sizes.end()) sizes.push_back(cell.n);
  return is_new;
}

std::vector<std::string> Failures::lines(std::size_t least) const {
  std::vector<std::string> lines;
  for (const auto& [cell, measurement, sizes] : failures_) {
    if (sizes.size() < least) continue;
    if (sizes.size() == 1) {
      lines.push_back(failure_line(cell, measurement));
      continue;
    }
    std::vector<std::string> names;
    std::transform(sizes.begin(), sizes.end(), std::back_inserter(names), format_size);
    const std::string variant = to_string(cell.variant);
    lines.push_back(fmt::format("{} {} n={}: {} at {} of {} sizes: {}", cell.kernel, variant,
                                fmt::join(names, ","), name_of(measurement.status), sizes.size(),
                                counted_.at({cell.kernel, variant}).size(), measurement.reason));
  }
  return lines;
}

}  // namespace gapmeter
