#include "harness/cli/text/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "harness/analysis/summary.h"
#include "harness/base/figures.h"
#include "harness/base/sizes.h"

namespace gapmeter {
namespace {

using Line = std::vector<Field>;
using Cells = std::vector<const SummaryRow*>;

struct SizeKey {
  std::size_t n;
  int threads;
  auto operator<=>(const SizeKey&) const = default;
};

// One kernel, and one job of it.
struct Section {
  std::string title;
  std::map<SizeKey, Cells> sizes{};
  std::vector<Lane> lanes{};  // the compiled ones: a column each, with the fastest
  // A column each: those of Python, the baseline first; without any, all that are compared. Where
  // several engines run them they are without theirs, and each engine has a group of lines.
  std::vector<VariantId> pythons{};
  std::vector<std::string> engines{};
  Cells skipped{};  // the first row of each variant that was skipped at all sizes
  bool is_threaded = false;
  std::optional<VariantId> baseline{};
  Against against{};
};

bool is_skipped_everywhere(const VariantId& id, const Cells& rows) {
  return std::all_of(rows.begin(), rows.end(), [&](const SummaryRow* row) {
    return row->cell.variant != id || row->status == Status::skipped;
  });
}

// In the order of their first rows; empty for a single one, which is the fastest.
std::vector<VariantId> compiled_of(const Cells& rows) {
  std::vector<VariantId> compiled;
  for (const SummaryRow* row : rows) {
    const VariantId& id = row->cell.variant;
    const bool is_new = std::find(compiled.begin(), compiled.end(), id) == compiled.end();
    if (is_new && id.lane.is_compiled() && !is_skipped_everywhere(id, rows)) compiled.push_back(id);
  }
  return compiled.size() > 1 ? compiled : std::vector<VariantId>();
}

// In the order of their first rows.
std::vector<std::string> engines_of(const Cells& rows) {
  std::vector<std::string> engines;
  for (const SummaryRow* row : rows) {
    const VariantId& id = row->cell.variant;
    const bool is_new = std::find(engines.begin(), engines.end(), id.engine) == engines.end();
    if (is_new && id.lane.has_engines()) engines.push_back(id.engine);
  }
  return engines;
}

// Keeps each variant once, without its engine.
void join_engines(std::vector<VariantId>& variants) {
  std::vector<VariantId> joined;
  for (VariantId& id : variants) {
    id.engine.clear();
    if (std::find(joined.begin(), joined.end(), id) == joined.end()) joined.push_back(id);
  }
  variants = std::move(joined);
}

Section section_of(std::string title, const Cells& rows, const RunContext& context) {
  Section section{.title = std::move(title), .against = context.against};
  const auto baseline = context.baselines.find(rows.front()->cell.kernel);
  if (baseline != context.baselines.end()) section.baseline = baseline->second;
  std::vector<VariantId> seen;
  std::set<Lane> lanes;
  for (const SummaryRow* row : rows) {
    section.sizes[{row->cell.n, row->cell.threads}].push_back(row);
    section.is_threaded = section.is_threaded || row->cell.threads > 1;
    const VariantId& id = row->cell.variant;
    if (std::find(seen.begin(), seen.end(), id) != seen.end()) continue;
    seen.push_back(id);
    if (is_skipped_everywhere(id, rows)) {
      section.skipped.push_back(row);
    } else if (id.lane.is_python()) {
      section.pythons.push_back(id);
    } else {
      lanes.insert(id.lane);
    }
  }
  section.lanes.assign(lanes.begin(), lanes.end());
  if (section.pythons.empty()) {
    section.pythons = compiled_of(rows);
    if (section.lanes.size() > 1) section.lanes.clear();  // the columns are those already
  }
  if (std::vector<std::string> engines = engines_of(rows); engines.size() > 1) {
    section.engines = std::move(engines);
    join_engines(section.pythons);
  }
  std::stable_partition(section.pythons.begin(), section.pythons.end(),
                        [&](const VariantId& id) { return id == section.baseline; });
  return section;
}

const SummaryRow* row_of(const Cells& cells, const VariantId& id) {
  const auto found = std::find_if(cells.begin(), cells.end(),
                                  [&](const SummaryRow* row) { return row->cell.variant == id; });
  return found == cells.end() ? nullptr : *found;
}

const SummaryRow* best_python(const Cells& cells) {
  const SummaryRow* best = nullptr;
  for (const SummaryRow* row : cells) {
    if (row->gap && (best == nullptr || *row->gap < *best->gap)) best = row;
  }
  return best;
}

// "±0.4 %", of a gap's interval.
std::string uncertainty(const Interval& interval) {
  const double percent = 100 * relative_half_width(interval);
  return fmt::format("±{:.{}f} %", percent, percent < 9.95 ? 1 : 0);
}

// Empty if it has one, or was not timed yet.
std::string why_without_latency(const SummaryRow& row) {
  if (row.status != Status::ok) return std::string(name_of(row.status));
  return withholds_latency(row.state) ? std::string(name_of(row.state)) : std::string();
}

Field python_field(const SummaryRow* row, bool is_best) {
  if (row == nullptr) return {};
  if (!row->latency_ns || row->status != Status::ok) return {{why_without_latency(*row)}};
  Field field{{format_time(*row->latency_ns)}};
  if (row->gap) {
    field.push_back({"  " + format_ratio(*row->gap), is_best ? Style::strong : Style::plain});
  }
  if (row->gap_ci) field.push_back({" " + uncertainty(*row->gap_ci), Style::faint});
  return field;
}

// The fastest row of a compiled lane that `against` admits if it is about that lane, or the reason
// why there is none.
Field fastest_field(const Cells& cells, const Lane& lane, const Against& against) {
  const SummaryRow* fastest = nullptr;
  std::string failure;
  for (const SummaryRow* row : cells) {
    const VariantId& id = row->cell.variant;
    if (id.lane != lane || (against.lane == lane && !against.admits(id))) continue;
    if (const std::string why = why_without_latency(*row); !why.empty()) failure = why;
    const bool faster = row->latency_ns && row->verified == true &&
                        (fastest == nullptr || *row->latency_ns < *fastest->latency_ns);
    if (faster) fastest = row;
  }
  if (fastest == nullptr) return {{failure}};
  return {{fastest->cell.variant.name + ' '}, {format_time(*fastest->latency_ns), Style::strong}};
}

std::string heading(const Section& section, const VariantId& id) {
  return to_string(id) + (id == section.baseline ? "*" : "");
}

std::string heading(const Section& section, const Lane& lane) {
  const bool is_named = section.against.lane == lane && !section.against.name.empty();
  return is_named ? to_string(section.against) : fmt::format("fastest {}", lane.name());
}

Field size_field(const SizeKey& size) { return {{format_size(size.n)}}; }

// The variant of a column on an engine of the section; itself where there is but one.
VariantId on_engine(const Section& section, VariantId id, const std::string& engine) {
  if (!section.engines.empty() && id.lane.has_engines()) id.engine = engine;
  return id;
}

// The lines of all sizes on one engine. What is compiled stands in the first group.
void append_lines(const Section& section, const std::string& engine, const std::vector<Lane>& lanes,
                  const std::vector<VariantId>& pythons, std::vector<Line>& lines) {
  const bool is_first = section.engines.empty() || engine == section.engines.front();
  for (const auto& [size, cells] : section.sizes) {
    const SummaryRow* const best = best_python(cells);
    Line line{size_field(size)};
    if (section.is_threaded) line.push_back({{fmt::to_string(size.threads)}});
    if (!section.engines.empty()) {
      line.push_back({{std::string(Lane::python().name()) + (engine.empty() ? "" : "@" + engine)}});
    }
    for (const Lane& lane : lanes) {
      line.push_back(is_first ? fastest_field(cells, lane, section.against) : Field());
    }
    for (const VariantId& id : pythons) {
      const SummaryRow* const row = row_of(cells, on_engine(section, id, engine));
      line.push_back(python_field(row, row == best));
    }
    lines.push_back(std::move(line));
  }
}

// The lines of some columns: of compiled lanes, then of Python variants.
std::vector<Line> lines_of(const Section& section, const std::vector<Lane>& lanes,
                           const std::vector<VariantId>& pythons) {
  Line header{{{"n"}}};
  if (section.is_threaded) header.push_back({{"threads"}});
  if (!section.engines.empty()) header.push_back({{"engine"}});
  for (const Lane& lane : lanes) header.push_back({{heading(section, lane)}});
  for (const VariantId& id : pythons) header.push_back({{heading(section, id)}});
  std::vector<Line> lines{std::move(header)};
  if (section.engines.empty()) append_lines(section, "", lanes, pythons, lines);
  for (const std::string& engine : section.engines) {
    append_lines(section, engine, lanes, pythons, lines);
  }
  return lines;
}

// As many columns beside each other as fit, the others below them.
std::optional<std::string> folded(const Section& section, const Look& look) {
  std::string text;
  std::size_t next = 0;
  do {
    // The compiled ones stand in the first block.
    const std::vector<Lane> lanes = next == 0 ? section.lanes : std::vector<Lane>();
    std::vector<VariantId> block;
    while (next < section.pythons.size()) {
      block.push_back(section.pythons[next]);
      if (width_of_columns(lines_of(section, lanes, block)) > look.columns) {
        block.pop_back();
        break;
      }
      ++next;
    }
    if (block.empty() && !section.pythons.empty()) return std::nullopt;
    text += align_columns(lines_of(section, lanes, block), look);
  } while (next < section.pythons.size());
  return text;
}

// A block of lines for each column, for screens on which not even one fits beside the compiled
// ones.
std::string listed(const Section& section, const Look& look) {
  std::string text;
  for (const Lane& lane : section.lanes) {
    text += align_columns(lines_of(section, {lane}, {}), look);
  }
  for (const VariantId& id : section.pythons) {
    text += heading(section, id) + '\n';
    std::vector<Line> lines = lines_of(section, {}, {id});
    lines.erase(lines.begin());
    text += align_columns(lines, look);
  }
  return text;
}

// In one line below the columns.
std::string skipped_line(const Section& section, const Look& look) {
  if (section.skipped.empty()) return "";
  std::string text;
  for (std::size_t i = 0; i < section.skipped.size(); ++i) {
    const SummaryRow& row = *section.skipped[i];
    text += fmt::format("{} {}", text.empty() ? "skipped:" : ",", to_string(row.cell.variant));
    const bool goes_on =
        i + 1 < section.skipped.size() && section.skipped[i + 1]->reason == row.reason;
    if (!goes_on) text += fmt::format(" ({})", row.reason);
  }
  return "  " + wrapped(text, look.columns - 2, 4) + '\n';
}

std::string text_of(const Section& section, const Look& look) {
  const std::optional<std::string> side_by_side = folded(section, look);
  return painted({section.title, Style::strong}, look) + '\n' +
         (side_by_side ? *side_by_side : listed(section, look)) + skipped_line(section, look);
}

std::vector<Section> sections_of(const std::vector<SummaryRow>& rows, const RunContext& context) {
  std::vector<std::string> kernels;
  std::map<std::string, std::map<std::string, Cells>> by_job;
  for (const SummaryRow& row : rows) {
    auto& jobs = by_job[row.cell.kernel];
    if (jobs.empty()) kernels.push_back(row.cell.kernel);
    jobs[row.job].push_back(&row);
  }
  std::vector<Section> sections;
  for (const std::string& kernel : kernels) {
    for (const auto& [job, cells] : by_job[kernel]) {
      const std::string title = job.empty() ? kernel : fmt::format("{}: {}", kernel, job);
      sections.push_back(section_of(title, cells, context));
    }
  }
  return sections;
}

// What gaps are over: "the fastest native variant of the same job".
std::string denominator_in(const std::vector<SummaryRow>& rows, Against against) {
  if (!against.name.empty()) return to_string(against);
  std::set<Lane> lanes;
  for (const SummaryRow& row : rows) {
    if (against.admits(row.cell.variant)) lanes.insert(row.cell.variant.lane);
  }
  if (lanes.size() == 1) against.lane = *lanes.begin();
  return fmt::format("the {} variant of the same job", denominator(against));
}

}  // namespace

std::string format_table(const std::vector<SummaryRow>& rows, const RunContext& context,
                         const Look& look) {
  std::string text;
  for (const Section& section : sections_of(rows, context)) {
    text += (text.empty() ? "" : "\n") + text_of(section, look);
  }
  const bool has_gaps =
      std::any_of(rows.begin(), rows.end(), [](const SummaryRow& row) { return row.gap; });
  if (!has_gaps) return text;
  return text + '\n' +
         wrapped(fmt::format("× over {}, ± its 95 % interval; * is what people write first",
                             denominator_in(rows, context.against)),
                 look.columns, 0) +
         '\n';
}

}  // namespace gapmeter
