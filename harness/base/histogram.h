// A log-linear histogram of latencies: any range at a fixed relative resolution and a fixed cost.
//
// The range of each power of two is split into equally wide buckets, as in Gil Tene's HdrHistogram
// (hdrhistogram.org). Values keep 11 significant bits: they are exact below 2^11 and known to
// better than 0.1 %, three significant digits, above. Histograms of several processes can be added
// up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gapmeter {

class Histogram {
 public:
  // The number of values from one lower bound to the next. A long run has tens of millions of
  // buckets, so each is packed into 64 bits: its index among all possible buckets in the upper 16,
  // the count below.
  class Bucket {
   public:
    Bucket(std::int64_t value, std::int64_t times);
    std::int64_t lower_bound() const;
    std::int64_t times() const { return static_cast<std::int64_t>(packed_ % (1ULL << 48)); }
    bool operator==(const Bucket&) const = default;

   private:
    friend class Histogram;
    std::uint64_t number() const { return packed_ >> 48; }
    // Adds up to `wanted` values; returns how many were added.
    std::int64_t count(std::int64_t wanted);

    std::uint64_t packed_;
  };

  // Reserves memory, if the number of buckets is known in advance.
  void reserve(std::size_t buckets) { buckets_.reserve(buckets); }
  // Counts `times` values of `value_ns` nanoseconds; negative values count as 0. A bucket's count
  // stops at 2^47 - 1.
  void add(std::int64_t value_ns, std::int64_t times = 1);
  void merge(const Histogram& other);

  std::int64_t count() const { return count_; }

  // The quantile q in [0, 1]: the middle of the bucket with the smallest value that at least a
  // share q of all values do not exceed. nullopt if empty.
  std::optional<double> quantile(double q) const;

  // Every bucket that is not empty, ascending.
  const std::vector<Bucket>& buckets() const { return buckets_; }

  bool operator==(const Histogram&) const = default;

 private:
  void add(const Bucket& bucket);

  std::vector<Bucket> buckets_;  // ascending
  std::int64_t count_ = 0;
};

// "1200:3 1210:1": lower bounds and counts, ascending; reads back as the same histogram.
std::string to_string(const Histogram& histogram);
// nullopt unless to_string could have written the text.
std::optional<Histogram> parse_histogram(std::string_view text);

// How many values must be expected beyond a quantile for it to mean something. With fewer, single
// events decide it.
inline constexpr std::int64_t least_beyond_quantile = 10;

// The quantile q, if at least least_beyond_quantile values lie beyond it.
std::optional<double> supported_quantile(const Histogram& histogram, double q);
// The largest value, if there are at least ten times least_beyond_quantile values: the maximum of a
// few is not a tail.
std::optional<double> supported_maximum(const Histogram& histogram);

// The quantile q of the durations of an operation that takes call_ns when undisturbed, on a machine
// with the interruptions `hiccups`, which were recorded during watched_s. It is call_ns plus the
// shortest interruption such that at most a share 1 - q of the calls meet a longer one. nullopt if
// the interruptions are too few to tell, or so many that a call meets several.
std::optional<double> quantile_floor(double call_ns, double q, const Histogram& hiccups,
                                     double watched_s);

}  // namespace gapmeter
