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
          .clock_step_ns = 20,
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
  const MachineFacts machine{.cpu_quota = 1.5,
                             .governor = "powersave",
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

TEST(ExamineMachine, TellsOfAQuota) {
  EXPECT_THAT(examine_machine(machine_with(&MachineFacts::cpu_quota, 1.5)),
              Contains(finding(Level::note, "allows 1.5 processors' time")));
}

TEST(ExamineClock, OneThatTakesLongToReadIsBad) {
  EXPECT_THAT(examine_clock(200, fit_machine()),
              finding(Level::good, "clock: tsc, in steps of 20 ns, 200 ns"));
  EXPECT_THAT(examine_clock(201, fit_machine()), finding(Level::bad, "201 ns"));
}

TEST(ExamineClock, ACoarseOneIsBad) {
  const MachineFacts machine = machine_with<std::int64_t>(&MachineFacts::clock_step_ns, 1'000'000);
  EXPECT_THAT(examine_clock(30, machine), finding(Level::bad, "in steps of 1000000 ns"));
}

TEST(WarningAboutClock, SaysHowLongBatchesAreForIt) {
  EXPECT_EQ(warning_about_clock(100, 10'000), "");
  EXPECT_THAT(warning_about_clock(1'000'000, 10'000),
              AllOf(HasSubstr("in steps of 1.00 ms"), HasSubstr("batches are 100 ms long")));
}

// Ten seconds of processor 1 and of its sibling, 3, with nothing going on.
Watch quiet_watch() {
  return {.processor = {.number = 1, .siblings = {3}},
          .before = {.cpus = {{1, {.busy_s = 5, .stolen_s = 1}}, {3, {.busy_s = 7}}}},
          .after = {.cpus = {{1, {.busy_s = 9, .stolen_s = 1}}, {3, {.busy_s = 7}}}},
          .watched_s = 10};
}

TEST(ExamineDisturbance, StolenTimeIsBadFromTwoPercentOn) {
  Watch watch = quiet_watch();
  watch.after.cpus[1].stolen_s = 1.2;
  EXPECT_THAT(examine_disturbance(watch), ElementsAre(finding(Level::good, "2.0 %")));
  watch.after.cpus[1].stolen_s = 1.3;
  EXPECT_THAT(examine_disturbance(watch), ElementsAre(finding(Level::bad, "3.0 %")));
}

TEST(ExamineDisturbance, NamesOnlyThoseThatTookMuchOfTheProcessor) {
  Watch watch = quiet_watch();
  watch.before.processes = {{7, {.name = "cc", .used_s = 2, .cpu = 1}}};
  watch.after.processes = {{7, {.name = "make", .used_s = 7, .cpu = 1}},
                           {8, {.name = "sshd", .used_s = 0.1, .cpu = 1}},
                           {9, {.name = "elsewhere", .used_s = 10, .cpu = 2}}};
  EXPECT_THAT(examine_disturbance(watch),
              ElementsAre(finding(Level::good, "stolen"),
                          finding(Level::bad, "make (7) took 50 % of the measuring processor")));
}

TEST(ExamineDisturbance, NamesABusySiblingAndWhoRunsThere) {
  Watch watch = quiet_watch();
  watch.after.cpus[3].busy_s = 11.5;
  watch.after.processes = {{7, {.name = "make", .used_s = 4, .cpu = 3}}};
  EXPECT_THAT(examine_disturbance(watch),
              ElementsAre(finding(Level::good, "stolen"),
                          finding(Level::bad,
                                  "processor 3, the other half of the measuring core, was busy "
                                  "45 % of the time: make (7) 40 %")));
}

TEST(ExamineDisturbance, TellsOfAQuotaThatWasUsedUp) {
  Watch watch = quiet_watch();
  watch.throttled = Throttling{};
  EXPECT_THAT(examine_disturbance(watch), ElementsAre(finding(Level::good, "stolen")));
  watch.throttled = Throttling{.periods = 12, .seconds = 0.75};
  EXPECT_THAT(examine_disturbance(watch),
              Contains(finding(Level::bad, "used up 12 times, and processes then waited 0.8 s")));
}

TEST(ExamineDisturbance, SaysNothingOfWhatIsNotKnown) {
  EXPECT_THAT(examine_disturbance({.watched_s = 10}), IsEmpty());
}

}  // namespace
}  // namespace gapmeter
