// CSV after RFC 4180: UTF-8, commas, quotes doubled inside quotes. Lines are written with a bare
// line feed and read with either line ending.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gapmeter {

// One record with its line ending. Line breaks inside a field become spaces, so a record is always
// one line. A field that a spreadsheet would take for a formula is preceded by an apostrophe.
std::string to_csv_line(const std::vector<std::string>& fields);

// what() names the line.
class InvalidCsv : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Reads a text record by record, so a file of a hundred megabytes is never held as millions of
// strings.
class CsvReader {
 public:
  // Reads the header. Throws InvalidCsv for an empty text, and as `next` does. The text must
  // outlive the reader.
  explicit CsvReader(std::string_view text);

  const std::vector<std::string>& header() const { return header_; }
  // The first line of the record that was read last.
  std::size_t line() const { return line_of_record_; }
  // How many lines are still to be read, an upper bound of the records.
  std::size_t lines_left() const;

  // Splits the records still to be read among at most `parts` readers (at least one), one for each
  // thread: in order, about the same amount of text each. Every reader has this one's header.
  std::vector<CsvReader> split(std::size_t parts) const;

  // Puts the next record's fields into `fields`; false at the end of the text. Throws InvalidCsv
  // for an unclosed quote, text after a closing quote, a record whose number of fields differs from
  // the header's, and a last line without a line ending.
  bool next(std::vector<std::string>& fields);

 private:
  [[noreturn]] void fail(std::string_view what) const;
  bool take(char expected);
  void read_record(std::vector<std::string>& fields);
  void read_plain_record(std::string_view line, std::vector<std::string>& fields);
  void read_any_record(std::vector<std::string>& fields);
  void read_field(std::string& field);
  void read_quoted_field(std::string& field);

  std::string_view rest_;
  std::size_t line_ = 1;
  std::size_t line_of_record_ = 1;
  std::vector<std::string> header_;
};

}  // namespace gapmeter
