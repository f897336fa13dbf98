// CSV as RFC 4180 has it: UTF-8, comma, quotes doubled inside quotes. Lines are written with a bare
// line feed and read with either ending.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gapmeter {

// One record with its line ending. Line breaks inside a field become spaces, so that a record is a
// line; a field that a spreadsheet would take for a formula is preceded by an apostrophe.
std::string to_csv_line(const std::vector<std::string>& fields);

// what() says on which line.
class InvalidCsv : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct CsvTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

// Throws InvalidCsv for an empty text, a quote that is not closed, text after a closing quote, a
// record whose number of fields is not the header's, a last line without its end.
CsvTable parse_csv(std::string_view text);

}  // namespace gapmeter
