// inout_scalar: a number, which Python can't change in place.
#include "harness/tests/zoo/kernels/doubling.h"

namespace {

zoo::Output unchanged(zoo::Input x, std::span<float> /*total*/) { return zoo::right(x); }

}  // namespace

GAPMETER_KERNEL() {
  using namespace gapmeter;
  Kernel kernel = zoo::doubling("A number to be changed", {});
  kernel.inputs.push_back(inout<float>("total", zoo::fill, Tolerance{}, scalar));
  kernel.native = {native<unchanged>("right")};
  return kernel;
}
