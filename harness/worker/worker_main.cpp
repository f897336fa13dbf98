#include "harness/worker/worker_main.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "harness/base/channel.h"
#include "harness/base/system_failure.h"
#include "harness/worker/perform.h"
#include "harness/worker/server_load.h"
#include "harness/protocol/messages.h"

namespace gapmeter {
namespace {

std::string read_request() {
  std::string text;
  std::array<char, 4096> chunk{};
  for (;;) {
    const ssize_t got = read(request_fd, chunk.data(), chunk.size());
    if (got == 0) return text;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_by_errno("reading the request");
    text.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

void write_answer(std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = write(answer_fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail_by_errno("writing the answer");
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

// Reports that the next step can begin and waits for the word. False: there shall be none. Throws
// if it will never come.
bool wait_for_turn() {
  write_answer({&step_ready, 1});
  char word = 0;
  ssize_t got = 0;
  do {
    got = read(step_fd, &word, 1);
  } while (got < 0 && errno == EINTR);
  if (got != 1) throw std::runtime_error("the word to go on never came");
  return word == step_go;
}

// What a kernel or a command starts must not hold them.
void keep_pipes_private() {
  for (const int fd : {request_fd, answer_fd, step_fd}) fcntl(fd, F_SETFD, FD_CLOEXEC);
}

std::string answer(const Request& request, const WorkerLane& lane) {
  const std::unique_ptr<LaneRunner> runner = lane.start(request);
  if (const Task* task = std::get_if<Task>(&request.task)) {
    // Not asked for again once there was none: nobody would answer.
    bool is_over = false;
    const Turn turn = [&] {
      is_over = is_over || !wait_for_turn();
      return !is_over;
    };
    return encode(perform(*task, registered_kernels(), *runner, turn), request.nonce);
  }
  if (const auto* server = std::get_if<ServerTask>(&request.task)) {
    return encode(describe_server(*server), request.nonce);
  }
  return lane.describe(*runner, std::get<DescribeRequest>(request.task), request.nonce);
}

}  // namespace

int worker_main(const WorkerLane& lane) {
  keep_pipes_private();
  try {
    write_answer(answer(decode_request(read_request()), lane));
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "gapmeter worker: {}\n", error.what());
    return 2;
  }
}

}  // namespace gapmeter
