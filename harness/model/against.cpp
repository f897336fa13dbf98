#include "harness/model/against.h"

namespace gapmeter {

std::string to_string(const Against& against) {
  if (!against.lane) return "";
  const std::string lane(against.lane->name());
  return against.name.empty() ? lane : lane + "/" + against.name;
}

std::string denominator(const Against& against) {
  if (!against.name.empty()) return to_string(against);
  return against.lane ? "fastest " + to_string(against) : "fastest compiled";
}

std::optional<Against> parse_against(std::string_view text) {
  if (const auto variant = parse_variant(text); variant && variant->lane.is_compiled()) {
    return Against{variant->lane, variant->name};
  }
  const std::optional<Lane> lane = Lane::called(text);
  if (!lane || !lane->is_compiled()) return std::nullopt;
  return Against{*lane};
}

}  // namespace gapmeter
