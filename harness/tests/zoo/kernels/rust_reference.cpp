// rust_reference: what the others are verified against is in Rust.
#include "harness/tests/zoo/kernels/doubling.h"

GAPMETER_KERNEL() {
  gapmeter::Kernel kernel = zoo::doubling("A reference in Rust", {});
  kernel.reference = "rust/right";
  return kernel;
}
