// Programs that are run to their end: what they get, what is kept of them, what is said when they
// fail.
#include "harness/sys/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "harness/tests/unit/support/shell_program.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::HasSubstr;

std::string output_of(Program program) {
  RepeatedProgram repeated(std::move(program));
  repeated.run();
  return repeated.output();
}

std::string error_of(Program program) {
  return test::message_of<std::runtime_error>([&] { output_of(std::move(program)); });
}

std::string find_error(const std::string& name) {
  return test::message_of<std::invalid_argument>([&] { find_program(name); });
}

TEST(Programs, AreRunAgainAndAgainWithTheOutputOfTheLastRun) {
  const test::TempDir dir;
  const std::string file = (dir / "runs").string();
  RepeatedProgram program(
      test::shell_program("echo x >> " + file + "; wc -c < " + file + "; echo noise >&2"));
  program.run();
  EXPECT_EQ(program.output(), "2\n");
  program.clear();
  program.run();
  EXPECT_EQ(program.output(), "4\n");
}

TEST(Programs, NeverWaitForSomeoneToReadTheirOutput) {
  EXPECT_EQ(output_of(test::shell_program("head -c 1000000 /dev/zero")).size(), 1'000'000U);
}

TEST(Programs, HaveNothingToReadUnlessTheyAreGivenAFile) {
  const test::TempDir dir;
  std::ofstream(dir / "in") << "hello";
  EXPECT_EQ(output_of(test::shell_program("cat")), "");
  Program cat = test::shell_program("cat");
  cat.input = (dir / "in").string();
  RepeatedProgram repeated(cat);
  repeated.run();
  repeated.clear();
  repeated.run();
  EXPECT_EQ(repeated.output(), "hello") << "each run reads from the beginning";
}

TEST(Programs, WriteWhereTheyAreTold) {
  const test::TempDir dir;
  Program program = test::shell_program("echo there");
  program.output = (dir / "out").string();
  EXPECT_EQ(output_of(program), "");
  EXPECT_EQ(test::contents_of(dir / "out"), "there\n");
}

// This process may itself have been started with more than three. The list is that of a process
// that does nothing else: a shell has pipes of its own at some moments.
TEST(Programs, HoldNoDescriptorsOfWhoRunsThem) {
  const char* const script = "exec ls /proc/self/fd";
  std::FILE* const other = popen(script, "r");
  ASSERT_NE(other, nullptr);
  std::string expected;
  for (int c = std::fgetc(other); c != EOF; c = std::fgetc(other)) {
    expected += static_cast<char>(c);
  }
  pclose(other);
  const auto lines = [](const std::string& text) {
    return std::count(text.begin(), text.end(), '\n');
  };
  EXPECT_LE(lines(output_of(test::shell_program(script))), lines(expected));
}

TEST(Programs, ThatFailAreToldWithTheirLastWords) {
  EXPECT_EQ(error_of(test::shell_program("echo a; echo oh no >&2; exit 3")),
            "exited with status 3: oh no");
  EXPECT_EQ(error_of(test::shell_program("echo only this; exit 1")),
            "exited with status 1: only this");
  EXPECT_THAT(error_of(test::shell_program("kill -SEGV $$")), HasSubstr("killed by signal 11"));
}

TEST(Programs, ThatDoNotStartAreToldWithWhatToDo) {
  const test::TempDir dir;
  const std::string script = (dir / "script").string();
  std::ofstream(script) << "#!/no/such/interpreter\n";
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  EXPECT_THAT(error_of({.executable = script, .arguments = {script}}),
              HasSubstr("first line (#!)"));
  std::ofstream(script) << "echo\n";
  EXPECT_THAT(error_of({.executable = script, .arguments = {script}}),
              HasSubstr("needs a first line like #!"));
  EXPECT_THAT(error_of({.executable = "/bin/true", .arguments = {"true"}, .input = "/no/file"}),
              HasSubstr("/no/file can't be read"));
}

TEST(FindingPrograms, LooksOnThePathForBareNamesOnly) {
  EXPECT_EQ(find_program("/bin/sh"), "/bin/sh");
  EXPECT_THAT(find_program("sh"), ::testing::EndsWith("/sh"));
}

TEST(FindingPrograms, SaysWhatToDoAboutOneThatIsNotThere) {
  const test::TempDir dir;
  const std::string script = (dir / "wc.py").string();
  std::ofstream(script) << "print()\n";
  EXPECT_THAT(find_error("/no/such/wc"), HasSubstr("build it first"));
  EXPECT_THAT(find_error("no-such-program"), HasSubstr("no program no-such-program on PATH"));
  EXPECT_THAT(find_error(script), HasSubstr("chmod +x"));
  EXPECT_THAT(find_error(dir.path().string()), HasSubstr("no file that could be run"));
  EXPECT_THAT(find_error(""), HasSubstr("missing"));
}

}  // namespace
}  // namespace gapmeter
