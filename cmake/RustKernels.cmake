# gapmeter_rust_kernels(NAME KERNELS_DIR): the Rust variants of a program, from KERNELS_DIR/*.rs.
#
# Cargo builds them and the support crate as one static library, offline and without a crate from a
# registry (harness/rust/). Everything that links NAME_kernels links it, too. Without a usable cargo the
# variants are known by name and skipped, with the reason.

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
  set(rust_checks "--check-cfg=cfg(gapmeter_avx512)")
  if(GAPMETER_RUST_COMPILER MATCHES " ([0-9.]+)" AND CMAKE_MATCH_1 VERSION_GREATER_EQUAL 1.89)
    string(APPEND rust_checks " --cfg gapmeter_avx512")
  endif()
  if(GAPMETER_WARNINGS_AS_ERRORS)
    string(APPEND rust_checks " -D warnings")
  endif()
else()
  message(STATUS "No cargo ${GAPMETER_LEAST_CARGO} or newer: the Rust variants are skipped (scripts/setup.sh)")
endif()

# Sets `result` to the lines of C++ that name the variants which a .rs declares.
function(gapmeter_unbuilt_rust_variants result source)
  cmake_path(GET source STEM stem)
  set(lines "")
  set(declaration "^ *\"([^\"]+)\"( for \"([^\"]+)\")? =>")
  file(STRINGS ${source} declarations REGEX "${declaration}")
  foreach(line IN LISTS declarations)
    string(REGEX MATCH "${declaration}" found "${line}")
    string(APPEND lines "    {\"${stem}\", \"${CMAKE_MATCH_1}\", \"${CMAKE_MATCH_3}\"},\n")
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  set(${result} "${lines}" PARENT_SCOPE)
endfunction()

# The registration of variants that can't be built.
function(gapmeter_unbuilt_rust_kernels name registration)
  set(variants "")
  foreach(source IN LISTS ARGN)
    gapmeter_unbuilt_rust_variants(lines ${source})
    string(APPEND variants "${lines}")
  endforeach()
  file(CONFIGURE OUTPUT ${registration} CONTENT [=[
#include "harness/kernel/rust_variants.h"

static const gapmeter::RustRegistration registration(
    {
@variants@    },
    "gapmeter was built without cargo @GAPMETER_LEAST_CARGO@ or newer (scripts/setup.sh)");
]=] @ONLY)
endfunction()

# The list that harness/rust/kernels/src/lib.rs includes: a module for each file.
function(gapmeter_rust_list list)
  set(modules "")
  set(stems "")
  foreach(source IN LISTS ARGN)
    cmake_path(GET source STEM stem)
    string(MAKE_C_IDENTIFIER "kernel_${stem}" module)
    string(APPEND modules "#[path = \"${source}\"]\nmod ${module};\n")
    string(APPEND stems "    gapmeter::Stem::new(\"${stem}\", ${module}::VARIANTS),\n")
  endforeach()
  file(CONFIGURE OUTPUT ${list} CONTENT [=[
@modules@
static STEMS: &[gapmeter::Stem] = &[
@stems@];

#[unsafe(no_mangle)]
extern "C" fn gapmeter_rust_library() -> gapmeter::Library {
    gapmeter::Library::new(STEMS)
}
]=] @ONLY)
endfunction()

# Builds one crate of the workspace: `artifact` in target_dir/release. `files` are what it is made from
# besides what cargo itself finds out, and ARGN variables of the environment.
function(gapmeter_cargo crate target_dir artifact files)
  set(workspace ${PROJECT_SOURCE_DIR}/harness/rust)
  cmake_path(REPLACE_EXTENSION artifact d OUTPUT_VARIABLE found)
  add_custom_command(OUTPUT ${target_dir}/release/${artifact}
    COMMAND ${CMAKE_COMMAND} -E env
      --unset=CARGO_ENCODED_RUSTFLAGS --unset=CARGO_BUILD_TARGET
      "RUSTFLAGS=${GAPMETER_RUST_FLAGS} ${rust_checks}" RUSTC=${GAPMETER_RUSTC} ${ARGN}
      ${GAPMETER_CARGO} build --quiet --release --offline --locked
      --manifest-path ${workspace}/${crate}/Cargo.toml --target-dir ${target_dir}
    # Cargo leaves what is up to date as old as it is.
    COMMAND ${CMAKE_COMMAND} -E touch ${target_dir}/release/${artifact}
    DEPENDS ${files} ${workspace}/Cargo.toml ${workspace}/Cargo.lock
    DEPFILE ${target_dir}/release/${found}
    COMMENT "Building ${artifact}" VERBATIM)
endfunction()

# The library NAME_rust, of the modules in `list`.
function(gapmeter_rust_library name list)
  set(target_dir ${CMAKE_BINARY_DIR}/rust/${name}/kernels)
  gapmeter_cargo(kernels ${target_dir} libgapmeter_kernels.a "${list};${ARGN}"
    GAPMETER_RUST_KERNELS=${list} GAPMETER_PROGRAMS_DIR=${CMAKE_BINARY_DIR}/${name}-programs)
  set(library ${target_dir}/release/libgapmeter_kernels.a)
  add_custom_target(${name}_cargo DEPENDS ${library})
  add_library(${name}_rust STATIC IMPORTED GLOBAL)
  set_target_properties(${name}_rust PROPERTIES IMPORTED_LOCATION ${library})
  add_dependencies(${name}_rust ${name}_cargo)
  target_link_libraries(${name}_kernels INTERFACE ${name}_rust)
endfunction()

# Programs for kernels to start, from KERNELS_DIR/programs/*.rs: NAME-programs/STEM-rust.
function(gapmeter_rust_programs name kernels_dir)
  file(GLOB sources CONFIGURE_DEPENDS ${kernels_dir}/programs/*.rs)
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM stem)
    set(target_dir ${CMAKE_BINARY_DIR}/rust/${name}/${stem})
    gapmeter_cargo(program ${target_dir} gapmeter_program ${source} GAPMETER_RUST_PROGRAM=${source})
    set(program ${CMAKE_BINARY_DIR}/${name}-programs/${stem}-rust)
    add_custom_command(OUTPUT ${program}
      COMMAND ${CMAKE_COMMAND} -E copy ${target_dir}/release/gapmeter_program ${program}
      DEPENDS ${target_dir}/release/gapmeter_program COMMENT "" VERBATIM)
    add_custom_target(${name}-program-${stem}-rust DEPENDS ${program})
    add_dependencies(${name} ${name}-program-${stem}-rust)
  endforeach()
endfunction()

function(gapmeter_rust_kernels name kernels_dir)
  file(GLOB sources CONFIGURE_DEPENDS ${kernels_dir}/*.rs)
  if(NOT sources)
    return()
  endif()
  # An object, since a linker would leave out a member of an archive that only registers itself.
  set(registration ${CMAKE_BINARY_DIR}/rust/${name}/registration.cpp)
  target_sources(${name}_kernels PRIVATE ${registration})
  if(NOT GAPMETER_CARGO)
    gapmeter_unbuilt_rust_kernels(${name} ${registration} ${sources})
    return()
  endif()
  set(list ${CMAKE_BINARY_DIR}/rust/${name}/kernels.rs)
  gapmeter_rust_list(${list} ${sources})
  gapmeter_rust_library(${name} ${list} ${sources})
  file(CONFIGURE OUTPUT ${registration} CONTENT [=[
#include "harness/kernel/rust_variants.h"

extern "C" gapmeter::rust::Library gapmeter_rust_library();

static const gapmeter::RustRegistration registration(gapmeter_rust_library());
]=])
endfunction()
