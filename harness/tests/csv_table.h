// A whole CSV text at once, as tests look at it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/base/csv.h"

namespace gapmeter::test {

struct CsvTable {
  std::vector<std::string> header{};
  std::vector<std::vector<std::string>> rows{};
};

// Throws what CsvReader throws.
inline CsvTable parse_csv(std::string_view text) {
  CsvReader reader(text);
  CsvTable table{.header = reader.header()};
  std::vector<std::string> fields;
  while (reader.next(fields)) table.rows.push_back(fields);
  return table;
}

}  // namespace gapmeter::test
