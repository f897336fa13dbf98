#include "harness/base/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace gapmeter {
namespace {

std::string sanitized(std::string_view field) {
  std::string text(field);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  if (!text.empty() && std::string_view("=+-@\t").find(text[0]) != std::string_view::npos) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_number = error == std::errc{} && end == text.data() + text.size();
    if (!is_number) text.insert(text.begin(), '\'');
  }
  return text;
}

std::string in_quotes(std::string_view field) {
  std::string text = sanitized(field);
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

// How often a character occurs in a text. Searches for it, which is fast if it is rare.
std::size_t count_of(std::string_view text, char wanted) {
  std::size_t count = 0;
  for (std::size_t at = text.find(wanted); at != std::string_view::npos;
       at = text.find(wanted, at + 1)) {
    ++count;
  }
  return count;
}

// The end of the first record that reaches beyond `least`: after a line feed before which all
// quotes are in pairs.
std::size_t end_of_record(std::string_view text, std::size_t least) {
  std::size_t quotes = count_of(text.substr(0, least), '"');
  for (std::size_t from = least;;) {
    const std::size_t feed = text.find('\n', from);
    if (feed == std::string_view::npos) return text.size();
    quotes += count_of(text.substr(from, feed - from), '"');
    if (quotes % 2 == 0) return feed + 1;
    from = feed + 1;
  }
}

}  // namespace

std::string to_csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) line += ',';
    line += in_quotes(fields[i]);
  }
  return line + '\n';
}

CsvReader::CsvReader(std::string_view text) : rest_(text) {
  if (text.empty()) throw InvalidCsv("the file is empty");
  read_record(header_);
}

std::size_t CsvReader::lines_left() const { return count_of(rest_, '\n'); }

bool CsvReader::next(std::vector<std::string>& fields) {
  if (rest_.empty()) return false;
  line_of_record_ = line_;
  read_record(fields);
  if (fields.size() == header_.size()) return true;
  throw InvalidCsv(fmt::format("line {}: {} fields, but the header has {}", line_of_record_,
                               fields.size(), header_.size()));
}

std::vector<CsvReader> CsvReader::split(std::size_t parts) const {
  std::vector<CsvReader> readers{*this};
  while (readers.size() < parts) {
    CsvReader& last = readers.back();
    const std::size_t wanted = last.rest_.size() / (parts - readers.size() + 1);
    const std::size_t end = end_of_record(last.rest_, wanted);
    CsvReader next = last;
    next.rest_.remove_prefix(end);
    last.rest_ = last.rest_.substr(0, end);
    if (next.rest_.empty()) break;
    next.line_ += last.lines_left();
    readers.push_back(std::move(next));
  }
  return readers;
}

void CsvReader::fail(std::string_view what) const {
  throw InvalidCsv(fmt::format("line {}: {}", line_, what));
}

bool CsvReader::take(char expected) {
  if (rest_.empty() || rest_[0] != expected) return false;
  rest_.remove_prefix(1);
  return true;
}

// Fields keep their memory from record to record.
void CsvReader::read_record(std::vector<std::string>& fields) {
  const std::string_view line = rest_.substr(0, rest_.find('\n'));
  // Most records are one line that ends here; reading these separately is several times as fast.
  const bool whole = line.size() < rest_.size();
  if (whole && line.find('"') == std::string_view::npos &&
      line.find('\r') == std::string_view::npos) {
    read_plain_record(line, fields);
  } else {
    read_any_record(fields);
  }
  ++line_;
}

void CsvReader::read_plain_record(std::string_view line, std::vector<std::string>& fields) {
  rest_.remove_prefix(line.size() + 1);
  std::size_t count = 0;
  for (bool more = true; more; ++count) {
    const std::size_t comma = line.find(',');
    if (fields.size() == count) fields.emplace_back();
    fields[count] = line.substr(0, comma);
    more = comma != std::string_view::npos;
    if (more) line.remove_prefix(comma + 1);
  }
  fields.resize(count);
}

void CsvReader::read_any_record(std::vector<std::string>& fields) {
  std::size_t count = 0;
  do {
    if (fields.size() == count) fields.emplace_back();
    read_field(fields[count++]);
    if (rest_.empty()) fail("the last line is cut off; gapmeter run --resume goes on without it");
  } while (take(','));
  take('\r');
  if (!take('\n')) fail("text stands after a closing quote");
  fields.resize(count);
}

void CsvReader::read_field(std::string& field) {
  field.clear();
  if (take('"')) return read_quoted_field(field);
  const auto* const end = std::find_if(rest_.begin(), rest_.end(),
                                       [](char c) { return c == ',' || c == '\r' || c == '\n'; });
  field.assign(rest_.begin(), end);
  rest_.remove_prefix(field.size());
}

void CsvReader::read_quoted_field(std::string& field) {
  for (;;) {
    const std::size_t quote = rest_.find('"');
    if (quote == std::string_view::npos) fail("a quote is not closed");
    const std::string_view part = rest_.substr(0, quote);
    field += part;
    line_ += count_of(part, '\n');
    rest_.remove_prefix(quote + 1);
    if (!take('"')) return;
    field += '"';
  }
}

}  // namespace gapmeter
