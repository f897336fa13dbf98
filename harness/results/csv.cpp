#include "harness/results/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace gapmeter {
namespace {

std::string sanitized(std::string_view field) {
  std::string text(field);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  if (!text.empty() && std::string_view("=+-@\t").find(text[0]) != std::string_view::npos) {
    const bool number = text.size() > 1 && text[0] == '-' &&
                        text.find_first_not_of("0123456789.e+-") == std::string::npos;
    if (!number) text.insert(text.begin(), '\'');
  }
  return text;
}

std::string quoted(std::string_view field) {
  const std::string text = sanitized(field);
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

class CsvParser {
 public:
  explicit CsvParser(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  std::size_t line() const { return line_; }

  std::vector<std::string> record() {
    std::vector<std::string> fields;
    for (;;) {
      fields.push_back(field());
      if (rest_.empty()) fail("the last line is cut off");
      if (take(',')) continue;
      take('\r');
      if (!take('\n')) fail("text stands after a closing quote");
      ++line_;
      return fields;
    }
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw InvalidCsv(fmt::format("line {}: {}", line_, what));
  }

  bool take(char expected) {
    if (rest_.empty() || rest_[0] != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string field() {
    if (take('"')) return quoted_field();
    const std::size_t end = std::min(rest_.find_first_of(",\r\n"), rest_.size());
    const std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return text;
  }

  std::string quoted_field() {
    std::string text;
    for (;;) {
      const std::size_t quote = rest_.find('"');
      if (quote == std::string_view::npos) fail("a quote is not closed");
      text += rest_.substr(0, quote);
      line_ += static_cast<std::size_t>(
          std::count(text.end() - static_cast<std::ptrdiff_t>(quote), text.end(), '\n'));
      rest_.remove_prefix(quote + 1);
      if (!take('"')) return text;
      text += '"';
    }
  }

  std::string_view rest_;
  std::size_t line_ = 1;
};

}  // namespace

std::string to_csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) line += ',';
    line += quoted(fields[i]);
  }
  return line + '\n';
}

CsvTable parse_csv(std::string_view text) {
  CsvParser parser(text);
  if (parser.at_end()) throw InvalidCsv("the file is empty");
  CsvTable table{.header = parser.record(), .rows = {}};
  while (!parser.at_end()) {
    const std::size_t line = parser.line();
    table.rows.push_back(parser.record());
    if (table.rows.back().size() != table.header.size()) {
      throw InvalidCsv(fmt::format("line {}: {} fields, but the header has {}", line,
                                   table.rows.back().size(), table.header.size()));
    }
  }
  return table;
}

}  // namespace gapmeter
