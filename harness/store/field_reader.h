// Reads one line of a CSV file by column name, and rejects values that the column can't have.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

#include "harness/model/cell.h"
#include "harness/model/measurement.h"
#include "harness/model/quantity.h"

namespace gapmeter {

// Every member throws std::invalid_argument, naming the column and what is wrong with its value.
// Columns are mostly read in order, so each search continues where the last one ended.
class FieldReader {
 public:
  FieldReader(const std::vector<std::string>& columns, const std::vector<std::string>& fields);

  const std::string& text(std::string_view column) const;
  // Whether the field is empty, or the file is older than the column.
  bool is_empty(std::string_view column) const;

  template <class T>
  std::optional<T> maybe(std::string_view column) const {
    const std::string& field = text(column);
    if (field.empty()) return std::nullopt;
    T value{};
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc{} || end != field.data() + field.size()) reject(column, field);
    if constexpr (std::is_floating_point_v<T>) {
      if (!std::isfinite(value) || value < 0) reject(column, field);
    }
    return value;
  }

  template <class T>
  T number(std::string_view column, T least) const {
    const std::optional<T> value = maybe<T>(column);
    if (!value || *value < least) reject(column, text(column));
    return *value;
  }

  bool flag(std::string_view column) const;
  std::string line(std::string_view column) const;  // without control characters
  std::string plain_name(std::string_view column) const;
  VariantId variant(std::string_view column) const;
  // Empty if the file is older than the column.
  std::vector<Metric> metrics(std::string_view column) const;

  template <class Enum>
  Enum name(std::string_view column, std::optional<Enum> (*parse)(std::string_view)) const {
    const std::optional<Enum> value = parse(text(column));
    if (!value) reject(column, text(column));
    return *value;
  }

  // A quantity's value, within its bound.
  template <class T>
  void read(std::string_view column, Bound bound, std::optional<T>& value) const {
    value.reset();
    if (is_empty(column)) return;
    read(column, bound, value.emplace());
  }
  template <class T>
  void read(std::string_view column, Bound bound, T& value) const {
    const std::optional<T> found = maybe<T>(column);
    if (!found || (bound == Bound::positive && *found <= 0) ||
        (bound == Bound::not_negative && *found < 0)) {
      reject(column, text(column));
    }
    value = *found;
  }
  void read(std::string_view column, Bound bound, PeakFrom& value) const;
  void read(std::string_view column, Bound bound, Histogram& value) const;
  // Empty if the file is older than the column.
  void read(std::string_view column, Bound bound, Slices& value) const;

 private:
  const std::string* find(std::string_view column) const;
  [[noreturn]] static void reject(std::string_view column, const std::string& field);

  const std::vector<std::string>& columns_;
  const std::vector<std::string>& fields_;
  mutable std::size_t next_ = 0;
};

}  // namespace gapmeter
