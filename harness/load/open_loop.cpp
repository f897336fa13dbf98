#include "harness/load/open_loop.h"

#include <fmt/format.h>
#include <sys/prctl.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>

#include "harness/load/schedule.h"

namespace gapmeter {
namespace {

using Steady = std::chrono::steady_clock;

std::int64_t nanoseconds(double seconds) { return std::llround(seconds * 1e9); }

class OpenLoop final : public RequestListener {
 public:
  OpenLoop(const Target& target, const OpenLoopPlan& plan, const LoadSpec& load,
           Precision precision, const std::function<bool()>& keep_on)
      : plan_(plan),
        timeout_ns_(nanoseconds(load.timeout_s)),
        precision_(precision),
        keep_on_(keep_on),
        connections_(target, load.connections, *this),
        is_open_(plan.due_ns.size(), true) {
    const auto timed = std::lower_bound(plan.due_ns.begin(), plan.due_ns.end(), plan.timed_from_ns);
    result_.requests = plan.due_ns.end() - timed;
  }

  OpenLoopResult run() {
    prctl(PR_SET_TIMERSLACK, 1);  // the default is to sleep up to 50 µs longer
    started_ = Steady::now();
    while (!is_over()) {
      now_ns_ = elapsed_ns();
      take_due();
      send_waiting();
      give_up_old();
      connections_.wait(ns_to_next());
    }
    result_.connections = connections_.most_open();
    return std::move(result_);
  }

  void answered(std::size_t request) override {
    now_ns_ = elapsed_ns();
    is_open_[request] = false;
    const bool is_in_time = now_ns_ >= plan_.timed_from_ns && now_ns_ < plan_.ends_ns;
    if (is_in_time) ++result_.answered;
    ++result_.answers;
    if (is_timed(request)) result_.latencies.add(now_ns_ - plan_.due_ns[request]);
  }

  void failed(std::size_t request, const std::string& reason) override {
    is_open_[request] = false;
    if (result_.first_error.empty()) result_.first_error = reason;
    if (is_timed(request)) ++result_.errors;
    asks_at_once_ = true;
  }

 private:
  std::int64_t elapsed_ns() const {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Steady::now() - started_).count();
  }

  bool is_timed(std::size_t request) const { return plan_.due_ns[request] >= plan_.timed_from_ns; }

  bool is_over() {
    const bool nothing_is_left =
        next_ == plan_.due_ns.size() && waiting_.empty() && in_flight_.empty();
    if (nothing_is_left && elapsed_ns() >= plan_.ends_ns) return true;
    if (is_given_up()) {
      result_.was_cut_short = true;
      return true;
    }
    return false;
  }

  bool is_given_up() {
    constexpr std::int64_t between_looks_ns = 100'000'000;
    if (now_ns_ - looked_ns_ < between_looks_ns && !asks_at_once_) return false;
    looked_ns_ = now_ns_;
    asks_at_once_ = false;
    if (!keep_on_()) return true;
    // One that stalled right before the end may still have all its answers soon.
    constexpr std::int64_t grace_ns = 1'000'000'000;
    const auto in_time = static_cast<double>(result_.answered);
    return now_ns_ > plan_.ends_ns + grace_ns &&
           in_time < unsaturated_share * static_cast<double>(result_.requests);
  }

  void take_due() {
    for (; next_ < plan_.due_ns.size() && plan_.due_ns[next_] <= now_ns_; ++next_) {
      waiting_.push_back(next_);
    }
  }

  void send_waiting() {
    // Who is late although a connection is free was made late by this client.
    while (!waiting_.empty() && connections_.has_free()) {
      const std::size_t request = waiting_.front();
      waiting_.pop_front();
      if (is_timed(request) && request >= had_to_wait_until_) {
        result_.lags.add(elapsed_ns() - plan_.due_ns[request]);
      }
      in_flight_.push_back(request);
      connections_.send(request);
    }
    if (!waiting_.empty()) had_to_wait_until_ = waiting_.back() + 1;
  }

  // The oldest are in front, since they are sent in their order.
  void give_up_old() {
    while (!in_flight_.empty() && !is_open_[in_flight_.front()]) in_flight_.pop_front();
    while (!in_flight_.empty() && is_too_old(in_flight_.front())) {
      const std::size_t request = in_flight_.front();
      in_flight_.pop_front();
      if (!is_open_[request]) continue;
      connections_.drop(request);
      time_out(request);
    }
    while (!waiting_.empty() && is_too_old(waiting_.front())) {
      time_out(waiting_.front());
      waiting_.pop_front();
    }
  }

  bool is_too_old(std::size_t request) const {
    return now_ns_ - plan_.due_ns[request] >= timeout_ns_;
  }

  void time_out(std::size_t request) {
    is_open_[request] = false;
    if (!is_timed(request)) return;
    ++result_.timeouts;
    result_.latencies.add(now_ns_ - plan_.due_ns[request]);
  }

  std::int64_t ns_to_next() const {
    if (precision_ == Precision::spins) return 0;
    constexpr std::int64_t longest_ns = 50'000'000;  // to ask whether to go on
    std::int64_t wake_ns = now_ns_ + longest_ns;
    if (next_ < plan_.due_ns.size()) {
      wake_ns = std::min(wake_ns, plan_.due_ns[next_]);
    } else if (now_ns_ < plan_.ends_ns) {
      wake_ns = std::min(wake_ns, plan_.ends_ns);
    }
    if (!in_flight_.empty()) {
      wake_ns = std::min(wake_ns, plan_.due_ns[in_flight_.front()] + timeout_ns_);
    }
    return wake_ns - elapsed_ns();
  }

  const OpenLoopPlan& plan_;
  std::int64_t timeout_ns_;
  Precision precision_;
  const std::function<bool()>& keep_on_;
  Connections connections_;
  Steady::time_point started_{};
  std::int64_t now_ns_ = 0, looked_ns_ = 0;
  bool asks_at_once_ = false;
  std::size_t next_ = 0;                             // to become due
  std::deque<std::size_t> waiting_{}, in_flight_{};  // for a connection; for an answer
  std::vector<bool> is_open_;                        // neither answered nor failed
  // Requests before this one were late for want of a connection.
  std::size_t had_to_wait_until_ = 0;
  OpenLoopResult result_{};
};

}  // namespace

OpenLoopPlan plan_open_loop(Schedule schedule, double rate_per_s, std::size_t count,
                            double warm_up_s, std::uint64_t seed) {
  const auto before = static_cast<std::size_t>(std::llround(warm_up_s * rate_per_s));
  OpenLoopPlan plan{.timed_from_ns = nanoseconds(static_cast<double>(before) / rate_per_s)};
  if (before > 0) plan.due_ns = schedule_of(schedule, before, plan.timed_from_ns, seed);
  const std::int64_t length_ns = nanoseconds(static_cast<double>(count) / rate_per_s);
  for (const std::int64_t due_ns : schedule_of(schedule, count, length_ns, seed + 1)) {
    plan.due_ns.push_back(plan.timed_from_ns + due_ns);
  }
  plan.ends_ns = plan.timed_from_ns + length_ns;
  return plan;
}

OpenLoopResult run_open_loop(const Target& target, const OpenLoopPlan& plan, const LoadSpec& load,
                             Precision precision, const std::function<bool()>& keep_on) {
  return OpenLoop(target, plan, load, precision, keep_on).run();
}

}  // namespace gapmeter
