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

}  // namespace

std::string_view name_of(Status status) { return find_name(statuses, status); }
std::optional<Status> parse_status(std::string_view text) { return find_value(statuses, text); }

}  // namespace gapmeter
