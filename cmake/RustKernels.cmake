# gapmeter_rust_kernels(NAME KERNELS_DIR FEATURES): the Rust variants of a program, from KERNELS_DIR/*.rs
# and, where crates can be had, KERNELS_DIR/crates/*.rs, with these features of rust_crates/kernels.
#
# Cargo builds them and the support crate as one static library, offline: the workspace rust/ has what needs
# no crate from a registry, rust_crates/ what does, and one of both is linked. Everything that links
# NAME_kernels links the library, too. Variants that can't be built are known by name and skipped, with
# the reason.

# Builds one crate of a workspace in this profile (see its Cargo.toml), with these features: `artifact` in
# target_dir/PROFILE. `files` are what it is made from besides what cargo itself finds out, and ARGN variables
# of the environment.
function(gapmeter_cargo workspace crate profile features target_dir artifact files)
  set(workspace ${GAPMETER_RUST_DIR}/${workspace})
  cmake_path(REPLACE_EXTENSION artifact d OUTPUT_VARIABLE found)
  string(ASCII 31 separator)  # so that paths may have spaces
  set(flags ${GAPMETER_RUST_FLAGS} ${GAPMETER_RUST_CHECKS})
  list(JOIN flags "${separator}" flags)
  list(TRANSFORM features PREPEND --features=)
  set(built ${target_dir}/${profile}/${artifact})
  add_custom_command(OUTPUT ${built}
    COMMAND ${CMAKE_COMMAND} -E env
      --unset=CARGO_BUILD_TARGET "CARGO_ENCODED_RUSTFLAGS=${flags}" RUSTC=${GAPMETER_RUSTC} ${ARGN}
      ${GAPMETER_CARGO} build --quiet --profile ${profile} --offline --locked ${features}
      --manifest-path ${workspace}/${crate}/Cargo.toml --target-dir ${target_dir}
    # Cargo leaves what is up to date as old as it is.
    COMMAND ${CMAKE_COMMAND} -E touch ${built}
    DEPENDS ${files} ${workspace}/Cargo.toml ${workspace}/Cargo.lock
    DEPFILE ${target_dir}/${profile}/${found}
    COMMENT "Building ${built}" VERBATIM)
endfunction()

# Sets `result` to the lines of C++ that name the variants which files declare.
function(gapmeter_declared_variants result)
  set(lines "")
  set(declaration "^ *\"([^\"]+)\"( for \"([^\"]+)\")? =>")
  foreach(source IN LISTS ARGN)
    cmake_path(GET source STEM stem)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
    file(STRINGS ${source} declarations REGEX "${declaration}")
    foreach(line IN LISTS declarations)
      string(REGEX MATCH "${declaration}" found "${line}")
      string(APPEND lines "        {\"${stem}\", \"${CMAKE_MATCH_1}\", \"${CMAKE_MATCH_3}\"},\n")
    endforeach()
  endforeach()
  set(${result} "${lines}" PARENT_SCOPE)
endfunction()

# The list that rust/kernels/src/lib.rs includes: a module for each file.
function(gapmeter_rust_list list)
  set(modules "")
  set(stems "")
  set(number 0)
  foreach(source IN LISTS ARGN)
    cmake_path(GET source STEM stem)
    math(EXPR number "${number} + 1")
    string(APPEND modules "#[path = \"${source}\"]\nmod kernel_${number};\n")
    string(APPEND stems "    gapmeter::Stem::new(\"${stem}\", kernel_${number}::VARIANTS),\n")
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

# The library NAME_rust, of these files. Its symbols are for the program alone: exported, they could take
# the place of those that a module for Python expects of a library of its own.
function(gapmeter_rust_library name workspace features)
  set(list ${CMAKE_BINARY_DIR}/rust/${name}/kernels.rs)
  gapmeter_rust_list(${list} ${ARGN})
  set(target_dir ${CMAKE_BINARY_DIR}/rust/${name}/${workspace})
  gapmeter_cargo(${workspace} kernels release "${features}" ${target_dir} libgapmeter_kernels.a
    "${list};${ARGN}" GAPMETER_RUST_KERNELS=${list})
  set(library ${target_dir}/release/libgapmeter_kernels.a)
  add_custom_target(${name}_cargo DEPENDS ${library})
  add_library(${name}_rust STATIC IMPORTED GLOBAL)
  set_target_properties(${name}_rust PROPERTIES IMPORTED_LOCATION ${library})
  add_dependencies(${name}_rust ${name}_cargo)
  target_link_libraries(${name}_kernels INTERFACE ${name}_rust)
  target_link_options(${name}_kernels INTERFACE LINKER:--exclude-libs,libgapmeter_kernels.a)
endfunction()

function(gapmeter_rust_kernels name kernels_dir features)
  file(GLOB plain CONFIGURE_DEPENDS ${kernels_dir}/*.rs)
  file(GLOB with_crates CONFIGURE_DEPENDS ${kernels_dir}/crates/*.rs)
  if(NOT plain AND NOT with_crates)
    return()
  endif()
  set(has_crates FALSE)
  if(with_crates)
    gapmeter_has_crates(has_crates)
  endif()
  set(built ${plain})
  set(unbuilt "")
  set(reason "")
  if(NOT GAPMETER_CARGO)
    set(built "")
    set(unbuilt ${plain} ${with_crates})
    set(reason "built without cargo ${GAPMETER_LEAST_CARGO} or newer; install it and build anew")
  elseif(has_crates)
    list(APPEND built ${with_crates})
  elseif(with_crates)
    set(unbuilt ${with_crates})
    set(reason "built without crates: no registry was in reach, or GAPMETER_CRATES is OFF")
  endif()
  if(unbuilt)
    message(STATUS "Rust variants of ${name} will be skipped: ${reason}")
  endif()
  set(library "")
  if(built)
    if(has_crates)
      gapmeter_rust_library(${name} rust_crates "${features}" ${built})
    else()
      gapmeter_rust_library(${name} rust "" ${built})
    endif()
    string(CONCAT library "extern \"C\" gapmeter::rust::Library gapmeter_rust_library();\n"
      "static const gapmeter::RustRegistration built(gapmeter_rust_library());\n")
  endif()
  gapmeter_declared_variants(variants ${unbuilt})
  # An object, since a linker would leave out a member of an archive that only registers itself.
  set(registration ${CMAKE_BINARY_DIR}/rust/${name}/registration.cpp)
  configure_file(${GAPMETER_CMAKE_DIR}/rust_registration.cpp.in ${registration} @ONLY)
  target_sources(${name}_kernels PRIVATE ${registration})
endfunction()

# Programs for kernels to start, from KERNELS_DIR/programs/*.rs and, where crates can be had,
# KERNELS_DIR/programs/crates/*.rs: NAME-programs/STEM-rust.
function(gapmeter_rust_programs name kernels_dir)
  file(GLOB plain CONFIGURE_DEPENDS ${kernels_dir}/programs/*.rs)
  file(GLOB with_crates CONFIGURE_DEPENDS ${kernels_dir}/programs/crates/*.rs)
  if(NOT GAPMETER_CARGO)
    return()
  endif()
  gapmeter_rust_programs_in(rust ${name} ${plain})
  if(with_crates)
    gapmeter_has_crates(has_crates)
    if(has_crates)
      gapmeter_rust_programs_in(rust_crates ${name} ${with_crates})
    else()
      list(TRANSFORM with_crates REPLACE ".*/" "")
      message(STATUS "Programs of ${name} that need crates are left out: ${with_crates}")
    endif()
  endif()
endfunction()

function(gapmeter_rust_programs_in workspace name)
  foreach(source IN LISTS ARGN)
    cmake_path(GET source STEM stem)
    set(target_dir ${CMAKE_BINARY_DIR}/rust/${name}/programs/${stem})
    gapmeter_cargo(${workspace} program usual "" ${target_dir} gapmeter_program ${source}
      GAPMETER_RUST_PROGRAM=${source})
    gapmeter_rust_copy(${name} ${target_dir}/usual/gapmeter_program
      ${CMAKE_BINARY_DIR}/${name}-programs/${stem}-rust)
  endforeach()
endfunction()

# Modules for Python variants to import, from PYTHON_DIR/extensions/*.rs, for one interpreter: in
# NAME-extensions/. Not linked with libpython.
function(gapmeter_rust_extensions name python_dir suffix)
  file(GLOB sources CONFIGURE_DEPENDS ${python_dir}/extensions/*.rs)
  if(NOT sources)
    return()
  endif()
  gapmeter_has_crates(has_crates)
  if(NOT has_crates)
    return()
  endif()
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM stem)
    set(target_dir ${CMAKE_BINARY_DIR}/rust/${name}/extensions/${stem}${suffix})
    gapmeter_cargo(rust_crates extension usual "" ${target_dir} libgapmeter_extension.so ${source}
      GAPMETER_RUST_EXTENSION=${source} PYO3_PYTHON=${GAPMETER_PYTHON${suffix}})
    gapmeter_rust_copy(${name} ${target_dir}/usual/libgapmeter_extension.so
      ${CMAKE_BINARY_DIR}/${name}-extensions/${stem}${suffix})
  endforeach()
endfunction()

# What cargo built, to where NAME looks for it.
function(gapmeter_rust_copy name built wanted)
  add_custom_command(OUTPUT ${wanted}
    COMMAND ${CMAKE_COMMAND} -E copy ${built} ${wanted}
    DEPENDS ${built} COMMENT "" VERBATIM)
  cmake_path(GET wanted FILENAME file)
  add_custom_target(${name}-${file} DEPENDS ${wanted})
  add_dependencies(${name} ${name}-${file})
endfunction()
