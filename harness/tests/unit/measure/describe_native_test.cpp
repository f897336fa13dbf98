// What another build says of its kernels, asked through workers that are shell scripts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "harness/measure/describe.h"
#include "harness/base/channel.h"
#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class DescribeNative : public ::testing::Test {
 protected:
  WorkerSettings worker(const std::string& script) const {
    const auto path = dir_ / "gapmeter";
    std::ofstream(path) << "#!/bin/sh\n"
                        << "nonce=$(sed 's/.*\"nonce\":\\([0-9]*\\).*/\\1/' <&3)\n"
                        << script << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return {.native_command = {path.string(), worker_argument},
            .engines = {},
            .python_dir = "",
            .timeout_s = 30};
  }
  // An answer of this protocol version and these kernels.
  static std::string answering(int version, const std::string& kernels) {
    return "printf '{\"protocol\":" + std::to_string(version) +
           ",\"nonce\":%s,\"python_dir\":\"/python\",\"git_revision\":\"abc\",\"kernels\":" +
           kernels + "}' $nonce >&4";
  }
  std::string refusal(const std::string& script) const {
    return test::message_of<std::runtime_error>([&] { describe_native(worker(script)); });
  }

  test::TempDir dir_;
};

TEST_F(DescribeNative, IsWhatTheWorkerAnswers) {
  const NativeDescription description = describe_native(worker(
      answering(protocol_version,
                "[{\"name\":\"sum\",\"sizes\":\"4:64:4x\",\"reference\":\"plain\","
                "\"baseline\":\"loop\",\"variants\":[{\"name\":\"plain\",\"job\":\"copy\"}]}]")));
  EXPECT_EQ(description.python_dir, "/python");
  ASSERT_THAT(description.kernels, SizeIs(1));
  EXPECT_EQ(description.kernels[0].name, "sum");
  ASSERT_THAT(description.kernels[0].variants, SizeIs(1));
  EXPECT_EQ(description.kernels[0].variants[0].name, "plain");
  EXPECT_EQ(description.kernels[0].variants[0].job, "copy");
}

TEST_F(DescribeNative, AnotherVersionIsRefusedByBothNumbers) {
  EXPECT_THAT(
      refusal(answering(999, "[]")),
      AllOf(HasSubstr((dir_ / "gapmeter").string()), HasSubstr("does not answer as a gapmeter"),
            HasSubstr("version 999"), HasSubstr("version " + std::to_string(protocol_version))));
}

TEST_F(DescribeNative, NoAnswerIsRefusedWithTheLastOutput) {
  EXPECT_THAT(refusal("echo usage: whatever; exit 64"),
              AllOf(HasSubstr("status 64"), HasSubstr("usage: whatever")));
}

TEST_F(DescribeNative, NonsenseIsRefused) {
  EXPECT_THAT(refusal("echo nonsense >&4"), HasSubstr("not a JSON object"));
}

TEST_F(DescribeNative, WhatIsNoProgramIsNamed) {
  WorkerSettings settings = worker("");
  settings.native_command = {dir_.path().string(), worker_argument};
  EXPECT_THAT(test::message_of<std::system_error>([&] { describe_native(settings); }),
              AllOf(HasSubstr(dir_.path().string()), HasSubstr("Permission denied")));
}

}  // namespace
}  // namespace gapmeter
