// How far a result may be from the reference's.
#pragma once

#include <functional>

namespace gapmeter {

struct Inputs;

// |actual - expected| <= abs + rel * |expected|, per element. Integers are always compared exactly.
struct Tolerance {
  double abs = 0;
  double rel = 0;
};

// From the algorithm's error bound; may look at the inputs, since bounds often need their norms.
using ToleranceOf = std::function<Tolerance(const Inputs&)>;

}  // namespace gapmeter
