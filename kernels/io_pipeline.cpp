// io_pipeline: messages of n bytes to other processes and back, by several threads at once.
//
// Each thread has a process of its own (kernels/programs/echo.cpp), to which it writes a message
// and from which it reads it back; the threads share 16 messages. The processes answer at once or,
// as disks and networks do, a stated time after a message arrives: of `threads_1ms` and
// `threads_10ms` each exchange takes that long. With one thread everything runs on one processor;
// with several, the processes have others to run on. Timed: the exchange, and comparing what came
// back. Not timed: starting the processes and threads. Serves the claim that the GIL does not block
// pipelines that wait for input and output (C25).
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "harness/kernel/files.h"
#include "harness/kernel/kernel.h"

namespace {

using Message = std::span<const std::uint8_t>;
constexpr std::size_t exchanges = 8;

std::int64_t check(std::int64_t result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

// A process that echoes messages of a size, each after a wait.
class Peer {
 public:
  Peer(std::size_t size, std::int64_t wait_ns) {
    int to_peer[2], from_peer[2];
    check(pipe2(to_peer, O_CLOEXEC), "pipe");
    check(pipe2(from_peer, O_CLOEXEC), "pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to_peer[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, from_peer[1], STDOUT_FILENO);
    std::string program = gapmeter::kernel_program("echo").string(), bytes = std::to_string(size),
                wait = std::to_string(wait_ns);
    char* arguments[] = {program.data(), bytes.data(), wait.data(), nullptr};
    const int error = posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(to_peer[0]);
    close(from_peer[1]);
    write_fd_ = to_peer[1];
    read_fd_ = from_peer[0];
    if (error != 0) throw std::system_error(error, std::generic_category(), program);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() {
    close(write_fd_);
    close(read_fd_);
    if (pid_ > 0) waitpid(pid_, nullptr, 0);
  }

  // Whether the message comes back unchanged.
  bool echoes(Message message, std::vector<std::uint8_t>& room) const {
    for (std::size_t done = 0; done < message.size();) {
      done += static_cast<std::size_t>(
          check(write(write_fd_, message.data() + done, message.size() - done), "write"));
    }
    for (std::size_t done = 0; done < message.size();) {
      const std::int64_t got =
          check(read(read_fd_, room.data() + done, message.size() - done), "read");
      if (got == 0) return false;
      done += static_cast<std::size_t>(got);
    }
    return std::equal(message.begin(), message.end(), room.begin());
  }

 private:
  pid_t pid_ = -1;
  int write_fd_ = -1, read_fd_ = -1;
};

struct Pipeline {
  Message message;
  std::vector<std::unique_ptr<Peer>> peers;
  std::vector<std::vector<std::uint8_t>> rooms;
  std::unique_ptr<tbb::task_arena> arena;
};

template <std::int64_t wait_ms>
Pipeline start(Message message, std::int32_t threads) {
  Pipeline pipeline{message, {}, {}, std::make_unique<tbb::task_arena>(threads)};
  for (std::int32_t i = 0; i < threads; ++i) {
    pipeline.peers.push_back(std::make_unique<Peer>(message.size(), wait_ms * 1'000'000));
    pipeline.rooms.emplace_back(message.size());
  }
  return pipeline;
}

// A thread's share of the messages.
std::int64_t exchange(Pipeline& pipeline, std::size_t thread) {
  const std::size_t threads = pipeline.peers.size();
  std::int64_t right = 0;
  for (std::size_t i = exchanges * thread / threads; i < exchanges * (thread + 1) / threads; ++i) {
    right += pipeline.peers[thread]->echoes(pipeline.message, pipeline.rooms[thread]) ? 1 : 0;
  }
  return right;
}

// One peer after the other.
std::int64_t one_thread(Pipeline& pipeline) {
  std::int64_t right = 0;
  for (std::size_t i = 0; i < pipeline.peers.size(); ++i) right += exchange(pipeline, i);
  return right;
}

std::int64_t threads(Pipeline& pipeline) {
  std::atomic<std::int64_t> right = 0;
  pipeline.arena->execute([&] {
    tbb::parallel_for(
        std::size_t{0}, pipeline.peers.size(),
        [&](std::size_t i) { right += exchange(pipeline, i); }, tbb::static_partitioner());
  });
  return right;
}

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  return {.title = "Messages of n bytes through other processes, by threads",
          .item = "byte",
          .claims = {"C25"},
          .sizes = "64:16Ki:16x",
          .inputs = {input<std::uint8_t>("message", uniform{0, 255}), thread_count()},
          .outputs = {output<std::int64_t>("right", Tolerance{}, scalar)},
          .cost =
              [](std::size_t n) {
                const auto count = static_cast<double>(exchanges * n);
                return Cost{.bytes = 2 * count, .items = count};
              },
          .reference = "threads",
          .baseline = "threads",
          .native = {native<start<0>, one_thread>("one_thread", "one thread"),
                     native<start<0>, threads>("threads"),
                     native<start<1>, threads>("threads_1ms", "waits 1 ms"),
                     native<start<10>, threads>("threads_10ms", "waits 10 ms")}};
}
