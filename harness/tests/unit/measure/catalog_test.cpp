// The catalog: how names and patterns select, what is said of those that select nothing, and every
// way in which the pairs of .cpp and .py can be wrong.
#include "harness/measure/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/unit/support/catalogs.h"
#include "harness/tests/unit/support/kernels.h"
#include "harness/tests/unit/support/rows.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using test::catalog_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using Patterns = std::vector<std::string>;

Patterns selected(const Catalog& catalog, const Patterns& patterns) {
  Patterns names;
  for (const Kernel* kernel : select_kernels(catalog, patterns)) names.push_back(kernel->name);
  return names;
}

std::string kernel_error(const Catalog& catalog, const std::string& pattern) {
  return test::message_of<UnknownName>([&] { select_kernels(catalog, {pattern}); });
}

std::string variant_error(const Catalog& catalog, const std::string& pattern) {
  return test::message_of<UnknownName>(
      [&] { check_variant_patterns(catalog, select_kernels(catalog, {}), {pattern}); });
}

bool matches(std::string_view variant, const Patterns& patterns) {
  return matches_any(test::variant(variant), patterns);
}

TEST(SelectKernels, NoPatternSelectsAll) {
  EXPECT_THAT(selected(catalog_of({"a", "b"}), {}), ElementsAre("a", "b"));
}

TEST(SelectKernels, NamesSelectInTheOrderOfTheCatalog) {
  EXPECT_THAT(selected(catalog_of({"a", "b", "c"}), {"c", "a"}), ElementsAre("a", "c"));
}

TEST(SelectKernels, PatternsMatchWholeNames) {
  const Catalog catalog = catalog_of({"sum", "sum2", "sort", "dot"});
  EXPECT_THAT(selected(catalog, {"sum"}), ElementsAre("sum"));
  EXPECT_THAT(selected(catalog, {"sum*"}), ElementsAre("sum", "sum2"));
  EXPECT_THAT(selected(catalog, {"s*"}), ElementsAre("sum", "sum2", "sort"));
  EXPECT_THAT(selected(catalog, {"?o*"}), ElementsAre("sort", "dot"));
  EXPECT_THAT(selected(catalog, {"[d-e]*"}), ElementsAre("dot"));
  EXPECT_THAT(selected(catalog, {"*"}), ElementsAre("sum", "sum2", "sort", "dot"));
}

TEST(SelectKernels, AKernelMatchedTwiceIsSelectedOnce) {
  EXPECT_THAT(selected(catalog_of({"sum"}), {"sum", "s*", "*"}), ElementsAre("sum"));
}

TEST(SelectKernels, AMisspelledNameIsToldTheNearest) {
  EXPECT_EQ(kernel_error(catalog_of({"matmul", "softmax"}), "matmull"),
            "no kernel matches 'matmull'; did you mean 'matmul'?");
}

TEST(SelectKernels, AnotherWordIsToldWhatThereIs) {
  EXPECT_EQ(kernel_error(catalog_of({"matmul", "softmax"}), "fft"),
            "no kernel matches 'fft'; there are: matmul, softmax");
}

TEST(SelectKernels, OneGoodPatternDoesNotExcuseABadOne) {
  EXPECT_THROW(selected(catalog_of({"a", "b"}), {"a", "nosuch"}), UnknownName);
}

TEST(VariantPatterns, WithASlashMatchLaneAndName) {
  EXPECT_TRUE(matches("native/simd", {"native/simd"}));
  EXPECT_TRUE(matches("native/simd", {"native/*"}));
  EXPECT_TRUE(matches("native/simd", {"*/simd"}));
  EXPECT_FALSE(matches("native/simd", {"python/*"}));
  EXPECT_FALSE(matches("native/simd", {"native/s"}));
}

TEST(VariantPatterns, WithoutASlashMatchTheNameInEitherLane) {
  EXPECT_TRUE(matches("native/simd", {"simd"}));
  EXPECT_TRUE(matches("python/simd", {"s?md"}));
  EXPECT_FALSE(matches("native/simd", {"native"}));
  EXPECT_FALSE(matches("python/simd_fast", {"simd"}));
}

TEST(VariantPatterns, MatchOnEveryEngineUnlessTheyNameOne) {
  for (const char* pattern : {"python/loop", "python/*", "*/loop", "loop", "python@3.12/loop",
                              "python@3.12/*", "python@*/loop", "*@3.12/*"}) {
    EXPECT_TRUE(matches("python@3.12/loop", {pattern})) << pattern;
  }
  EXPECT_FALSE(matches("python@3.12/loop", {"python@3.13/*"}));
  EXPECT_FALSE(matches("python@3.12/loop", {"native/*"}));
  EXPECT_FALSE(matches("python/loop", {"python@3.12/*"}));
}

TEST(VariantPatterns, AnyOfSeveralIsEnough) {
  EXPECT_TRUE(matches("python/numpy", {"native/*", "num*"}));
  EXPECT_FALSE(matches("python/loop", {"native/*", "num*"}));
  EXPECT_FALSE(matches("python/loop", {}));
}

TEST(VariantPatterns, OneKernelWithTheVariantIsEnough) {
  Catalog catalog = catalog_of({"a", "b"});
  catalog.python.variants.push_back({"b", "special", {}, std::nullopt});
  EXPECT_NO_THROW(check_variant_patterns(catalog, select_kernels(catalog, {}), {"special"}));
  EXPECT_THROW(check_variant_patterns(catalog, select_kernels(catalog, {"a"}), {"special"}),
               UnknownName);
}

TEST(VariantPatterns, AMisspelledOneIsToldTheNearest) {
  EXPECT_EQ(variant_error(catalog_of({"a"}), "nunpy"),
            "no variant matches 'nunpy'; did you mean 'numpy'?");
  EXPECT_EQ(variant_error(catalog_of({"a"}), "pyhton/numpy"),
            "no variant matches 'pyhton/numpy'; did you mean 'python/numpy'?");
}

TEST(VariantPatterns, AnotherWordIsToldWhatThereIs) {
  EXPECT_THAT(variant_error(catalog_of({"a"}), "rust/ndarray"),
              AllOf(HasSubstr("there are: "), HasSubstr("native/fast"), HasSubstr("python/loop")));
}

TEST(VariantsOf, AreNativeFirstInTheOrderOfDeclaration) {
  const Catalog catalog = catalog_of({"a", "b"});
  std::vector<std::string> names;
  for (const VariantId& id : variants_of(catalog, catalog.kernels[1])) {
    names.push_back(to_string(id));
  }
  EXPECT_THAT(names, ElementsAre("native/plain", "native/fast", "python/loop", "python/numpy"));
}

// The variants of `a`, of which the named ones do the job `view`.
Catalog with_job(const Patterns& variants) {
  Catalog catalog = catalog_of({"a"});
  const auto does_it = [&](VariantId id) { return matches_any(id, variants); };
  for (NativeVariant& variant : test::kernel_in(catalog, "a").native) {
    if (does_it({Lane::native(), variant.name})) variant.job = "view";
  }
  for (PythonVariant& variant : catalog.python.variants) {
    if (does_it({Lane::python(), variant.name})) variant.job = "view";
  }
  return catalog;
}

TEST(JobOf, IsWhatTheVariantsDeclareInBothLanes) {
  const Catalog catalog = with_job({"native/fast", "python/numpy"});
  std::vector<std::string> jobs;
  for (const VariantId& id : variants_of(catalog, catalog.kernels[0])) {
    jobs.push_back(job_of(catalog, catalog.kernels[0], id));
  }
  EXPECT_THAT(jobs, ElementsAre("", "view", "", "view"));
}

TEST(JobOf, IsThatOfItsOwnEnginesModule) {
  Catalog catalog = with_job({"python/numpy"});
  catalog.further_engines.push_back({"3.13", catalog_of({"a"}).python});
  const Kernel& kernel = catalog.kernels[0];
  EXPECT_EQ(job_of(catalog, kernel, test::variant("python/numpy")), "view");
  EXPECT_EQ(job_of(catalog, kernel, test::variant("python@3.13/numpy")), "");
}

TEST(CheckCatalog, HasNothingAgainstJobsOfBothLanes) {
  EXPECT_THAT(check_catalog(with_job({"native/fast", "python/numpy"})), IsEmpty());
  EXPECT_THAT(check_catalog(with_job({"native/fast"})), IsEmpty());
}

TEST(CheckCatalog, ReportsAPythonVariantWhoseJobNoNativeVariantDoes) {
  EXPECT_THAT(check_catalog(with_job({"python/numpy"})),
              ElementsAre("a: python/numpy does the job 'view', which no compiled variant does: it "
                          "has no gap"));
}

TEST(CheckCatalog, ReportsAReferenceOrBaselineOfAnotherJobThanTheMainOne) {
  EXPECT_THAT(
      check_catalog(with_job({"native/plain"})),
      ElementsAre("a: the reference native/plain does the job 'view', not the kernel's main "
                  "one, which has no name"));
  EXPECT_THAT(check_catalog(with_job({"native/fast", "python/loop"})),
              ElementsAre("a: the baseline python/loop does the job 'view', not the kernel's main "
                          "one, which has no name"));
}

TEST(CheckCatalog, ReportsTheCostOfAJobThatNoVariantDoes) {
  Catalog catalog = catalog_of({"a"});
  test::kernel_in(catalog, "a").job_costs = {{"veiw", [](std::size_t) { return Cost{}; }}};
  EXPECT_THAT(check_catalog(catalog),
              ElementsAre("a: no variant does the job 'veiw' (.job_costs)"));
}

// A catalog of the kernel `a` with these further engines, each offering what the first one does.
Catalog with_engines(const std::vector<std::string>& labels) {
  Catalog catalog = catalog_of({"a"});
  for (const std::string& label : labels)
    catalog.further_engines.push_back({label, catalog.python});
  return catalog;
}

std::vector<std::string> names_in(const Catalog& catalog) {
  std::vector<std::string> names;
  for (const VariantId& id : variants_of(catalog, catalog.kernels[0])) {
    names.push_back(to_string(id));
  }
  return names;
}

TEST(VariantsOf, FurtherEnginesFollowTheFirstEngineByEngine) {
  EXPECT_THAT(
      names_in(with_engines({"3.13", "3.12"})),
      ElementsAre("native/plain", "native/fast", "python/loop", "python/numpy", "python@3.13/loop",
                  "python@3.13/numpy", "python@3.12/loop", "python@3.12/numpy"));
}

TEST(VariantsOf, AnEngineHasWhatItsOwnModuleDeclares) {
  Catalog catalog = with_engines({"3.13"});
  catalog.further_engines[0].python.variants = {{"a", "loop", {}, std::nullopt},
                                                {"a", "only_here", {}, std::nullopt},
                                                {"b", "numpy", {}, std::nullopt}};
  EXPECT_THAT(names_in(catalog),
              ElementsAre("native/plain", "native/fast", "python/loop", "python/numpy",
                          "python@3.13/loop", "python@3.13/only_here"));
}

TEST(VariantsOf, AModuleThatOneEngineCannotImportIsStoodForByItsBaselineThere) {
  Catalog catalog = with_engines({"3.13"});
  catalog.further_engines[0].python.variants.clear();
  catalog.further_engines[0].python.problems = {{"a", "SyntaxError"}};
  EXPECT_THAT(names_in(catalog), ElementsAre("native/plain", "native/fast", "python/loop",
                                             "python/numpy", "python@3.13/loop"));
}

TEST(VariantPatterns, OfAnEngineSelectItsVariants) {
  const Catalog catalog = with_engines({"3.13"});
  const auto kernels = select_kernels(catalog, {});
  EXPECT_NO_THROW(check_variant_patterns(catalog, kernels, {"python@3.13/loop"}));
  EXPECT_THROW(check_variant_patterns(catalog, kernels, {"python@3.12/loop"}), UnknownName);
}

// Its variants are unknown, but the kernel names its baseline.
class UnimportableVariants : public ::testing::Test {
 protected:
  UnimportableVariants() {
    catalog_.python.variants.clear();
    catalog_.python.problems = {{"a", "SyntaxError"}};
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const VariantId& id : variants_of(catalog_, catalog_.kernels[0])) {
      names.push_back(to_string(id));
    }
    return names;
  }
  Catalog catalog_ = catalog_of({"a"});
};

TEST_F(UnimportableVariants, AreStoodForByTheBaseline) {
  EXPECT_THAT(names(), ElementsAre("native/plain", "native/fast", "python/loop"));
  ASSERT_NE(find_import_problem(catalog_, catalog_.kernels[0]), nullptr);
  EXPECT_EQ(find_import_problem(catalog_, catalog_.kernels[0])->text, "SyntaxError");
}

TEST_F(UnimportableVariants, AreThemselvesAgainWhenTheModuleCanBeImported) {
  catalog_.python.variants = catalog_of({"a"}).python.variants;
  EXPECT_THAT(names(), ElementsAre("native/plain", "native/fast", "python/loop", "python/numpy"));
  EXPECT_EQ(find_import_problem(catalog_, catalog_.kernels[0]), nullptr);
}

// A row of the variant "python/" could not be read back.
TEST_F(UnimportableVariants, OfAKernelWithoutABaselineAreNone) {
  catalog_.kernels[0].baseline.clear();
  EXPECT_THAT(names(), ElementsAre("native/plain", "native/fast"));
}

// Two rows of one name could not be told apart, and no reader would take them.
TEST(VariantsOf, OneThatIsDeclaredTwiceAreOne) {
  Catalog catalog = catalog_of({"a"});
  const std::size_t before = variants_of(catalog, catalog.kernels[0]).size();
  Kernel& kernel = test::kernel_in(catalog, "a");
  kernel.native.push_back(kernel.native.front());
  EXPECT_EQ(variants_of(catalog, catalog.kernels[0]).size(), before);
}

TEST(FindContradiction, GoodPairsHaveNone) {
  const Catalog catalog = catalog_of({"a"});
  EXPECT_EQ(find_contradiction(catalog, catalog.kernels[0]), std::nullopt);
}

TEST(FindContradiction, IsTheFirstOfADescription) {
  Catalog catalog = catalog_of({"a"});
  test::kernel_in(catalog, "a").inputs[0].name = "n";
  catalog.python.problems = {{"a", "python/loop is declared twice"}};
  EXPECT_THAT(find_contradiction(catalog, catalog.kernels[0]).value_or(""),
              HasSubstr("an input is called 'n'"));
}

TEST(FindContradiction, IsOneOfThePythonVariantsToo) {
  Catalog catalog = catalog_of({"a", "b"});
  catalog.python.problems = {{"b", "python/loop is declared twice"}};
  EXPECT_EQ(find_contradiction(catalog, catalog.kernels[0]), std::nullopt);
  EXPECT_EQ(find_contradiction(catalog, catalog.kernels[1]), "python/loop is declared twice");
}

TEST(FindContradiction, IsNoModuleThatCannotBeImported) {
  Catalog catalog = catalog_of({"a"});
  catalog.python.variants.clear();
  catalog.python.problems = {{"a", "SyntaxError: line 3"}};
  EXPECT_EQ(find_contradiction(catalog, catalog.kernels[0]), std::nullopt);
}

TEST(FindPythonVariant, NeedsKernelAndName) {
  Catalog catalog = catalog_of({"a", "b"});
  test::python_variant_in(catalog, "b", "numpy").max_size = 7;
  EXPECT_EQ(find_python_variant(catalog, "b", "numpy")->max_size, 7U);
  EXPECT_EQ(find_python_variant(catalog, "a", "numpy")->max_size, std::nullopt);
  EXPECT_EQ(find_python_variant(catalog, "c", "numpy"), nullptr);
  EXPECT_EQ(find_python_variant(catalog, "a", "nosuch"), nullptr);
}

TEST(CheckCatalog, GoodPairsHaveNoProblems) {
  EXPECT_THAT(check_catalog(catalog_of({"a", "b"})), IsEmpty());
}

TEST(CheckCatalog, ReportsACppWithoutAPy) {
  Catalog catalog = catalog_of({"a", "b"});
  std::erase(catalog.python.modules, "a");
  std::erase_if(catalog.python.variants, [](const auto& known) { return known.kernel == "a"; });
  EXPECT_THAT(check_catalog(catalog), ElementsAre(HasSubstr("a: a.cpp has no a.py")));
}

TEST(CheckCatalog, ReportsAPyWithoutACpp) {
  Catalog catalog = catalog_of({"a"});
  catalog.python.modules.emplace_back("orphan");
  catalog.python.variants.push_back({"orphan", "loop", {}, std::nullopt});
  EXPECT_THAT(
      check_catalog(catalog),
      ElementsAre(HasSubstr("orphan: orphan.py has no orphan.cpp in this build, or that has no "
                            "GAPMETER_KERNEL()")));
}

TEST(CheckCatalog, HasNothingAgainstAModuleThatOthersImport) {
  Catalog catalog = catalog_of({"a"});
  catalog.python.modules.emplace_back("helper");
  EXPECT_THAT(check_catalog(catalog), IsEmpty());
  catalog.python.problems.push_back({"helper", "helper.py can't be imported: SyntaxError"});
  EXPECT_THAT(check_catalog(catalog),
              ElementsAre("helper: helper.py can't be imported: SyntaxError"));
}

TEST(NoteSilentModules, ReportsAKernelsModuleWithoutVariantsAndNoOther) {
  Catalog catalog = catalog_of({"a", "b"});
  catalog.python.modules.emplace_back("helper");
  std::erase_if(catalog.python.variants, [](const auto& known) { return known.kernel == "a"; });
  note_silent_modules(catalog.kernels, catalog.python);
  EXPECT_THAT(check_catalog(catalog), ElementsAre("a: a.py declares no variant (@variant)"));
}

TEST(CheckCatalog, ReportsTwoCppOfTheSameStem) {
  Catalog catalog = catalog_of({"a", "b"});
  catalog.kernels.push_back(test::twice_kernel("a"));
  EXPECT_THAT(check_catalog(catalog), ElementsAre("a: two .cpp files have this stem"));
}

TEST(CheckCatalog, ReportsABaselineThatIsNotThere) {
  Catalog catalog = catalog_of({"a"});
  test::kernel_in(catalog, "a").baseline = "nosuch";
  EXPECT_THAT(check_catalog(catalog),
              ElementsAre("a: the baseline 'nosuch' is not among the Python variants"));
}

TEST(CheckCatalog, ABaselineMustBeOfTheSameKernel) {
  Catalog catalog = catalog_of({"a", "b"});
  test::kernel_in(catalog, "a").baseline = "special";
  catalog.python.variants.push_back({"b", "special", {}, std::nullopt});
  EXPECT_THAT(check_catalog(catalog), ElementsAre(HasSubstr("a: the baseline 'special'")));
}

TEST(CheckCatalog, ReportsAModuleThatCannotBeImportedButNotItsMissingBaseline) {
  Catalog catalog = catalog_of({"a"});
  catalog.python.variants.clear();
  catalog.python.problems = {{"a", "ImportError: no module named torch"}};
  EXPECT_THAT(check_catalog(catalog), ElementsAre("a: ImportError: no module named torch"));
}

TEST(CheckCatalog, ReportsARungThatIsNotAmongThePythonVariants) {
  Catalog catalog = catalog_of({"a"});
  test::kernel_in(catalog, "a").ladder = {
      {"list", "python/nosuch"}, {"NumPy", "python/numpy"}, {"SIMD", "native/fast"}};
  EXPECT_THAT(check_catalog(catalog),
              ElementsAre("a: the rung 'python/nosuch' is not among the Python variants"));
}

TEST(CheckCatalog, ReportsWhatIsWrongWithADescription) {
  Catalog catalog = catalog_of({"a"});
  test::kernel_in(catalog, "a").title.clear();
  EXPECT_THAT(check_catalog(catalog), ElementsAre("a: no title is declared (.title)"));
}

TEST(CheckCatalog, ReportsEverythingTogether) {
  Catalog catalog = catalog_of({"broken", "lonely", "nobase", "torn", "twin"});
  test::kernel_in(catalog, "broken").title.clear();
  test::kernel_in(catalog, "broken").sizes = "x";
  std::erase(catalog.python.modules, "lonely");
  test::kernel_in(catalog, "nobase").baseline = "nosuch";
  catalog.python.problems = {{"torn", "SyntaxError: line 3"}};
  catalog.kernels.push_back(test::twice_kernel("twin"));
  catalog.python.modules.emplace_back("orphan");
  catalog.python.variants.push_back({"orphan", "loop", {}, std::nullopt});
  EXPECT_THAT(check_catalog(catalog),
              UnorderedElementsAre(HasSubstr("broken: no title"), HasSubstr("broken: the sizes"),
                                   HasSubstr("lonely: lonely.cpp has no lonely.py"),
                                   HasSubstr("nobase: the baseline"),
                                   HasSubstr("torn: SyntaxError: line 3"),
                                   HasSubstr("twin: two .cpp files"),
                                   HasSubstr("orphan: orphan.py has no orphan.cpp")));
}

}  // namespace
}  // namespace gapmeter
