#include "harness/load/closed_loop.h"

#include <chrono>

namespace gapmeter {
namespace {

using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

class ClosedLoop final : public RequestListener {
 public:
  ClosedLoop(const Target& target, int connections)
      : connections_(target, connections, *this), idle_(connections) {}

  ClosedLoopResult run(double warm_up_s, double timed_s, const std::function<bool()>& keep_on) {
    ask_for(warm_up_s, keep_on);
    const std::int64_t before = answers_;
    const Steady::time_point start = Steady::now();
    ask_for(timed_s, keep_on);
    result_.answers_per_s = static_cast<double>(answers_ - before) / seconds_since(start);
    return result_;
  }

  void answered(std::size_t /*request*/) override {
    ++answers_;
    ++idle_;
  }

  void failed(std::size_t /*request*/, const std::string& reason) override {
    ++result_.errors;
    if (result_.first_error.empty()) result_.first_error = reason;
    ++failed_;
  }

 private:
  void ask_for(double seconds, const std::function<bool()>& keep_on) {
    constexpr double between_looks_s = 0.1;
    double looked_s = 0;
    const Steady::time_point start = Steady::now();
    for (double now_s = 0; now_s < seconds; now_s = seconds_since(start)) {
      for (; idle_ > 0 && connections_.has_free(); --idle_) connections_.send(0);
      constexpr std::int64_t longest_ns = 20'000'000;
      connections_.wait(longest_ns);
      if (now_s - looked_s < between_looks_s) continue;
      looked_s = now_s;
      if (!keep_on()) return;
      // Not at once: a server that refuses everything would be asked without end.
      idle_ += failed_;
      failed_ = 0;
    }
  }

  Connections connections_;
  int idle_, failed_ = 0;
  std::int64_t answers_ = 0;
  ClosedLoopResult result_{};
};

}  // namespace

ClosedLoopResult run_closed_loop(const Target& target, int connections, double warm_up_s,
                                 double timed_s, const std::function<bool()>& keep_on) {
  return ClosedLoop(target, connections).run(warm_up_s, timed_s, keep_on);
}

}  // namespace gapmeter
