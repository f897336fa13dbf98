#include "harness/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <numeric>

namespace gapmeter {
namespace {

// Levenshtein's distance, one row at a time.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

bool is_utf8(std::string_view text) {
  try {
    nlohmann::json(text).dump();
    return true;
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

// Without controls above ASCII, blanks, and marks that have no width or turn the direction of
// writing: U+0080 to U+00BF, U+061C, U+2000 to U+207F, U+3000, U+FEFF. Precondition: UTF-8.
bool is_visible(std::string_view text) {
  constexpr std::array<std::string_view, 6> unseen{"\xc2",     "\xd8\x9c",     "\xe2\x80",
                                                   "\xe2\x81", "\xe3\x80\x80", "\xef\xbb\xbf"};
  return std::none_of(unseen.begin(), unseen.end(), [&](std::string_view bytes) {
    return text.find(bytes) != std::string_view::npos;
  });
}

}  // namespace

std::string without_controls(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

std::string last_lines_of(std::string_view output) {
  constexpr std::string_view blank = " \t\r\n";
  constexpr int most_lines = 3;
  constexpr std::size_t most_bytes = 400;
  std::string quoted;
  for (int lines = 0; lines < most_lines; ++lines) {
    const std::size_t end = output.find_last_not_of(blank);
    if (end == std::string_view::npos) break;
    output = output.substr(0, end + 1);
    const std::size_t start = output.find_last_of('\n') + 1;  // npos + 1 is 0
    std::string_view line = output.substr(start);
    output = output.substr(0, start);
    line.remove_prefix(std::min(line.find_first_not_of(blank), line.size()));
    if (lines == 0) {
      quoted = line.substr(0, most_bytes);
    } else if (quoted.size() + line.size() > most_bytes) {
      break;
    } else {
      quoted = fmt::format("{} | {}", line, quoted);
    }
  }
  return quoted;
}

std::string one_line(const std::string& said) {
  using Json = nlohmann::json;
  const std::string valid = Json(said).dump(-1, ' ', false, Json::error_handler_t::replace);
  return without_controls(Json::parse(valid).get<std::string>());
}

bool is_plain_name(std::string_view name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-' || (static_cast<unsigned char>(c) & 0x80) != 0;
  };
  return !name.empty() && name[0] != '.' && name[0] != '-' &&
         std::all_of(name.begin(), name.end(), is_plain) && is_utf8(name) && is_visible(name);
}

std::string shell_word(const std::string& text) {
  const auto is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("/._-+=:@,").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::optional<std::string> nearest_name(std::string_view name,
                                        const std::vector<std::string>& candidates) {
  std::optional<std::string> nearest;
  // A distance of more than a third of the name means another word, not a misspelling.
  std::size_t limit = std::max<std::size_t>(1, name.size() / 3);
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance > limit || (nearest && distance == limit)) continue;
    nearest = candidate;
    limit = distance;
  }
  return nearest;
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace gapmeter
