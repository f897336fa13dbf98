// Which files a command's digest knows of: a run must not go on with others.
#include "harness/session/command_files.h"

#include <gtest/gtest.h>

#include "harness/sys/files.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

namespace fs = std::filesystem;

class DigestOfCommandTest : public ::testing::Test {
 protected:
  DigestOfCommandTest() : before_(fs::current_path()) { fs::current_path(dir_.path()); }
  ~DigestOfCommandTest() override { fs::current_path(before_); }

  // Whether the digest of `words` changes with the contents of a file.
  static bool knows(const fs::path& file, const std::vector<std::string>& words,
                    const std::string& but_for = {}) {
    const CommandSpec command{.words = words, .executable = "/bin/true"};
    if (file.has_parent_path()) fs::create_directories(file.parent_path());
    write_file(file, "one");
    const std::string one = digest_of_command(command, but_for);
    write_file(file, "two");
    return digest_of_command(command, but_for) != one;
  }

 private:
  test::TempDir dir_;
  fs::path before_;
};

TEST_F(DigestOfCommandTest, HasTheFilesThatAreNamed) {
  EXPECT_TRUE(knows("script.py", {"python3", "script.py", "7"}));
  EXPECT_FALSE(knows("other.py", {"python3", "script.py"}));
  EXPECT_FALSE(knows("input", {"wc", "input"}, "input"));
}

TEST_F(DigestOfCommandTest, HasTheModulesThatAreNamed) {
  EXPECT_TRUE(knows("app.py", {"uvicorn", "app:app"}));
  EXPECT_TRUE(knows("web/app.py", {"uvicorn", "web.app:make()"}));
  EXPECT_TRUE(knows("tool/__init__.py", {"python3", "-m", "tool"}));
  EXPECT_FALSE(knows("other.py", {"uvicorn", "app:app"}));
}

}  // namespace
}  // namespace gapmeter
