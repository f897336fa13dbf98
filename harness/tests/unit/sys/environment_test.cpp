// The facts of run.json: there, of the right kind, and nothing that the system did not tell.
#include "harness/sys/environment.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

namespace gapmeter {
namespace {

TEST(MachineFacts, AgreeWithTheSystem) {
  const MachineFacts facts = machine_facts(-1);
  EXPECT_EQ(facts.logical_cpus, sysconf(_SC_NPROCESSORS_ONLN));
  EXPECT_EQ(facts.page_bytes, sysconf(_SC_PAGESIZE));
  EXPECT_GT(facts.memory_bytes.value(), 1 << 20);
  EXPECT_TRUE(facts.virtualized.has_value());
  EXPECT_GT(facts.clock_step_ns.value(), 0);
}

// Whether /sys lists them or not. Of what size: cores may differ.
TEST(MachineFacts, NameTheCachesThatTheCLibraryKnows) {
  if (sysconf(_SC_LEVEL1_DCACHE_SIZE) <= 0) GTEST_SKIP() << "the C library knows no caches here";
  const CacheFacts first = machine_facts(-1).caches.at(0);
  EXPECT_EQ(first.level, 1);
  EXPECT_EQ(first.type, "Data");
  EXPECT_GE(first.size_bytes, 4096);
}

TEST(BuildFacts, NameCompilerAndLibraries) {
  const BuildFacts facts = build_facts({.compiler = "GNU 12.2.0",
                                        .flags = "-O3",
                                        .build_type = "Release",
                                        .native_instructions = true,
                                        .vector_bits = 256,
                                        .features = "avx2",
                                        .rust = {},
                                        .assertions = false});
  for (const std::optional<std::string>& fact :
       {facts.compiler, facts.build_type, facts.git_revision, facts.google_benchmark, facts.highway,
        facts.openblas, facts.pybind11, facts.python}) {
    EXPECT_NE(fact.value_or(""), "");
  }
  EXPECT_EQ(facts.vector_bits, 256);
  EXPECT_EQ(facts.features, "avx2");
  EXPECT_EQ(facts.rust_compiler, std::nullopt) << "no kernel is in Rust";
  EXPECT_EQ(facts.assertions, std::nullopt) << "they are not compiled in";
}

TEST(BuildFacts, NameTheRustCompilerOfProgramsThatHaveRustKernels) {
  const RustBuild rust{
      .compiler = "rustc 1.85.0", .flags = "-C opt-level=3", .vector_bits = 512, .features = "avx"};
  const BuildFacts facts = build_facts({.vector_bits = 128, .rust = rust});
  EXPECT_EQ(facts.rust_compiler, "rustc 1.85.0");
  EXPECT_EQ(facts.rust_flags, "-C opt-level=3");
  EXPECT_EQ(facts.rust_vector_bits, 512);
  EXPECT_EQ(facts.rust_features, "avx");
}

TEST(LibraryVariables, AreThoseThatLibrariesLookAt) {
  setenv("OPENBLAS_CORETYPE_OF_A_TEST", "Has\nwell", 1);
  setenv("GAPMETER_OF_A_TEST", "x", 1);
  setenv("NUMPY_MADVISE_HUGEPAGE", "0", 1);
  for (const char* name : {"NPY_X", "KMP_X", "GOMP_X", "BLIS_X"}) setenv(name, "of a test", 1);
  const std::map<std::string, std::string> variables = library_variables();
  unsetenv("OPENBLAS_CORETYPE_OF_A_TEST");
  unsetenv("GAPMETER_OF_A_TEST");
  unsetenv("NUMPY_MADVISE_HUGEPAGE");
  EXPECT_EQ(variables.at("OPENBLAS_CORETYPE_OF_A_TEST"), "Has well") << "on one line";
  EXPECT_EQ(variables.at("NUMPY_MADVISE_HUGEPAGE"), "0");
  EXPECT_FALSE(variables.contains("GAPMETER_OF_A_TEST"));
  for (const char* name : {"NPY_X", "KMP_X", "GOMP_X", "BLIS_X"}) {
    EXPECT_TRUE(variables.contains(name)) << name;
    unsetenv(name);
  }
}

}  // namespace
}  // namespace gapmeter
