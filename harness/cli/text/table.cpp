#include "harness/cli/text/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/base/figures.h"
#include "harness/base/sizes.h"
#include "harness/base/text.h"

namespace gapmeter {
namespace {

using Line = std::vector<std::string>;

struct SizeKey {
  std::size_t n;
  int threads;
  auto operator<=>(const SizeKey&) const = default;
};

std::string python_cell(const SummaryRow& row) {
  if (row.status != Status::ok) return std::string(name_of(row.status));
  if (!row.latency_ns) return "";
  const std::string gap = row.gap ? "  " + format_ratio(*row.gap) : std::string();
  return format_time(*row.latency_ns) + gap;
}

// The fastest native row, or the reason why there is none.
std::string native_cell(const std::vector<const SummaryRow*>& rows) {
  const SummaryRow* fastest = nullptr;
  std::string failure;
  for (const SummaryRow* row : rows) {
    if (!row->cell.variant.lane.is_compiled()) continue;
    if (row->status != Status::ok) failure = name_of(row->status);
    const bool faster = row->latency_ns && row->verified == true &&
                        (fastest == nullptr || *row->latency_ns < *fastest->latency_ns);
    if (faster) fastest = row;
  }
  if (fastest == nullptr) return failure;
  return fmt::format("{} {}", fastest->cell.variant.name, format_time(*fastest->latency_ns));
}

// Of one kernel, and of one job of it.
std::string table_of(const std::string& title, const std::vector<const SummaryRow*>& rows) {
  std::vector<VariantId> pythons;
  std::map<SizeKey, std::vector<const SummaryRow*>> by_size;
  bool threaded = false;
  for (const SummaryRow* row : rows) {
    by_size[{row->cell.n, row->cell.threads}].push_back(row);
    threaded = threaded || row->cell.threads > 1;
    const VariantId& id = row->cell.variant;
    const bool known = std::find(pythons.begin(), pythons.end(), id) != pythons.end();
    if (id.lane.is_python() && !known) pythons.push_back(id);
  }
  Line header{"n"};
  if (threaded) header.emplace_back("threads");
  header.emplace_back("fastest native");
  for (const VariantId& id : pythons) header.push_back(to_string(id));
  std::vector<Line> lines{header};
  for (const auto& [size, cells] : by_size) {
    Line line{format_size(size.n)};
    if (threaded) line.push_back(fmt::to_string(size.threads));
    line.push_back(native_cell(cells));
    for (const VariantId& id : pythons) {
      const auto found = std::find_if(cells.begin(), cells.end(), [&](const SummaryRow* row) {
        return row->cell.variant == id;
      });
      line.push_back(found == cells.end() ? "" : python_cell(**found));
    }
    lines.push_back(std::move(line));
  }
  return title + '\n' + align_columns(lines);
}

}  // namespace

std::string align_columns(const std::vector<Line>& lines) {
  std::vector<std::size_t> widths;
  for (const Line& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], width_of(line[i]));
  }
  std::string text;
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += i == 0 ? "  " : "   ";
      text.append(widths[i] - width_of(line[i]), ' ');
      text += line[i];
    }
    text += '\n';
  }
  return text;
}

std::string format_table(const std::vector<SummaryRow>& rows) {
  std::vector<std::string> kernels;
  std::map<std::string, std::map<std::string, std::vector<const SummaryRow*>>> by_job;
  for (const SummaryRow& row : rows) {
    auto& jobs = by_job[row.cell.kernel];
    if (jobs.empty()) kernels.push_back(row.cell.kernel);
    jobs[row.job].push_back(&row);
  }
  std::string text;
  for (const std::string& kernel : kernels) {
    for (const auto& [job, cells] : by_job[kernel]) {
      if (!text.empty()) text += '\n';
      text += table_of(job.empty() ? kernel : fmt::format("{}: {}", kernel, job), cells);
    }
  }
  return text;
}

}  // namespace gapmeter
