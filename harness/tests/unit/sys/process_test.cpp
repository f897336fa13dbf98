// Child processes, with real ones: how they end, what they read and write, what they leave behind.
#include "harness/sys/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <system_error>
#include <thread>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using End = ProcessResult::End;

namespace fs = std::filesystem;

constexpr double patience_s = 30;  // for what takes milliseconds unless the machine is very busy

ProcessSpec shell_process(const std::string& script) {
  return {.arguments = {"/bin/sh", "-c", script}, .environment = {}, .timeout_s = patience_s};
}

ProcessResult run_shell(const std::string& script) { return run_process(shell_process(script)); }

ProcessResult run_shell_for(double timeout_s, const std::string& script) {
  ProcessSpec spec = shell_process(script);
  spec.timeout_s = timeout_s;
  return run_process(spec);
}

// The letter that /proc shows: R, S, Z; 0 when there is no such process.
char state_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(file, text)) return 0;
  return text.at(text.rfind(')') + 2);
}

bool is_running(int pid) { return state_of(pid) != 0 && state_of(pid) != 'Z'; }

bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

std::size_t open_descriptors() {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

TEST(ProcessEnd, ReportsTheExitStatus) {
  for (const int status : {0, 1, 7, 255}) {
    const ProcessResult result = run_shell("exit " + std::to_string(status));
    EXPECT_EQ(result.end, End::exited);
    EXPECT_EQ(result.code, status);
  }
}

TEST(ProcessEnd, ReportsTheSignal) {
  for (const int signal : {SIGSEGV, SIGKILL, SIGTERM, SIGABRT}) {
    const ProcessResult result =
        run_shell("ulimit -c 0; kill -" + std::to_string(signal) + " $$; sleep 100");
    EXPECT_EQ(result.end, End::signalled);
    EXPECT_EQ(result.code, signal);
  }
}

TEST(ProcessEnd, KillsAtTheDeadline) {
  const ProcessResult result = run_shell_for(0.2, "sleep 100");
  EXPECT_EQ(result.end, End::timed_out);
  EXPECT_GE(result.wall_s, 0.2);
  EXPECT_LT(result.wall_s, patience_s);
}

TEST(ProcessEnd, KillsWhatIgnoresBeingAsked) {
  const ProcessResult result =
      run_shell_for(0.2, "trap '' TERM INT HUP; echo $$ >&4; while :; do sleep 1; done");
  EXPECT_EQ(result.end, End::timed_out);
  EXPECT_FALSE(is_running(std::stoi(result.answer)));
}

TEST(ProcessEnd, KeepsWhatWasWrittenBeforeTheDeadline) {
  const ProcessResult result = run_shell_for(0.5, "echo out; echo answer >&4; sleep 100");
  EXPECT_EQ(result.end, End::timed_out);
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.answer, "answer\n");
}

TEST(ProcessEnd, MeasuresTheWallTime) {
  const ProcessResult result = run_shell("sleep 0.1");
  EXPECT_GE(result.wall_s, 0.1);
  EXPECT_LT(result.wall_s, patience_s);
}

TEST(ProcessEnd, WorkersAreTheFirstThatTheSystemEndsForWantOfMemory) {
  EXPECT_EQ(run_shell("cat /proc/self/oom_score_adj").output, "1000\n");
}

TEST(ProcessEnd, LeavesNoChildBehind) {
  run_shell("exit 0");
  run_shell("kill -9 $$");
  run_shell_for(0.05, "sleep 100");
  EXPECT_THAT(test::children_of_this_process(), IsEmpty());
}

// In a session of its own a process is out of its group's reach.
TEST(ProcessEnd, EndsWhatGotAwayFromTheGroup) {
  const ProcessResult result = run_shell(
      "setsid sh -c 'echo $$ >&4; exec sleep 100' & setsid sh -c 'setsid sh -c \"echo "
      "\\$\\$ >&4; exec sleep 100\" & exec sleep 100' & sleep 0.3");
  std::istringstream pids(result.answer);
  int count = 0;
  for (int pid = 0; pids >> pid; ++count) EXPECT_FALSE(is_running(pid)) << pid;
  EXPECT_EQ(count, 2) << result.output;
  EXPECT_THAT(test::children_of_this_process(), IsEmpty()) << "not even a zombie";
}

TEST(ProcessEnd, LeavesChildrenOfOthersAlone) {
  const pid_t other = fork();
  if (other == 0) {
    pause();
    _exit(0);
  }
  run_shell("setsid sleep 100 & exit 0");
  EXPECT_TRUE(is_running(other));
  kill(other, SIGKILL);
  waitpid(other, nullptr, 0);
}

TEST(ProcessEnd, ComesForWhatStartsFarTooManyProcesses) {
  const ProcessResult result =
      run_shell("i=0; while [ $i -lt 1500 ]; do sleep 100 & i=$((i+1)); done; wait");
  EXPECT_EQ(result.end, End::crowded);
  EXPECT_LT(result.wall_s, patience_s);
  EXPECT_THAT(test::children_of_this_process(), IsEmpty());
}

// `tail` keeps all of a line in memory.
TEST(ProcessEnd, ComesForProcessesThatHaveTooMuchMemoryTogether) {
  const std::string holds_120_mb = "(head -c 120000000 /dev/zero; sleep 100) | tail & ";
  ProcessSpec spec = shell_process(holds_120_mb + holds_120_mb + holds_120_mb + "wait");
  spec.memory_bytes = 200'000'000;
  const ProcessResult result = run_process(spec);
  EXPECT_EQ(result.end, End::bloated) << result.output;
  EXPECT_LT(result.wall_s, patience_s);
  EXPECT_THAT(test::children_of_this_process(), IsEmpty());
  spec.arguments.back() = holds_120_mb + "sleep 1";
  EXPECT_EQ(run_process(spec).end, End::exited);
}

TEST(ProcessEnd, LeavesNoDescriptorOpen) {
  run_shell("exit 0");
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 10; ++i) run_shell("echo a; echo b >&4");
  run_shell_for(0.02, "sleep 100");
  EXPECT_EQ(open_descriptors(), before);
}

TEST(ProcessOutput, HoldsStdoutAndStderr) {
  EXPECT_EQ(run_shell("echo out; echo err >&2").output, "out\nerr\n");
  EXPECT_EQ(run_shell(":").output, "");
}

TEST(ProcessOutput, OfMegabytesIsItsTail) {
  const ProcessResult result = run_shell("yes 0123456789 | head -c 5000000; echo the end");
  EXPECT_EQ(result.end, End::exited);
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.output.size(), output_limit);
  EXPECT_THAT(result.output, EndsWith("the end\n"));
}

TEST(ProcessOutput, OfExactlyTheLimitIsWhole) {
  const ProcessResult result = run_shell("head -c 16384 /dev/zero | tr '\\0' x");
  EXPECT_EQ(result.output, std::string(output_limit, 'x'));
}

TEST(ProcessOutput, WithoutEndDoesNotHoldUpTheDeadline) {
  const ProcessResult result = run_shell_for(0.3, "yes");
  EXPECT_EQ(result.end, End::timed_out);
  EXPECT_EQ(result.output.size(), output_limit);
  EXPECT_LT(result.wall_s, patience_s);
}

TEST(ProcessAnswer, IsWhatTheChildWritesToItsAnswerPipe) {
  const ProcessResult result = run_shell("printf hello >&4; echo noise");
  EXPECT_EQ(result.answer, "hello");
  EXPECT_EQ(result.output, "noise\n");
}

TEST(ProcessAnswer, MayBeLargerThanAPipe) {
  const ProcessResult result = run_shell("head -c 1000000 /dev/zero | tr '\\0' x >&4");
  EXPECT_EQ(result.answer, std::string(1'000'000, 'x'));
}

TEST(ProcessAnswer, IsCutAtItsLimitWithoutBlockingTheChild) {
  const ProcessResult result = run_shell("head -c 18000000 /dev/zero >&4; echo done");
  EXPECT_EQ(result.end, End::exited);
  EXPECT_EQ(result.answer.size(), answer_limit);
  EXPECT_EQ(result.output, "done\n");
}

// Taken off one by one, so many would take hours.
TEST(ProcessAnswer, OfNothingButReadinessIsEmpty) {
  const ProcessResult result = run_shell("head -c 18000000 /dev/zero | tr '\\0' + >&4");
  EXPECT_EQ(result.end, End::exited);
  EXPECT_THAT(result.answer, IsEmpty());
}

TEST(ProcessAnswer, MayBeClosedEarly) {
  const ProcessResult result = run_shell("printf a >&4; exec 4>&-; sleep 0.1; echo later");
  EXPECT_EQ(result.answer, "a");
  EXPECT_EQ(result.output, "later\n");
}

TEST(ProcessRequest, IsReadFromTheRequestPipeToItsEnd) {
  ProcessSpec spec = shell_process("cat <&3 >&4");
  spec.request = std::string(50'000, 'q') + "\nend";
  EXPECT_EQ(run_process(spec).answer, spec.request);
}

TEST(ProcessRequest, NeedNotBeRead) {
  ProcessSpec spec = shell_process("exit 3");
  spec.request = std::string(50'000, 'q');
  EXPECT_EQ(run_process(spec).code, 3);
}

TEST(ProcessRequest, MayBeRefused) {
  ProcessSpec spec = shell_process("exec 3<&-; sleep 0.1; exit 3");
  spec.request = "never read";
  EXPECT_EQ(run_process(spec).code, 3);
}

// The pipe's buffer is 64 KiB and nobody reads: the request can't be sent, but the process is
// there.
TEST(ProcessRequest, ThatCannotBeSentLeavesNoChildBehind) {
  ProcessSpec spec = shell_process("exec sleep 100");
  spec.request = std::string(1 << 20, 'q');
  EXPECT_THAT(test::message_of<std::system_error>([&] { run_process(spec); }),
              HasSubstr("/bin/sh"));
  const std::vector<int> left_behind = test::children_of_this_process();
  for (const int child : left_behind) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }
  EXPECT_THAT(left_behind, IsEmpty());
}

TEST(ProcessStart, NamesAnExecutableThatIsNotThere) {
  const ProcessSpec spec{.arguments = {"/nowhere/gapmeter-python"}, .environment = {}};
  EXPECT_THAT(test::message_of<std::system_error>([&] { run_process(spec); }),
              AllOf(HasSubstr("/nowhere/gapmeter-python"), HasSubstr("No such file")));
}

TEST(ProcessStart, NamesAFileThatIsNotExecutable) {
  const ProcessSpec spec{.arguments = {"/etc/passwd"}, .environment = {}};
  EXPECT_THAT(test::message_of<std::system_error>([&] { run_process(spec); }),
              AllOf(HasSubstr("/etc/passwd"), HasSubstr("Permission denied")));
}

TEST(ProcessStart, ThatFailsLeavesNothingBehind) {
  const ProcessSpec spec{.arguments = {"/nowhere/at/all"}, .environment = {}};
  EXPECT_THROW(run_process(spec), std::system_error);
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 5; ++i) EXPECT_THROW(run_process(spec), std::system_error);
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_THAT(test::children_of_this_process(), IsEmpty());
}

TEST(ProcessStart, PassesArgumentsUnchanged) {
  ProcessSpec spec = shell_process("printf '%s|' \"$0\" \"$@\" >&4");
  spec.arguments.insert(spec.arguments.end(), {"zero", "with space", "", "$HOME", "quo\"te"});
  EXPECT_EQ(run_process(spec).answer, "zero|with space||$HOME|quo\"te|");
}

TEST(ProcessStart, WithoutHugePagesIsSoForWhatTheChildStartsToo) {
  const std::string told = "grep THP_enabled /proc/self/status | cut -f2 >&4";
  ProcessSpec spec = shell_process(told + "; sh -c '" + told + "'");
  EXPECT_EQ(run_process(spec).answer, "1\n1\n");
  spec.huge_pages = false;
  EXPECT_EQ(run_process(spec).answer, "0\n0\n");
}

TEST(ProcessGroup, IsTheChildsOwn) {
  const ProcessResult result = run_shell("echo $$ $(cut -d' ' -f5 /proc/$$/stat) >&4");
  const std::size_t space = result.answer.find(' ');
  EXPECT_EQ(result.answer.substr(0, space) + "\n", result.answer.substr(space + 1));
}

TEST(ProcessGroup, WhatTheChildLeavesInItIsKilled) {
  const ProcessResult result = run_shell("sleep 1000 & echo $! >&4");
  EXPECT_EQ(result.end, End::exited);
  EXPECT_LT(result.wall_s, patience_s);
  const int left_behind = std::stoi(result.answer);
  EXPECT_TRUE(eventually([&] { return !is_running(left_behind); }));
}

TEST(ProcessGroup, IsKilledAsAWholeAtTheDeadline) {
  const ProcessResult result = run_shell_for(0.3, "sleep 1000 & echo $! >&4; wait");
  EXPECT_EQ(result.end, End::timed_out);
  const int grandchild = std::stoi(result.answer);
  EXPECT_TRUE(eventually([&] { return !is_running(grandchild); }));
}

TEST(ProcessGroup, DiesWithAKilledParent) {
  const test::TempDir dir;
  const std::string file = (dir / "pid").string();
  const pid_t parent = fork();
  if (parent == 0) {
    run_shell("echo $$ >" + file + ".part; mv " + file + ".part " + file + "; exec sleep 1000");
    _exit(0);
  }
  const bool started = eventually([&] { return fs::exists(file); });
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  ASSERT_TRUE(started);
  const int orphan = std::stoi(test::contents_of(file));
  EXPECT_TRUE(eventually([&] { return !is_running(orphan); }));
  // Whatever came to this program, which other tests make adopt orphans: the worker, and mv if it
  // was still ending.
  while (waitpid(-1, nullptr, 0) > 0) {
  }
}

class ProcessEnvironment : public ::testing::Test {
 protected:
  ProcessEnvironment() {
    setenv("GAPMETER_TEST_A", "parent", 1);
    setenv("GAPMETER_TEST_AB", "longer name", 1);
  }
  ~ProcessEnvironment() override {
    unsetenv("GAPMETER_TEST_A");
    unsetenv("GAPMETER_TEST_AB");
  }
  static std::string variables_with(std::vector<std::pair<std::string, std::string>> added) {
    ProcessSpec spec = shell_process("env | grep ^GAPMETER_TEST_ | sort");
    spec.environment = std::move(added);
    return run_process(spec).output;
  }
};

TEST_F(ProcessEnvironment, IsTheParents) {
  EXPECT_EQ(variables_with({}), "GAPMETER_TEST_A=parent\nGAPMETER_TEST_AB=longer name\n");
}

TEST_F(ProcessEnvironment, AdditionsReplaceTheParentsValues) {
  EXPECT_EQ(variables_with({{"GAPMETER_TEST_A", "child=1"}, {"GAPMETER_TEST_C", ""}}),
            "GAPMETER_TEST_A=child=1\nGAPMETER_TEST_AB=longer name\nGAPMETER_TEST_C=\n");
}

TEST_F(ProcessEnvironment, TheParentsOwnIsLeftAlone) {
  variables_with({{"GAPMETER_TEST_A", "child"}});
  EXPECT_STREQ(getenv("GAPMETER_TEST_A"), "parent");
}

TEST(ProcessAbandon, EndsTheChildSoon) {
  std::atomic<bool> abandon{false};
  ProcessSpec spec = shell_process("sleep 100");
  spec.abandon = &abandon;
  std::thread user([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    abandon = true;
  });
  const ProcessResult result = run_process(spec);
  user.join();
  EXPECT_EQ(result.end, End::abandoned);
  EXPECT_LT(result.wall_s, patience_s);
  EXPECT_THAT(test::children_of_this_process(), IsEmpty());
}

TEST(ProcessAbandon, ThatIsNotAskedForChangesNothing) {
  const std::atomic<bool> abandon{false};
  ProcessSpec spec = shell_process("exit 5");
  spec.abandon = &abandon;
  const ProcessResult result = run_process(spec);
  EXPECT_EQ(result.end, End::exited);
  EXPECT_EQ(result.code, 5);
}

TEST(ProcessStdin, IsEmpty) {
  EXPECT_EQ(run_shell("readlink /proc/$$/fd/0; cat | wc -c").output, "/dev/null\n0\n");
}

TEST(ProcessAffinity, IsTheGivenProcessor) {
  cpu_set_t allowed;
  ASSERT_EQ(sched_getaffinity(0, sizeof allowed, &allowed), 0);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(static_cast<std::size_t>(cpu), &allowed)) continue;
    ProcessSpec spec = shell_process("grep Cpus_allowed_list /proc/self/status");
    spec.cpus = {cpu};
    EXPECT_EQ(run_process(spec).output, "Cpus_allowed_list:\t" + std::to_string(cpu) + "\n");
  }
}

TEST(ProcessAffinity, IsTheParentsWithoutOne) {
  const std::string line = run_shell("grep Cpus_allowed_list /proc/self/status").output;
  EXPECT_THAT(test::contents_of("/proc/self/status"), HasSubstr(line));
  EXPECT_THAT(line, HasSubstr("Cpus_allowed_list"));
}

// A worker that runs elsewhere than run.json says is worse than none.
TEST(ProcessAffinity, OfAProcessorThatIsNotThereIsAnError) {
  ProcessSpec spec = shell_process("exit 0");
  spec.cpus = {CPU_SETSIZE - 1};
  EXPECT_THROW(run_process(spec), std::system_error);
}

// A set of signals as /proc shows it, of the child of a parent that blocks all of them and ignores
// two, as handle_interrupts() ignores SIGPIPE.
unsigned long signals_of_child(const std::string& which) {
  const std::string set = test::in_child([&] {
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
    return run_shell("grep " + which + " /proc/$$/status | cut -f2").output;
  });
  return std::stoul(set, nullptr, 16);
}

TEST(ProcessSignals, AreNotBlockedInTheChild) { EXPECT_EQ(signals_of_child("SigBlk"), 0U); }

TEST(ProcessSignals, OfInterruptsAndPipesAreNotIgnoredInTheChild) {
  const unsigned long wanted = (1UL << (SIGPIPE - 1)) | (1UL << (SIGINT - 1));
  EXPECT_EQ(signals_of_child("SigIgn") & wanted, 0U);
}

}  // namespace
}  // namespace gapmeter
