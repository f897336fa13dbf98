// CSV as RFC 4180 has it: UTF-8, comma, quotes doubled inside quotes. Lines are written with a bare
// line feed and read with either ending.
#pragma once

#include <cstddef>
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

// Takes a text apart record by record, so that a file of a hundred megabytes is never held as
// millions of strings.
class CsvReader {
 public:
  // Takes the header. Throws InvalidCsv for an empty text and as next does. The text must outlive
  // the reader.
  explicit CsvReader(std::string_view text);

  const std::vector<std::string>& header() const { return header_; }
  // Of the record read last, its first.
  std::size_t line() const { return line_of_record_; }
  // How many there are still to read, and with them at most so many records.
  std::size_t lines_left() const;

  // At most so many readers (at least one) that have this one's header and between them, in order,
  // the records that it has still to read, about as much text each: for so many threads.
  std::vector<CsvReader> split(std::size_t parts) const;

  // Puts the next record's fields into `fields`; false at the end of the text. Throws InvalidCsv
  // for a quote that is not closed, text after a closing quote, a record whose number of fields is
  // not the header's, a last line without its end.
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
