// Commands as users write them: split into words as a shell would, and what a shell alone could do
// is refused with what to do.
#include "harness/model/command_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string error_of_command(const std::string& text) {
  return test::message_of<std::invalid_argument>([&] { parse_command(text); });
}

TEST(Commands, AreSplitAtBlanks) {
  EXPECT_THAT(parse_command("  python3  wc.py\t{n} ").words,
              ElementsAre("python3", "wc.py", "{n}"));
}

TEST(Commands, KeepWhatIsQuotedTogether) {
  EXPECT_THAT(parse_command(R"(a 'b c' "d e"f\ g '' "")").words,
              ElementsAre("a", "b c", "d ef g", "", ""));
  EXPECT_THAT(parse_command(R"(a '\n|$x' "q\"\\n" \|)").words,
              ElementsAre("a", R"(\n|$x)", R"(q"\n)", "|"));
  EXPECT_THAT(parse_command("awk '{print $1}' a=b x#y").words,
              ElementsAre("awk", "{print $1}", "a=b", "x#y"));
}

TEST(Commands, RedirectWithoutAShell) {
  const CommandSpec command = parse_command("wc -l <'in put'>out{n} -w");
  EXPECT_THAT(command.words, ElementsAre("wc", "-l", "-w"));
  EXPECT_EQ(command.input, "in put");
  EXPECT_EQ(command.output, "out{n}");
  EXPECT_EQ(parse_command("wc < {file}").input, "{file}");
}

TEST(Commands, ThatNeedAShellAreRefusedWithWhatToDo) {
  for (const char* text :
       {"a | b", "a & b", "a; b", "a $HOME", "a `b`", "a *.txt", "a ?", "a [b]", "(a)", "a \"$b\"",
        "a \"`b`\"", "a 2> b", "a >> b", "a << b", "a # b", "a ~/b", "! a"}) {
    EXPECT_THAT(error_of_command(text), HasSubstr("--shell")) << text;
  }
}

TEST(Commands, ThatAreNotWholeAreRefused) {
  EXPECT_THAT(error_of_command(""), HasSubstr("empty"));
  EXPECT_THAT(error_of_command("a 'b"), HasSubstr("a ' is never closed"));
  EXPECT_THAT(error_of_command("a \"b"), HasSubstr("never closed"));
  EXPECT_THAT(error_of_command("a \\"), HasSubstr("last backslash"));
  EXPECT_THAT(error_of_command("a >"), HasSubstr("'>' needs a path"));
  EXPECT_THAT(error_of_command("a < b < c"), HasSubstr("'<' is there twice"));
  EXPECT_THAT(error_of_command("< b"), HasSubstr("empty"));
  EXPECT_THAT(error_of_command("X=1 a"), HasSubstr("env X=1"));
  EXPECT_THAT(error_of_command("a {N}"), HasSubstr("no placeholder {N}"));
  EXPECT_THAT(error_of_command("a {n"), HasSubstr("no placeholder {n"));
}

TEST(Placeholders, AreFilledInEverywhereEvenInQuotes) {
  const CommandSpec command =
      filled_in(parse_command("p 'f({n})' -j{threads} {file} < {file} > out.{n}"),
                {.n = 1000, .file = "/t/my file", .threads = 4});
  EXPECT_THAT(command.words, ElementsAre("p", "f(1000)", "-j4", "/t/my file"));
  EXPECT_EQ(command.input, "/t/my file");
  EXPECT_EQ(command.output, "out.1000");
}

TEST(Placeholders, AreQuotedForAShell) {
  const CommandSpec command =
      filled_in(shell_command("wc < {file} | cat"), {.n = 1, .file = "/t/my file"});
  EXPECT_THAT(command.words, ElementsAre("/bin/sh", "-c", "wc < '/t/my file' | cat"));
}

TEST(Placeholders, AreFoundWhereverTheyAre) {
  EXPECT_TRUE(mentions(parse_command("a x{n}y"), "{n}"));
  EXPECT_TRUE(mentions(parse_command("a < {file}"), "{file}"));
  EXPECT_TRUE(mentions(parse_command("a > {n}"), "{n}"));
  EXPECT_FALSE(mentions(parse_command("a n"), "{n}"));
}

}  // namespace
}  // namespace gapmeter
