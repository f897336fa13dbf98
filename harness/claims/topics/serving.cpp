// Claims on a model behind a web server: C28 and C29.
#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/analysis/queueing.h"
#include "harness/claims/rules.h"

namespace gapmeter {
namespace {

const std::string serve = "serve", fastapi = "python/fastapi";

// More than another load, of those that count as half, makes of a queue.
constexpr double beyond_chance = 1.25;

std::string native_server(const Language& in) { return in("axum", "beast"); }

// Which share of its saturation a server was offered. Rows whose client had the server's processors
// tell nothing: it took from it what it measured.
std::optional<double> load_of(const SummaryRow& row) {
  const std::optional<Load>& load = row.combined.load;
  if (!load || load->shared_processors != 0 || load->capacity_per_s <= 0) return std::nullopt;
  return static_cast<double>(row.cell.n) / load->capacity_per_s;
}

// A server's cell nearest to half of its saturation.
const SummaryRow* at_half_load(const Evidence& evidence, const std::string& server) {
  constexpr double least = 0.3, most = 0.75;
  const auto distance = [](const SummaryRow& row) {
    return std::abs(std::log(*load_of(row) / 0.5));
  };
  const SummaryRow* nearest = nullptr;
  for (const std::size_t n : evidence.sizes(serve, server)) {
    const SummaryRow* row = evidence.cell(serve, server, n);
    const std::optional<double> load = load_of(*row);
    if (!load || *load < least || *load > most) continue;
    if (nearest == nullptr || distance(*row) < distance(*nearest)) nearest = row;
  }
  return nearest;
}

// A percentile of the requests, without an interval where the cell was disturbed nearly all the
// time.
std::optional<Estimate> steady_quantile(const SummaryRow& row, double q) {
  std::optional<Estimate> quantile = quantile_of_calls(row, q);
  if (quantile && row.state == MachineState::mixed) quantile->interval.reset();
  return quantile;
}

// How far the slow requests are from the usual one: p99 over p50.
std::optional<Estimate> spread_of(const SummaryRow* row) {
  if (row == nullptr) return std::nullopt;
  const auto slow = steady_quantile(*row, 0.99), usual = steady_quantile(*row, 0.5);
  if (!slow || !usual) return std::nullopt;
  return quotient(*slow, *usual);
}

Figure deciding(std::string what, const SummaryRow& row, const Estimate& value, double line) {
  return {.what = std::move(what),
          .kernel = serve,
          .n = row.cell.n,
          .value = value,
          .unit = "x",
          .line = line};
}

// The p99 of FastAPI over the native server's at the highest rate that both serve.
std::optional<Figure> tails_at_equal_rate(const Evidence& evidence, const std::string& native) {
  std::optional<Figure> last;
  for (const std::size_t n : evidence.sizes(serve, fastapi)) {
    const SummaryRow *ours = evidence.cell(serve, fastapi, n),
                     *theirs = evidence.cell(serve, native, n);
    if (theirs == nullptr || !load_of(*ours) || !load_of(*theirs)) continue;
    const auto over = steady_quantile(*ours, 0.99), under = steady_quantile(*theirs, 0.99);
    if (!over || !under) continue;
    last = deciding(fmt::format("99th percentile of {} over {}", fastapi, native), *ours,
                    quotient(*over, *under), 2);
  }
  return last;
}

// What a queue alone makes of the spread at this share of saturation.
Estimate spread_of_queue(double load) {
  const double spread = queue_quantile(load, 0.99) / queue_quantile(load, 0.5);
  return {spread, Interval{spread, spread}};
}

// Tells what the model takes without any server: the same prediction, called in a loop.
void tell_of_loop(Decision& decision, const Evidence& evidence, const SummaryRow& served) {
  const SummaryRow* loop = evidence.cell("mlp_infer", "python/numpy", 1);
  if (loop == nullptr) return;
  const Estimate request{*served.latency_ns, served.latency_ci_ns};
  const Estimate call{*loop->latency_ns, loop->latency_ci_ns};
  tell(decision, Figure{.what = "a request to python/fastapi over a call of python/numpy in a loop",
                        .kernel = serve,
                        .n = served.cell.n,
                        .value = quotient(request, call),
                        .unit = "x"});
  if (const auto spread = spread_of(loop)) {
    tell(decision, Figure{.what = "99th percentile over median of python/numpy in a loop",
                          .kernel = "mlp_infer",
                          .n = 1,
                          .value = *spread,
                          .unit = "x"});
  }
}

// Of figures that all have to be above their lines: one that is below refutes.
Outcome outcome_of_all(const std::vector<Figure>& figures) {
  Outcome outcome = Outcome::holds;
  for (const Figure& figure : figures) {
    const Side side = side_of(figure.value, *figure.line);
    if (side == Side::below) return Outcome::fails;
    if (side == Side::open) outcome = Outcome::open;
  }
  return outcome;
}

// A queue in front of a server makes some requests slow, whatever the server is written in: spikes
// are what goes beyond that.
Decision spikes(const Evidence& evidence, const Language& in) {
  const std::string native = native_server(in);
  const SummaryRow* served = at_half_load(evidence, fastapi);
  const SummaryRow* natively = at_half_load(evidence, native);
  const auto spread = spread_of(served), native_spread = spread_of(natively);
  auto tails = tails_at_equal_rate(evidence, native);
  if (!spread || !native_spread || !tails) {
    return evidence.not_measured(serve, {fastapi, native},
                                 "at about half of what each serves and at an equal rate, with the "
                                 "client on another processor");
  }
  const double load = *load_of(*served);
  const Estimate queue = spread_of_queue(load);
  Decision decision{
      .reason = fmt::format("at {:.0f} % of what it serves at most the 99th percentile of {} is "
                            "{:.1f} times its median, where a queue alone makes {:.1f} of it; at "
                            "{:.0f} % that of {} is {:.1f} times",
                            100 * load, fastapi, spread->value, queue.value,
                            100 * *load_of(*natively), native, native_spread->value),
      .figures = {deciding("99th percentile over median of python/fastapi, over a queue's alone",
                           *served, quotient(*spread, queue), beyond_chance),
                  deciding("99th percentile over median of python/fastapi over that of " + native,
                           *served, quotient(*spread, *native_spread), beyond_chance),
                  std::move(*tails)}};
  decision.outcome = outcome_of_all(decision.figures);
  tell_of_loop(decision, evidence, *served);
  return decision;
}

// What all processes of a server have resident.
struct Footprint {
  const SummaryRow* row;
  double idle_bytes, loaded_bytes;
};

// Of the rate at which it has the most under load.
std::optional<Footprint> footprint_of(const Evidence& evidence, const std::string& server) {
  std::optional<Footprint> most;
  for (const SummaryRow* row : evidence.with_memory(serve, server)) {
    if (row->combined.memory->baseline_bytes <= 0) continue;
    const auto idle = static_cast<double>(row->combined.memory->baseline_bytes);
    const double loaded = idle + static_cast<double>(peak_bytes_of(*row).value_or(0));
    if (!most || loaded > most->loaded_bytes) most = Footprint{row, idle, loaded};
  }
  return most;
}

Figure mebibytes(std::string what, const SummaryRow& row, double bytes) {
  return {.what = std::move(what),
          .kernel = row.cell.kernel,
          .n = row.cell.n,
          .value = {bytes / (1 << 20)},
          .unit = "MiB"};
}

// Memory, unlike time, is the same on every run: the quotient needs no interval.
Decision eats_memory(const Evidence& evidence, const Language& in) {
  const std::string native = native_server(in);
  const auto served = footprint_of(evidence, fastapi), natively = footprint_of(evidence, native);
  if (!served || !natively) {
    return evidence.not_measured(serve, {fastapi, native}, "that tell memory");
  }
  const double ratio = served->loaded_bytes / natively->loaded_bytes;
  Decision decision =
      decide_once(deciding(fmt::format("memory under load of {} over {}", fastapi, native),
                           *served->row, {ratio, Interval{ratio, ratio}}, 2),
                  2, true);
  for (const auto& [server, memory] : {std::pair{fastapi, *served}, {native, *natively}}) {
    tell(decision, mebibytes("memory under load of " + server, *memory.row, memory.loaded_bytes));
    tell(decision, mebibytes("memory of " + server + ", idle", *memory.row, memory.idle_bytes));
  }
  const std::optional<ServerProcesses>& soaked = served->row->combined.server;
  if (soaked && soaked->soak_s > 0) {
    tell(decision,
         mebibytes(fmt::format("growth of {} in {:.0f} s under load", fastapi, soaked->soak_s),
                   *served->row, static_cast<double>(soaked->soak_growth_bytes)));
  }
  return decision;
}

}  // namespace

std::vector<Claim> serving_claims() {
  return {
      {.id = "C28",
       .topic = "production",
       .text = "A model that is fast in a notebook shows latency spikes behind a web server.",
       .rule =
           "At about half of what it serves at most, the 99th percentile of FastAPI over its "
           "median is more than 1.25 times what a queue alone makes of that load, and more than "
           "1.25 times the native server's at about half of its own; and at the highest rate "
           "that both serve its 99th percentile is more than twice as long. Told beside it: the "
           "model called in a loop.",
       .kernels = {serve},
       .depends_on = {Dependence::processor, Dependence::interpreter, Dependence::packages},
       .rulings = in_each_language(spikes)},
      {.id = "C29",
       .topic = "production",
       .text = "That server eats memory.",
       .rule =
           "The processes of FastAPI have more than twice as much memory resident under load as "
           "those of the native server, each at the rate at which it has the most.",
       .kernels = {serve},
       .depends_on = {Dependence::interpreter, Dependence::packages},
       .rulings = in_each_language(eats_memory)}};
}

}  // namespace gapmeter
