// What control groups leave, from trees of files as both versions mount them.
#include "harness/sys/control_groups.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

// A tree of control groups as it is mounted, and the line that names a process's own.
class ControlGroups : public ::testing::Test {
 protected:
  void put(const std::string& path, const std::string& text) {
    const std::filesystem::path file = dir_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text << '\n';
  }
  std::optional<std::int64_t> room(const std::string& membership) {
    put("cgroup", membership);
    return room_in_control_groups(files_);
  }

  std::optional<double> quota(const std::string& membership) {
    put("cgroup", membership);
    return processor_quota(files_);
  }

  test::TempDir dir_;
  const ControlGroupFiles files_{.membership = dir_ / "cgroup", .mount = dir_ / "mount"};
};

TEST_F(ControlGroups, OfTheSecondVersionHoldBackThoseWithinThem) {
  put("mount/box/memory.max", "1000");
  put("mount/box/memory.current", "600");
  put("mount/box/task/memory.max", "max");
  put("mount/box/task/memory.current", "500");
  EXPECT_EQ(room("0::/box/job"), 400);
}

TEST_F(ControlGroups, OfTheFirstVersionHaveOtherFiles) {
  put("mount/memory/box/memory.limit_in_bytes", "1000");
  put("mount/memory/box/memory.usage_in_bytes", "300");
  EXPECT_EQ(room("5:cpu:/elsewhere\n7:memory:/box"), 700);
}

TEST_F(ControlGroups, GiveUpTheirCacheOfFilesFirst) {
  put("mount/memory.max", "1000");
  put("mount/memory.current", "900");
  put("mount/memory.stat", "anon 500\ninactive_file 250\nactive_file 150");
  EXPECT_EQ(room("0::/"), 350);
}

TEST_F(ControlGroups, ThatAreOverTheirLimitLeaveNothing) {
  put("mount/memory.max", "1000");
  put("mount/memory.current", "1001");
  EXPECT_EQ(room("0::/"), 0);
}

TEST_F(ControlGroups, WithoutALimitSayNothing) {
  put("mount/memory.max", "max");
  put("mount/memory.current", "5");
  EXPECT_EQ(room("0::/"), std::nullopt);
  EXPECT_EQ(room("0::/not/mounted/here"), std::nullopt);
  EXPECT_EQ(room("no such line"), std::nullopt);
}

TEST_F(ControlGroups, AllowTheTimeOfTheLeastQuota) {
  put("mount/box/cpu.max", "150000 100000");
  put("mount/box/task/cpu.max", "max 100000");
  put("mount/box/other/cpu.max", "25000 100000");
  EXPECT_DOUBLE_EQ(quota("0::/box/task").value(), 1.5);
  EXPECT_DOUBLE_EQ(quota("0::/box/other/deep").value(), 0.25);
}

TEST_F(ControlGroups, OfTheFirstVersionHaveTheirQuotaInTwoFiles) {
  put("mount/cpu/box/cpu.cfs_quota_us", "200000");
  put("mount/cpu/box/cpu.cfs_period_us", "100000");
  EXPECT_DOUBLE_EQ(quota("3:cpuset:/box\n4:cpuacct,cpu:/box").value(), 2);
}

TEST_F(ControlGroups, WithoutAQuotaAllowEveryProcessor) {
  put("mount/cpu/cpu.cfs_quota_us", "-1");
  put("mount/cpu/cpu.cfs_period_us", "100000");
  put("mount/cpu.max", "max 100000");
  EXPECT_EQ(quota("4:cpu:/\n0::/"), std::nullopt);
  EXPECT_EQ(throttling_so_far(files_).has_value(), false);
}

TEST_F(ControlGroups, CountThePeriodsInWhichTheirQuotaWasUsedUp) {
  put("mount/box/cpu.max", "50000 100000");
  put("mount/box/cpu.stat", "usage_usec 9\nnr_periods 80\nnr_throttled 20\nthrottled_usec 2500000");
  put("mount/box/task/cpu.stat", "nr_throttled 7");  // it has no quota of its own
  put("cgroup", "0::/box/task");
  const Throttling throttled = throttling_so_far(files_).value();
  EXPECT_EQ(throttled.periods, 20);
  EXPECT_DOUBLE_EQ(throttled.seconds, 2.5);
}

TEST_F(ControlGroups, OfTheFirstVersionCountNanoseconds) {
  put("mount/cpu/cpu.cfs_quota_us", "50000");
  put("mount/cpu/cpu.cfs_period_us", "100000");
  put("mount/cpu/cpu.stat", "nr_periods 80\nnr_throttled 3\nthrottled_time 1500000000");
  put("cgroup", "4:cpu:/");
  const Throttling before{.periods = 1, .seconds = 0.5};
  const Throttling during = throttling_so_far(files_).value() - before;
  EXPECT_EQ(during.periods, 2);
  EXPECT_DOUBLE_EQ(during.seconds, 1);
}

}  // namespace
}  // namespace gapmeter
