#include "harness/model/task.h"

#include "harness/base/enum_names.h"

namespace gapmeter {
namespace {

constexpr EnumNames<Pass, 3> passes{
    {{Pass::verify, "verify"}, {Pass::memory, "memory"}, {Pass::time, "time"}}};
constexpr EnumNames<Estimator, 2> estimators{
    {{Estimator::p10, "p10"}, {Estimator::median, "median"}}};

}  // namespace

std::string_view name_of(Pass pass) { return find_name(passes, pass); }
std::string_view name_of(Estimator estimator) { return find_name(estimators, estimator); }
std::optional<Pass> parse_pass(std::string_view text) { return find_value(passes, text); }
std::optional<Estimator> parse_estimator(std::string_view text) {
  return find_value(estimators, text);
}

}  // namespace gapmeter
