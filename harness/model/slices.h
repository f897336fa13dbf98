// What a round is made of: slices, each a few milliseconds of one variant's calls between two
// probes of the processor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gapmeter {

struct Slice {
  double call_ns = 0;  // its timed regions together, per call
  // The probe's reading (worker/probe.h) right before and right after it, which is greater when
  // something shares the core; of several processors the greatest. 0: was not probed.
  std::int64_t probe_before = 0, probe_after = 0;

  bool operator==(const Slice&) const = default;
};

using Slices = std::vector<Slice>;

// "52.31:994:995 52.4:994:996": call_ns with six digits, and the two probes, of each slice in their
// order.
std::string to_string(const Slices& slices);
// nullopt unless to_string could have written the text, or if a time is not finite and above 0 or a
// probe is below 0.
std::optional<Slices> parse_slices(std::string_view text);

}  // namespace gapmeter
