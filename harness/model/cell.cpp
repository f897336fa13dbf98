#include "harness/model/cell.h"

#include <functional>

namespace gapmeter {

std::string to_string(const VariantId& variant) {
  const std::string engine = variant.engine.empty() ? "" : "@" + variant.engine;
  return std::string(variant.lane.name()) + engine + "/" + variant.name;
}

std::optional<VariantId> parse_variant(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash + 1 == text.size()) return std::nullopt;
  const std::string_view where = text.substr(0, slash);
  const std::size_t at = where.find('@');
  const std::optional<Lane> lane = Lane::called(where.substr(0, at));
  if (!lane) return std::nullopt;
  VariantId variant{*lane, std::string(text.substr(slash + 1))};
  if (at != std::string_view::npos) {
    variant.engine = where.substr(at + 1);
    if (!lane->has_engines() || variant.engine.empty()) return std::nullopt;
  }
  return variant;
}

SeriesKey series_of(const CellKey& cell) { return {cell.kernel, cell.variant, cell.threads}; }

std::size_t CellHash::operator()(const CellKey& cell) const {
  std::size_t hash = cell.n + static_cast<std::size_t>(cell.threads);
  for (const std::string_view name :
       {std::string_view(cell.kernel), cell.variant.lane.name(),
        std::string_view(cell.variant.engine), std::string_view(cell.variant.name)}) {
    hash = 31 * hash + std::hash<std::string_view>()(name);
  }
  return hash;
}

}  // namespace gapmeter
