// Which interpreters get the compiled loop, and what is made of what they say of themselves.
#include "harness/session/loop_module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using test::message_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

InterpreterIdentity without_headers() {
  return {.implementation = "cpython",
          .version = {3, 12, 1},
          .include_dirs = {"/nonexistent/include"},
          .suffix = ".cpython-312.so",
          .executable = "/nonexistent/python"};
}

TEST(ParseIdentity, ReadsWhatAnInterpreterSays) {
  const InterpreterIdentity identity = parse_identity(
      R"({"implementation": "pypy", "version": [3, 9, 16], "include_dirs": ["/a", "/b"],
          "suffix": ".pypy39.so", "executable": "/usr/bin/pypy3.9"})");
  EXPECT_EQ(identity.implementation, "pypy");
  EXPECT_THAT(identity.version, ElementsAre(3, 9, 16));
  EXPECT_THAT(identity.include_dirs, ElementsAre("/a", "/b"));
}

TEST(ParseIdentity, RefusesWhatNoPythonSays) {
  for (const char* text : {"", "hello", "{}", "[1]", R"({"implementation": 3})"}) {
    EXPECT_THAT(message_of<std::runtime_error>([&] { parse_identity(text); }),
                HasSubstr("does not answer as a Python does"))
        << text;
  }
}

TEST(LoopModuleFor, NeedsTheHeaders) {
  const LoopModule module = loop_module_for(without_headers());
  EXPECT_TRUE(module.file.empty());
  EXPECT_THAT(module.why_not, HasSubstr("/nonexistent/include/Python.h"));
}

TEST(LoopModuleFor, IsForCPythonThatHasTheCall) {
  InterpreterIdentity other = without_headers();
  other.implementation = "pypy";
  EXPECT_THAT(loop_module_for(other).why_not, HasSubstr("pypy"));
  InterpreterIdentity old = without_headers();
  old.version = {3, 8, 18};
  EXPECT_THAT(loop_module_for(old).why_not, HasSubstr("Python 3.9"));
}

}  // namespace
}  // namespace gapmeter
