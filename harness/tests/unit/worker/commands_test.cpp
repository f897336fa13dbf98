// What the passes do with commands: real ones, from the shell and from coreutils.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "harness/sys/files.h"
#include "harness/tests/unit/support/testing.h"
#include "harness/worker/perform.h"

namespace gapmeter {
namespace {

using ::testing::HasSubstr;

CommandSpec shell(const std::string& script) {
  CommandSpec command = shell_command(script);
  command.executable = "/bin/sh";
  return command;
}

Measurement measure(Pass pass, const CommandTask& command) {
  NativeLane lane;
  return perform({.pass = pass,
                  .kernel = "command",
                  .variant = *parse_variant("native/shell"),
                  .n = 1,
                  .timing = {.round_ns = 1'000'000},
                  .verify_after = true,
                  .command = command},
                 {}, lane);
}

CommandTask both(const std::string& script, const std::string& reference) {
  return {.command = shell(script), .reference = shell(reference)};
}
CommandTask alone(const std::string& script) { return both(script, script); }

TEST(VerifyingCommands, ComparesWithTheReferencesOutput) {
  EXPECT_EQ(measure(Pass::verify, both("echo 3", "printf '3 \\n'")).status, Status::ok);
  const Measurement wrong = measure(Pass::verify, both("echo 3", "echo 4"));
  EXPECT_EQ(wrong.status, Status::mismatch);
  EXPECT_THAT(wrong.reason, HasSubstr("line 1 of its output is '3', expected '4'"));
}

TEST(VerifyingCommands, AllowsNumbersTheirTolerance) {
  CommandTask near = both("echo 1.001", "echo 1");
  near.tolerance = 0.01;
  const Measurement measurement = measure(Pass::verify, near);
  EXPECT_EQ(measurement.status, Status::ok);
  EXPECT_NEAR(measurement.max_error.value(), 0.001, 1e-12);
}

TEST(VerifyingCommands, TellsOutputsThatChangeFromCallToCall) {
  const Measurement measurement = measure(Pass::verify, alone("cat /proc/sys/kernel/random/uuid"));
  EXPECT_EQ(measurement.status, Status::mismatch);
  EXPECT_THAT(measurement.reason, HasSubstr("something else in every call"));
}

TEST(VerifyingCommands, TellsOneThatRunsOnlyOnce) {
  const test::TempDir dir;
  const Measurement measurement = measure(Pass::verify, alone("mkdir " + (dir / "made").string()));
  EXPECT_EQ(measurement.status, Status::error);
  EXPECT_THAT(measurement.reason, HasSubstr("in the second call, exited with status 1"));
}

TEST(VerifyingCommands, SeesOutputsThatAreRedirected) {
  CommandTask redirected = both("echo 3", "echo 4");
  redirected.command.output = redirected.reference.output = "/dev/null";
  EXPECT_EQ(measure(Pass::verify, redirected).status, Status::mismatch);
}

TEST(VerifyingCommands, TellsOneThatChangesItsInput) {
  const test::TempDir dir;
  const std::string file = (dir / "input").string();
  std::ofstream(file) << "data";
  CommandTask task = alone("echo more >> " + file);
  task.input_file = file;
  task.input_digest = digest_of_files({file});
  EXPECT_THAT(measure(Pass::verify, task).reason, HasSubstr("changed its input"));
}

TEST(VerifyingCommands, SaysWhenTheReferenceIsWhatFails) {
  const Measurement measurement = measure(Pass::verify, both("echo 1", "exit 1"));
  EXPECT_EQ(measurement.status, Status::error);
  EXPECT_THAT(measurement.reason, HasSubstr("the reference's command failed"));
}

TEST(TimingCommands, CountsProcessorTimeOfAllTheirProcesses) {
  const Measurement measurement = measure(
      Pass::time, alone("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; head -c 10000000 "
                        "/dev/zero | cksum"));
  ASSERT_EQ(measurement.status, Status::ok) << measurement.reason;
  ASSERT_TRUE(measurement.timing && measurement.timing->processes);
  const ProcessTimes& times = *measurement.timing->processes;
  EXPECT_GT(times.user_s + times.system_s, 0);
  EXPECT_GT(measurement.timing->minor_faults, 100) << "those of the processes";
  EXPECT_FALSE(measurement.timing->slices.empty());
  ASSERT_EQ(measurement.metrics.size(), 1U);
  EXPECT_EQ(measurement.metrics[0].name, "output_bytes");
  EXPECT_GT(measurement.metrics[0].value, 5);
}

TEST(TimingCommands, EndsWithTheFirstCallThatFails) {
  const test::TempDir dir;
  const std::string file = (dir / "runs").string();
  const Measurement measurement = measure(
      Pass::time, alone("echo x >> " + file + "; [ $(wc -c < " + file + ") -lt 5 ] || exit 7"));
  EXPECT_EQ(measurement.status, Status::error);
  EXPECT_THAT(measurement.reason, HasSubstr("exited with status 7"));
}

TEST(TimingCommands, ComparesOnceMoreAfterwards) {
  const Measurement measurement = measure(Pass::time, both("echo 1", "echo 2"));
  EXPECT_EQ(measurement.status, Status::mismatch);
  EXPECT_THAT(measurement.reason, HasSubstr("after the timed calls"));
}

TEST(MemoryOfCommands, IsAPeakOverNothing) {
  if (GAPMETER_TEST_OWN_ALLOCATOR) GTEST_SKIP() << "the sanitizer's memory counts";
  const Measurement measurement = measure(Pass::memory, alone("true"));
  ASSERT_TRUE(measurement.memory) << measurement.reason;
  EXPECT_EQ(measurement.memory->baseline_bytes, 0);
  EXPECT_GT(measurement.memory->peak_bytes.value(), 0);
  EXPECT_EQ(measurement.memory->input_bytes, std::nullopt);
}

}  // namespace
}  // namespace gapmeter
