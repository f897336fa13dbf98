// How long a thread waited for its processor, and whether it could be its own reason.
#include "harness/sys/processor_wait.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <thread>

#include "harness/tests/unit/support/testing.h"

namespace gapmeter {
namespace {

// In a child, so that pinning it and its threads trouble nobody.
TEST(ProcessorWait, GrowsWhileAnotherProcessHasTheProcessor) {
  EXPECT_EQ(test::in_child([] {
              cpu_set_t one;
              CPU_ZERO(&one);
              CPU_SET(static_cast<std::size_t>(sched_getcpu()), &one);
              sched_setaffinity(0, sizeof one, &one);
              const ProcessorWait wait(getpid());
              const std::int64_t before = wait.ns();
              const pid_t rival = fork();
              if (rival == 0) {
                for (;;) {
                }
              }
              while (std::clock() < CLOCKS_PER_SEC / 5) {
              }
              const std::int64_t waited = wait.ns() - before;
              kill(rival, SIGKILL);
              waitpid(rival, nullptr, 0);
              return std::string(waited > 10'000'000 ? "waited" : "did not wait");
            }),
            "waited");
}

TEST(HasOnlyOneThread, UnlessThereIsAnotherOrAChild) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer has a thread of its own";
#endif
  EXPECT_EQ(test::in_child([] {
              std::string found = has_only_one_thread(getpid()) ? "alone" : "not alone";
              const pid_t child = fork();
              if (child == 0) {
                pause();
                _exit(0);
              }
              found += has_only_one_thread(getpid()) ? ", alone" : ", with a child";
              kill(child, SIGKILL);
              waitpid(child, nullptr, 0);
              std::thread([&] {
                found += has_only_one_thread(getpid()) ? ", alone" : ", with a thread";
              }).join();
              return found;
            }),
            "alone, with a child, with a thread");
}

}  // namespace
}  // namespace gapmeter
