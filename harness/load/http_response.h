// An answer of HTTP/1.1, read piece by piece as it arrives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gapmeter {

struct HttpResponse {
  int status = 0;
  std::string body{};
  bool keeps_connection = true;  // the next request may go over the same one

  bool is_success() const { return status >= 200 && status < 300; }
  bool operator==(const HttpResponse&) const = default;
};

class HttpParser {
 public:
  // `has_body`: false for the answer to HEAD.
  explicit HttpParser(bool has_body = true) : has_body_(has_body) {}

  // Takes bytes as they come; returns how many belong to this answer. Throws std::runtime_error,
  // which tells what is wrong, for what is not HTTP/1.
  std::size_t take(std::string_view bytes);
  // The connection has ended, which ends a body without a length. Throws std::runtime_error if the
  // answer is not whole.
  void end();

  bool has_begun() const { return has_begun_; }
  bool is_complete() const { return state_ == State::complete; }
  // Precondition: complete.
  const HttpResponse& response() const { return response_; }
  // Ready for the next answer on the same connection.
  void reset();

 private:
  enum class State : std::uint8_t {
    head,
    body,
    until_end,
    chunk_size,
    chunk,
    chunk_end,
    trailers,
    complete
  };

  std::size_t take_head(std::string_view bytes);
  std::size_t take_line(std::string_view bytes);
  std::size_t take_body(std::string_view bytes);
  void read_head();
  void read_header(std::string_view line);
  void read_line();
  void choose_body();

  bool has_body_;
  State state_ = State::head;
  bool has_begun_ = false;
  std::string head_{};    // or a line between chunks, as far as it has come
  std::size_t left_ = 0;  // of the body, or of a chunk
  bool has_length_ = false, is_chunked_ = false;
  HttpResponse response_{};
};

}  // namespace gapmeter
