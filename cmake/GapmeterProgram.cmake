# gapmeter_program(NAME KERNELS_DIR dir PYTHON_DIR dir [DEFINITIONS name=value…])
#
# The two executables of a set of kernels: NAME, the program and native worker, which holds no
# Python, and NAME-python, the worker that embeds the interpreter. Tests build such a pair of their
# own, so that misbehaving kernels never stand among the real ones.

# Defines gapmeter_python_library, which the Python worker links.
include(EmbeddedPython)
# Defines gapmeter_rust_kernels.
include(RustKernels)

# The Python worker's objects are the same in every program: compiled once, linked with each one's
# kernels. pybind11's own types are hidden; so must be the classes that hold them.
add_library(gapmeter_embedded_worker OBJECT ${PROJECT_SOURCE_DIR}/harness/worker/python_worker.cpp)
target_link_libraries(gapmeter_embedded_worker
  PRIVATE gapmeter_options gapmeter_coverage
  PUBLIC gapmeter_worker gapmeter_python_library)
target_include_directories(gapmeter_embedded_worker SYSTEM PRIVATE
  $<TARGET_PROPERTY:pybind11::headers,INTERFACE_INCLUDE_DIRECTORIES>)
set_target_properties(gapmeter_embedded_worker PROPERTIES CXX_VISIBILITY_PRESET hidden)
add_dependencies(gapmeter_embedded_worker gapmeter_git_revision)

# Compiles the worker for extension modules of one stock interpreter, whose file name suffix `result`
# becomes. Needs only the interpreter's headers: an extension module is not linked with libpython.
function(gapmeter_extension_worker result interpreter)
  execute_process(
    COMMAND ${interpreter} -I -c
      "import sysconfig as s; print(s.get_path('include')); print(s.get_config_var('EXT_SUFFIX'))"
    OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" answer "${answer}")
  list(GET answer 0 include_dir)
  list(GET answer 1 suffix)
  set(${result} ${suffix} PARENT_SCOPE)
  set_property(GLOBAL PROPERTY GAPMETER_PYTHON_INCLUDE_DIR${suffix} ${include_dir})
  set_property(GLOBAL PROPERTY GAPMETER_PYTHON${suffix} ${interpreter})
  if(NOT EXISTS ${include_dir}/Python.h)
    message(FATAL_ERROR "${interpreter} has no headers in ${include_dir}; install its development package")
  endif()
  set(target gapmeter_extension_worker${suffix})
  if(TARGET ${target})
    return()
  endif()
  add_library(${target} OBJECT ${PROJECT_SOURCE_DIR}/harness/worker/python_worker.cpp)
  target_compile_definitions(${target} PRIVATE GAPMETER_EXTENSION)
  target_link_libraries(${target} PRIVATE gapmeter_options gapmeter_coverage PUBLIC gapmeter_worker)
  target_include_directories(${target} SYSTEM PRIVATE ${include_dir}
    $<TARGET_PROPERTY:pybind11::headers,INTERFACE_INCLUDE_DIRECTORIES>)
  set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden)
  add_dependencies(${target} gapmeter_git_revision)
endfunction()

set(GAPMETER_EXTENSION_SUFFIXES "")
foreach(interpreter IN LISTS Python_EXECUTABLE GAPMETER_PYTHONS)
  gapmeter_extension_worker(suffix ${interpreter})
  list(APPEND GAPMETER_EXTENSION_SUFFIXES ${suffix})
endforeach()
list(REMOVE_DUPLICATES GAPMETER_EXTENSION_SUFFIXES)

# Modules for Python variants to import, from PYTHON_DIR/extensions/*.cpp and *.rs, in NAME-extensions/.
function(gapmeter_python_extensions name python_dir suffix)
  get_property(include_dir GLOBAL PROPERTY GAPMETER_PYTHON_INCLUDE_DIR${suffix})
  file(GLOB sources CONFIGURE_DEPENDS ${python_dir}/extensions/*.cpp)
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM stem)
    set(target ${name}-${stem}${suffix})
    add_library(${target} MODULE ${source})
    target_link_libraries(${target} PRIVATE
      gapmeter_options gapmeter_kernel_options gapmeter_sanitizers)
    target_include_directories(${target} SYSTEM PRIVATE ${include_dir}
      $<TARGET_PROPERTY:pybind11::headers,INTERFACE_INCLUDE_DIRECTORIES>)
    set_target_properties(${target} PROPERTIES
      PREFIX "" OUTPUT_NAME ${stem} SUFFIX ${suffix} CXX_VISIBILITY_PRESET hidden
      LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${name}-extensions)
    add_dependencies(${name} ${target})
  endforeach()
  if(GAPMETER_HAS_CRATES)
    get_property(interpreter GLOBAL PROPERTY GAPMETER_PYTHON${suffix})
    gapmeter_rust_extensions(${name} ${python_dir} ${interpreter} ${suffix})
  endif()
endfunction()

# The worker as an extension module, in NAME-engines/.
function(gapmeter_extension name suffix)
  set(target ${name}-engine${suffix})
  add_library(${target} MODULE)
  target_link_libraries(${target} PRIVATE
    gapmeter_extension_worker${suffix} ${name}_kernels hwy::hwy TBB::tbb)
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME gapmeter_worker SUFFIX ${suffix} LINKER_LANGUAGE CXX
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${name}-engines)
  add_dependencies(${name} ${target})
endfunction()

# Programs for kernels to start, from KERNELS_DIR/programs/*.cpp and *.rs, in NAME-programs/. Native variants
# know this directory by GAPMETER_PROGRAMS_DIR, Python variants by the module gapmeter_programs.
function(gapmeter_kernel_programs name kernels_dir)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${name}-extensions/gapmeter_programs.py
    CONTENT "DIRECTORY = \"${CMAKE_BINARY_DIR}/${name}-programs\"\n")
  file(GLOB sources CONFIGURE_DEPENDS ${kernels_dir}/programs/*.cpp)
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM stem)
    set(target ${name}-program-${stem})
    add_executable(${target} ${source})
    target_link_libraries(${target} PRIVATE
      gapmeter_options gapmeter_kernel_options gapmeter_sanitizers nlohmann_json::nlohmann_json)
    set_target_properties(${target} PROPERTIES
      OUTPUT_NAME ${stem} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${name}-programs)
    add_dependencies(${name} ${target})
  endforeach()
  if(GAPMETER_CARGO)
    gapmeter_rust_programs(${name} ${kernels_dir})
  endif()
endfunction()

function(gapmeter_program name)
  cmake_parse_arguments(arg "" "KERNELS_DIR;PYTHON_DIR" "DEFINITIONS" ${ARGN})
  # Objects, not a library: a linker drops members of an archive that only register themselves.
  file(GLOB sources CONFIGURE_DEPENDS ${arg_KERNELS_DIR}/*.cpp)
  add_library(${name}_kernels OBJECT ${sources})
  target_compile_definitions(${name}_kernels PRIVATE
    GAPMETER_PROGRAMS_DIR="${CMAKE_BINARY_DIR}/${name}-programs" ${arg_DEFINITIONS})
  target_link_libraries(${name}_kernels PRIVATE
    gapmeter_options gapmeter_kernel_options gapmeter_sanitizers hwy::hwy fmt::fmt TBB::tbb)
  gapmeter_rust_kernels(${name} ${arg_KERNELS_DIR})

  set(highway_timer ${PROJECT_SOURCE_DIR}/harness/worker/highway_timer.cpp)
  add_executable(${name} ${PROJECT_SOURCE_DIR}/harness/main.cpp ${highway_timer})
  target_compile_definitions(${name} PRIVATE GAPMETER_PYTHON_BASELINES_DIR="${arg_PYTHON_DIR}")
  target_link_libraries(${name} PRIVATE
    ${name}_kernels gapmeter_options gapmeter_coverage gapmeter_cli gapmeter_worker
    hwy::hwy TBB::tbb)

  add_executable(${name}-python ${highway_timer})
  target_link_libraries(${name}-python PRIVATE
    gapmeter_embedded_worker ${name}_kernels hwy::hwy TBB::tbb)
  # Extension modules resolve the C API against the executable, hence its exports.
  set_target_properties(${name}-python PROPERTIES ENABLE_EXPORTS ON LINKER_LANGUAGE CXX)
  add_dependencies(${name} ${name}-python)

  gapmeter_kernel_programs(${name} ${arg_KERNELS_DIR})
  foreach(suffix IN LISTS GAPMETER_EXTENSION_SUFFIXES)
    gapmeter_extension(${name} ${suffix})
    gapmeter_python_extensions(${name} ${arg_PYTHON_DIR} ${suffix})
  endforeach()
endfunction()
