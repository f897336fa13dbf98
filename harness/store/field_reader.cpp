#include "harness/store/field_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "harness/base/text.h"

namespace gapmeter {

FieldReader::FieldReader(const std::vector<std::string>& columns,
                         const std::vector<std::string>& fields)
    : columns_(columns), fields_(fields) {
  if (columns.size() != fields.size()) {
    throw std::invalid_argument(
        fmt::format("{} fields, but {} columns", fields.size(), columns.size()));
  }
}

const std::string* FieldReader::find(std::string_view column) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::size_t position = (next_ + i) % columns_.size();
    if (columns_[position] != column) continue;
    next_ = position;
    return &fields_[position];
  }
  return nullptr;
}

const std::string& FieldReader::text(std::string_view column) const {
  const std::string* found = find(column);
  if (found == nullptr) {
    throw std::invalid_argument(fmt::format("there is no column '{}'", column));
  }
  return *found;
}

bool FieldReader::is_empty(std::string_view column) const {
  const std::string* found = find(column);
  return found == nullptr || found->empty();
}

bool FieldReader::flag(std::string_view column) const {
  const std::string& field = text(column);
  if (field != "true" && field != "false") reject(column, field);
  return field == "true";
}

std::string FieldReader::line(std::string_view column) const {
  return without_controls(text(column));
}

std::string FieldReader::plain_name(std::string_view column) const {
  const std::string& field = text(column);
  if (!is_plain_name(field)) reject(column, field);
  return field;
}

VariantId FieldReader::variant(std::string_view column) const {
  VariantId id = name(column, parse_variant);
  const bool is_plain = is_plain_name(id.name) && (id.engine.empty() || is_plain_name(id.engine));
  if (!is_plain) reject(column, text(column));
  return id;
}

std::vector<Metric> FieldReader::metrics(std::string_view column) const {
  Metrics metrics;
  std::string_view left = is_empty(column) ? std::string_view() : std::string_view(text(column));
  while (!left.empty()) {
    const std::string_view metric = left.substr(0, left.find(';'));
    left.remove_prefix(std::min(left.size(), metric.size() + 1));
    const std::size_t equals = metric.find('=');
    if (equals == std::string_view::npos) reject(column, text(column));
    const std::string_view number = metric.substr(equals + 1);
    double value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc{} || end != number.data() + number.size()) reject(column, text(column));
    metrics.add(std::string(metric.substr(0, equals)), value);
  }
  return metrics.metrics();
}

void FieldReader::read(std::string_view column, Bound /*bound*/, PeakFrom& value) const {
  value = name(column, parse_peak_from);
}

void FieldReader::read(std::string_view column, Bound /*bound*/, Histogram& value) const {
  std::optional<Histogram> found = parse_histogram(text(column));
  if (!found) reject(column, text(column));
  value = *std::move(found);
}

void FieldReader::read(std::string_view column, Bound /*bound*/, Slices& value) const {
  value.clear();
  const std::string* field = find(column);
  if (field == nullptr) return;
  std::optional<Slices> found = parse_slices(*field);
  if (!found || found->empty()) reject(column, *field);
  value = *std::move(found);
}

void FieldReader::reject(std::string_view column, const std::string& field) {
  throw std::invalid_argument(fmt::format("'{}' can't be a {}", without_controls(field), column));
}

}  // namespace gapmeter
