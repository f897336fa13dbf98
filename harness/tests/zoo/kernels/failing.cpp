// failing: variants that end without a result.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>

#include "harness/tests/zoo/kernels/doubling.h"
#include "harness/protocol/messages.h"

namespace {

using zoo::Input;
using zoo::Output;

// Throws what the standard library would.
Output throws(Input /*x*/) { throw std::runtime_error("the native variant gave up"); }

// Throws what is no std::exception.
Output throws_number(Input /*x*/) { throw 42; }

// Throws a message that is not UTF-8.
Output throws_garbage(Input /*x*/) { throw std::runtime_error("broken \xff\xfe text"); }

// Prints a line of umlauts that is too long to be quoted whole, and bytes that are not UTF-8, and
// ends as a failed assertion does.
Output garbles(Input /*x*/) {
  std::printf("broken \xff\xfe text ");
  for (int i = 0; i < 500; ++i) std::printf("\xc3\xa4");
  std::fflush(stdout);
  std::abort();
}

void gives_up(Input x) {
  if (!x.empty()) throw std::runtime_error("against its promise");
}

void promises(Input x) noexcept { gives_up(x); }

// Throws out of a function that promised not to.
Output terminates(Input x) {
  promises(x);
  return zoo::right(x);
}

// Throws in a thread, where nobody can catch it.
Output throws_in_thread(Input x) {
  std::thread([] { throw std::runtime_error("alone in its thread"); }).join();
  return zoo::right(x);
}

// Prints two gigabytes, more than anybody wants to keep, and ends as a failed assertion does.
Output gushes(Input /*x*/) {
  const std::string mebibyte(1 << 20, '.');
  for (int i = 0; i < 2048; ++i) std::fwrite(mebibyte.data(), 1, mebibyte.size(), stdout);
  std::puts("\nthat was all");
  std::fflush(stdout);
  std::abort();
}

// Says that memory is exhausted.
Output bad_alloc(Input /*x*/) { throw std::bad_alloc(); }

// Writes through a null pointer; volatile, so that the compiler can't know it.
Output segfaults(Input x) {
  volatile float* volatile nowhere = nullptr;
  *nowhere = x[0];
  return zoo::right(x);
}

// Ends as a failed assertion does.
Output aborts(Input /*x*/) { std::abort(); }

// Ends the process as if all were well.
Output exits(Input /*x*/) { std::exit(0); }

// Ends as the system's out-of-memory killer would end it.
Output killed(Input x) {
  raise(SIGKILL);
  return zoo::right(x);
}

constexpr int request_pipe = 3, answer_pipe = 4;

// Takes away the pipes that the worker needs.
Output closes_pipes(Input x) {
  close(request_pipe);
  close(answer_pipe);
  return zoo::right(x);
}

// Leaves a part of an answer, as a worker that is killed while it writes does.
Output truncates(Input x) {
  const std::string answer = gapmeter::encode(gapmeter::Measurement{}, /*nonce=*/1);
  const ssize_t written = write(answer_pipe, answer.data(), answer.size() / 2);
  if (written > 0) _exit(0);
  return zoo::right(x);
}

// Answers with more than any answer could be.
Output answers_endlessly(Input x) {
  const std::string mebibyte(1 << 20, '[');
  for (int i = 0; i < 64; ++i) {
    if (write(answer_pipe, mebibyte.data(), mebibyte.size()) < 0) return zoo::right(x);
  }
  _exit(0);
}

// Says again and again that it is ready for a step that nobody wants of it.
Output is_ready_endlessly(Input x) {
  const std::string mebibyte(1 << 20, '+');
  for (int i = 0; i < 64; ++i) {
    if (write(answer_pipe, mebibyte.data(), mebibyte.size()) < 0) return zoo::right(x);
  }
  _exit(0);
}

// Answers in the harness's place, through the worker's private pipe.
Output forges(Input x) {
  const std::string answer = gapmeter::encode(gapmeter::Measurement{}, /*nonce=*/1);
  const ssize_t written = write(answer_pipe, answer.data(), answer.size());
  if (written > 0) _exit(0);
  return zoo::right(x);
}

}  // namespace

GAPMETER_KERNEL() {
  using gapmeter::native;
  return zoo::doubling(
      "Variants that end without a result",
      {native<throws>("throws"), native<throws_number>("throws_number"),
       native<throws_garbage>("throws_garbage"), native<garbles>("garbles"),
       native<bad_alloc>("bad_alloc"), native<segfaults>("segfaults"), native<aborts>("aborts"),
       native<exits>("exits"), native<killed>("killed"), native<forges>("forges"),
       native<terminates>("terminates"), native<throws_in_thread>("throws_in_thread"),
       native<gushes>("gushes"), native<closes_pipes>("closes_pipes"),
       native<truncates>("truncates"), native<answers_endlessly>("answers_endlessly"),
       native<is_ready_endlessly>("is_ready_endlessly")});
}
