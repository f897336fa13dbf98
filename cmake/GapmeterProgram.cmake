# gapmeter_program(NAME KERNELS_DIR dir PYTHON_DIR dir)
#
# The two executables of a set of kernels: NAME, the program and native worker, which holds no
# Python, and NAME-python, the worker that embeds the interpreter. Tests build such a pair of their
# own, so that misbehaving kernels never stand among the real ones.

# Defines gapmeter_python_library, which the Python worker links.
include(EmbeddedPython)

# The worker as an extension module for one stock interpreter, in NAME-engines/. Needs only the
# interpreter's headers: an extension module is not linked with libpython.
function(gapmeter_python_extension name interpreter)
  execute_process(
    COMMAND ${interpreter} -I -c
      "import sysconfig as s; print(s.get_path('include')); print(s.get_config_var('EXT_SUFFIX'))"
    OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" answer "${answer}")
  list(GET answer 0 include_dir)
  list(GET answer 1 suffix)
  if(NOT EXISTS ${include_dir}/Python.h)
    message(FATAL_ERROR "${interpreter} has no headers in ${include_dir}; install its development package")
  endif()
  set(target ${name}-engine${suffix})
  if(TARGET ${target})
    return()
  endif()
  add_library(${target} MODULE ${PROJECT_SOURCE_DIR}/harness/worker/python_worker.cpp)
  target_compile_definitions(${target} PRIVATE GAPMETER_EXTENSION)
  target_link_libraries(${target} PRIVATE ${name}_kernels gapmeter_options gapmeter_worker hwy::hwy)
  target_include_directories(${target} SYSTEM PRIVATE ${include_dir}
    $<TARGET_PROPERTY:pybind11::headers,INTERFACE_INCLUDE_DIRECTORIES>)
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME gapmeter_worker SUFFIX ${suffix} CXX_VISIBILITY_PRESET hidden
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${name}-engines)
  add_dependencies(${target} gapmeter_git_revision)
  add_dependencies(${name} ${target})
endfunction()

function(gapmeter_program name)
  cmake_parse_arguments(arg "" "KERNELS_DIR;PYTHON_DIR" "" ${ARGN})
  # Objects, not a library: a linker drops members of an archive that only register themselves.
  file(GLOB sources CONFIGURE_DEPENDS ${arg_KERNELS_DIR}/*.cpp)
  add_library(${name}_kernels OBJECT ${sources})
  target_link_libraries(${name}_kernels PRIVATE
    gapmeter_options gapmeter_kernel_options gapmeter_sanitizers hwy::hwy fmt::fmt)

  add_executable(${name} ${PROJECT_SOURCE_DIR}/harness/main.cpp)
  target_compile_definitions(${name} PRIVATE GAPMETER_PYTHON_BASELINES_DIR="${arg_PYTHON_DIR}")
  target_link_libraries(${name} PRIVATE
    ${name}_kernels gapmeter_options gapmeter_harness gapmeter_worker hwy::hwy)

  add_executable(${name}-python ${PROJECT_SOURCE_DIR}/harness/worker/python_worker.cpp)
  target_link_libraries(${name}-python PRIVATE
    ${name}_kernels gapmeter_options gapmeter_worker hwy::hwy)
  target_include_directories(${name}-python SYSTEM PRIVATE
    $<TARGET_PROPERTY:pybind11::headers,INTERFACE_INCLUDE_DIRECTORIES>)
  # pybind11's own types are hidden; so must be the classes that hold them. Extension modules resolve
  # the C API against the executable, hence its exports.
  set_target_properties(${name}-python PROPERTIES CXX_VISIBILITY_PRESET hidden ENABLE_EXPORTS ON)
  target_link_libraries(${name}-python PRIVATE gapmeter_python_library)
  add_dependencies(${name}-python gapmeter_git_revision)

  foreach(interpreter IN LISTS Python_EXECUTABLE GAPMETER_PYTHONS)
    gapmeter_python_extension(${name} ${interpreter})
  endforeach()
  add_dependencies(${name} ${name}-python)
endfunction()
