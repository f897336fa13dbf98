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
  // How long its thread was ready to run while another process had the processor, in thousandths of
  // the slice; 0 where that can't be told, or where the process itself could be the reason.
  std::int64_t waited = 0;

  bool operator==(const Slice&) const = default;
};

using Slices = std::vector<Slice>;

// "52.31:994:995:0 52.4:994:996:12": call_ns with six digits, the two probes and the wait of each
// slice, in their order.
std::string to_string(const Slices& slices);
// nullopt unless the text has this form, each time is finite and above 0, and nothing is below 0.
std::optional<Slices> parse_slices(std::string_view text);

}  // namespace gapmeter
