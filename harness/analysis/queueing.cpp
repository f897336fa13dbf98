#include "harness/analysis/queueing.h"

#include <cmath>

namespace gapmeter {
namespace {

// The probability of waiting at most so long, by Erlang's alternating sum.
double probability_to_wait(double load, double wait) {
  double sum = 0;
  for (int k = 0; k <= wait; ++k) {
    const double x = load * (k - wait);
    sum += std::pow(x, k) / std::tgamma(k + 1.0) * std::exp(-x);
  }
  return (1 - load) * sum;
}

}  // namespace

double queue_quantile(double load, double q) {
  if (q <= 1 - load) return 1;  // nobody is there
  double low = 0, high = 1;
  while (probability_to_wait(load, high) < q) high *= 2;
  while (high - low > 1e-9) {
    const double middle = (low + high) / 2;
    (probability_to_wait(load, middle) < q ? low : high) = middle;
  }
  return 1 + (low + high) / 2;
}

}  // namespace gapmeter
