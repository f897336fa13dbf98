#include "harness/load/connections.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "harness/base/system_failure.h"

namespace gapmeter {
namespace {

constexpr std::size_t buffer_bytes = 1 << 16;

// A process may have 1024 files open unless it asks for more.
void allow_files(std::size_t count) {
  rlimit limit{};
  constexpr rlim_t others = 64;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= count + others) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, count + others);
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::string why_not_connected(int error) {
  if (error == ECONNREFUSED) return refused_connection;
  return fmt::format("connecting to it: {}", std::strerror(error));
}

}  // namespace

struct Connections::Connection {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  // events of an earlier socket of this slot don't count
  int file = -1;
  bool is_connecting = false;
  bool is_busy = false;   // with `request`
  bool was_used = false;  // for a request before this one
  std::size_t request = 0;
  std::size_t sent = 0;  // bytes
  HttpParser parser{};
};

Connections::Connections(const Target& target, int most, RequestListener& listener)
    : target_(target),
      most_(static_cast<std::size_t>(most)),
      listener_(listener),
      poll_(epoll_create1(EPOLL_CLOEXEC)),
      buffer_(buffer_bytes) {
  if (poll_ < 0) fail_by_errno("epoll_create1");
  allow_files(most_);
}

Connections::~Connections() {
  for (const auto& connection : connections_) {
    if (connection->file >= 0) ::close(connection->file);
  }
  ::close(poll_);
}

bool Connections::has_free() const {
  return !idle_.empty() || !closed_.empty() || connections_.size() < most_;
}

// The one that was used last: an open loop then needs no more of them than it has to.
Connections::Connection* Connections::free_one() {
  for (auto* free : {&idle_, &closed_}) {
    if (free->empty()) continue;
    Connection* const connection = free->back();
    free->pop_back();
    return connection;
  }
  connections_.push_back(std::make_unique<Connection>());
  connections_.back()->slot = static_cast<std::uint32_t>(connections_.size() - 1);
  return connections_.back().get();
}

void Connections::send(std::size_t request) {
  Connection& connection = *free_one();
  connection.request = request;
  connection.is_busy = true;
  dispatch(connection);
}

void Connections::dispatch(Connection& connection) {
  connection.sent = 0;
  connection.parser = HttpParser(target_.has_body);
  if (connection.file < 0) open(connection);
  // One that is still connecting goes on when it is told so.
  if (connection.file >= 0 && !connection.is_connecting) send_rest(connection);
}

void Connections::open(Connection& connection) {
  connection.was_used = false;
  connection.file = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (connection.file < 0) return broken(connection, why_not_connected(errno));
  most_open_ = std::max(most_open_, ++open_);
  ++connection.generation;
  const int on = 1;
  setsockopt(connection.file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(target_.port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int connected =
      connect(connection.file, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (connected != 0 && errno != EINPROGRESS) {
    return broken(connection, why_not_connected(errno));
  }
  connection.is_connecting = connected != 0;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = (std::uint64_t{connection.generation} << 32) | connection.slot;
  if (epoll_ctl(poll_, EPOLL_CTL_ADD, connection.file, &event) != 0) fail_by_errno("epoll_ctl");
}

void Connections::send_rest(Connection& connection) {
  const std::string& text = target_.request;
  while (connection.sent < text.size()) {
    const ssize_t put = ::send(connection.file, text.data() + connection.sent,
                               text.size() - connection.sent, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno == EAGAIN) return;
    if (put < 0) return broken(connection, fmt::format("sending: {}", std::strerror(errno)));
    connection.sent += static_cast<std::size_t>(put);
  }
}

void Connections::drop(std::size_t request) {
  for (const auto& connection : connections_) {
    if (!connection->is_busy || connection->request != request) continue;
    connection->is_busy = false;
    close(*connection);
    return;
  }
}

void Connections::wait(std::int64_t longest_ns) {
  constexpr std::int64_t ns_per_s = 1'000'000'000, ns_per_ms = 1'000'000;
  std::array<epoll_event, 256> events{};
  longest_ns = std::max(std::int64_t{0}, longest_ns);
  const timespec longest{longest_ns / ns_per_s, longest_ns % ns_per_s};
  constexpr int most_events = static_cast<int>(events.size());
  int count = epoll_pwait2(poll_, events.data(), most_events, &longest, nullptr);
  // Before Linux 5.11: what is left of a millisecond is waited for without sleeping.
  if (count < 0 && errno == ENOSYS) {
    count = epoll_wait(poll_, events.data(), most_events, static_cast<int>(longest_ns / ns_per_ms));
  }
  if (count < 0 && errno != EINTR) fail_by_errno("epoll_pwait2");
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    Connection& connection = *connections_[event.data.u64 & UINT32_MAX];
    const bool is_current = connection.generation == event.data.u64 >> 32;
    if (is_current && connection.file >= 0) handle(connection, event.events);
  }
}

void Connections::handle(Connection& connection, std::uint32_t events) {
  if (connection.is_connecting) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(connection.file, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return broken(connection, why_not_connected(error));
    if ((events & EPOLLOUT) == 0) return;
    connection.is_connecting = false;
  }
  const std::uint32_t generation = connection.generation;
  if ((events & EPOLLOUT) != 0 && connection.is_busy) send_rest(connection);
  const bool is_still_it = connection.generation == generation && connection.file >= 0;
  const bool is_ending = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (is_still_it && (is_ending || (events & EPOLLIN) != 0)) receive(connection, is_ending);
}

// A short read has emptied the socket, and what comes later is told as another event: but for its
// end, which may have been told already.
void Connections::receive(Connection& connection, bool is_ending) {
  const std::uint32_t generation = connection.generation;
  while (connection.file >= 0 && connection.generation == generation) {
    const ssize_t got = recv(connection.file, buffer_.data(), buffer_.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got < 0) {
      return broken(connection, fmt::format("its connection broke: {}", std::strerror(errno)));
    }
    if (got == 0) {
      if (!connection.is_busy) return close(connection);
      try {
        connection.parser.end();
      } catch (const std::runtime_error& error) {
        return broken(connection, error.what());
      }
      return complete(connection);
    }
    take(connection, {buffer_.data(), static_cast<std::size_t>(got)});
    if (!is_ending && static_cast<std::size_t>(got) < buffer_.size()) return;
  }
}

void Connections::take(Connection& connection, std::string_view bytes) {
  if (!connection.is_busy) return close(connection);  // nothing was asked
  std::size_t taken = 0;
  try {
    taken = connection.parser.take(bytes);
  } catch (const std::runtime_error& error) {
    connection.was_used = false;
    return broken(connection, error.what());
  }
  if (!connection.parser.is_complete()) return;
  if (taken < bytes.size()) {
    connection.was_used = false;
    return broken(connection, "it sent more than one answer");
  }
  complete(connection);
}

void Connections::complete(Connection& connection) {
  const HttpResponse& response = connection.parser.response();
  const std::string problem = target_.problem_of(response);
  const std::size_t request = connection.request;
  connection.is_busy = false;
  connection.was_used = true;
  if (response.keeps_connection) {
    idle_.push_back(&connection);
  } else {
    close(connection);
  }
  if (problem.empty()) {
    listener_.answered(request);
  } else {
    listener_.failed(request, problem);
  }
}

// A server may close a connection that was idle just when the next request is on its way: that one
// is sent again, once, on a new connection.
void Connections::broken(Connection& connection, const std::string& reason) {
  const bool may_try_again =
      connection.is_busy && connection.was_used && !connection.parser.has_begun();
  if (may_try_again) {
    ::close(std::exchange(connection.file, -1));
    --open_;
    return dispatch(connection);
  }
  const bool was_busy = std::exchange(connection.is_busy, false);
  close(connection);
  if (was_busy) listener_.failed(connection.request, reason);
}

void Connections::close(Connection& connection) {
  if (connection.file >= 0) {
    ::close(std::exchange(connection.file, -1));
    --open_;
  }
  connection.is_connecting = false;
  idle_.erase(std::remove(idle_.begin(), idle_.end(), &connection), idle_.end());
  closed_.push_back(&connection);
}

}  // namespace gapmeter
