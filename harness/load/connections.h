// Connections to a server on 127.0.0.1 that carry one request at a time: opened when one is needed
// and none is idle, kept open for the next request, opened anew if the server closes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/load/http_response.h"

namespace gapmeter {

// Whom to ask what, and what is right.
struct Target {
  int port = 0;
  std::string request{};  // as it is sent (to_text)
  bool has_body = true;   // the answer; false after HEAD
  // Why an answer is not right; empty if it is.
  std::function<std::string(const HttpResponse&)> problem_of{};
};

// Why a request failed if nobody takes connections.
inline constexpr const char* refused_connection = "it refused the connection";

// Hears what becomes of each request, exactly once unless it is dropped. May send another one.
class RequestListener {
 public:
  virtual ~RequestListener() = default;
  virtual void answered(std::size_t request) = 0;
  // Why there is no right answer, in words.
  virtual void failed(std::size_t request, const std::string& reason) = 0;
};

class Connections {
 public:
  // At most so many at once. Both must outlive the object. Throws std::system_error.
  Connections(const Target& target, int most, RequestListener& listener);
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;
  ~Connections();

  // Whether a request could be sent now: one is idle, or may be opened.
  bool has_free() const;
  // Sends the request with this number; it may fail at once. Precondition: has_free().
  void send(std::size_t request);
  // Gives a request up, and its connection with it.
  void drop(std::size_t request);
  // Takes what has happened, waiting for it no longer than this.
  void wait(std::int64_t longest_ns);

  std::int64_t most_open() const { return most_open_; }

 private:
  struct Connection;

  void open(Connection& connection);
  void dispatch(Connection& connection);
  void send_rest(Connection& connection);
  void handle(Connection& connection, std::uint32_t events);
  void receive(Connection& connection, bool is_ending);
  void take(Connection& connection, std::string_view bytes);
  void complete(Connection& connection);
  void broken(Connection& connection, const std::string& reason);
  void close(Connection& connection);
  Connection* free_one();

  const Target& target_;
  std::size_t most_;
  RequestListener& listener_;
  int poll_ = -1;
  std::vector<std::unique_ptr<Connection>> connections_{};
  std::vector<Connection*> idle_{}, closed_{};  // the last one is used first
  std::int64_t open_ = 0, most_open_ = 0;
  std::vector<char> buffer_;
};

}  // namespace gapmeter
