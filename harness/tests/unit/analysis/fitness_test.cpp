// What doctor makes of facts: each finding's level where it changes, and advice where there is
// some.
#include "harness/analysis/fitness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <utility>

namespace gapmeter {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Level = Finding::Level;

auto finding(Level level, const std::string& part) {
  return AllOf(Field(&Finding::level, level), Field(&Finding::what, HasSubstr(part)));
}

// A machine with nothing to complain of.
MachineFacts fit_machine() {
  return {.logical_cpus = 4,
          .governor = "performance",
          .turbo = "off",
          .smt = "off",
          .aslr = "2",
          .transparent_huge_pages = "madvise",
          .clock_source = "tsc",
          .virtualized = false,
          .load = "0.10 0.20 0.30"};
}

template <class Value>
MachineFacts machine_with(std::optional<Value> MachineFacts::*fact, Value value) {
  MachineFacts machine = fit_machine();
  machine.*fact = std::move(value);
  return machine;
}

TEST(ExamineMachine, FindsNothingWrongWithAFitMachine) {
  EXPECT_THAT(examine_machine(fit_machine()),
              Each(AllOf(Field(&Finding::level, Level::good), Field(&Finding::advice, IsEmpty()))));
}

TEST(ExamineMachine, SaysWhatDisturbs) {
  EXPECT_THAT(examine_machine(machine_with<std::string>(&MachineFacts::governor, "powersave")),
              Contains(finding(Level::bad, "governor: powersave")));
  EXPECT_THAT(examine_machine(machine_with<std::string>(&MachineFacts::turbo, "on")),
              Contains(finding(Level::note, "turbo: on")));
  EXPECT_THAT(examine_machine(machine_with<std::string>(&MachineFacts::smt, "on")),
              Contains(finding(Level::note, "SMT: on")));
  EXPECT_THAT(examine_machine(machine_with<std::string>(&MachineFacts::aslr, "0")),
              Contains(finding(Level::note, "randomisation: off")));
  EXPECT_THAT(
      examine_machine(machine_with<std::string>(&MachineFacts::transparent_huge_pages, "never")),
      Contains(finding(Level::note, "huge pages: never")));
  EXPECT_THAT(examine_machine(machine_with(&MachineFacts::virtualized, true)),
              Contains(finding(Level::note, "virtual machine")));
}

TEST(ExamineMachine, WhatIsWrongComesWithAdvice) {
  const MachineFacts machine{.governor = "powersave",
                             .turbo = "on",
                             .smt = "on",
                             .aslr = "0",
                             .transparent_huge_pages = "never",
                             .virtualized = true,
                             .load = "4"};
  EXPECT_THAT(examine_machine(machine), Each(Field(&Finding::advice, Not(IsEmpty()))));
}

// Half of four processors.
TEST(ExamineMachine, ALoadOfMoreThanHalfTheProcessorsIsBad) {
  EXPECT_THAT(examine_machine(machine_with<std::string>(&MachineFacts::load, "2.00 0 0")),
              Contains(finding(Level::good, "load: 2.00 on 4 processors")));
  EXPECT_THAT(examine_machine(machine_with<std::string>(&MachineFacts::load, "2.01 0 0")),
              Contains(finding(Level::bad, "load: 2.01 on 4 processors")));
}

TEST(ExamineMachine, WhatTheSystemDoesNotTellIsNeverBad) {
  EXPECT_THAT(examine_machine(MachineFacts{}), Each(Field(&Finding::level, Not(Level::bad))));
}

BuildFacts fit_build() { return {.flags = "-O3", .build_type = "Release"}; }
EngineFacts fit_python() {
  return {.link = "static", .numpy = "1.24.2", .numpy_blas = "openblas64"};
}

TEST(ExamineBuild, FindsNothingWrongWithAnOptimisedBuild) {
  EXPECT_THAT(examine_build(fit_build(), fit_python()), Each(Field(&Finding::level, Level::good)));
}

TEST(ExamineBuild, ABuildNotForSpeedIsBad) {
  BuildFacts build = fit_build();
  build.build_type = "Debug";
  EXPECT_THAT(examine_build(build, fit_python()), Contains(finding(Level::bad, "Debug")));
  build = fit_build();
  build.assertions = true;
  EXPECT_THAT(examine_build(build, fit_python()), Contains(finding(Level::bad, "not for speed")));
}

TEST(ExamineBuild, APythonThatIsSlowerThanItNeedBeIsBad) {
  for (const auto& [fact, value, part] :
       {std::tuple{&EngineFacts::link, "shared", "libpython: shared"},
        std::tuple{&EngineFacts::build, "3.11 debug build", "debug build of Python"},
        std::tuple{&EngineFacts::numpy_blas, "blas, lapack",
                   "not an optimised one: blas, lapack"}}) {
    EngineFacts python = fit_python();
    python.*fact = value;
    EXPECT_THAT(examine_build(fit_build(), python), Contains(finding(Level::bad, part)));
  }
}

TEST(ExamineBuild, MissingNumPyIsANote) {
  EngineFacts python = fit_python();
  python.numpy.reset();
  EXPECT_THAT(examine_build(fit_build(), python),
              Contains(finding(Level::note, "NumPy is not installed")));
}

TEST(ExamineClock, OneThatTakesLongToReadIsBad) {
  EXPECT_THAT(examine_clock({.resolution_ns = 1, .cost_ns = 200}, fit_machine()),
              finding(Level::good, "clock: tsc, resolution 1 ns, 200 ns"));
  EXPECT_THAT(examine_clock({.resolution_ns = 1, .cost_ns = 201}, fit_machine()),
              finding(Level::bad, "201 ns"));
}

TEST(ExamineDisturbance, StolenTimeIsBadFromTwoPercentOn) {
  EXPECT_THAT(examine_disturbance({.watched_s = 10, .stolen_s = 0.2}),
              ElementsAre(finding(Level::good, "2.0 %")));
  EXPECT_THAT(examine_disturbance({.watched_s = 10, .stolen_s = 0.3}),
              ElementsAre(finding(Level::bad, "3.0 %")));
}

TEST(ExamineDisturbance, NamesOnlyThoseThatTookMuch) {
  EXPECT_THAT(
      examine_disturbance({.watched_s = 10, .others = {{"make (7)", 5}, {"sshd (8)", 0.1}}}),
      ElementsAre(finding(Level::bad, "make (7) took 50 %")));
}

TEST(ExamineDisturbance, SaysNothingOfWhatIsNotKnown) {
  EXPECT_THAT(examine_disturbance({.watched_s = 10}), IsEmpty());
}

}  // namespace
}  // namespace gapmeter
