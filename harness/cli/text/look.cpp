#include "harness/cli/text/look.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "harness/base/text.h"
#include "harness/sys/terminal.h"

namespace gapmeter {
namespace {

constexpr std::size_t indent_of_tables = 2, gap_of_columns = 3;

std::string_view environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::size_t columns_of_stdout() {
  if (const auto columns = terminal_columns(stdout)) return *columns;
  const std::string_view told = environment("COLUMNS");
  std::size_t columns = 0;
  std::from_chars(told.data(), told.data() + told.size(), columns);
  return columns > 0 ? columns : Look{}.columns;
}

// Of the word that starts there. "n = 64" is one: a line does not end within it.
std::size_t end_of_word(const std::string& text, std::size_t start) {
  constexpr std::string_view equals = " = ";
  std::size_t end = text.find(' ', start);
  while (end != std::string::npos && text.compare(end, equals.size(), equals) == 0) {
    end = text.find(' ', end + equals.size());
  }
  return std::min(end, text.size());
}

std::vector<std::size_t> column_widths(const std::vector<std::vector<Field>>& lines) {
  std::vector<std::size_t> widths;
  for (const std::vector<Field>& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], width_of(line[i]));
  }
  return widths;
}

}  // namespace

Look look_of_stdout(Colour wanted) {
  const bool may_colour =
      is_terminal(stdout) && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
  return {.columns = columns_of_stdout(),
          .has_colour = wanted == Colour::always || (wanted == Colour::automatic && may_colour)};
}

std::size_t width_of(const Field& field) {
  std::size_t width = 0;
  for (const Part& part : field) width += width_of(std::string_view(part.text));
  return width;
}

std::string painted(const Part& part, const Look& look) {
  if (!look.has_colour || part.style == Style::plain || part.text.empty()) return part.text;
  return (part.style == Style::strong ? "\x1b[1m" : "\x1b[2m") + part.text + "\x1b[0m";
}

std::string align_columns(const std::vector<std::vector<Field>>& lines, const Look& look) {
  const std::vector<std::size_t> widths = column_widths(lines);
  std::string text;
  for (const std::vector<Field>& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      text.append(i == 0 ? indent_of_tables : gap_of_columns, ' ');
      text.append(widths[i] - width_of(line[i]), ' ');
      for (const Part& part : line[i]) text += painted(part, look);
    }
    text += '\n';
  }
  return text;
}

std::string align_columns(const std::vector<std::vector<std::string>>& lines) {
  std::vector<std::vector<Field>> fields;
  for (const std::vector<std::string>& line : lines) {
    std::vector<Field>& of_line = fields.emplace_back();
    for (const std::string& text : line) of_line.push_back({{text}});
  }
  return align_columns(fields);
}

std::size_t width_of_columns(const std::vector<std::vector<Field>>& lines) {
  const std::vector<std::size_t> widths = column_widths(lines);
  std::size_t width = indent_of_tables;
  for (const std::size_t column : widths) width += column + gap_of_columns;
  return widths.empty() ? 0 : width - gap_of_columns;
}

std::string wrapped(const std::string& text, std::size_t columns, std::size_t indent) {
  std::string result;
  std::size_t used = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = end_of_word(text, start);
    const std::string_view word = std::string_view(text).substr(start, end - start);
    start = end + 1;
    if (used > 0 && used + 1 + width_of(word) > columns) {
      result += '\n' + std::string(indent, ' ');
      used = indent;
    } else if (used > 0) {
      result += ' ';
      ++used;
    }
    result += word;
    used += width_of(word);
  }
  return result;
}

}  // namespace gapmeter
