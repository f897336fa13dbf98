#include "harness/worker/output_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "harness/base/text.h"

namespace gapmeter {
namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";

std::string_view without_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of(blanks) + 1);  // npos + 1 is 0
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  text = without_end(text);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(without_end(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

struct Token {
  std::string_view text{};
  std::optional<double> number{};
};

// Takes a number, a word or a single other character from the front of a line.
Token take_token(std::string_view& line) {
  double number = 0;
  const char* const end = line.data() + line.size();
  const bool is_signed = line.size() > 1 && line.front() == '+';
  const auto [rest, error] = std::from_chars(line.data() + (is_signed ? 1 : 0), end, number);
  std::size_t length = 1;
  const bool is_number = error == std::errc{} && (rest == end || !is_word_character(*rest));
  if (is_number) {
    length = static_cast<std::size_t>(rest - line.data());
  } else {
    while (length < line.size() && is_word_character(line[length - 1]) &&
           is_word_character(line[length])) {
      ++length;
    }
  }
  Token token{line.substr(0, length), is_number ? std::optional(number) : std::nullopt};
  line.remove_prefix(length);
  return token;
}

void skip_blanks(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
}

// The largest |a - e| and |a - e| / |e| of the numbers of two lines; nullopt if they differ in more
// than numbers.
struct Distance {
  double absolute = 0, relative = 0;
};
std::optional<Distance> distance_of(std::string_view expected, std::string_view actual) {
  Distance distance;
  for (skip_blanks(expected), skip_blanks(actual); !expected.empty() && !actual.empty();
       skip_blanks(expected), skip_blanks(actual)) {
    const Token wanted = take_token(expected), got = take_token(actual);
    if (wanted.text == got.text) continue;
    if (!wanted.number || !got.number) return std::nullopt;
    const double absolute = std::abs(*got.number - *wanted.number);
    if (absolute == 0) continue;
    if (!std::isfinite(absolute) || *wanted.number == 0) return std::nullopt;
    distance.absolute = std::max(distance.absolute, absolute);
    distance.relative = std::max(distance.relative, absolute / std::abs(*wanted.number));
  }
  if (!expected.empty() || !actual.empty()) return std::nullopt;
  return distance;
}

std::string quoted(std::string_view line) {
  constexpr std::size_t longest = 60;
  const bool is_cut = line.size() > longest;
  return fmt::format("'{}{}'", one_line(std::string(line.substr(0, longest))), is_cut ? "…" : "");
}

std::string missing_line(std::size_t number, std::string_view line, const char* what) {
  return fmt::format("line {}, {}, is {}", number, quoted(line), what);
}

}  // namespace

OutputCheck check_text(const std::string& expected, const std::string& actual, double tolerance) {
  const std::vector<std::string_view> wanted = lines_of(expected), got = lines_of(actual);
  OutputCheck check;
  const auto fail = [&](std::string difference) {
    check.matches = false;
    check.difference = std::move(difference);
    return check;
  };
  for (std::size_t i = 0; i < std::min(wanted.size(), got.size()); ++i) {
    if (wanted[i] == got[i]) continue;
    const std::optional<Distance> distance = distance_of(wanted[i], got[i]);
    if (distance && tolerance > 0 && distance->relative <= tolerance) {
      check.max_error = std::max(check.max_error, distance->absolute);
      continue;
    }
    std::string difference = fmt::format("line {} of its output is {}, expected {}", i + 1,
                                         quoted(got[i]), quoted(wanted[i]));
    if (distance && distance->relative > 0) {
      difference += fmt::format(" (numbers are {:.2g} apart, relatively: see --tolerance)",
                                distance->relative);
    }
    return fail(std::move(difference));
  }
  if (got.size() > wanted.size()) {
    return fail(missing_line(wanted.size() + 1, got[wanted.size()], "one too many"));
  }
  if (got.size() < wanted.size()) {
    return fail(missing_line(got.size() + 1, wanted[got.size()], "missing from its output"));
  }
  return check;
}

}  // namespace gapmeter
