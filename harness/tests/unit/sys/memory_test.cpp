// Resident memory as the kernel accounts it, around 64 MiB that are touched and given back. Margins
// are wide: what else the process does meanwhile counts, too.
#include "harness/sys/memory.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using test::mebibyte;
constexpr std::int64_t block = 64 * mebibyte;
constexpr std::int64_t margin = 8 * mebibyte;

// A block of fresh pages from the system, every one of them touched.
class TouchedBlock {
 public:
  TouchedBlock()
      : memory_(mmap(nullptr, block, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    if (memory_ == MAP_FAILED) throw std::bad_alloc();
    std::memset(memory_, 1, block);
  }
  TouchedBlock(const TouchedBlock&) = delete;
  TouchedBlock& operator=(const TouchedBlock&) = delete;
  ~TouchedBlock() { munmap(memory_, block); }

 private:
  void* memory_;
};

TEST(ResidentMemory, GrowsByWhatIsTouchedAndShrinksByWhatIsGivenBack) {
  if (GAPMETER_TEST_OWN_ALLOCATOR) GTEST_SKIP() << "a sanitizer's shadow is resident, too";
  const std::int64_t before = resident_bytes(getpid()).value();
  {
    const TouchedBlock touched;
    EXPECT_NEAR(static_cast<double>(resident_bytes(getpid()).value() - before), block, margin);
  }
  EXPECT_NEAR(static_cast<double>(resident_bytes(getpid()).value() - before), 0, margin);
}

TEST(ResidentMemory, DoesNotCountWhatIsReservedButNotTouched) {
  const std::int64_t before = resident_bytes(getpid()).value();
  void* reserved = mmap(nullptr, block, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(reserved, MAP_FAILED);
  EXPECT_LT(resident_bytes(getpid()).value() - before, margin);
  munmap(reserved, block);
}

TEST(PeakMemory, RemembersWhatWasGivenBack) {
  const std::int64_t before = resident_bytes(getpid()).value();
  { const TouchedBlock touched; }
  EXPECT_GT(peak_resident_bytes(getpid()).value() - before, block - margin);
}

TEST(PeakMemory, IsNeverFarBelowWhatIsResident) {
  const TouchedBlock touched;
  EXPECT_GT(peak_resident_bytes(getpid()).value(), resident_bytes(getpid()).value() - margin);
}

TEST(PeakMemory, StartsAgainFromWhatIsResidentAfterAReset) {
  if (GAPMETER_TEST_OWN_ALLOCATOR) GTEST_SKIP() << "a sanitizer's shadow is resident, too";
  { const TouchedBlock touched; }
  if (!reset_peak(getpid())) GTEST_SKIP() << "this system does not allow /proc/self/clear_refs";
  EXPECT_NEAR(
      static_cast<double>(peak_resident_bytes(getpid()).value() - resident_bytes(getpid()).value()),
      0, margin);
  const std::int64_t after_reset = peak_resident_bytes(getpid()).value();
  { const TouchedBlock touched; }
  EXPECT_NEAR(static_cast<double>(peak_resident_bytes(getpid()).value() - after_reset), block,
              margin);
}

TEST(ReleaseFreeMemory, GivesFreedHeapBackToTheSystem) {
  if (GAPMETER_TEST_OWN_ALLOCATOR) GTEST_SKIP() << "a sanitizer's allocator keeps freed memory";
  constexpr std::size_t piece = 64 << 10;  // below the size that malloc maps by itself
  std::vector<std::unique_ptr<char[]>> pieces;
  for (std::int64_t i = 0; i < block / static_cast<std::int64_t>(piece); ++i) {
    pieces.push_back(std::make_unique<char[]>(piece));
  }
  const std::int64_t full = resident_bytes(getpid()).value();
  // The last one pins the top of the heap, below which free() alone gives nothing back.
  pieces.erase(pieces.begin(), pieces.end() - 1);
  release_free_memory();
  EXPECT_GT(full - resident_bytes(getpid()).value(), block / 2);
}

TEST(DisableHugePages, HoldsForTheProcess) {
  EXPECT_EQ(test::in_child([] {
              disable_huge_pages();
              return std::to_string(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
            }),
            "1");
}

TEST(AvailableMemory, IsSomeOfTheMachines) {
  const auto available = available_bytes();
  ASSERT_TRUE(available);
  EXPECT_GT(*available, mebibyte);
}

TEST(MemoryLimit, IsTheWantedOneBelowTheHardLimit) {
  if (GAPMETER_TEST_OWN_ALLOCATOR) GTEST_SKIP() << "a sanitizer's shadow is above any limit";
  EXPECT_EQ(test::in_child([] {
              const rlimit limit{512 << 20, 512 << 20};
              if (setrlimit(RLIMIT_DATA, &limit) != 0) return std::string("no limit");
              return fmt::format("{} {} {}", *memory_limit(1 << 30) >> 20,
                                 *memory_limit(100 << 20) >> 20, *memory_limit({}) <= 512 << 20);
            }),
            "512 100 true");
}

}  // namespace
}  // namespace gapmeter
