# What the native variants are compiled with, here and in suites; run.json records what of it reached a
# program's kernels. `omp simd` only honours the pragma, it brings no threads.

option(GAPMETER_NATIVE "Compile for this machine's instruction set (-march=native)" ON)

set(GAPMETER_KERNEL_FLAGS -fopenmp-simd)
if(GAPMETER_NATIVE)
  list(APPEND GAPMETER_KERNEL_FLAGS -march=native)
endif()
add_library(gapmeter_kernel_options INTERFACE)
target_compile_options(gapmeter_kernel_options INTERFACE ${GAPMETER_KERNEL_FLAGS})
if(GAPMETER_NATIVE)
  # Highway 1.0.3, Debian 12's, refuses to compile where the compiler may use all of AVX3_DL (Zen 5)
  # unless that target is asked for: it looks for it in a macro that does not exist, HWY_BASELINE.
  target_compile_definitions(gapmeter_kernel_options INTERFACE HWY_WANT_AVX3_DL)
endif()
