// From the end of a worker process to a measurement: each way to end has its status and its reason.
#include "harness/measure/task_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "harness/measure/describe.h"
#include "harness/base/channel.h"
#include "harness/tests/unit/support/rows.h"
#include "harness/tests/unit/support/script_workers.h"
#include "harness/tests/unit/support/testing.h"
#include "harness/protocol/messages.h"

namespace gapmeter {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;
using End = ProcessResult::End;

constexpr std::uint64_t nonce = 42;

Measurement interpreted(const ProcessResult& result, double timeout_s = 120) {
  return interpret(result, nonce, timeout_s);
}

TEST(Interpret, TheAnswerIsTheMeasurement) {
  const Measurement sent{.status = Status::skipped, .reason = "no numpy", .input_digest = ""};
  const Measurement got = interpreted({.answer = encode(sent, nonce), .output = "noise"});
  EXPECT_EQ(got.status, Status::skipped);
  EXPECT_EQ(got.reason, "no numpy");
}

TEST(Interpret, AnAnswerCountsWhateverTheExitStatus) {
  const ProcessResult result{.code = 1, .answer = encode(Measurement{.max_error = 0.5}, nonce)};
  EXPECT_EQ(interpreted(result).status, Status::ok);
  EXPECT_EQ(interpreted(result).max_error, 0.5);
}

TEST(Interpret, ReasonsOfMegabytesAreCutBetweenCharacters) {
  std::string said;
  for (int i = 0; i < 1'000'000; ++i) said += "é";
  const Measurement sent{.status = Status::error, .reason = "x" + said, .input_digest = ""};
  const std::string reason = interpreted({.answer = encode(sent, nonce), .output = ""}).reason;
  EXPECT_LT(reason.size(), 2100U);
  EXPECT_THAT(reason, AllOf(StartsWith("xéé"), EndsWith("é… (2000001 bytes in all)")));
}

TEST(Interpret, TheDeadlineIsATimeout) {
  const Measurement got = interpreted({.end = End::timed_out}, 0.5);
  EXPECT_EQ(got.status, Status::timeout);
  EXPECT_EQ(got.reason, "still running after 0.5 s (--timeout)");
}

TEST(Interpret, AnAnswerBeforeTheDeadlineDoesNotExcuseGoingOn) {
  const ProcessResult result{.end = End::timed_out, .answer = encode(Measurement{}, nonce)};
  EXPECT_EQ(interpreted(result).status, Status::timeout);
}

TEST(Interpret, ASignalIsACrash) {
  const Measurement got = interpreted({.end = End::signalled, .code = SIGSEGV});
  EXPECT_EQ(got.status, Status::crashed);
  EXPECT_EQ(got.reason, "killed by signal 11 (Segmentation fault)");
}

TEST(Interpret, AnAbortAfterARefusedAllocationIsWantOfMemory) {
  ProcessResult result{.end = End::signalled,
                       .code = SIGABRT,
                       .output = "before\nmemory allocation of 1234 bytes failed\nafter\n"};
  EXPECT_EQ(interpreted(result).status, Status::oom);
  EXPECT_EQ(interpreted(result).reason, "out of memory: memory allocation of 1234 bytes failed");
  result.output = "memory allocation of nothing\n in particular; bytes failed to arrive\n";
  EXPECT_EQ(interpreted(result).status, Status::crashed);
}

TEST(Interpret, SigkillIsWantOfMemory) {
  const Measurement got = interpreted({.end = End::signalled, .code = SIGKILL});
  EXPECT_EQ(got.status, Status::oom);
  EXPECT_EQ(got.reason, "killed by signal 9 (Killed), probably for want of memory");
}

TEST(Interpret, ACrashAfterTheAnswerIsStillACrash) {
  const ProcessResult result{
      .end = End::signalled, .code = SIGABRT, .answer = encode(Measurement{}, nonce)};
  EXPECT_EQ(interpreted(result).status, Status::crashed);
}

TEST(Interpret, AnExitWithoutAnAnswerIsACrash) {
  EXPECT_EQ(interpreted({.code = 0}).status, Status::crashed);
  EXPECT_EQ(interpreted({.code = 0}).reason, "exited with status 0 and no result");
  EXPECT_EQ(interpreted({.code = 3}).reason, "exited with status 3 and no result");
}

TEST(Interpret, AnAnswerThatCannotBeReadIsACrash) {
  const Measurement got = interpreted({.answer = "Segmentation fault"});
  EXPECT_EQ(got.status, Status::crashed);
  EXPECT_EQ(got.reason, "its result can't be read: the message is not a JSON object");
}

TEST(Interpret, AForgedAnswerIsACrash) {
  const Measurement got = interpreted({.answer = encode(Measurement{}, nonce + 1)});
  EXPECT_EQ(got.status, Status::crashed);
  EXPECT_THAT(got.reason, HasSubstr("another request"));
}

TEST(Interpret, AnAnswerWithSomethingBehindItIsACrash) {
  EXPECT_EQ(interpreted({.answer = encode(Measurement{}, nonce) + "{}"}).status, Status::crashed);
}

TEST(Interpret, TooManyProcessesAreACrash) {
  const Measurement got = interpreted({.end = End::crowded, .output = "fork\n"});
  EXPECT_EQ(got.status, Status::crashed);
  EXPECT_EQ(got.reason,
            "started more than 1000 processes and threads, and was ended; its last output: fork");
}

TEST(Interpret, MoreMemoryThanAllMayHaveIsOutOfMemory) {
  const Measurement got = interpreted({.end = End::bloated});
  EXPECT_EQ(got.status, Status::oom);
  EXPECT_THAT(got.reason, HasSubstr("--mem-limit"));
}

TEST(Interpret, AbandonedIsAnError) {
  EXPECT_EQ(interpreted({.end = End::abandoned}).status, Status::error);
}

TEST(Interpret, AFailureQuotesTheLastLinesOfOutput) {
  EXPECT_EQ(interpreted({.code = 1, .output = "0\n1\n2\n\n  ImportError: no numpy\n\n  \n"}).reason,
            "exited with status 1 and no result; its last output: 1 | 2 | ImportError: no numpy");
  EXPECT_THAT(interpreted({.end = End::timed_out, .output = "working"}).reason,
              HasSubstr("; its last output: working"));
  EXPECT_THAT(interpreted({.end = End::signalled, .code = SIGABRT, .output = "a\r\nb\r\n"}).reason,
              HasSubstr("; its last output: a | b"));
}

TEST(Interpret, BlankOutputIsNotQuoted) {
  EXPECT_THAT(interpreted({.code = 1, .output = " \n\n"}).reason, Not(HasSubstr("last output")));
}

TEST(Interpret, ALongLastLineIsCut) {
  const std::string reason = interpreted({.code = 1, .output = std::string(100'000, 'x')}).reason;
  EXPECT_THAT(reason, HasSubstr(std::string(400, 'x')));
  EXPECT_LT(reason.size(), 500U);
}

// rounds.csv is UTF-8, whatever a worker prints. dump() throws std::exception for anything else.
TEST(Interpret, AReasonIsUtf8WhateverTheOutput) {
  // The cut to 400 bytes must not go through the middle of a letter.
  for (const std::string& output : {std::string("\xff\xfe"), "x" + std::string(600, '\xc3')}) {
    const std::string reason = interpreted({.code = 1, .output = output}).reason;
    EXPECT_NO_THROW(nlohmann::json(reason).dump());
  }
  std::string letters = "x";
  for (int i = 0; i < 600; ++i) letters += "é";
  EXPECT_NO_THROW(nlohmann::json(interpreted({.code = 1, .output = letters}).reason).dump());
}

// It is printed on terminals and in lists of one line each.
TEST(Interpret, AReasonIsOneLineWithoutControlCharacters) {
  const Measurement answered{.status = Status::error, .reason = "one\ntwo\x1b[2J"};
  EXPECT_EQ(interpreted({.answer = encode(answered, nonce)}).reason, "one two [2J");
  EXPECT_EQ(interpreted({.code = 1, .output = std::string("a\0b\x1b", 4)}).reason,
            "exited with status 1 and no result; its last output: a b ");
}

TEST(WorkerEnvironment, GivesEveryLibraryTheSameThreads) {
  for (const int threads : {1, 4}) {
    const auto variables = worker_environment(threads, HugePages::system);
    const std::map<std::string, std::string> by_name(variables.begin(), variables.end());
    for (const char* name :
         {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"}) {
      EXPECT_EQ(by_name.at(name), std::to_string(threads));
    }
  }
}

// What workers are given for GLIBC_TUNABLES; "inherited" if nothing.
std::string tunables_of_workers(HugePages huge_pages) {
  const auto variables = worker_environment(1, huge_pages);
  const std::map<std::string, std::string> by_name(variables.begin(), variables.end());
  const auto found = by_name.find("GLIBC_TUNABLES");
  return found == by_name.end() ? "inherited" : found->second;
}

TEST(WorkerEnvironment, SaysNothingToMallocUnlessItIsToAskForHugePages) {
  EXPECT_EQ(tunables_of_workers(HugePages::system), "inherited");
  EXPECT_EQ(tunables_of_workers(HugePages::never), "inherited");
  EXPECT_EQ(tunables_of_workers(HugePages::malloc), "glibc.malloc.hugetlb=1");
}

TEST(WorkerEnvironment, KeepsTheUsersTunables) {
  setenv("GLIBC_TUNABLES", "glibc.malloc.top_pad=1", 1);
  const std::string added = tunables_of_workers(HugePages::malloc);
  setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=0", 1);
  const std::string contradicted = tunables_of_workers(HugePages::malloc);
  unsetenv("GLIBC_TUNABLES");
  EXPECT_EQ(added, "glibc.malloc.top_pad=1:glibc.malloc.hugetlb=1");
  EXPECT_EQ(contradicted, "glibc.malloc.hugetlb=0");
}

// Workers that are shell scripts: they take the nonce from the request and answer.
class ProcessJobRunnerTest : public ::testing::Test {
 protected:
  static constexpr const char* read_nonce =
      "nonce=$(sed 's/.*\"nonce\":\\([0-9]*\\).*/\\1/' <&3)\n";

  std::string worker(const std::string& name, const std::string& script) const {
    const auto path = dir_ / name;
    std::ofstream(path) << "#!/bin/sh\n" << script;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path.string();
  }
  static std::string version() { return std::to_string(protocol_version); }
  // Answers with this reason, in which the shell expands variables.
  static std::string answering(const std::string& reason) {
    return std::string(read_nonce) + "printf '{\"protocol\":" + version() +
           ",\"nonce\":%s,\"status\":\"ok\",\"reason\":\"%s\","
           "\"input_digest\":\"\",\"prepare_s\":0,\"timed_s\":0,\"metrics\":{}}' $nonce \"" +
           reason + "\" >&4\n";
  }
  static Task task_of(std::string_view variant) {
    return {.pass = Pass::time, .kernel = "sum", .variant = test::variant(variant), .n = 4};
  }
  WorkerSettings settings_with(const std::string& native, const std::string& python = "") const {
    return {.native_command = {native, worker_argument},
            .engines = {{.label = "", .command = {python, worker_argument}, .program = python}},
            .python_dir = "/python",
            .timeout_s = 30};
  }

  static PythonDescription describe(const WorkerSettings& settings) {
    return describe_python(settings, settings.engines.front());
  }

  test::TempDir dir_;
};

TEST_F(ProcessJobRunnerTest, RunsEachLanesExecutableAsAWorker) {
  ProcessTaskRunner runner(settings_with(worker("native", answering("native $1")),
                                         worker("python", answering("python $1"))));
  EXPECT_EQ(runner.run(task_of("native/simd")).measurement.reason, "native --gapmeter-worker");
  EXPECT_EQ(runner.run(task_of("python/numpy")).measurement.reason, "python --gapmeter-worker");
}

TEST_F(ProcessJobRunnerTest, RunsVariantsOfFurtherEnginesByTheirCommands) {
  WorkerSettings settings = settings_with("", worker("python", answering("embedded")));
  const std::string stock = worker("stock", answering("$*"));
  settings.engines.push_back({.label = "3.12", .command = {stock, "of", "3.12"}});
  settings.engines.push_back({.label = "3.13", .command = {stock, "of", "3.13"}});
  ProcessTaskRunner runner(settings);
  EXPECT_EQ(runner.run(task_of("python/loop")).measurement.reason, "embedded");
  EXPECT_EQ(runner.run(task_of("python@3.12/loop")).measurement.reason, "of 3.12");
  EXPECT_EQ(runner.run(task_of("python@3.13/loop")).measurement.reason, "of 3.13");
  EXPECT_THAT(
      test::message_of<std::invalid_argument>([&] { runner.run(task_of("python@3.14/loop")); }),
      HasSubstr("'3.14'"));
}

TEST_F(ProcessJobRunnerTest, StartsAKilledWorkerOnceMore) {
  const std::string file = (dir_ / "starts").string();
  const std::string die_first =
      "echo start >>" + file + "\n[ $(wc -l <" + file + ") = 1 ] && kill -9 $$\n";
  ProcessTaskRunner runner(settings_with(worker("native", die_first + answering("second"))));
  const Measurement got = runner.run(task_of("native/simd")).measurement;
  EXPECT_EQ(got.status, Status::ok);
  EXPECT_EQ(got.reason, "second");
}

TEST_F(ProcessJobRunnerTest, AWorkerThatIsKilledAgainHadTooLittleMemory) {
  const std::string file = (dir_ / "starts").string();
  ProcessTaskRunner runner(
      settings_with(worker("native", "echo start >>" + file + "\nkill -9 $$")));
  EXPECT_EQ(runner.run(task_of("native/simd")).measurement.status, Status::oom);
  EXPECT_EQ(test::contents_of(file), "start\nstart\n");
}

TEST_F(ProcessJobRunnerTest, SendsTheJob) {
  const std::string file = (dir_ / "request").string();
  ProcessTaskRunner runner(settings_with(worker("native", "cat <&3 >" + file)));
  Task task = task_of("native/simd");
  task.seed = 5;
  task.timing.plan = SlicePlan{.calls = 77, .batches = 3};
  runner.run(task);
  const Request request = decode_request(test::contents_of(file));
  EXPECT_EQ(std::get<Task>(request.task), task);
  EXPECT_EQ(request.python_dir, "/python");
}

TEST_F(ProcessJobRunnerTest, UsesANewNonceForEveryJob) {
  const std::string file = (dir_ / "request").string();
  ProcessTaskRunner runner(settings_with(worker("native", "cat <&3 >" + file)));
  runner.run(task_of("native/simd"));
  const std::uint64_t first = decode_request(test::contents_of(file)).nonce;
  runner.run(task_of("native/simd"));
  EXPECT_NE(decode_request(test::contents_of(file)).nonce, first);
}

TEST_F(ProcessJobRunnerTest, ReportsTheWallTime) {
  ProcessTaskRunner runner(settings_with(worker("native", "sleep 0.1\n" + answering(""))));
  const TaskOutcome outcome = runner.run(task_of("native/simd"));
  EXPECT_GE(outcome.wall_s, 0.1);
  EXPECT_FALSE(outcome.abandoned);
}

TEST_F(ProcessJobRunnerTest, LogsWhatAWorkerPrintsUnderTheJobsName) {
  WorkerSettings settings = settings_with(worker("native", "echo hello\n" + answering("")));
  std::vector<std::string> logged;
  settings.log = [&](const std::string& title, const std::string& output) {
    logged.push_back(title + ": " + output);
  };
  ProcessTaskRunner(settings).run(task_of("native/simd"));
  EXPECT_THAT(logged, ElementsAre("sum native/simd n=4 time: hello\n"));
}

TEST_F(ProcessJobRunnerTest, SilentWorkersAreNotLogged) {
  WorkerSettings settings = settings_with(worker("native", answering("")));
  int logged = 0;
  settings.log = [&](const std::string&, const std::string&) { ++logged; };
  ProcessTaskRunner(settings).run(task_of("native/simd"));
  EXPECT_EQ(logged, 0);
}

TEST_F(ProcessJobRunnerTest, ThreadsOfATaskReachTheLibraries) {
  ProcessTaskRunner runner(settings_with(worker("native", answering("$OMP_NUM_THREADS"))));
  Task task = task_of("native/simd");
  task.threads = 3;
  EXPECT_EQ(runner.run(task).measurement.reason, "3");
}

TEST_F(ProcessJobRunnerTest, HugePagesOfWorkersAreTheChosenOnes) {
  const std::string thp = "$(grep THP_enabled /proc/self/status | cut -f2)";
  WorkerSettings settings =
      settings_with(worker("native", answering("${GLIBC_TUNABLES:-unset} " + thp)));
  const auto told = [&](HugePages huge_pages) {
    settings.huge_pages = huge_pages;
    return ProcessTaskRunner(settings).run(task_of("native/simd")).measurement.reason;
  };
  EXPECT_EQ(told(HugePages::system), "unset 1");
  EXPECT_EQ(told(HugePages::malloc), "glibc.malloc.hugetlb=1 1");
  EXPECT_EQ(told(HugePages::never), "unset 0");
}

TEST_F(ProcessJobRunnerTest, PinsSingleThreadedJobsOnly) {
  const std::string affinity = "$(grep Cpus_allowed_list /proc/self/status | cut -f2)";
  WorkerSettings settings = settings_with(worker("native", answering(affinity)));
  ProcessTaskRunner unpinned(settings);
  const std::string everywhere = unpinned.run(task_of("native/simd")).measurement.reason;
  settings.cpu = std::stoi(everywhere);  // the first allowed one
  ProcessTaskRunner pinned(settings);
  EXPECT_EQ(pinned.run(task_of("native/simd")).measurement.reason, std::to_string(settings.cpu));
  Task threaded = task_of("native/simd");
  threaded.threads = 2;
  EXPECT_EQ(pinned.run(threaded).measurement.reason, everywhere);
}

TEST_F(ProcessJobRunnerTest, AHangingWorkerIsATimeout) {
  WorkerSettings settings = settings_with(worker("native", "echo step 1; exec sleep 100"));
  settings.timeout_s = 0.3;
  const Measurement got = ProcessTaskRunner(settings).run(task_of("native/simd")).measurement;
  EXPECT_EQ(got.status, Status::timeout);
  EXPECT_EQ(got.reason, "still running after 0.3 s (--timeout); its last output: step 1");
}

TEST_F(ProcessJobRunnerTest, AnAbandonedJobSaysSo) {
  const std::atomic<bool> abandon{true};
  WorkerSettings settings = settings_with(worker("native", "exec sleep 100"));
  settings.abandon = &abandon;
  EXPECT_TRUE(ProcessTaskRunner(settings).run(task_of("native/simd")).abandoned);
}

TEST_F(ProcessJobRunnerTest, AMissingExecutableIsNamed) {
  ProcessTaskRunner runner(settings_with("/nowhere/gapmeter"));
  EXPECT_THAT(test::message_of<std::system_error>([&] { runner.run(task_of("native/simd")); }),
              HasSubstr("/nowhere/gapmeter"));
}

// Two tasks run untimed, two at once, by workers that run this script in a directory of their own.
class UntimedTasksTest : public ProcessJobRunnerTest {
 protected:
  static constexpr const char* wait_for_it =
      "tries=0; until [ -e $it ] || [ $tries = 1000 ]; do sleep 0.01; tries=$((tries+1)); done\n";

  std::vector<TaskOutcome> run(const std::string& script, std::size_t tasks = 2) {
    const std::string begin = "cd " + dir_.path().string() + "; echo run >>runs\n";
    WorkerSettings settings = settings_with(worker("native", begin + script));
    settings.memory_bytes = std::int64_t{4} << 30;
    settings.log = [&](const std::string& title, const std::string& output) {
      logged_.push_back(title + ": " + output);
    };
    std::vector<Task> all;
    for (std::size_t i = 0; i < tasks; ++i) {
      all.push_back(task_of("native/simd"));
      all.back().n = i + 1;
      all.back().pass = Pass::verify;
    }
    std::vector<TaskOutcome> outcomes;
    ProcessTaskRunner(settings, 2).run_untimed(all, [&](std::size_t i, TaskOutcome outcome) {
      EXPECT_EQ(i, outcomes.size()) << "in order";
      outcomes.push_back(std::move(outcome));
      return take_more_;
    });
    return outcomes;
  }
  // How many workers were started.
  std::size_t runs() const {
    const std::string text = test::contents_of((dir_ / "runs").string());
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  bool take_more_ = true;
  std::vector<std::string> logged_;
};

TEST_F(UntimedTasksTest, RunBesideEachOther) {
  // The worker that comes first waits for the other one.
  const auto outcomes =
      run(std::string("if mkdir first; then it=second; else it=first; : >second; fi\n") +
          wait_for_it + "[ -e $it ] || exit 1\n" + answering("met"));
  ASSERT_THAT(outcomes, SizeIs(2));
  for (const TaskOutcome& outcome : outcomes) EXPECT_EQ(outcome.measurement.reason, "met");
  EXPECT_EQ(runs(), 2U) << "none had to be run again";
}

TEST_F(UntimedTasksTest, ShareTheMemory) {
  const auto outcomes = run(answering("$(ulimit -d)"));
  ASSERT_THAT(outcomes, SizeIs(2));
  for (const TaskOutcome& outcome : outcomes) {
    EXPECT_EQ(outcome.measurement.reason, std::to_string((std::int64_t{2} << 30) / 1024));
  }
}

TEST_F(UntimedTasksTest, OneThatFailsBesideOthersIsRunAgainAlone) {
  const auto outcomes =
      run(std::string("if mkdir alone 2>/dev/null; then it=refused\n") + wait_for_it +
          "rmdir alone\nelse echo no room; : >refused; exit 1; fi\n" + answering("$(ulimit -d)"));
  ASSERT_THAT(outcomes, SizeIs(2));
  const std::string half = std::to_string((std::int64_t{2} << 30) / 1024);
  const std::string all = std::to_string((std::int64_t{4} << 30) / 1024);
  EXPECT_THAT((std::vector{outcomes[0].measurement.reason, outcomes[1].measurement.reason}),
              UnorderedElementsAre(half, all));
  EXPECT_EQ(runs(), 3U);
  EXPECT_THAT(logged_, IsEmpty()) << "what did not count was logged";
}

TEST_F(UntimedTasksTest, OneThatFailsAloneTooHasFailed) {
  const auto outcomes = run("echo no room; exit 3\n");
  ASSERT_THAT(outcomes, SizeIs(2));
  for (const TaskOutcome& outcome : outcomes) {
    EXPECT_EQ(outcome.measurement.status, Status::crashed);
    EXPECT_EQ(outcome.measurement.reason,
              "exited with status 3 and no result; its last output: no room");
  }
  EXPECT_THAT(logged_, ElementsAre("sum native/simd n=1 verify: no room\n",
                                   "sum native/simd n=2 verify: no room\n"));
}

TEST_F(UntimedTasksTest, WhatRunsIsTakenWhenNoMoreAreWanted) {
  take_more_ = false;
  EXPECT_THAT(run(answering(""), 5), SizeIs(2));
  EXPECT_EQ(runs(), 2U);
}

TEST_F(ProcessJobRunnerTest, AnUntimedJobThatDoesNotStartHasFailed) {
  ProcessTaskRunner runner(settings_with("/nowhere/gapmeter"), 2);
  std::vector<std::string> reasons;
  runner.run_untimed({task_of("native/a"), task_of("native/b")},
                     [&](std::size_t, TaskOutcome outcome) {
                       reasons.push_back(outcome.measurement.reason);
                       return true;
                     });
  EXPECT_THAT(reasons, ElementsAre(HasSubstr("/nowhere"), HasSubstr("/nowhere")));
}

// Workers that take turns, of one round of tasks.
class RunRound : public ::testing::Test {
 protected:
  std::vector<TaskOutcome> run(std::uint64_t key, const std::atomic<bool>* stop = nullptr) {
    WorkerSettings settings = workers_.settings("A", test::slices(4));
    settings.engines[0].command = workers_.settings("B", test::slices(4, python_)).native_command;
    return ProcessTaskRunner(settings).run_round({native_task_, python_task()}, key, stop);
  }
  Task python_task() const {
    Task task = native_task_;
    task.variant = test::variant("python/loop");
    return task;
  }

  test::ScriptWorkers workers_;
  Task native_task_ = workers_.task();
  std::string python_ = "answer python";
};

TEST_F(RunRound, TakesTurnsByItsKey) {
  for (const std::uint64_t key : {1U, 2U, 3U}) {
    workers_.remove("turns");
    const auto outcomes = run(key);
    ASSERT_THAT(outcomes, SizeIs(2));
    EXPECT_EQ(outcomes[0].measurement.reason, "4 slices");
    EXPECT_EQ(outcomes[1].measurement.reason, "python");
    EXPECT_EQ(workers_.turns(), test::turns_of(key, {4, 4}));
  }
}

TEST_F(RunRound, HandsEachItsOwnTask) {
  python_ = "echo \"$request\" >request; answer python";
  run(1);
  EXPECT_EQ(std::get<Task>(decode_request(workers_.file("request")).task), python_task());
}

TEST_F(RunRound, IsEndedByTheFlag) {
  const std::atomic<bool> stop{true};
  const auto outcomes = run(1, &stop);
  EXPECT_EQ(outcomes[0].measurement.reason, "0 slices");
  EXPECT_EQ(workers_.turns(), "");
}

TEST_F(RunRound, OneThatFailsHasFailedAndNoOther) {
  python_ = "exit 3";
  const auto outcomes = run(1);
  EXPECT_EQ(outcomes[0].measurement.status, Status::ok);
  EXPECT_EQ(outcomes[1].measurement.status, Status::crashed);
}

TEST_F(ProcessJobRunnerTest, DescribesPythonThroughItsWorker) {
  const std::string answer =
      "printf '{\"protocol\":" + version() +
      ",\"nonce\":%s,\"modules\":[\"sum\"],\"variants\":[],\"problems\":[],"
      "\"engine\":\"embedded\",\"implementation\":\"cpython\",\"environment\":\"\","
      "\"free_threaded\":false,\"sys_path\":[],"
      "\"version\":\"3.11\",\"build\":\"\",\"executable\":\"\",\"link\":\"static\","
      "\"numpy_version\":\"\",\"numpy_blas\":\"\",\"warnings\":[]}' $nonce >&4\n";
  const PythonDescription description =
      describe(settings_with("", worker("python", read_nonce + answer)));
  EXPECT_THAT(description.modules, ElementsAre("sum"));
  EXPECT_EQ(description.version, "3.11");
}

// Asked for all modules at once, this worker ends; asked for one, only the bad one ends it.
TEST_F(ProcessJobRunnerTest, AModuleThatEndsItsWorkerCostsOnlyItself) {
  for (const char* name : {"bad.py", "good.py", "notes.txt"}) std::ofstream(dir_ / name) << "";
  const std::string answer =
      "request=$(cat <&3)\n"
      "case \"$request\" in *'\"module\":\"\"'*|*'\"module\":\"bad\"'*) "
      "echo 'no graphics card' >&2; exit 3;; esac\n"
      "nonce=$(echo \"$request\" | sed 's/.*\"nonce\":\\([0-9]*\\).*/\\1/')\n"
      "case \"$request\" in *'\"module\":\"good\"'*) "
      "found='{\"kernel\":\"good\",\"name\":\"loop\",\"requires\":[],\"quick\":true,\"job\":\"\"}';"
      "; esac\n"
      "printf '{\"protocol\":" +
      version() +
      ",\"nonce\":%s,\"modules\":[],\"variants\":[%s],\"problems\":[],"
      "\"engine\":\"embedded\",\"implementation\":\"cpython\",\"environment\":\"\","
      "\"free_threaded\":false,\"sys_path\":[],"
      "\"version\":\"3.11\",\"build\":\"\",\"executable\":\"\",\"link\":\"static\","
      "\"numpy_version\":\"\",\"numpy_blas\":\"\",\"warnings\":[]}' $nonce \"$found\" >&4\n";
  WorkerSettings settings = settings_with("", worker("python", answer));
  settings.python_dir = dir_.path().string();
  const PythonDescription description = describe(settings);
  EXPECT_EQ(description.version, "3.11");
  EXPECT_THAT(description.modules, ElementsAre("bad", "good"));
  ASSERT_THAT(description.variants, SizeIs(1));
  EXPECT_EQ(description.variants[0].kernel, "good");
  ASSERT_THAT(description.problems, SizeIs(1));
  EXPECT_EQ(description.problems[0].kernel, "bad");
  EXPECT_THAT(description.problems[0].text, HasSubstr("no graphics card"));
}

TEST_F(ProcessJobRunnerTest, APythonLaneThatDoesNotStartSaysWhy) {
  const WorkerSettings settings =
      settings_with("", worker("python", "echo 'libpython3.11.so: cannot open' >&2; exit 127"));
  EXPECT_THAT(
      test::message_of<std::runtime_error>([&] { describe(settings); }),
      AllOf(HasSubstr("the Python lane does not start with"), HasSubstr((dir_ / "python").string()),
            HasSubstr("status 127"), HasSubstr("libpython3.11.so: cannot open")));
}

TEST_F(ProcessJobRunnerTest, APythonLaneThatAnswersNonsenseIsRefused) {
  const WorkerSettings settings = settings_with("", worker("python", "echo nonsense >&4"));
  EXPECT_THAT(test::message_of<std::runtime_error>([&] { describe(settings); }),
              HasSubstr("not a JSON object"));
}

}  // namespace
}  // namespace gapmeter
