#include "harness/load/http_response.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "harness/base/text.h"

namespace gapmeter {
namespace {

constexpr std::size_t most_head_bytes = 1 << 16;
constexpr std::size_t most_body_bytes = std::size_t{1} << 28;

[[noreturn]] void refuse(const std::string& what) {
  throw std::runtime_error("its answer is no HTTP/1.1: " + what);
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t most = 60;
  return fmt::format("'{}'", one_line(std::string(text.substr(0, most))));
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_same(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

// Whether a list like "keep-alive, Upgrade" has a word.
bool lists(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (is_same(trimmed(list.substr(0, comma)), word)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

std::size_t number_of(std::string_view text, int base, const char* what) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) {
    refuse(fmt::format("{} is {}", what, in_quotes(text)));
  }
  if (number > most_body_bytes) refuse(fmt::format("{} is {}, too much", what, number));
  return number;
}

}  // namespace

std::size_t HttpParser::take(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && state_ != State::complete) {
    has_begun_ = true;
    const std::string_view rest = bytes.substr(taken);
    switch (state_) {
      case State::head:
        taken += take_head(rest);
        break;
      case State::chunk_size:
      case State::chunk_end:
      case State::trailers:
        taken += take_line(rest);
        break;
      default:
        taken += take_body(rest);
    }
  }
  return taken;
}

void HttpParser::end() {
  if (state_ == State::until_end) {
    state_ = State::complete;
    response_.keeps_connection = false;
  }
  if (!is_complete()) {
    throw std::runtime_error(has_begun_ ? "it closed the connection within its answer"
                                        : "it closed the connection without an answer");
  }
}

void HttpParser::reset() { *this = HttpParser(has_body_); }

// Up to the empty line, which may be in another piece than the line before.
std::size_t HttpParser::take_head(std::string_view bytes) {
  const std::size_t before = head_.size();
  head_.append(bytes.substr(0, most_head_bytes - before));
  const std::size_t from = before < 3 ? 0 : before - 3;
  std::size_t end = head_.find("\r\n\r\n", from);
  std::size_t ending = 4;
  if (const std::size_t plain = head_.find("\n\n", from); plain < end) {
    end = plain;
    ending = 2;
  }
  if (end == std::string::npos) {
    constexpr std::string_view beginning = "HTTP/1.";
    if (!std::string_view(head_).starts_with(beginning.substr(0, head_.size()))) {
      refuse("it begins with " + in_quotes(head_));
    }
    if (head_.size() == most_head_bytes) refuse("its headers never end");
    return head_.size() - before;
  }
  head_.resize(end);
  const std::size_t used = end + ending - before;
  read_head();
  return used;
}

void HttpParser::read_head() {
  std::string_view head = head_;
  const std::size_t line_end = std::min(head.find('\n'), head.size());
  const std::string_view status_line = trimmed(head.substr(0, line_end));
  constexpr std::string_view beginning = "HTTP/1.";
  constexpr std::size_t status_at = 9, status_digits = 3;
  if (!status_line.starts_with(beginning) || status_line.size() < status_at + status_digits) {
    refuse("it begins with " + in_quotes(status_line));
  }
  response_.keeps_connection = status_line[beginning.size()] != '0';
  response_.status =
      static_cast<int>(number_of(status_line.substr(status_at, status_digits), 10, "its status"));
  head.remove_prefix(std::min(line_end + 1, head.size()));
  while (!head.empty()) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    read_header(trimmed(head.substr(0, end)));
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  head_.clear();
  choose_body();
}

void HttpParser::read_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos) refuse("a header is " + in_quotes(line));
  const std::string_view name = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
  if (is_same(name, "content-length")) {
    left_ = number_of(value, 10, "Content-Length");
    has_length_ = true;
  } else if (is_same(name, "transfer-encoding")) {
    is_chunked_ = lists(value, "chunked");
  } else if (is_same(name, "connection")) {
    if (lists(value, "close")) response_.keeps_connection = false;
    if (lists(value, "keep-alive")) response_.keeps_connection = true;
  }
}

// RFC 9112, section 6.3.
void HttpParser::choose_body() {
  constexpr int no_content = 204, not_modified = 304;
  const int status = response_.status;
  if (status < 200) {
    // "100 Continue" and the like come before the answer.
    const bool has_body = has_body_;
    *this = HttpParser(has_body);
    has_begun_ = true;
  } else if (!has_body_ || status == no_content || status == not_modified) {
    state_ = State::complete;
  } else if (is_chunked_) {
    state_ = State::chunk_size;
  } else if (!has_length_) {
    state_ = State::until_end;
  } else {
    response_.body.reserve(left_);
    state_ = left_ > 0 ? State::body : State::complete;
  }
}

std::size_t HttpParser::take_line(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  const std::size_t used = end == bytes.npos ? bytes.size() : end + 1;
  head_.append(bytes.substr(0, used));
  if (head_.size() > most_head_bytes) refuse("a line between chunks never ends");
  if (end != bytes.npos) read_line();
  return used;
}

void HttpParser::read_line() {
  const std::string line(trimmed(std::string_view(head_).substr(0, head_.size() - 1)));
  head_.clear();
  if (state_ == State::chunk_size) {
    left_ = number_of(trimmed(line.substr(0, line.find(';'))), 16, "the size of a chunk");
    state_ = left_ > 0 ? State::chunk : State::trailers;
  } else if (state_ == State::chunk_end) {
    if (!line.empty()) refuse("a chunk is longer than it says: " + in_quotes(line));
    state_ = State::chunk_size;
  } else if (line.empty()) {
    state_ = State::complete;  // after the trailers
  }
}

std::size_t HttpParser::take_body(std::string_view bytes) {
  const std::size_t used =
      state_ == State::until_end ? bytes.size() : std::min(bytes.size(), left_);
  if (response_.body.size() + used > most_body_bytes) refuse("its body never ends");
  response_.body.append(bytes.substr(0, used));
  if (state_ == State::until_end) return used;
  left_ -= used;
  if (left_ == 0) state_ = state_ == State::chunk ? State::chunk_end : State::complete;
  return used;
}

}  // namespace gapmeter
