// Two runs at once: each learns of the other, for as long as both are there.
#include "harness/sys/machine_use.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>

#include "harness/tests/unit/testing.h"

namespace gapmeter {
namespace {

using test::TempDir;

TEST(MachineUse, OfOneRunIsNotShared) {
  const TempDir dir;
  const MachineUse only(dir / "lock");
  EXPECT_FALSE(only.is_shared());
}

TEST(MachineUse, OfTwoRunsIsSharedForBoth) {
  const TempDir dir;
  const MachineUse first(dir / "lock");
  std::optional<MachineUse> second(dir / "lock");
  EXPECT_TRUE(first.is_shared());
  EXPECT_TRUE(second->is_shared());
  second.reset();
  EXPECT_FALSE(first.is_shared());
}

TEST(MachineUse, EndsWithItsProcess) {
  const TempDir dir;
  const MachineUse first(dir / "lock");
  EXPECT_EQ(test::in_child([&]() -> std::string {
              const MachineUse second(dir / "lock");
              return second.is_shared() ? "shared" : "alone";
            }),
            "shared");
  test::in_child([&]() -> std::string {
    const MachineUse second(dir / "lock");
    _exit(1);  // without a destructor, as a killed run does
  });
  EXPECT_FALSE(first.is_shared());
}

TEST(MachineUse, LetsEveryUserOpenItsFileWhateverTheUmask) {
  const TempDir dir;
  const mode_t before = umask(0777);
  const MachineUse first(dir / "lock");
  umask(before);
  struct stat status {};
  ASSERT_EQ(stat((dir / "lock").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0444U);
}

TEST(MachineUse, FollowsNoLinkAndMakesNothingBehindIt) {
  const TempDir dir;
  ASSERT_EQ(symlink((dir / "target").c_str(), (dir / "lock").c_str()), 0);
  const MachineUse first(dir / "lock"), second(dir / "lock");
  EXPECT_FALSE(first.is_shared());
  EXPECT_FALSE(std::filesystem::exists(dir / "target"));
}

TEST(MachineUse, DoesNotWaitForAPipeInItsPlace) {
  const TempDir dir;
  ASSERT_EQ(mkfifo((dir / "lock").c_str(), 0666), 0);
  const MachineUse first(dir / "lock");
  EXPECT_FALSE(first.is_shared());
}

TEST(MachineUse, DoesWithoutAFileThatCannotBeMade) {
  const MachineUse first("/nowhere/at/all");
  EXPECT_FALSE(first.is_shared());
}

}  // namespace
}  // namespace gapmeter
