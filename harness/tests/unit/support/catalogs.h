// Hand-made catalogs with nothing wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/measure/catalog.h"
#include "harness/tests/unit/support/kernels.h"

namespace gapmeter::test {

// The kernels named, each like twice_kernel, with a module of the variants `loop` and `numpy`.
Catalog catalog_of(const std::vector<std::string>& names);
Kernel& kernel_in(Catalog& catalog, std::string_view name);
PythonVariant& python_variant_in(Catalog& catalog, std::string_view kernel, std::string_view name);

}  // namespace gapmeter::test
