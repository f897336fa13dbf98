// echo BYTES WAIT_NS: answers messages of so many bytes with themselves, each of them the stated
// time after it began to arrive, as a disk or a network would. Ends with its input.
//
// kernels/io_pipeline.cpp and python_baselines/io_pipeline.py start it.
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <vector>

namespace {

// Reads or writes all of it; false if the other side has closed its end.
bool transfer_all(auto transfer, int fd, char* data, std::size_t size) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t some = transfer(fd, data + done, size - done);
    if (some <= 0) return false;
    done += static_cast<std::size_t>(some);
  }
  return true;
}

timespec now_and(std::int64_t wait_ns) {
  constexpr std::int64_t second = 1'000'000'000;
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  const std::int64_t ns = time.tv_nsec + wait_ns;
  return {.tv_sec = time.tv_sec + ns / second, .tv_nsec = ns % second};
}

void sleep_until(const timespec& due) {
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr) == EINTR) {
  }
}

// Reads a message, and answers it when the time has passed; false without a further one.
bool answer(std::vector<char>& message, std::int64_t wait_ns) {
  char* const data = message.data();
  if (!transfer_all(read, STDIN_FILENO, data, 1)) return false;
  const timespec due = now_and(wait_ns);
  if (!transfer_all(read, STDIN_FILENO, data + 1, message.size() - 1)) return false;
  if (wait_ns > 0) sleep_until(due);  // even a timer that has expired takes microseconds
  return transfer_all(write, STDOUT_FILENO, data, message.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::vector<char> message(static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10)));
  if (message.empty()) return 2;
  const std::int64_t wait_ns = std::strtoll(argv[2], nullptr, 10);
  prctl(PR_SET_TIMERSLACK, 1UL);  // otherwise Linux may wake it 50 µs late
  while (answer(message, wait_ns)) {
  }
}
