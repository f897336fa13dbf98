// A worker and its pipes: what it reads and writes, and when it asks for a turn. Its pipes are
// files, in which every word that it will get stands from the beginning.
#include "harness/worker/worker_main.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/base/channel.h"
#include "harness/sys/files.h"
#include "harness/tests/unit/support/kernels.h"
#include "harness/tests/unit/support/rows.h"
#include "harness/tests/unit/support/testing.h"

namespace {

constexpr auto long_call = std::chrono::microseconds(5);  // long enough to be timed one by one

void takes_long(std::span<const double> x, std::span<double> y) {
  const auto end = std::chrono::steady_clock::now() + long_call;
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = 2 * x[i];
  while (std::chrono::steady_clock::now() < end) {
  }
}

}  // namespace

GAPMETER_KERNEL() {
  gapmeter::Kernel kernel = gapmeter::test::twice_kernel();
  kernel.native.push_back(gapmeter::native<takes_long>("takes_long"));
  return kernel;
}

namespace gapmeter {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint64_t nonce = 42;

class WorkerMainTest : public ::testing::Test {
 protected:
  // What a worker was like.
  struct Ended {
    std::string status;  // of the process
    std::size_t asked;   // for turns
    std::string answer;  // without that
    Measurement measurement() const { return decode_measurement(answer, nonce); }
  };

  static Task task_of(Pass pass, const std::string& variant) {
    return {.pass = pass,
            .kernel = "worker_main_test",  // this file
            .variant = {Lane::native(), variant},
            .n = 16,
            .timing = {.round_ns = 20'000'000, .plan = SlicePlan{.calls = 5, .batches = 2}}};
  }

  // Of one that gets this request and, of all the words, as many as it asks for.
  Ended ended(const std::string& request, const std::string& words) const {
    write_file(dir_ / "request", request);
    write_file(dir_ / "words", words);
    write_file(dir_ / "answer", "");
    // What the child reports by must stand elsewhere than where its pipes will.
    std::vector<int> taken;
    do {
      taken.push_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
    } while (taken.back() <= step_fd);
    const std::string status = test::in_child([&] {
      connect("request", O_RDONLY, request_fd);
      connect("answer", O_WRONLY, answer_fd);
      connect("words", O_RDONLY, step_fd);
      return std::to_string(
          worker_main({.start = [](const Request&) { return std::make_unique<NativeLane>(); },
                       .describe = [](LaneRunner&, const DescribeRequest& describe,
                                      std::uint64_t) { return "about " + describe.module; }}));
    });
    for (const int fd : taken) close(fd);
    std::string answer = test::contents_of(dir_ / "answer");
    const std::size_t asked = std::min(answer.find_first_not_of(step_ready), answer.size());
    return {.status = status, .asked = asked, .answer = answer.substr(asked)};
  }
  Ended ended(const Task& task, const std::string& words) const {
    return ended(encode(Request{.nonce = nonce, .python_dir = "", .task = task}), words);
  }

 private:
  void connect(const char* file, int flags, int fd) const {
    const int opened = open((dir_ / file).c_str(), flags | O_CLOEXEC);
    if (opened < 0 || dup2(opened, fd) != fd) throw std::runtime_error(file);
    close(opened);
  }

  test::TempDir dir_;
};

const std::string go(1, step_go), no_more(1, step_end);

TEST_F(WorkerMainTest, AnswersWithItsMeasurement) {
  const Ended worker = ended(task_of(Pass::verify, "fast"), "");
  EXPECT_EQ(worker.status, "0");
  EXPECT_EQ(worker.measurement().status, Status::ok);
  EXPECT_EQ(worker.measurement().max_error, 0);
}

TEST_F(WorkerMainTest, DescribesWhatItsLaneDescribes) {
  const Ended worker =
      ended(encode(Request{.nonce = nonce, .python_dir = "", .task = DescribeRequest{"sum"}}), "");
  EXPECT_EQ(worker.status, "0");
  EXPECT_EQ(worker.answer, "about sum");
}

TEST_F(WorkerMainTest, OnlyTheTimePassAsksForTurns) {
  for (const Pass pass : {Pass::verify, Pass::memory}) {
    EXPECT_EQ(ended(task_of(pass, "fast"), "").asked, 0U);
  }
}

TEST_F(WorkerMainTest, AsksForEachSliceAndAnswersWithThoseItGot) {
  const Ended worker = ended(task_of(Pass::time, "fast"), go + go + no_more + go);
  EXPECT_EQ(worker.measurement().status, Status::ok) << worker.measurement().reason;
  EXPECT_THAT(worker.measurement().timing.value().slices, SizeIs(2));
  EXPECT_EQ(worker.asked, 3U);
}

// Nobody would answer, and it would not come to its end.
TEST_F(WorkerMainTest, AsksForNothingMoreOnceThereWasNone) {
  for (const std::string& words : {no_more, go + no_more}) {
    Task task = task_of(Pass::time, "takes_long");
    task.timing.single_calls_ns = 1'000'000;
    const Ended worker = ended(task, words);
    EXPECT_EQ(worker.status, "0");
    EXPECT_EQ(worker.measurement().status, Status::ok) << worker.measurement().reason;
    EXPECT_THAT(worker.measurement().timing.value().slices, SizeIs(1));
    EXPECT_EQ(worker.measurement().single_calls, std::nullopt);
    EXPECT_EQ(worker.asked, words.size());
  }
}

TEST_F(WorkerMainTest, AWordThatNeverComesIsAnError) {
  const Ended worker = ended(task_of(Pass::time, "fast"), go);
  EXPECT_EQ(worker.measurement().status, Status::error);
  EXPECT_EQ(worker.measurement().reason, "the word to go on never came");
}

TEST_F(WorkerMainTest, ARequestThatIsNoneHasNoAnswer) {
  const Ended worker = ended("nonsense", "");
  EXPECT_EQ(worker.status, "2");
  EXPECT_THAT(worker.answer, IsEmpty());
}

}  // namespace
}  // namespace gapmeter
