#include "harness/model/measurement.h"

#include "harness/base/enum_names.h"

namespace gapmeter {
namespace {

constexpr EnumNames<Status, 7> statuses{{{Status::ok, "ok"},
                                         {Status::mismatch, "mismatch"},
                                         {Status::error, "error"},
                                         {Status::timeout, "timeout"},
                                         {Status::crashed, "crashed"},
                                         {Status::oom, "oom"},
                                         {Status::skipped, "skipped"}}};

constexpr EnumNames<PeakFrom, 3> peak_sources{
    {{PeakFrom::process, "process"}, {PeakFrom::traced, "traced"}, {PeakFrom::sampled, "sampled"}}};

}  // namespace

std::string_view name_of(Status status) { return find_name(statuses, status); }
std::optional<Status> parse_status(std::string_view text) { return find_value(statuses, text); }

std::string_view name_of(PeakFrom from) { return find_name(peak_sources, from); }
std::optional<PeakFrom> parse_peak_from(std::string_view text) {
  return find_value(peak_sources, text);
}

}  // namespace gapmeter
