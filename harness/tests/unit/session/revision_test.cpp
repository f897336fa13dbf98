// What git knows of a suite: its revision if it keeps the files, and a state of then.
#include "harness/session/revision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "harness/sys/files.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using test::contents_of;
using test::message_of;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

class Repository : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(suite());
    write_file(suite() / "kernel.cpp", "then\n");
    git("init --quiet");
    commit();
  }
  void git(const std::string& arguments) {
    const std::string command = "git -C '" + root_.path().string() +
                                "' -c user.name=test -c user.email=test@localhost " + arguments;
    ASSERT_EQ(std::system(command.c_str()), 0) << arguments;
  }
  void commit() {
    git("add --all");
    git("commit --quiet --message change");
  }
  fs::path suite() const { return root_ / "suite"; }
  fs::path check_out(const std::string& revision) const {
    return fs::path(gapmeter::check_out(suite(), revision, cache_.path(), interrupts_));
  }

  test::TempDir root_, cache_;
  Interrupts interrupts_;
};

TEST_F(Repository, IsCleanUntilAFileOfTheSuiteChanges) {
  SuiteFacts facts = describe_suite(suite());
  EXPECT_EQ(facts.name, "suite");
  EXPECT_EQ(facts.git_revision.value_or("").size(), 40U);
  EXPECT_EQ(facts.clean, true);
  write_file(root_ / "elsewhere.txt", "not of the suite\n");
  EXPECT_EQ(describe_suite(suite()).clean, true);
  write_file(suite() / "kernel.cpp", "now\n");
  EXPECT_EQ(describe_suite(suite()).clean, false);
}

TEST_F(Repository, HasNoRevisionForADirectoryThatItDoesNotKeep) {
  fs::create_directories(root_ / "new");
  write_file(root_ / "new" / "kernel.cpp", "now\n");
  EXPECT_EQ(describe_suite(root_ / "new").git_revision, std::nullopt);
}

TEST_F(Repository, GivesTheSuiteAsItWas) {
  write_file(suite() / "kernel.cpp", "now\n");
  EXPECT_EQ(contents_of(check_out("HEAD") / "kernel.cpp"), "then\n");
  commit();
  EXPECT_EQ(contents_of(check_out("HEAD") / "kernel.cpp"), "now\n");
  EXPECT_EQ(contents_of(check_out("HEAD~1") / "kernel.cpp"), "then\n");
}

TEST_F(Repository, RefusesARevisionThatItDoesNotHave) {
  EXPECT_THAT(message_of<FileError>([&] { check_out("v9"); }), HasSubstr("no revision 'v9'"));
  EXPECT_THAT(message_of<FileError>([&] { check_out("--help"); }), HasSubstr("'--help'"));
}

TEST(Revision, OfNoRepositoryIsAbsent) {
  const test::TempDir dir, cache;
  const Interrupts interrupts;
  EXPECT_EQ(describe_suite(dir.path()).git_revision, std::nullopt);
  EXPECT_THAT(
      message_of<FileError>([&] { check_out(dir.path(), "HEAD", cache.path(), interrupts); }),
      HasSubstr("in no git repository"));
}

}  // namespace
}  // namespace gapmeter
