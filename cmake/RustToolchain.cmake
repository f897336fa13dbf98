# Finds cargo and its compiler, here and in suites. The workspaces are in GAPMETER_RUST_DIR. Sets
#   GAPMETER_CARGO, GAPMETER_RUSTC      the programs; false without a usable cargo
#   GAPMETER_RUST_COMPILER              rustc's version
#   GAPMETER_RUST_FLAGS                 the list of what it is told besides the profile in rust/Cargo.toml
#   GAPMETER_RUST_CHECKS                flags that change no code
# and defines gapmeter_has_crates and gapmeter_rust_build.

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

# OFF leaves the lane out. Debian's is tried last: an older one may stand before it on PATH.
find_program(GAPMETER_CARGO cargo PATHS /usr/bin VALIDATOR gapmeter_is_usable_cargo
  DOC "cargo ${GAPMETER_LEAST_CARGO} or newer, for the Rust lane; OFF to do without")
option(GAPMETER_CRATES "Build the Rust variants that use crates, which are downloaded once" ON)
set(GAPMETER_RUST_COMPILER "")
set(GAPMETER_RUST_FLAGS "")
set(GAPMETER_RUST_CHECKS "")
if(GAPMETER_CARGO)
  cmake_path(REPLACE_FILENAME GAPMETER_CARGO rustc OUTPUT_VARIABLE GAPMETER_RUSTC)
  execute_process(COMMAND ${GAPMETER_RUSTC} --version
    OUTPUT_VARIABLE GAPMETER_RUST_COMPILER OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  if(GAPMETER_NATIVE)
    set(GAPMETER_RUST_FLAGS -C target-cpu=native)
  endif()
  # Programs name no path of the tree that they are built from. Symbols name the function that a generic
  # one was made for: profilers and benchmarks/compare_code.py tell variants by it.
  set(GAPMETER_RUST_CHECKS --remap-path-prefix=${PROJECT_SOURCE_DIR}/= "--check-cfg=cfg(gapmeter_avx512)"
    -C symbol-mangling-version=v0)
  # What kernels may use of AVX-512 is stable since then.
  if(GAPMETER_RUST_COMPILER MATCHES " ([0-9.]+)" AND CMAKE_MATCH_1 VERSION_GREATER_EQUAL 1.89)
    list(APPEND GAPMETER_RUST_CHECKS --cfg gapmeter_avx512)
  endif()
  if(GAPMETER_WARNINGS_AS_ERRORS)
    list(APPEND GAPMETER_RUST_CHECKS -D warnings)
  endif()
endif()

# Sets `result` to whether cargo has, or can get, what the lock file of rust_crates/ names. The first
# call downloads it; cargo is offline from then on.
function(gapmeter_has_crates result)
  get_property(is_known GLOBAL PROPERTY GAPMETER_HAS_CRATES SET)
  if(NOT is_known)
    set(status 1)
    if(GAPMETER_CARGO AND GAPMETER_CRATES)
      set(fetch ${CMAKE_COMMAND} -E env RUSTC=${GAPMETER_RUSTC} ${GAPMETER_CARGO} fetch --quiet --locked
        --manifest-path ${GAPMETER_RUST_DIR}/rust_crates/Cargo.toml)
      execute_process(COMMAND ${fetch} --offline RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
      if(NOT status EQUAL 0)
        execute_process(COMMAND ${fetch} TIMEOUT 300 RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
      endif()
    endif()
    string(COMPARE EQUAL "${status}" 0 has_crates)
    set_property(GLOBAL PROPERTY GAPMETER_HAS_CRATES ${has_crates})
  endif()
  get_property(has_crates GLOBAL PROPERTY GAPMETER_HAS_CRATES)
  set(${result} ${has_crates} PARENT_SCOPE)
endfunction()

# Sets `result` to what the compiler may use with these flags, sorted: avx2, fma, …
function(gapmeter_rust_features result)
  execute_process(COMMAND ${GAPMETER_RUSTC} --print cfg ${ARGN} OUTPUT_VARIABLE cfg COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "target_feature=\"[^\"]+\"" features "${cfg}")
  list(TRANSFORM features REPLACE "target_feature=\"(.+)\"" "\\1")
  list(SORT features)
  set(${result} "${features}" PARENT_SCOPE)
endfunction()

# Sets `result` to a gapmeter::RustBuild in C++: how Rust kernels are compiled.
function(gapmeter_rust_build result)
  gapmeter_rust_features(features ${GAPMETER_RUST_FLAGS})
  gapmeter_rust_features(always)
  set(bits 128)  # SSE2 and Neon are always there
  if(avx512f IN_LIST features)
    set(bits 512)
  elseif(avx IN_LIST features)
    set(bits 256)
  endif()
  list(REMOVE_ITEM features ${always})
  list(JOIN features " " features)
  # With what the profile in rust/Cargo.toml says, as cargo passes it on.
  set(flags -C opt-level=3 -C codegen-units=1 -C lto=fat -C panic=unwind ${GAPMETER_RUST_FLAGS})
  list(JOIN flags " " flags)
  set(${result} "{\"${GAPMETER_RUST_COMPILER}\", \"${flags}\", ${bits}, \"${features}\"}" PARENT_SCOPE)
endfunction()
