#include "harness/claims/evidence.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/analysis/sides.h"
#include "harness/analysis/summary.h"
#include "harness/base/sizes.h"

namespace gapmeter {
namespace {

std::string over(const std::string& numerator, const std::string& denominator) {
  return fmt::format("{} over {}", numerator, denominator);
}

// Whether a figure speaks for a claim; nullopt if that is open.
using Vote = std::optional<bool>;

Vote vote_of(const Figure& figure, double line, bool holds_above) {
  const Side side = side_of(figure.value, line);
  if (side == Side::open) return std::nullopt;
  return (side == Side::above) == holds_above;
}

Vote vote_of(const Figure& figure, bool holds_above) {
  return vote_of(figure, figure.line.value(), holds_above);
}

// Whether one figure speaks more against a claim than another: by its vote, and among equal votes
// by how far from its line it lies.
bool is_worse(const Figure& figure, const Figure& other, bool holds_above) {
  const auto badness = [&](const Figure& of) {
    const Vote vote = vote_of(of, holds_above);
    const double distance = of.value.value / *of.line;
    return std::pair{!vote ? 1 : *vote ? 0 : 2, holds_above ? -distance : distance};
  };
  return badness(figure) > badness(other);
}

std::size_t count(const std::vector<Vote>& votes, bool wanted) {
  return static_cast<std::size_t>(std::count(votes.begin(), votes.end(), wanted));
}

std::string line_text(double line, bool holds_above, const std::string& unit) {
  return fmt::format("{} {:g}{}{}", holds_above ? "above" : "below", line, unit.empty() ? "" : " ",
                     unit);
}

// "fastapi 0.92.0, uvicorn 0.17.6": those of the servers that people would write first.
std::string packages_of(const RunContext& context) {
  std::vector<std::string> packages;
  for (const auto& [kernel, baseline] : context.baselines) {
    const auto found = context.packages.find({kernel, to_string(baseline)});
    if (found != context.packages.end()) packages.push_back(found->second);
  }
  return fmt::format("{}", fmt::join(packages, "; "));
}

std::string why_unusable(const SummaryRow& row) {
  if (row.status != Status::ok) return fmt::format("{}, {}", name_of(row.status), row.reason);
  if (withholds_latency(row.state)) return row.reason;
  return row.latency_ns ? "never verified" : "never timed";
}

}  // namespace

Side side_of(const Estimate& value, double line) {
  if (!value.interval) return Side::open;
  if (value.interval->low > line) return Side::above;
  if (value.interval->high < line) return Side::below;
  return Side::open;
}

Evidence::Evidence(const std::vector<SummaryRow>& rows, RunContext context)
    : context_(std::move(context)) {
  for (const SummaryRow& row : rows) {
    if (!row.cell.variant.engine.empty()) continue;
    const bool is_right = row.status == Status::ok && row.verified == true;
    if (is_right && row.combined.memory) {
      with_memory_[{row.cell.kernel, to_string(row.cell.variant)}].push_back(&row);
    }
    if (!is_right || !row.latency_ns) {
      unusable_.try_emplace({row.cell.kernel, to_string(row.cell.variant)}, why_unusable(row));
      continue;
    }
    cells_[series_of(row.cell)][row.cell.n] = &row;
  }
}

std::vector<const SummaryRow*> Evidence::with_memory(const std::string& kernel,
                                                     const std::string& variant) const {
  const auto found = with_memory_.find({kernel, variant});
  if (found == with_memory_.end()) return {};
  std::vector<const SummaryRow*> rows = found->second;
  std::ranges::sort(rows, {}, [](const SummaryRow* row) { return row->cell.n; });
  return rows;
}

const std::map<std::size_t, const SummaryRow*>* Evidence::line(const std::string& kernel,
                                                               const std::string& variant,
                                                               int threads) const {
  const std::optional<VariantId> id = parse_variant(variant);
  const auto found = id ? cells_.find({kernel, *id, threads}) : cells_.end();
  return found == cells_.end() ? nullptr : &found->second;
}

const SummaryRow* Evidence::cell(const std::string& kernel, const std::string& variant,
                                 std::size_t n, int threads) const {
  const auto* cells = line(kernel, variant, threads);
  if (cells == nullptr) return nullptr;
  const auto found = cells->find(n);
  return found == cells->end() ? nullptr : found->second;
}

std::vector<std::size_t> Evidence::sizes(const std::string& kernel, const std::string& variant,
                                         int threads) const {
  std::vector<std::size_t> sizes;
  const auto* cells = line(kernel, variant, threads);
  if (cells == nullptr) return sizes;
  for (const auto& [n, row] : *cells) sizes.push_back(n);
  return sizes;
}

std::vector<std::string> Evidence::kernels() const {
  std::set<std::string> kernels;
  for (const auto& [series, cells] : cells_) kernels.insert(series.kernel);
  return {kernels.begin(), kernels.end()};
}

std::vector<int> Evidence::threads(const std::string& kernel) const {
  std::set<int> threads;
  for (const auto& [series, cells] : cells_) {
    if (series.kernel == kernel) threads.insert(series.threads);
  }
  return {threads.begin(), threads.end()};
}

std::vector<std::string> Evidence::python_variants(const std::string& kernel) const {
  std::set<std::string> variants;
  for (const auto& [series, cells] : cells_) {
    if (series.kernel == kernel && series.variant.lane.is_python()) {
      variants.insert(to_string(series.variant));
    }
  }
  return {variants.begin(), variants.end()};
}

std::string Evidence::baseline(const std::string& kernel) const {
  const auto found = context_.baselines.find(kernel);
  return found == context_.baselines.end() ? std::string() : to_string(found->second);
}

std::string Evidence::fastest_python(const std::string& kernel, std::size_t n) const {
  const SummaryRow* fastest = nullptr;
  for (const std::string& variant : python_variants(kernel)) {
    const SummaryRow* row = cell(kernel, variant, n);
    if (row != nullptr && (fastest == nullptr || *row->latency_ns < *fastest->latency_ns)) {
      fastest = row;
    }
  }
  return fastest == nullptr ? std::string() : to_string(fastest->cell.variant);
}

std::vector<Figure> Evidence::ratios(const std::string& kernel, const std::string& numerator,
                                     const std::string& denominator, int threads) const {
  std::vector<Figure> figures;
  for (const std::size_t n : sizes(kernel, numerator, threads)) {
    const SummaryRow* other = cell(kernel, denominator, n, threads);
    if (other == nullptr) continue;
    const SummaryRow& row = *cell(kernel, numerator, n, threads);
    figures.push_back({.what = over(numerator, denominator),
                       .kernel = kernel,
                       .n = n,
                       .value = steady_ratio(row, *other),
                       .unit = "x"});
  }
  return figures;
}

std::optional<Figure> Evidence::last_ratio(const std::string& kernel, const std::string& numerator,
                                           const std::string& denominator) const {
  const std::vector<Figure> all = ratios(kernel, numerator, denominator);
  return all.empty() ? std::nullopt : std::optional(all.back());
}

std::optional<Figure> Evidence::metric(const std::string& kernel, const std::string& variant,
                                       const std::string& name, const std::string& unit) const {
  const std::vector<std::size_t> measured = sizes(kernel, variant);
  const auto last = std::find_if(measured.rbegin(), measured.rend(), [&](std::size_t n) {
    return cell(kernel, variant, n)->metrics.contains(name);
  });
  if (last == measured.rend()) return std::nullopt;
  const std::vector<double>& values = cell(kernel, variant, *last)->metrics.at(name);
  return Figure{.what = fmt::format("{} of {}", name, variant),
                .kernel = kernel,
                .n = *last,
                .value = {median(values), median_interval(values, summary_confidence)},
                .unit = unit};
}

std::optional<Figure> Evidence::bytes_per_n(const std::string& kernel,
                                            const std::string& variant) const {
  std::vector<std::pair<double, double>> points;
  for (const std::size_t n : sizes(kernel, variant)) {
    const SummaryRow& row = *cell(kernel, variant, n);
    // Unresolved inputs count as 0: they are smaller than the resolution of the peak.
    if (const std::optional<std::int64_t> peak = peak_bytes_of(row)) {
      points.emplace_back(n, *peak - row.combined.memory->input_bytes.value_or(0));
    }
  }
  if (points.size() < 2) return std::nullopt;
  const auto& [n_low, low] = points[points.size() - 2];
  const auto& [n_high, high] = points.back();
  return Figure{.what = fmt::format("resident memory per element of {}", variant),
                .kernel = kernel,
                .n = static_cast<std::size_t>(n_high),
                .value = {(high - low) / (n_high - n_low)},
                .unit = "bytes"};
}

EvidenceByLane::EvidenceByLane(const std::vector<SummaryRow>& rows, const RunContext& context)
    : plain_(rows, context) {
  for (const char* lane : compiled_languages) {
    lanes_.try_emplace(lane, with_gaps_against(rows, {.lane = Lane::called(lane)}), context);
  }
}

const Evidence& EvidenceByLane::of(const std::string& lane) const {
  return lane.empty() ? plain_ : lanes_.at(lane).evidence;
}

std::vector<Circumstance> Evidence::circumstances(const std::vector<Dependence>& depends_on,
                                                  const std::string& lane) const {
  const auto compiler = context_.compilers.find(lane.empty() ? "native" : lane);
  const std::map<Dependence, std::string> found{
      {Dependence::compiler, compiler == context_.compilers.end() ? "" : compiler->second},
      {Dependence::processor, context_.processor},
      {Dependence::interpreter, context_.interpreter},
      {Dependence::packages, packages_of(context_)}};
  std::vector<Circumstance> circumstances;
  for (const Dependence what : depends_on) circumstances.push_back({what, found.at(what)});
  return circumstances;
}

Decision Evidence::not_measured(const std::string& kernel, const std::vector<std::string>& variants,
                                const std::string& detail) const {
  std::vector<std::string> reasons;
  for (const std::string& variant : variants) {
    const auto found = unusable_.find({kernel, variant});
    if (found == unusable_.end() || !sizes(kernel, variant).empty()) continue;
    reasons.push_back(fmt::format("{}: {}", variant, found->second));
  }
  return {.outcome = Outcome::not_measured,
          .reason = fmt::format(
              "the run has no {}rows of {} with {}{}{}{}{}{}", reasons.empty() ? "" : "good ",
              kernel, fmt::join(variants, " and "), detail.empty() ? "" : " ", detail,
              reasons.empty() ? "" : " (", fmt::join(reasons, "; "), reasons.empty() ? "" : ")")};
}

std::vector<Figure> worst_at_each_size(const std::vector<Figure>& figures, bool holds_above) {
  std::map<std::size_t, Figure> worst;
  for (const Figure& figure : figures) {
    const auto [known, is_new] = worst.try_emplace(figure.n.value(), figure);
    if (!is_new && is_worse(figure, known->second, holds_above)) known->second = figure;
  }
  std::vector<Figure> ascending;
  ascending.reserve(worst.size());
  for (auto& [n, figure] : worst) ascending.push_back(std::move(figure));
  return ascending;
}

Decision decide_over_sizes(std::vector<Figure> ratios, double line, bool holds_above) {
  for (Figure& ratio : ratios) ratio.line = line;
  return decide_over_sizes(std::move(ratios), holds_above, "the ratio",
                           line_text(line, holds_above, "x"));
}

Decision decide_over_sizes(std::vector<Figure> figures, bool holds_above,
                           const std::string& subject, const std::string& wanted) {
  std::vector<Vote> votes;
  for (const Figure& figure : figures) votes.push_back(vote_of(figure, holds_above));
  Decision decision{.figures = std::move(figures)};
  const auto n_at = [&](std::size_t i) { return decision.figures[i].n; };
  const std::size_t yes = count(votes, true), no = count(votes, false);
  const SideChange change = change_of(votes);
  if (yes + no == 0 || 2 * (yes + no) < votes.size()) {
    decision.outcome = Outcome::open;
    decision.reason =
        fmt::format("at most sizes it is not known whether {} is {}", subject, wanted);
  } else if (change.changes == 0) {
    decision.outcome = yes > 0 ? Outcome::holds : Outcome::fails;
    decision.reason = fmt::format("{} is {}{} at {} of {} sizes", subject, yes > 0 ? "" : "not ",
                                  wanted, yes + no, votes.size());
  } else if (change.changes == 1) {
    const bool begins = votes[change.first_after] == true;
    decision.outcome = begins ? Outcome::holds_from : Outcome::holds_up_to;
    decision.n = begins ? n_at(change.first_after) : n_at(change.last_before);
    decision.reason =
        fmt::format("{} is {} only {} there", subject, wanted, begins ? "from" : "up to");
  } else {
    decision.outcome = Outcome::open;
    decision.reason =
        fmt::format("{} is {} at some sizes and not at others, in no order", subject, wanted);
  }
  return decision;
}

Decision decide_once(Figure figure, double line, bool holds_above) {
  figure.line = line;
  const Vote vote = vote_of(figure, line, holds_above);
  Decision decision{.outcome = !vote ? Outcome::open : *vote ? Outcome::holds : Outcome::fails};
  const std::string wanted = line_text(line, holds_above, figure.unit);
  decision.reason = vote ? fmt::format("it is {}{}", *vote ? "" : "not ", wanted)
                         : fmt::format("the interval does not tell whether it is {}", wanted);
  decision.figures.push_back(std::move(figure));
  return decision;
}

Decision decide_by_majority(std::vector<Figure> figures, double line, bool holds_above,
                            const std::string& of_what) {
  for (Figure& figure : figures) figure.line = line;
  return decide_by_majority(std::move(figures), holds_above, of_what);
}

Decision decide_by_majority(std::vector<Figure> figures, bool holds_above,
                            const std::string& of_what) {
  std::vector<Vote> votes;
  for (const Figure& figure : figures) {
    votes.push_back(vote_of(figure, holds_above));
  }
  const std::size_t yes = count(votes, true), no = count(votes, false);
  Decision decision{.outcome = Outcome::open};
  if (4 * yes >= 3 * votes.size()) decision.outcome = Outcome::holds;
  if (2 * no >= votes.size()) decision.outcome = Outcome::fails;
  decision.reason = fmt::format("so in {} of {} {}, not so in {}, open in {}", yes, votes.size(),
                                of_what, no, votes.size() - yes - no);
  decision.figures = std::move(figures);
  return decision;
}

}  // namespace gapmeter
