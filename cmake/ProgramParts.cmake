# The parts of programs that are the same in all of them, compiled once; gapmeter_program links them with
# kernels.

# Defines gapmeter_python_library, which the Python worker links.
include(EmbeddedPython)

add_library(gapmeter_main OBJECT ${PROJECT_SOURCE_DIR}/harness/main.cpp)
target_link_libraries(gapmeter_main PRIVATE gapmeter_options gapmeter_coverage PUBLIC gapmeter_cli gapmeter_worker)
add_library(gapmeter_highway_timer OBJECT ${PROJECT_SOURCE_DIR}/harness/worker/highway_timer.cpp)
target_link_libraries(gapmeter_highway_timer PRIVATE gapmeter_options PUBLIC hwy::hwy)

# pybind11's own types are hidden; so must be the classes that hold them.
add_library(gapmeter_embedded_worker OBJECT ${PROJECT_SOURCE_DIR}/harness/worker/python_worker.cpp)
target_link_libraries(gapmeter_embedded_worker
  PRIVATE gapmeter_options gapmeter_coverage
  PUBLIC gapmeter_worker gapmeter_python_library)
target_include_directories(gapmeter_embedded_worker SYSTEM PRIVATE
  $<TARGET_PROPERTY:pybind11::headers,INTERFACE_INCLUDE_DIRECTORIES>)
set_target_properties(gapmeter_embedded_worker PROPERTIES CXX_VISIBILITY_PRESET hidden)
add_dependencies(gapmeter_embedded_worker gapmeter_git_revision)

# What extension modules for an interpreter are built with: `result` becomes the suffix of their files.
function(gapmeter_interpreter result interpreter)
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
  set(${result} ${suffix} PARENT_SCOPE)
  set(GAPMETER_PYTHON${suffix} ${interpreter} PARENT_SCOPE)
  set(GAPMETER_PYTHON_INCLUDE_DIR${suffix} ${include_dir} PARENT_SCOPE)
endfunction()

set(GAPMETER_EXTENSION_SUFFIXES "")
foreach(interpreter IN LISTS Python_EXECUTABLE GAPMETER_PYTHONS)
  gapmeter_interpreter(suffix ${interpreter})
  list(APPEND GAPMETER_EXTENSION_SUFFIXES ${suffix})
endforeach()
list(REMOVE_DUPLICATES GAPMETER_EXTENSION_SUFFIXES)
