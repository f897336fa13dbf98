// Processes, their memory and processor time, and where they listen, read from /proc.
#include "harness/sys/process_tree.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

namespace gapmeter {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// A child that waits to be killed.
class Sleeper {
 public:
  Sleeper() : pid_(fork()) {
    if (pid_ == 0) {
      pause();
      _exit(0);
    }
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  ~Sleeper() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

// A listening socket of this process.
struct Listening {
  int file = -1, port = 0;
  Listening(int family, bool is_loopback) : file(socket(family, SOCK_STREAM, 0)) {
    sockaddr_storage storage{};
    socklen_t size = 0;
    if (family == AF_INET) {
      auto& address = reinterpret_cast<sockaddr_in&>(storage);
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(is_loopback ? INADDR_LOOPBACK : INADDR_ANY);
      size = sizeof address;
    } else {
      auto& address = reinterpret_cast<sockaddr_in6&>(storage);
      address.sin6_family = AF_INET6;
      address.sin6_addr = is_loopback ? in6addr_loopback : in6addr_any;
      size = sizeof address;
    }
    auto* const place = reinterpret_cast<sockaddr*>(&storage);
    if (bind(file, place, size) != 0 || listen(file, 1) != 0) return;
    getsockname(file, place, &size);
    port = ntohs(family == AF_INET ? reinterpret_cast<sockaddr_in&>(storage).sin_port
                                   : reinterpret_cast<sockaddr_in6&>(storage).sin6_port);
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;
  ~Listening() { close(file); }
};

const Listener* find(const std::vector<Listener>& listeners, int port) {
  for (const Listener& listener : listeners) {
    if (listener.port == port) return &listener;
  }
  return nullptr;
}

TEST(ProcessTrees, HaveWhatAProcessHasStarted) {
  pid_t ended = 0;
  {
    const Sleeper child;
    EXPECT_THAT(tree_of(getpid()), Contains(child.pid()));
    EXPECT_THAT(tree_of(child.pid()), ::testing::ElementsAre(child.pid()));
    ended = child.pid();
  }
  EXPECT_THAT(tree_of(getpid()), Not(Contains(ended)));
}

TEST(ProcessTrees, KnowWhatAProcessIsCalled) {
  EXPECT_THAT(name_of_process(getpid()), HasSubstr(std::to_string(getpid())));
  const pid_t nobody = 1 << 30;
  EXPECT_EQ(name_of_process(nobody), "");
}

TEST(ProcessorUse, GrowsByWhatWasUsed) {
  const ProcessorUse before = processor_use_of({getpid()});
  const auto start = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(50)) {
  }
  const ProcessorUse after = processor_use_of({getpid()});
  EXPECT_GT(after.user_s + after.system_s, before.user_s + before.system_s);
}

TEST(Memory, OfProcessesCountsTogether) {
  const Sleeper child;
  const std::int64_t both = proportional_bytes_of(std::set<pid_t>{getpid(), child.pid()});
  EXPECT_GT(both, 0);
  EXPECT_GE(both, proportional_bytes_of(std::set<pid_t>{child.pid()}));
}

TEST(Listeners, AreFoundWithTheirAddress) {
  const Listening here(AF_INET, true);
  const std::vector<Listener> all = listeners_of({getpid()});
  const Listener* const found = find(all, here.port);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->address, "127.0.0.1");
  EXPECT_TRUE(found->takes_ipv4_loopback);
}

TEST(Listeners, OnEveryAddressTakeThatOfTheLoopback) {
  const Listening here(AF_INET, false);
  const std::vector<Listener> all = listeners_of({getpid()});
  const Listener* const found = find(all, here.port);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->address, "0.0.0.0");
  EXPECT_TRUE(found->takes_ipv4_loopback);
}

TEST(Listeners, OverIpv6AloneDoNotTakeIpv4) {
  const Listening here(AF_INET6, true);
  if (here.port == 0) GTEST_SKIP() << "this machine has no IPv6";
  const std::vector<Listener> all = listeners_of({getpid()});
  const Listener* const found = find(all, here.port);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->address, "::1");
  EXPECT_FALSE(found->takes_ipv4_loopback);
}

TEST(Listeners, OfOtherProcessesDoNotCount) {
  const Sleeper child;
  const Listening here(AF_INET, true);
  EXPECT_EQ(find(listeners_of({child.pid()}), here.port), nullptr);
}

}  // namespace
}  // namespace gapmeter
