#include "harness/model/roles.h"

namespace gapmeter {

VariantId reference_of(const Kernel& kernel) {
  return parse_variant(kernel.reference).value_or(VariantId{Lane::native(), kernel.reference});
}

VariantId baseline_of(const Kernel& kernel) { return {Lane::python(), kernel.baseline}; }

}  // namespace gapmeter
