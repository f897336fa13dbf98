// What the interpreters of a run are called: as what they are, and no two alike.
#include "harness/session/interpreters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/measure/catalog.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using test::message_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

PythonDescription cpython(const std::string& version, const std::string& environment = "") {
  PythonDescription python;
  python.implementation = "cpython";
  python.version = version;
  python.executable = "/usr/bin/python3";
  python.environment = environment;
  return python;
}

PythonDescription free_threaded(const std::string& version) {
  PythonDescription python = cpython(version);
  python.free_threaded = true;
  return python;
}

PythonDescription pypy(const std::string& version) {
  PythonDescription python = cpython(version);
  python.implementation = "pypy";
  return python;
}

TEST(LabelsOf, SayWhatEachIs) {
  const PythonDescription one = cpython("3.13.0"), two = free_threaded("3.13.5"),
                          three = pypy("3.9.16");
  EXPECT_THAT(labels_of({{"", &one}, {"", &two}, {"", &three}}),
              ElementsAre("3.13", "3.13t", "pypy3.9"));
}

TEST(LabelsOf, ThePatchLevelTellsApartThoseOfOneVersion) {
  const PythonDescription one = cpython("3.13.0"), two = cpython("3.13.5"),
                          three = cpython("3.12.1");
  EXPECT_THAT(labels_of({{"", &one}, {"", &two}, {"", &three}}),
              ElementsAre("3.13.0", "3.13.5", "3.12"));
}

TEST(LabelsOf, ThenTheEnvironmentDoes) {
  const PythonDescription one = cpython("3.11.2"), two = cpython("3.11.2", "my env,2");
  EXPECT_THAT(labels_of({{"", &one}, {"", &two}}), ElementsAre("3.11.2", "3.11.2-my_env_2"));
}

TEST(LabelsOf, ANameIsWhatTheUserGave) {
  const PythonDescription one = cpython("3.11.2"), two = cpython("3.11.2");
  EXPECT_THAT(labels_of({{"debian", &one}, {"", &two}}), ElementsAre("debian", "3.11"));
  EXPECT_THAT(labels_of({{"3.11", &one}, {"", &two}}), ElementsAre("3.11", "3.11.2"));
}

TEST(LabelsOf, ThoseThatNothingTellsApartNeedNames) {
  const PythonDescription one = cpython("3.11.2");
  EXPECT_THAT(message_of<UnknownName>([&] {
                labels_of({{"", &one}, {"", &one}});
              }),
              AllOf(HasSubstr("3.11.2"), HasSubstr("one=/usr/bin/python3")));
  EXPECT_THAT(message_of<UnknownName>([&] {
                labels_of({{"same", &one}, {"same", &one}});
              }),
              HasSubstr("same"));
}

TEST(ParseInterpreter, TakesAPathWithAnEqualsSignForAPath) {
  EXPECT_EQ(parse_interpreter("/opt/a=b/python").path, "/opt/a=b/python");
  EXPECT_EQ(parse_interpreter("/opt/a=b/python").name, "");
  EXPECT_EQ(parse_interpreter("new=/opt/a=b/python").path, "/opt/a=b/python");
  EXPECT_EQ(parse_interpreter("new=/opt/a=b/python").name, "new");
}

TEST(ParseInterpreter, WantsAPath) {
  EXPECT_THAT(message_of<UnknownName>([] { parse_interpreter("new="); }), HasSubstr("NAME=PATH"));
  EXPECT_THAT(message_of<UnknownName>([] { parse_interpreter(""); }), HasSubstr("NAME=PATH"));
}

}  // namespace
}  // namespace gapmeter
