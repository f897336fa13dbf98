// How much memory the cells of a run need, from what they declare and from what smaller sizes took.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "harness/measure/plan.h"
#include "harness/model/measurement.h"

namespace gapmeter {

class Footprints {
 public:
  // `limit_bytes`: what a worker may have; none: anything.
  explicit Footprints(const std::optional<std::int64_t>& limit_bytes) : limit_bytes_(limit_bytes) {}

  // What a memory pass found.
  void learn(const CellKey& cell, const MemoryUse& memory);
  // What a variant will probably have in memory: by what it declares, or by what this or the next
  // smaller size took, scaled with n.
  double bytes_of(const CellGroup& group, const PlannedVariant& planned) const;
  bool fit(double bytes) const;
  // How a cell ends that would need more than the limit; nullopt for one that fits.
  std::optional<Measurement> too_large(const CellGroup& group, const PlannedVariant& planned) const;

 private:
  struct Footprint {
    double baseline_bytes = 0, added_bytes = 0;
  };
  std::optional<std::int64_t> limit_bytes_;
  std::map<SeriesKey, std::map<std::size_t, Footprint>> known_{};  // by n
};

}  // namespace gapmeter
