// A column of a CSV file as one declaration, and how values become text. Included only by the files
// that declare columns.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "harness/model/measurement.h"
#include "harness/store/columns.h"
#include "harness/store/field_reader.h"

namespace gapmeter {

// A column: its name, what it means, and how a row's field is written and, in files that are read
// again, read.
template <class Row>
struct Column {
  std::string name;
  std::string_view meaning;
  std::function<std::string(const Row&)> write;
  std::function<void(const FieldReader&, Row&)> read{};
};

template <class Row>
Fields names_of(const std::vector<Column<Row>>& columns) {
  Fields names;
  for (const auto& column : columns) names.push_back(column.name);
  return names;
}

template <class Row>
std::vector<ColumnMeaning> meanings_of(const std::vector<Column<Row>>& columns) {
  std::vector<ColumnMeaning> meanings;
  for (const auto& column : columns) meanings.push_back({column.name, column.meaning});
  return meanings;
}

template <class Row>
Fields write_all(const std::vector<Column<Row>>& columns, const Row& row) {
  Fields fields;
  fields.reserve(columns.size());
  for (const auto& column : columns) fields.push_back(column.write(row));
  return fields;
}

// The shortest text that reads back as the same number.
inline std::string text_of(double value) {
  // No reader takes what is no number for one.
  return std::isfinite(value) ? fmt::format("{}", value) : std::string();
}
inline std::string text_of(std::int64_t value) { return fmt::to_string(value); }
inline std::string text_of(int value) { return fmt::to_string(value); }
inline std::string text_of(bool value) { return value ? "true" : "false"; }
inline std::string text_of(PeakFrom from) { return std::string(name_of(from)); }
inline std::string text_of(const Histogram& histogram) { return to_string(histogram); }
inline std::string text_of(const Slices& slices) { return to_string(slices); }

template <class T>
std::string text_of(const std::optional<T>& value) {
  return value ? text_of(*value) : std::string();
}

template <class Value>
std::string text_of(const Value& value, int decimals) {
  if constexpr (std::is_same_v<Value, double>) {
    if (decimals >= 0 && std::isfinite(value)) return fmt::format("{:.{}f}", value, decimals);
  }
  return text_of(value);
}

template <class Row>
void append(std::vector<Column<Row>>& columns, std::vector<Column<Row>> more) {
  std::move(more.begin(), more.end(), std::back_inserter(columns));
}

// The ends of an estimate's interval; empty if it has none.
inline std::string low_of(const std::optional<Interval>& interval) {
  return interval ? text_of(interval->low) : std::string();
}
inline std::string high_of(const std::optional<Interval>& interval) {
  return interval ? text_of(interval->high) : std::string();
}

}  // namespace gapmeter
