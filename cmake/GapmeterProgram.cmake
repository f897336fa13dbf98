# gapmeter_program(NAME KERNELS_DIR dir PYTHON_DIR dir)
#
# The two executables of a set of kernels: NAME, the program and native worker, which holds no
# Python, and NAME-python, the worker that embeds the interpreter. Tests build such a pair of their
# own, so that misbehaving kernels never stand among the real ones.

# Defines gapmeter_python_library, which the Python worker links.
include(EmbeddedPython)

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
  add_dependencies(${name} ${name}-python)
endfunction()
