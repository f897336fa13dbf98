# Finds cargo and its compiler, for cmake/RustKernels.cmake and what run.json says of them:
#   GAPMETER_CARGO, GAPMETER_RUSTC      the programs; false without a usable cargo
#   GAPMETER_RUST_COMPILER              rustc's version
#   GAPMETER_RUST_FLAGS                 what it is told besides the profile in harness/rust/Cargo.toml
#   GAPMETER_RUST_CHECKS                flags that change no code
#   GAPMETER_HAS_CRATES                 whether the crates of harness/rust_crates/ are there

set(GAPMETER_LEAST_CARGO 1.85)  # the first with edition 2024

# For find_program: whether a cargo runs and has a compiler beside it, both new enough. rustup's are
# there without any toolchain, too.
function(gapmeter_is_usable_cargo result cargo)
  cmake_path(REPLACE_FILENAME cargo rustc OUTPUT_VARIABLE rustc)
  foreach(program IN ITEMS ${cargo} ${rustc})
    execute_process(COMMAND ${program} --version RESULT_VARIABLE status OUTPUT_VARIABLE answer ERROR_QUIET)
    if(NOT status EQUAL 0 OR NOT answer MATCHES "^[a-z]+ ([0-9]+\\.[0-9]+)"
        OR CMAKE_MATCH_1 VERSION_LESS GAPMETER_LEAST_CARGO)
      set(${result} FALSE PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

# Sets `result` to whether cargo has, or can get, what the lock file names. All later calls are offline.
function(gapmeter_fetch_crates result)
  set(fetch ${CMAKE_COMMAND} -E env RUSTC=${GAPMETER_RUSTC} ${GAPMETER_CARGO} fetch --quiet --locked
    --manifest-path ${PROJECT_SOURCE_DIR}/harness/rust_crates/Cargo.toml)
  execute_process(COMMAND ${fetch} --offline RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
  if(NOT status EQUAL 0)
    execute_process(COMMAND ${fetch} TIMEOUT 300 RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
  endif()
  if(status EQUAL 0)
    set(${result} TRUE PARENT_SCOPE)
  endif()
endfunction()

# OFF leaves the lane out. Debian's is tried last: an older one may stand before it on PATH.
find_program(GAPMETER_CARGO cargo PATHS /usr/bin VALIDATOR gapmeter_is_usable_cargo
  DOC "cargo ${GAPMETER_LEAST_CARGO} or newer, for the Rust lane; OFF to do without")
option(GAPMETER_CRATES "Build the Rust variants that use crates, which are downloaded once" ON)
set(GAPMETER_HAS_CRATES FALSE)
set(GAPMETER_RUST_COMPILER "")
set(GAPMETER_RUST_FLAGS "")
if(GAPMETER_CARGO)
  cmake_path(REPLACE_FILENAME GAPMETER_CARGO rustc OUTPUT_VARIABLE GAPMETER_RUSTC)
  execute_process(COMMAND ${GAPMETER_RUSTC} --version
    OUTPUT_VARIABLE GAPMETER_RUST_COMPILER OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  if(GAPMETER_NATIVE)
    set(GAPMETER_RUST_FLAGS "-C target-cpu=native")
  endif()
  # What kernels may use of AVX-512 is stable since then.
  set(GAPMETER_RUST_CHECKS "--check-cfg=cfg(gapmeter_avx512)")
  if(GAPMETER_RUST_COMPILER MATCHES " ([0-9.]+)" AND CMAKE_MATCH_1 VERSION_GREATER_EQUAL 1.89)
    string(APPEND GAPMETER_RUST_CHECKS " --cfg gapmeter_avx512")
  endif()
  if(GAPMETER_WARNINGS_AS_ERRORS)
    string(APPEND GAPMETER_RUST_CHECKS " -D warnings")
  endif()
  if(GAPMETER_CRATES)
    gapmeter_fetch_crates(GAPMETER_HAS_CRATES)
  endif()
  if(NOT GAPMETER_HAS_CRATES)
    message(STATUS "No crates from the registry: the Rust variants that use them are skipped")
  endif()
else()
  message(STATUS "No cargo ${GAPMETER_LEAST_CARGO} or newer: the Rust variants are skipped (scripts/setup.sh)")
endif()

