#include "harness/worker/job.h"

#include <array>
#include <utility>

namespace gapmeter {
namespace {

template <class Enum, std::size_t Count>
using Names = std::array<std::pair<Enum, std::string_view>, Count>;

constexpr Names<Lane, 2> lanes{{{Lane::native, "native"}, {Lane::python, "python"}}};
constexpr Names<Status, 7> statuses{{{Status::ok, "ok"},
                                     {Status::mismatch, "mismatch"},
                                     {Status::error, "error"},
                                     {Status::timeout, "timeout"},
                                     {Status::crashed, "crashed"},
                                     {Status::oom, "oom"},
                                     {Status::skipped, "skipped"}}};
constexpr Names<Pass, 3> passes{
    {{Pass::verify, "verify"}, {Pass::memory, "memory"}, {Pass::time, "time"}}};
constexpr Names<Estimator, 2> estimators{{{Estimator::p10, "p10"}, {Estimator::median, "median"}}};

template <class Enum, std::size_t Count>
std::string_view find_name(const Names<Enum, Count>& names, Enum value) {
  return names[static_cast<std::size_t>(value)].second;
}

template <class Enum, std::size_t Count>
std::optional<Enum> find_value(const Names<Enum, Count>& names, std::string_view text) {
  for (const auto& [value, name] : names) {
    if (name == text) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Lane lane) { return find_name(lanes, lane); }
std::string_view name_of(Status status) { return find_name(statuses, status); }
std::string_view name_of(Pass pass) { return find_name(passes, pass); }
std::string_view name_of(Estimator estimator) { return find_name(estimators, estimator); }
std::optional<Status> parse_status(std::string_view text) { return find_value(statuses, text); }
std::optional<Pass> parse_pass(std::string_view text) { return find_value(passes, text); }
std::optional<Estimator> parse_estimator(std::string_view text) {
  return find_value(estimators, text);
}

std::string to_string(const VariantId& variant) {
  const std::string engine = variant.engine.empty() ? "" : "@" + variant.engine;
  return std::string(name_of(variant.lane)) + engine + "/" + variant.name;
}

std::optional<VariantId> parse_variant(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash + 1 == text.size()) return std::nullopt;
  const std::string_view where = text.substr(0, slash);
  const std::size_t at = where.find('@');
  const std::optional<Lane> lane = find_value(lanes, where.substr(0, at));
  if (!lane) return std::nullopt;
  VariantId variant{*lane, std::string(text.substr(slash + 1))};
  if (at != std::string_view::npos) {
    variant.engine = where.substr(at + 1);
    if (*lane != Lane::python || variant.engine.empty()) return std::nullopt;
  }
  return variant;
}

}  // namespace gapmeter
