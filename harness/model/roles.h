// The two variants of a kernel that have a role.
#pragma once

#include "harness/kernel/kernel.h"
#include "harness/model/cell.h"

namespace gapmeter {

// What the other variants are verified against. Kernel::reference names its lane where that is not
// C++'s.
VariantId reference_of(const Kernel& kernel);

// What people would write first.
VariantId baseline_of(const Kernel& kernel);

}  // namespace gapmeter
