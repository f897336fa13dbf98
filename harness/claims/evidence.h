// A run's cells as the rules need them: by name, in pairs, over sizes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/claims/claim.h"
#include "harness/model/run_facts.h"
#include "harness/model/rows.h"

namespace gapmeter {

// On which side of a line the whole interval of an estimate lies. Open if the interval contains the
// line, or if there is none.
enum class Side : std::uint8_t { above, below, open };
Side side_of(const Estimate& value, double line);

// Variants are named as in the CSV files, "native/simd"; those of further engines are left out.
class Evidence {
 public:
  Evidence(const std::vector<SummaryRow>& rows, RunContext context);

  // The cell if it was measured successfully, else nullptr.
  const SummaryRow* cell(const std::string& kernel, const std::string& variant, std::size_t n,
                         int threads = 1) const;
  // Ascending: the sizes at which a variant was measured successfully.
  std::vector<std::size_t> sizes(const std::string& kernel, const std::string& variant,
                                 int threads = 1) const;
  // Ascending in n: the cells that tell memory, also those that no latency is known of, because a
  // server was saturated.
  std::vector<const SummaryRow*> with_memory(const std::string& kernel,
                                             const std::string& variant) const;
  std::vector<std::string> kernels() const;  // with a cell that was measured successfully
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
  // The median, with its interval, of what a variant reported under a name, at the largest size.
  std::optional<Figure> metric(const std::string& kernel, const std::string& variant,
                               const std::string& name, const std::string& unit) const;
  // How many bytes per n a call needs beyond its inputs: the growth of rss_peak_bytes minus
  // rss_input_bytes between the two largest sizes at which the peak is resolved.
  std::optional<Figure> bytes_per_n(const std::string& kernel, const std::string& variant) const;

  // Which ones of these the run was measured with; the compiler is that of a lane.
  std::vector<Circumstance> circumstances(const std::vector<Dependence>& depends_on,
                                          const std::string& lane) const;

  // "the run has no good rows of sum with python/loop and python/numba (python/numba: skipped,
  // needs the package numba)". The detail follows the variants: "at n = 1".
  Decision not_measured(const std::string& kernel, const std::vector<std::string>& variants,
                        const std::string& detail = "") const;

 private:
  // By n; nullptr if nothing of the series was measured successfully.
  const std::map<std::size_t, const SummaryRow*>* line(const std::string& kernel,
                                                       const std::string& variant,
                                                       int threads) const;

  std::map<std::pair<std::string, std::string>, std::vector<const SummaryRow*>> with_memory_;
  // Why the first unusable row of a variant is unusable.
  std::map<std::pair<std::string, std::string>, std::string> unusable_;
  std::map<SeriesKey, std::map<std::size_t, const SummaryRow*>> cells_;
  RunContext context_;
};

// The evidence for each language: the same cells, but gaps are against that language's variants.
class EvidenceByLane {
 public:
  EvidenceByLane(const std::vector<SummaryRow>& rows, const RunContext& context);
  const Evidence& of(const std::string& lane) const;  // empty: of claims about none

 private:
  struct OwnRows {
    std::vector<SummaryRow> rows;
    Evidence evidence;
    OwnRows(std::vector<SummaryRow> of_lane, const RunContext& context)
        : rows(std::move(of_lane)), evidence(rows, context) {}
  };
  Evidence plain_;
  std::map<std::string, OwnRows> lanes_;
};

// Of figures with lines, for each size the one that speaks most against the claim: one that is not
// on the claimed side before one that is undecided, and otherwise the nearest to the other side.
std::vector<Figure> worst_at_each_size(const std::vector<Figure>& figures, bool holds_above);

// Decides one claim from ratios at many sizes, each compared with a line: all on the claimed side,
// none, or only from one size on or up to one. The second form is for figures that have lines of
// their own, and for other words: "the ratio", "above 2 x".
Decision decide_over_sizes(std::vector<Figure> ratios, double line, bool holds_above);
Decision decide_over_sizes(std::vector<Figure> figures, bool holds_above,
                           const std::string& subject, const std::string& wanted);
// Decides from a number that does not depend on n.
Decision decide_once(Figure figure, double line, bool holds_above);
// Decides from the number of kernels (or models) in which it holds: at least three quarters must
// agree; it fails if at least half disagree. The second form is for figures that have lines of
// their own.
Decision decide_by_majority(std::vector<Figure> figures, double line, bool holds_above,
                            const std::string& of_what);
Decision decide_by_majority(std::vector<Figure> figures, bool holds_above,
                            const std::string& of_what);

}  // namespace gapmeter
