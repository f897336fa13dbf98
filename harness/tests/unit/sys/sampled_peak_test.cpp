// The sampled peak of a process and its children, which keep memory while they may be looked at.
#include "harness/sys/sampled_peak.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

using test::mebibyte;

// A child that has so much memory of its own until it may end.
class LargeChild {
 public:
  explicit LargeChild(std::int64_t bytes) {
    int ready[2], go[2];
    if (pipe(ready) != 0 || pipe(go) != 0) throw std::runtime_error("no pipe");
    process_ = fork();
    if (process_ == 0) {
      const std::vector<char> memory(static_cast<std::size_t>(bytes), 1);
      char word = memory.back();
      (void)!write(ready[1], &word, 1);
      (void)!read(go[0], &word, 1);
      _exit(0);
    }
    char word = 0;
    (void)!read(ready[0], &word, 1);
    go_ = go[1];
  }
  LargeChild(const LargeChild&) = delete;
  LargeChild& operator=(const LargeChild&) = delete;
  ~LargeChild() {
    (void)!write(go_, "+", 1);
    waitpid(process_, nullptr, 0);
  }

 private:
  pid_t process_ = -1;
  int go_ = -1;
};

// In a process of its own, which has no other children.
TEST(SampledPeakTest, HasTheMemoryOfChildren) {
  if (GAPMETER_TEST_OWN_ALLOCATOR) GTEST_SKIP() << "the sanitizer's memory counts";
  EXPECT_EQ(test::in_child([] {
              const std::int64_t before = SampledPeak::bytes_now(getpid());
              SampledPeak peak(getpid(), false);
              {
                const LargeChild child(100 * mebibyte), other(50 * mebibyte);
                peak.bytes();  // a sample while both are there, however busy the machine is
              }
              const std::int64_t more = peak.bytes() - before;
              if (!peak.has_seen_children()) return std::string("no children");
              return more > 140 * mebibyte && more < 200 * mebibyte ? std::string("seen")
                                                                    : std::to_string(more);
            }),
            "seen");
}

TEST(SampledPeakTest, CountsAProcessAloneOnlyIfAsked) {
  EXPECT_EQ(test::in_child([] {
              SampledPeak without(getpid(), false), with(getpid(), true);
              if (without.bytes() != 0) return std::string("counted");
              return std::string(with.bytes() > mebibyte / 4 ? "counted on demand" : "not counted");
            }),
            "counted on demand");
}

}  // namespace
}  // namespace gapmeter
