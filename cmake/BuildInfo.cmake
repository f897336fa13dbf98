# build_info.h: what run.json says of the build. git_revision.h is made anew with every build, so that
# a commit made after the configuration shows.

string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
string(JOIN " " GAPMETER_ALL_FLAGS ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}} ${GAPMETER_KERNEL_FLAGS})
string(STRIP "${GAPMETER_ALL_FLAGS}" GAPMETER_ALL_FLAGS)

# Sets `result` to what the C++ compiler may use with these flags, sorted: avx2, avx512f, fma, …
function(gapmeter_cxx_features result)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} ${ARGN} -dM -E -x c++ /dev/null
    OUTPUT_VARIABLE macros COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "#define __[A-Z0-9_]+__ 1\n" features "${macros}")
  list(TRANSFORM features REPLACE "#define __(.+)__ 1\n" "\\1")
  list(TRANSFORM features TOLOWER)
  list(SORT features)
  set(${result} "${features}" PARENT_SCOPE)
endfunction()

# The same of the Rust compiler.
function(gapmeter_rust_features result)
  execute_process(COMMAND ${GAPMETER_RUSTC} --print cfg ${ARGN} OUTPUT_VARIABLE cfg COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "target_feature=\"[^\"]+\"" features "${cfg}")
  list(TRANSFORM features REPLACE "target_feature=\"(.+)\"" "\\1")
  list(SORT features)
  set(${result} "${features}" PARENT_SCOPE)
endfunction()

# The widest vectors among features: SSE2 and Neon are always there.
function(gapmeter_vector_bits result)
  set(bits 128)
  if(avx512f IN_LIST ARGN)
    set(bits 512)
  elseif(avx IN_LIST ARGN)
    set(bits 256)
  endif()
  set(${result} ${bits} PARENT_SCOPE)
endfunction()

# What kernels may use; of the features those that the flags add.
gapmeter_cxx_features(features ${GAPMETER_KERNEL_FLAGS})
gapmeter_cxx_features(always)
gapmeter_vector_bits(GAPMETER_VECTOR_BITS ${features})
list(REMOVE_ITEM features ${always})
list(JOIN features " " GAPMETER_FEATURES)
set(GAPMETER_RUST_VECTOR_BITS 0)
set(GAPMETER_RUST_FEATURES "")
if(GAPMETER_CARGO)
  separate_arguments(flags UNIX_COMMAND "${GAPMETER_RUST_FLAGS}")
  gapmeter_rust_features(features ${flags})
  gapmeter_rust_features(always)
  gapmeter_vector_bits(GAPMETER_RUST_VECTOR_BITS ${features})
  list(REMOVE_ITEM features ${always})
  list(JOIN features " " GAPMETER_RUST_FEATURES)
  # With what the profile in harness/rust/Cargo.toml says, as cargo passes it on.
  set(GAPMETER_RUST_ALL_FLAGS
    "-C opt-level=3 -C codegen-units=1 -C lto=fat -C panic=unwind ${GAPMETER_RUST_FLAGS}")
  string(STRIP "${GAPMETER_RUST_ALL_FLAGS}" GAPMETER_RUST_ALL_FLAGS)
endif()
configure_file(${PROJECT_SOURCE_DIR}/cmake/build_info.h.in ${PROJECT_BINARY_DIR}/generated/build_info.h @ONLY)

add_custom_target(gapmeter_git_revision
  COMMAND ${CMAKE_COMMAND} -D SOURCE_DIR=${PROJECT_SOURCE_DIR}
          -D OUTPUT=${PROJECT_BINARY_DIR}/generated/git_revision.h
          -P ${PROJECT_SOURCE_DIR}/cmake/GitRevision.cmake
  BYPRODUCTS ${PROJECT_BINARY_DIR}/generated/git_revision.h
  COMMENT "")
