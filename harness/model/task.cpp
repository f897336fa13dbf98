#include "harness/model/task.h"

#include "harness/base/enum_names.h"

namespace gapmeter {
namespace {

constexpr EnumNames<Estimator, 2> estimators{
    {{Estimator::p10, "p10"}, {Estimator::median, "median"}}};

}  // namespace

std::string_view name_of(Estimator estimator) { return find_name(estimators, estimator); }
std::optional<Estimator> parse_estimator(std::string_view text) {
  return find_value(estimators, text);
}

}  // namespace gapmeter
