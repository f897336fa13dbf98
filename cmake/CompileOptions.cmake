# Options of our own targets, as interface targets that they link privately: nothing here leaks into
# third-party code, and no global flag variable is edited.

add_library(gapmeter_options INTERFACE)
target_include_directories(gapmeter_options INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/generated>)
target_compile_options(gapmeter_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wconversion -Wsign-conversion
  # Designated initialisers leave out members that have defaults.
  -Wno-missing-field-initializers
  # g++ 12 warns of an overlap that can't be where a string is put together (GCC bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  # A file takes 0.4 GB to compile in any case: collecting the compiler's garbage below 1 GB only
  # costs time, a tenth of it in files with many templates.
  $<$<CXX_COMPILER_ID:GNU>:--param=ggc-min-heapsize=1048576>
  $<$<BOOL:${GAPMETER_WARNINGS_AS_ERRORS}>:-Werror>)
if(NOT GAPMETER_COVERAGE)
  # Installed programs name no path of this tree; gcov needs them.
  target_compile_options(gapmeter_options INTERFACE
    $<BUILD_INTERFACE:-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=>)
endif()

# Tests are run once. What they test keeps its own options.
add_library(gapmeter_test_options INTERFACE)
target_compile_options(gapmeter_test_options INTERFACE $<$<CONFIG:Release>:-O0>)

add_library(gapmeter_sanitizers INTERFACE)
if(GAPMETER_SANITIZERS)
  target_compile_options(gapmeter_sanitizers INTERFACE
    -fsanitize=${GAPMETER_SANITIZERS} -fno-omit-frame-pointer -fno-sanitize-recover=all
    # Instrumented code confuses what these warnings rest on; other builds have them.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow>)
  target_link_options(gapmeter_sanitizers INTERFACE -fsanitize=${GAPMETER_SANITIZERS})
endif()

# Which lines of the harness run, for scripts/dev/coverage.sh. Kernels are not instrumented.
# Instrumented code links gapmeter_coverage_runtime.
add_library(gapmeter_coverage INTERFACE)
add_library(gapmeter_coverage_runtime INTERFACE)
if(GAPMETER_COVERAGE)
  add_library(gapmeter_coverage_flush STATIC ${PROJECT_SOURCE_DIR}/cmake/coverage_flush.cpp)
  target_compile_options(gapmeter_coverage INTERFACE
    -O0 --coverage -fprofile-abs-path -fprofile-update=atomic)
  target_link_libraries(gapmeter_coverage_runtime INTERFACE gapmeter_coverage_flush)
  target_link_options(gapmeter_coverage_runtime INTERFACE --coverage -Wl,--wrap=_exit,--wrap=_Exit)
endif()
