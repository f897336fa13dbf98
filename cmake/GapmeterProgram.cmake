# gapmeter_program(NAME KERNELS_DIR dir PYTHON_DIR dir)
#
# The two executables of a set of kernels: NAME, the program and native worker, which holds no
# Python, and NAME-python, the worker that embeds the interpreter. Tests build such a pair of their
# own, so that misbehaving kernels never stand among the real ones.

# The static library if there is one: a shared libpython is slower at everything.
function(gapmeter_link_python target)
  execute_process(
    COMMAND ${Python_EXECUTABLE} -c
      "import sysconfig as s; v = s.get_config_var; print(v('LIBPL') + '/' + v('LIBRARY')); print(v('LIBS'), v('MODLIBS'), v('SYSLIBS'))"
    OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" answer "${answer}")
  list(GET answer 0 static_library)
  list(GET answer 1 system_libraries)
  target_include_directories(${target} SYSTEM PRIVATE ${Python_INCLUDE_DIRS})
  if(EXISTS ${static_library})
    separate_arguments(system_libraries UNIX_COMMAND "${system_libraries}")
    list(REMOVE_DUPLICATES system_libraries)
    # The whole archive, its symbols exported: extension modules resolve the C API against the
    # executable, including what nothing here refers to.
    target_link_libraries(${target} PRIVATE
      -Wl,--whole-archive ${static_library} -Wl,--no-whole-archive ${system_libraries} dl util)
    set_target_properties(${target} PROPERTIES ENABLE_EXPORTS ON)
    target_link_options(${target} PRIVATE -no-pie)
  else()
    message(WARNING "${static_library} is not there: Python is linked as a shared library, which makes "
      "the Python lane slower than the stock interpreter. On Debian: apt-get install libpython3-dev")
    target_link_libraries(${target} PRIVATE ${Python_LIBRARIES})
  endif()
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
  # pybind11's own types are hidden; so must be the classes that hold them.
  set_target_properties(${name}-python PROPERTIES CXX_VISIBILITY_PRESET hidden)
  gapmeter_link_python(${name}-python)
  add_dependencies(${name}-python gapmeter_git_revision)
  add_dependencies(${name} ${name}-python)
endfunction()
