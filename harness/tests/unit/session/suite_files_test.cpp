// The directories of a suite are known by what is in them, whatever they are called.
#include "harness/session/suite_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/sys/files.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using test::message_of;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

class SuiteFilesTest : public ::testing::Test {
 protected:
  void add(const std::string& name, const std::string& text) {
    fs::create_directories((suite_ / name).parent_path());
    write_file(suite_ / name, text);
  }
  void add_kernel(const std::string& name) { add(name, "GAPMETER_KERNEL() { return {}; }\n"); }
  std::string refusal() {
    return message_of<FileError>([&] { find_suite_files(suite_.path()); });
  }

  test::TempDir suite_;
};

TEST_F(SuiteFilesTest, AreFoundUnderAnyName) {
  add_kernel("cpp/mine.cpp");
  add("cpp/lib.c", "double half(double x) { return x / 2; }\n");
  add("lib/other.cpp", "int other() { return 0; }\n");
  add("py/mine.py", "");
  add("py/helper.py", "");
  const SuiteFiles files = find_suite_files(suite_.path());
  EXPECT_EQ(files.kernels, suite_ / "cpp");
  EXPECT_EQ(files.python, suite_ / "py");
}

TEST_F(SuiteFilesTest, MayBeInOneDirectoryTheSuitesOwn) {
  add_kernel("mine.cpp");
  add("mine.py", "");
  const SuiteFiles files = find_suite_files(suite_.path());
  EXPECT_EQ(files.kernels, suite_.path());
  EXPECT_EQ(files.python, suite_.path());
}

TEST_F(SuiteFilesTest, OfTheUsualNamesCountBeforeOthers) {
  add_kernel("a/mine.cpp");
  add_kernel("kernels/mine.cpp");
  add("a/mine.py", "");
  add("python_baselines/mine.py", "");
  const SuiteFiles files = find_suite_files(suite_.path());
  EXPECT_EQ(files.kernels, suite_ / "kernels");
  EXPECT_EQ(files.python, suite_ / "python_baselines");
}

TEST_F(SuiteFilesTest, AreNotLookedForInHiddenDirectories) {
  add_kernel(".old/mine.cpp");
  EXPECT_THAT(refusal(), HasSubstr("GAPMETER_KERNEL()"));
}

TEST_F(SuiteFilesTest, AreRefusedWhereSeveralDirectoriesQualify) {
  add_kernel("one/mine.cpp");
  add_kernel("two/mine.cpp");
  EXPECT_THAT(refusal(), HasSubstr("several directories hold kernels"));
}

TEST_F(SuiteFilesTest, AreRefusedWithoutAModuleOfAKernelsName) {
  add_kernel("kernels/mine.cpp");
  add("python_baselines/yours.py", "");
  EXPECT_THAT(refusal(), HasSubstr("mine has no mine.py"));
}

}  // namespace
}  // namespace gapmeter
