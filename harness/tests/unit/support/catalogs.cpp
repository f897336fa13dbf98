#include "harness/tests/unit/support/catalogs.h"

#include <algorithm>
#include <stdexcept>

namespace gapmeter::test {

Catalog catalog_of(const std::vector<std::string>& names) {
  Catalog catalog;
  for (const std::string& name : names) {
    catalog.kernels.push_back(twice_kernel(name));
    catalog.python.modules.push_back(name);
    catalog.python.variants.push_back({name, "loop", {}, std::nullopt});
    catalog.python.variants.push_back({name, "numpy", {"numpy"}, std::nullopt});
  }
  return catalog;
}

Kernel& kernel_in(Catalog& catalog, std::string_view name) {
  const auto found = std::find_if(catalog.kernels.begin(), catalog.kernels.end(),
                                  [&](const Kernel& kernel) { return kernel.name == name; });
  if (found == catalog.kernels.end()) throw std::out_of_range("no such kernel");
  return *found;
}

PythonVariant& python_variant_in(Catalog& catalog, std::string_view kernel, std::string_view name) {
  auto& all = catalog.python.variants;
  const auto found = std::find_if(all.begin(), all.end(), [&](const PythonVariant& known) {
    return known.kernel == kernel && known.name == name;
  });
  if (found == all.end()) throw std::out_of_range("no such Python variant");
  return *found;
}

}  // namespace gapmeter::test
