#include "harness/model/server_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "harness/base/text.h"

namespace gapmeter {
namespace {

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument(what); }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

// Takes the first line, without its end, from the text.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trimmed(line);
}

// Of letters, digits and what else may stand in the name of a method or a header (RFC 9110, 5.6.2).
bool is_token(std::string_view word) {
  constexpr std::string_view allowed =
      "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return !word.empty() && word.find_first_not_of(allowed) == word.npos;
}

bool is_called(std::string_view header, std::string_view name) {
  return std::equal(header.begin(), header.end(), name.begin(), name.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

// "POST /predict HTTP/1.1", or without the version.
void read_request_line(std::string_view line, HttpRequest& request) {
  const std::size_t blank = line.find(' ');
  request.method = line.substr(0, blank);
  std::string_view target = blank == line.npos ? "" : trimmed(line.substr(blank));
  if (const std::size_t version = target.find(" HTTP/"); version != target.npos) {
    target = trimmed(target.substr(0, version));
  }
  request.target = target;
  constexpr std::string_view blanks = " \t";
  if (!is_token(request.method) || !target.starts_with('/') ||
      target.find_first_of(blanks) != target.npos) {
    refuse(fmt::format("its first line is '{}', and should be like POST /predict HTTP/1.1",
                       one_line(std::string(line))));
  }
}

HttpRequest parse_http(std::string_view text) {
  HttpRequest request{.headers = {}};
  read_request_line(take_line(text), request);
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon == line.npos || !is_token(line.substr(0, colon))) {
      refuse(fmt::format("'{}' is no header; an empty line comes before the body",
                         one_line(std::string(line))));
    }
    const std::string_view name = line.substr(0, colon);
    for (const char* own : {"host", "content-length", "connection", "transfer-encoding"}) {
      if (is_called(name, own)) refuse(fmt::format("leave out {}: it is added", name));
    }
    request.headers.emplace_back(name, trimmed(line.substr(colon + 1)));
  }
  // Editors end a file with a line ending that is no part of the body.
  request.body = trimmed(text);
  return request;
}

}  // namespace

HttpRequest parse_request(std::string_view text, bool is_http) {
  if (trimmed(text).empty()) refuse("it is empty");
  if (is_http) return parse_http(text);
  if (!nlohmann::json::accept(text)) {
    refuse(
        "it is not JSON; another body goes into an .http file: a request line, headers, an empty "
        "line, the body");
  }
  return {.body = std::string(trimmed(text))};
}

std::string to_text(const HttpRequest& request, int port) {
  std::string text =
      fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n", request.method, request.target, port);
  for (const auto& [name, value] : request.headers) text += fmt::format("{}: {}\r\n", name, value);
  const bool needs_length =
      !request.body.empty() || (request.method != "GET" && request.method != "HEAD");
  if (needs_length) text += fmt::format("Content-Length: {}\r\n", request.body.size());
  return text + "\r\n" + request.body;
}

}  // namespace gapmeter
