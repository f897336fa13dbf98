// What can be measured: the kernels of this build, joined with the Python modules of the same
// stems, and the part of them that a user selected.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "harness/kernel/kernel.h"
#include "harness/model/cell.h"
#include "harness/model/description.h"
#include "harness/model/roles.h"

namespace gapmeter {

// A name or pattern that selects nothing; what() names the nearest thing that exists.
class UnknownName : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

// A Python engine besides the run's first.
struct FurtherEngine {
  std::string label;
  PythonDescription python;
};

struct Catalog {
  std::vector<Kernel> kernels;
  PythonDescription python;
  std::vector<FurtherEngine> further_engines{};
  std::vector<std::string> rust_files{};  // stems of the .rs files of this build
};

// Everything that is wrong with the pairs, one sentence each, starting with the kernel's name:
// orphans on either side, duplicates, missing parts, modules that can't be imported, jobs without a
// native variant.
std::vector<std::string> check_catalog(const Catalog& catalog);

// Adds to the problems that the module of a kernel declares no variant. Other modules may be
// without: kernels' modules import them.
void note_silent_modules(const std::vector<Kernel>& kernels, PythonDescription& python);

// Why an engine (the first, or the one with this label) does not see the Python variants of the
// kernel's module; nullptr if its baseline is there. The baseline then stands for all that are
// missing, so that the failure has a row.
const PythonDescription::Problem* find_import_problem(const Catalog& catalog, const Kernel& kernel,
                                                      std::string_view engine = "");

// What is wrong with the declarations of a kernel or of its Python variants, so that none of its
// figures would be what it says: the first of such problems. A module that can't be imported is
// none, since its native variants are what they say.
std::optional<std::string> find_contradiction(const Catalog& catalog, const Kernel& kernel);

// The kernel's variants, native ones first, each in the order of declaration, engine by engine.
std::vector<VariantId> variants_of(const Catalog& catalog, const Kernel& kernel);

// What the module declares about one Python variant, on the first engine or the one with this
// label.
const PythonVariant* find_python_variant(const Catalog& catalog, std::string_view kernel,
                                         std::string_view variant, std::string_view engine = "");

// What one of the kernel's variants is asked to do; empty for the main job.
std::string job_of(const Catalog& catalog, const Kernel& kernel, const VariantId& variant);

// Kernels whose names match any of the patterns (* ? [...]); all for no pattern. Throws UnknownName
// when a pattern matches nothing.
std::vector<const Kernel*> select_kernels(const Catalog& catalog,
                                          const std::vector<std::string>& patterns);

// Patterns match lane/name as a whole (native/simd, python/*) or, without a slash, the name alone;
// on every engine, unless they name one (python@3.13/*). Throws UnknownName when a pattern matches
// no variant of any of the kernels.
void check_variant_patterns(const Catalog& catalog, const std::vector<const Kernel*>& kernels,
                            const std::vector<std::string>& patterns);
bool matches_any_name(const std::string& name, const std::vector<std::string>& patterns);
bool matches_any(const VariantId& variant, const std::vector<std::string>& patterns);

}  // namespace gapmeter
