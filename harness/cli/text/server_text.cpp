#include "harness/cli/text/server_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <map>

#include "harness/base/figures.h"
#include "harness/base/sizes.h"

namespace gapmeter {
namespace {

std::string name_of(const ServerCost& cost) {
  const std::string threads =
      cost.threads > 1 ? fmt::format(" on {} processors", cost.threads) : std::string();
  return to_string(cost.variant) + threads;
}

std::string mebibytes(std::int64_t bytes) {
  constexpr double mib = 1 << 20;
  return fmt::format("{:.3g} MiB", static_cast<double>(bytes) / mib);
}

std::string rate_text(double per_s) { return format_size(static_cast<std::size_t>(per_s)); }

// Three significant digits, as 812 or 10300.
std::string measured_rate(double per_s) {
  if (per_s < 100) return fmt::format("{:.3g}", per_s);
  const double unit = std::pow(10, std::floor(std::log10(per_s)) - 2);
  return fmt::format("{:.0f}", std::round(per_s / unit) * unit);
}

std::string memory_text(const ServerCost& cost) {
  if (!cost.loaded_bytes) return "";
  return fmt::format(", in {} ({} idle)", mebibytes(*cost.loaded_bytes),
                     mebibytes(*cost.idle_bytes));
}

}  // namespace

std::string sentence_of(const ServerCost& cost) {
  const std::string most = cost.capacity_per_s
                               ? fmt::format("at most {}/s", measured_rate(*cost.capacity_per_s))
                               : std::string();
  std::string text = fmt::format("{} {}: ", cost.kernel, name_of(cost));
  if (!cost.rate_per_s && cost.is_client_bound) {
    return text + fmt::format("its latencies are not known, since the client itself was late{}{}.",
                              most.empty() ? "" : "; " + most, memory_text(cost));
  }
  if (!cost.rate_per_s) {
    return text + fmt::format("at no measured rate was its p99 within {}{}{}.",
                              format_time(cost.objective_ns), most.empty() ? "" : "; " + most,
                              memory_text(cost));
  }
  text += fmt::format("{} requests/s with a p99 of {} (within {}{})", rate_text(*cost.rate_per_s),
                      format_time(*cost.latency_p99_ns), format_time(cost.objective_ns),
                      most.empty() ? "" : "; " + most);
  text += memory_text(cost);
  if (cost.processor_s) {
    text += fmt::format(", {} of processor time each", format_time(*cost.processor_s * 1e9));
  }
  return text + '.';
}

std::string format_server_costs(const std::vector<ServerCost>& costs, const Look& look) {
  std::string text;
  std::map<std::string, std::vector<std::string>> instances;  // by kernel
  for (const ServerCost& cost : costs) {
    text += wrapped(sentence_of(cost), look.columns) + '\n';
    if (!cost.wanted_per_s) continue;
    instances[cost.kernel].push_back(cost.instances
                                         ? fmt::format("{} of {}", *cost.instances, name_of(cost))
                                         : fmt::format("no number of {}", name_of(cost)));
  }
  for (const auto& [kernel, needed] : instances) {
    text += wrapped(fmt::format("{}: for {} requests/s with a p99 within {}: {}.", kernel,
                                rate_text(*costs.front().wanted_per_s),
                                format_time(costs.front().objective_ns), fmt::join(needed, ", ")),
                    look.columns) +
            '\n';
  }
  return text;
}

}  // namespace gapmeter
