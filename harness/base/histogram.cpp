#include "harness/base/histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace gapmeter {
namespace {

// Each bucket's width is a power of two such that this many significant bits of a value are kept.
constexpr int significant_bits = 11;

// A histogram with fewer than one bucket for this many of ours is small: its buckets are looked up
// one by one, instead of passing over all of ours.
constexpr std::size_t few = 16;

std::int64_t width_at(std::int64_t value) {
  const int bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value)));
  return std::int64_t{1} << std::max(0, bits - significant_bits);
}

std::int64_t lower_bound_of(std::int64_t value) { return value - value % width_at(value); }

// The number of buckets for the values of each power of two, as a power of two.
constexpr int per_doubling_bits = significant_bits - 1;

// Reads what to_string writes from the front of a text. Written by hand, because files hold tens of
// millions of numbers and std::from_chars takes several times as long.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  bool at_end() const { return at_ == end_; }

  bool take(char wanted) {
    if (at_ == end_ || *at_ != wanted) return false;
    ++at_;
    return true;
  }

  // Whether a whole number comes next; if so, `value` is that number.
  bool take_number(std::int64_t& value) {
    constexpr std::ptrdiff_t most_digits = 19;  // any number of so many digits fits without a sign
    const char* const start = at_;
    std::uint64_t number = 0;
    for (; at_ != end_ && at_ - start < most_digits; ++at_) {
      const auto digit = static_cast<unsigned char>(*at_ - '0');
      if (digit > 9) break;
      number = number * 10 + digit;
    }
    const bool leading_zero = at_ - start > 1 && *start == '0';
    value = static_cast<std::int64_t>(number);
    return at_ != start && !leading_zero && value >= 0;
  }

 private:
  const char* at_;
  const char* end_;
};

}  // namespace

// Buckets are numbered from 0 without gaps: those of each doubling follow those of the one before.
Histogram::Bucket::Bucket(std::int64_t value, std::int64_t times) {
  const auto wide = static_cast<std::uint64_t>(std::max(value, std::int64_t{0}));
  const int shift = std::max(0, static_cast<int>(std::bit_width(wide)) - significant_bits);
  packed_ = ((static_cast<std::uint64_t>(shift) << per_doubling_bits) + (wide >> shift)) << 48;
  count(times);
}

std::int64_t Histogram::Bucket::lower_bound() const {
  const std::uint64_t doubling = number() >> per_doubling_bits;
  const std::uint64_t shift = doubling > 0 ? doubling - 1 : 0;
  return static_cast<std::int64_t>((number() - (shift << per_doubling_bits)) << shift);
}

std::int64_t Histogram::Bucket::count(std::int64_t wanted) {
  constexpr std::int64_t most_times = (std::int64_t{1} << 47) - 1;  // sums of all buckets fit
  const std::int64_t counted = std::min(wanted, most_times - times());
  packed_ += static_cast<std::uint64_t>(counted);
  return counted;
}

void Histogram::add(std::int64_t value_ns, std::int64_t times) { add(Bucket(value_ns, times)); }

void Histogram::add(const Bucket& bucket) {
  if (buckets_.empty() || buckets_.back().number() < bucket.number()) {
    buckets_.push_back(bucket);
    count_ += bucket.times();
    return;
  }
  const auto at = std::lower_bound(
      buckets_.begin(), buckets_.end(), bucket,
      [](const Bucket& left, const Bucket& right) { return left.number() < right.number(); });
  if (at->number() == bucket.number()) {
    count_ += at->count(bucket.times());
  } else {
    buckets_.insert(at, bucket);
    count_ += bucket.times();
  }
}

void Histogram::merge(const Histogram& other) {
  if (other.buckets_.size() * few < buckets_.size()) {
    for (const Bucket& bucket : other.buckets_) add(bucket);
    return;
  }
  std::vector<Bucket> merged;
  merged.reserve(buckets_.size() + other.buckets_.size());
  auto mine = buckets_.begin();
  for (const Bucket& bucket : other.buckets_) {
    while (mine != buckets_.end() && mine->number() < bucket.number()) merged.push_back(*mine++);
    const bool both = mine != buckets_.end() && mine->number() == bucket.number();
    merged.push_back(both ? *mine++ : bucket);
    count_ += both ? merged.back().count(bucket.times()) : bucket.times();
  }
  merged.insert(merged.end(), mine, buckets_.end());
  buckets_ = std::move(merged);
}

std::optional<double> Histogram::quantile(double q) const {
  if (count_ == 0) return std::nullopt;
  const auto rank = std::max(std::int64_t{1},
                             static_cast<std::int64_t>(std::ceil(q * static_cast<double>(count_))));
  std::int64_t seen = 0;
  auto bucket = buckets_.begin();
  for (; bucket != std::prev(buckets_.end()); ++bucket) {
    seen += bucket->times();
    if (seen >= rank) break;
  }
  const std::int64_t bound = bucket->lower_bound();
  return static_cast<double>(bound) + static_cast<double>(width_at(bound) - 1) / 2;
}

std::string to_string(const Histogram& histogram) {
  std::string text;
  for (const Histogram::Bucket& bucket : histogram.buckets()) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", bucket.lower_bound(), bucket.times());
  }
  return text;
}

std::optional<Histogram> parse_histogram(std::string_view text) {
  constexpr std::int64_t most_times = std::int64_t{1} << 40;  // sums stay far from overflowing
  Histogram histogram;
  histogram.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), ':')));
  std::int64_t last = -1, bound = 0, times = 0;
  for (Scanner scanner(text); !scanner.at_end(); last = bound) {
    if (last >= 0 && !scanner.take(' ')) return std::nullopt;
    if (!scanner.take_number(bound) || bound <= last) return std::nullopt;
    if (bound != lower_bound_of(bound) || !scanner.take(':')) return std::nullopt;
    if (!scanner.take_number(times) || times < 1 || times > most_times) return std::nullopt;
    histogram.add(bound, times);
  }
  return histogram;
}

std::optional<double> supported_maximum(const Histogram& histogram) {
  if (histogram.count() < 10 * least_beyond_quantile) return std::nullopt;
  return histogram.quantile(1);
}

std::optional<double> quantile_floor(double call_ns, double q, const Histogram& hiccups,
                                     double watched_s) {
  if (watched_s <= 0) return std::nullopt;
  // An interruption hits the calls that are running when it starts.
  const double calls = watched_s * 1e9 / call_ns;
  const double allowed = (1 - q) * calls;
  if (allowed < static_cast<double>(least_beyond_quantile)) return std::nullopt;
  if (static_cast<double>(hiccups.count()) > calls) return std::nullopt;
  auto longer = static_cast<double>(hiccups.count());
  double floor = call_ns;
  for (const Histogram::Bucket& bucket : hiccups.buckets()) {
    if (longer <= allowed) break;
    floor = call_ns + static_cast<double>(bucket.lower_bound());
    longer -= static_cast<double>(bucket.times());
  }
  return floor;
}

std::optional<double> supported_quantile(const Histogram& histogram, double q) {
  const double beyond = static_cast<double>(histogram.count()) * (1 - q);
  // Rounding must not lose a quantile that is just supported: 10,000 values for 0.999.
  if (beyond < static_cast<double>(least_beyond_quantile) - 1e-6) return std::nullopt;
  return histogram.quantile(q);
}

}  // namespace gapmeter
