// Sums of doubles, for kernels whose subject is how the numbers are held and not how they are
// added. Each sum still has to be as fast as that of Python's libraries.
#pragma once

#include <cstddef>
#include <functional>
#include <numeric>
#include <span>

#include "harness/kernel/kernel.h"

namespace gapmeter_sums {

// One addition after the other, as IEEE arithmetic demands.
inline double in_order(std::span<const double> x) {
  return std::accumulate(x.begin(), x.end(), 0.0);
}

// The sum of term(x[i]), reordered for the compiler's vectors: four independent sums, so that one
// addition need not wait for the other.
template <class Term = std::identity>
double reassociated(std::span<const double> x, Term term = {}) {
  const std::size_t quarter = x.size() / 4;
  const double* const values = x.data();
  double a = 0, b = 0, c = 0, d = 0;
#pragma omp simd reduction(+ : a, b, c, d)
  for (std::size_t i = 0; i < quarter; ++i) {
    a += term(values[i]);
    b += term(values[quarter + i]);
    c += term(values[2 * quarter + i]);
    d += term(values[3 * quarter + i]);
  }
  double rest = 0;
  for (std::size_t i = 4 * quarter; i < x.size(); ++i) rest += term(values[i]);
  return (a + b) + (c + d) + rest;
}

// The tolerance for a sum of n numbers of at most 1, in any order: |error| <= (n - 1) u sum |x|
// (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, 4.2), doubled because two sums
// are compared. For a sum of n squares it is n u sum x^2 (same book, 3.1), hence the n + 1.
inline gapmeter::Tolerance error_bound(const gapmeter::Inputs& inputs) {
  const auto n = static_cast<double>(inputs.n);
  return {.abs = 2 * (n + 1) * n * 0x1p-53};
}

}  // namespace gapmeter_sums
