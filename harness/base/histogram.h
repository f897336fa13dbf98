// A log-linear histogram of latencies: any range at a fixed relative resolution and a fixed cost.
//
// The values of each power of two are split into equally wide buckets, as in Gil Tene's
// HdrHistogram (hdrhistogram.org): with 2^11 values told apart in each doubling, a value is known
// to better than 0.1 %, three significant digits, and below 2^11 exactly. Histograms of several
// processes add up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gapmeter {

class Histogram {
 public:
  // How many values there were from a lower bound to the next bucket's. Kept as its number, of all
  // buckets there are, in the upper 16 bits and the count below: a long run has tens of millions.
  class Bucket {
   public:
    Bucket(std::int64_t value, std::int64_t times);
    std::int64_t lower_bound() const;
    std::int64_t times() const { return static_cast<std::int64_t>(packed_ % (1ULL << 48)); }
    bool operator==(const Bucket&) const = default;

   private:
    friend class Histogram;
    std::uint64_t number() const { return packed_ >> 48; }
    // Returns how many of them were counted.
    std::int64_t count(std::int64_t wanted);

    std::uint64_t packed_;
  };

  // Makes room for so many buckets, where it is known that there will be no more.
  void reserve(std::size_t buckets) { buckets_.reserve(buckets); }
  // Counts `times` values of so many nanoseconds; negative ones count as 0. A bucket counts no
  // further than 2^47 - 1.
  void add(std::int64_t value_ns, std::int64_t times = 1);
  void merge(const Histogram& other);

  std::int64_t count() const { return count_; }

  // The value that stands for the quantile q in [0, 1]: the middle of the bucket that holds the
  // smallest value which at least q of all do not exceed. nullopt when empty.
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
// nullopt unless the text is what to_string writes.
std::optional<Histogram> parse_histogram(std::string_view text);

// How many values must be expected beyond a quantile for it to mean something: fewer, and single
// events decide it.
inline constexpr std::int64_t least_beyond_quantile = 10;

// The quantile q where the count supports it: at least least_beyond_quantile values beyond it.
std::optional<double> supported_quantile(const Histogram& histogram, double q);
// The largest value of at least ten times as many; the maximum of a few is no tail.
std::optional<double> supported_maximum(const Histogram& histogram);

// The quantile q of the durations of an operation that itself always takes call_ns, on a machine
// that interrupts it as `hiccups`, seen in watched_s, tell: call_ns, plus the shortest interruption
// such that no more than 1 - q of the calls meet a longer one. nullopt where the interruptions are
// too few to tell, or so many that a call meets several.
std::optional<double> quantile_floor(double call_ns, double q, const Histogram& hiccups,
                                     double watched_s);

}  // namespace gapmeter
