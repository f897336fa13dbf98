#include "harness/load/schedule.h"

#include <algorithm>

#include "harness/kernel/random.h"

namespace gapmeter {

std::vector<std::int64_t> schedule_of(Schedule schedule, std::size_t count, std::int64_t length_ns,
                                      std::uint64_t seed) {
  std::vector<std::int64_t> moments(count);
  if (schedule == Schedule::constant) {
    const double distance = static_cast<double>(length_ns) / static_cast<double>(count);
    for (std::size_t i = 0; i < count; ++i) {
      moments[i] = static_cast<std::int64_t>(distance * static_cast<double>(i));
    }
    return moments;
  }
  Random random(seed);
  for (std::int64_t& moment : moments) {
    moment = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(length_ns)));
  }
  std::sort(moments.begin(), moments.end());
  return moments;
}

}  // namespace gapmeter
