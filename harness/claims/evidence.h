// A run's cells as the rules look at them: by name, in pairs, over sizes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/claims/claim.h"
#include "harness/model/run_facts.h"
#include "harness/model/rows.h"

namespace gapmeter {

// On which side of a line an estimate lies: the whole of its interval. Without an interval, open.
enum class Side : std::uint8_t { above, below, open };
Side side_of(const Estimate& value, double line);

// Variants are named as in the CSV files, "native/simd"; those of further engines are left out.
class Evidence {
 public:
  Evidence(const std::vector<SummaryRow>& rows, RunContext context);

  // The cell if it was measured well, else nullptr.
  const SummaryRow* cell(const std::string& kernel, const std::string& variant, std::size_t n,
                         int threads = 1) const;
  // Ascending, where a variant was measured well.
  std::vector<std::size_t> sizes(const std::string& kernel, const std::string& variant,
                                 int threads = 1) const;
  std::vector<std::string> kernels() const;  // that have a cell which was measured well
  std::vector<int> threads(const std::string& kernel) const;  // ascending
  std::vector<std::string> python_variants(const std::string& kernel) const;
  std::string baseline(const std::string& kernel) const;  // empty where it is not known
  // The Python variant with the least latency at a size; empty without any.
  std::string fastest_python(const std::string& kernel, std::size_t n) const;

  // One variant's latency over another's at every size that both were measured at.
  std::vector<Figure> ratios(const std::string& kernel, const std::string& numerator,
                             const std::string& denominator, int threads = 1) const;
  // At the largest such size; nullopt without one.
  std::optional<Figure> last_ratio(const std::string& kernel, const std::string& numerator,
                                   const std::string& denominator) const;
  // The median of what a variant reported under a name, and its interval, at the largest size.
  std::optional<Figure> metric(const std::string& kernel, const std::string& variant,
                               const std::string& name, const std::string& unit) const;
  // How many bytes a call adds to its inputs for each n: by how much rss_peak_bytes beyond
  // rss_input_bytes grows between the two largest sizes at which it is resolved.
  std::optional<Figure> bytes_per_n(const std::string& kernel, const std::string& variant) const;

  // "the run has no good rows of sum with python/loop and python/numba (python/numba: skipped,
  // needs the package numba)". The detail is put behind the variants: "at n = 1".
  Decision not_measured(const std::string& kernel, const std::vector<std::string>& variants,
                        const std::string& detail = "") const;

 private:
  // By n; nullptr where nothing of the series was measured well.
  const std::map<std::size_t, const SummaryRow*>* line(const std::string& kernel,
                                                       const std::string& variant,
                                                       int threads) const;

  // Of variants with rows that are of no use, why the first is.
  std::map<std::pair<std::string, std::string>, std::string> unusable_;
  std::map<SeriesKey, std::map<std::size_t, const SummaryRow*>> cells_;
  RunContext context_;
};

// Decides one claim from ratios at many sizes, each held against a line: all on the claimed side,
// none, from a size on or up to one.
Decision decide_over_sizes(std::vector<Figure> ratios, double line, bool holds_above);
// From a number that does not depend on n.
Decision decide_once(Figure figure, double line, bool holds_above);
// From how many kernels (or models) it holds in: at least three quarters, or at most half of them.
Decision decide_by_majority(std::vector<Figure> figures, double line, bool holds_above,
                            const std::string& of_what);

}  // namespace gapmeter
