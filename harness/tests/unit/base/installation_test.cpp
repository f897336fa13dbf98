// A program's files are found from where it is; a build tree has the layout of an installation.
#include "harness/base/installation.h"

#include <gtest/gtest.h>

namespace gapmeter {
namespace {

namespace fs = std::filesystem;

TEST(Installation, IsFoundFromTheProgram) {
  EXPECT_EQ(program_file().parent_path(), program_dir());
  EXPECT_EQ(program_file().filename(), "gapmeter_base_tests");
}

TEST(Installation, HasWhatThePythonWorkersImport) {
  EXPECT_TRUE(fs::exists(data_dir() / "python" / "gapmeter.py"));
  EXPECT_TRUE(fs::exists(data_dir() / "gapmeter_report" / "lanes.json"));
}

TEST(Installation, HasAPackageForCMake) {
  EXPECT_TRUE(fs::exists(cmake_package_dir() / "gapmeterConfig.cmake"));
}

}  // namespace
}  // namespace gapmeter
