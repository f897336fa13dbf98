// The text of a histogram, in rounds.csv and in workers' messages.
#include "harness/base/histogram.h"

#include "harness/tests/fuzz/target.h"

using gapmeter::fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = gapmeter::fuzz::text_of(data, size);
  const std::optional<gapmeter::Histogram> histogram = gapmeter::parse_histogram(text);
  if (!histogram) return 0;
  expect(gapmeter::to_string(*histogram) == text, "what is read is what to_string writes");

  gapmeter::Histogram twice = *histogram;
  twice.merge(*histogram);
  expect(twice.count() == 2 * histogram->count(), "merging adds up");
  const std::optional<double> middle = histogram->quantile(0.5);
  expect(middle.has_value() == (histogram->count() > 0), "all but the empty one have quantiles");
  if (middle) {
    expect(*histogram->quantile(0) <= *middle && *middle <= *histogram->quantile(1),
           "quantiles ascend");
  }
  return 0;
}
