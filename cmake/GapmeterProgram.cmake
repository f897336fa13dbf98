# gapmeter_program(NAME KERNELS_DIR dir PYTHON_DIR dir [DEFINITIONS name=value…] [RUST_FEATURES blas] [BUILT_IN])
#
# The executables of a set of kernels: NAME, the program and native worker, which holds no Python, and
# NAME-python, the worker that embeds the interpreter. Beside them NAME-extensions/ and NAME-programs/. The
# kernels themselves are the target NAME_kernels, to which a project may link libraries and add sources.
# RUST_FEATURES blas: ndarray in KERNELS_DIR/crates/*.rs multiplies matrices by the CBLAS that is linked to
# NAME_kernels. BUILT_IN: gapmeter's own kernels,
# whose directories are in share/gapmeter/ where the program is installed.
#
# gapmeter's own programs are made with it, and, after find_package(gapmeter), those of suites. Tests
# make programs of their own, so that misbehaving kernels never stand among the real ones.

# Defines gapmeter_rust_kernels, gapmeter_rust_programs and gapmeter_rust_extensions.
include(${GAPMETER_CMAKE_DIR}/RustKernels.cmake)

# Modules for Python variants to import, from PYTHON_DIR/extensions/*.cpp and *.rs, in NAME-extensions/.
function(gapmeter_python_extensions name python_dir suffix)
  file(GLOB sources CONFIGURE_DEPENDS ${python_dir}/extensions/*.cpp)
  if(sources AND NOT TARGET pybind11::headers)
    find_package(pybind11 REQUIRED)
  endif()
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM stem)
    set(target ${name}-${stem}${suffix})
    add_library(${target} MODULE ${source})
    target_compile_features(${target} PRIVATE cxx_std_20)
    target_link_libraries(${target} PRIVATE
      gapmeter_kernel_options gapmeter_sanitizers ${GAPMETER_OPTIONS_OF_PROGRAMS})
    target_include_directories(${target} SYSTEM PRIVATE ${GAPMETER_PYTHON_INCLUDE_DIR${suffix}}
      $<TARGET_PROPERTY:pybind11::headers,INTERFACE_INCLUDE_DIRECTORIES>)
    set_target_properties(${target} PROPERTIES
      PREFIX "" OUTPUT_NAME ${stem} SUFFIX ${suffix} CXX_VISIBILITY_PRESET hidden CXX_EXTENSIONS OFF
      LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${name}-extensions)
    add_dependencies(${name} ${target})
  endforeach()
  gapmeter_rust_extensions(${name} ${python_dir} ${suffix})
endfunction()

# Programs for kernels to start, from KERNELS_DIR/programs/*.cpp and *.rs, in NAME-programs/. Native variants
# find them with gapmeter::kernel_program (harness/kernel/files.h; the same in Rust), Python variants with
# the module gapmeter_programs.
function(gapmeter_kernel_programs name kernels_dir)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${name}-extensions/gapmeter_programs.py
    CONTENT "DIRECTORY = __file__.rpartition(\"-extensions/\")[0] + \"-programs\"\n")
  file(GLOB sources CONFIGURE_DEPENDS ${kernels_dir}/programs/*.cpp)
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM stem)
    set(target ${name}-program-${stem})
    add_executable(${target} ${source})
    target_compile_features(${target} PRIVATE cxx_std_20)
    target_link_libraries(${target} PRIVATE
      gapmeter_kernel_options gapmeter_sanitizers nlohmann_json::nlohmann_json
      ${GAPMETER_OPTIONS_OF_PROGRAMS})
    set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF
      OUTPUT_NAME ${stem} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${name}-programs)
    add_dependencies(${name} ${target})
  endforeach()
  gapmeter_rust_programs(${name} ${kernels_dir})
endfunction()

# What the program knows of itself, program.cpp, is compiled with its kernels, so that it tells the
# truth of them. Warnings and paths change no code and are left out of the flags.
function(gapmeter_describe_program name python_dir)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  set(options $<TARGET_PROPERTY:${name}_kernels,COMPILE_OPTIONS>)
  set(options "$<JOIN:$<FILTER:${options},EXCLUDE,^(-W|-ffile-prefix-map)>, >")
  string(JOIN " " flags ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}} "${options}")
  set(native false)
  if(GAPMETER_NATIVE)
    set(native true)
  endif()
  set(features "")
  foreach(feature IN ITEMS sse3 ssse3 sse4_1 sse4_2 popcnt lzcnt bmi bmi2 movbe f16c fma avx avx2 avxvnni gfni
      vaes vpclmulqdq avx512f avx512cd avx512dq avx512bw avx512vl avx512ifma avx512vbmi avx512vbmi2 avx512vnni
      avx512bitalg avx512vpopcntdq avx512bf16 avx512fp16)
    string(TOUPPER __${feature}__ macro)
    string(APPEND features "      {\"${feature}\", GAPMETER_TEXT(${macro})},\n")
  endforeach()
  set(rust "{}")
  if(TARGET ${name}_rust)
    gapmeter_rust_build(rust)
  endif()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}-program.cpp)
  configure_file(${GAPMETER_CMAKE_DIR}/program.cpp.in ${source}.in @ONLY)
  file(GENERATE OUTPUT ${source} INPUT ${source}.in)
  target_sources(${name}_kernels PRIVATE ${source})
endfunction()

# Of a suite: the file by which --suite finds the program, and the installation's data, which stands
# beside the program as everywhere else. What kernels are held against is compiled as they are.
function(gapmeter_suite_program name)
  get_property(other GLOBAL PROPERTY GAPMETER_SUITE_PROGRAM)
  if(other)
    message(FATAL_ERROR "A suite is one program, but there are gapmeter_program(${other}) and gapmeter_program(${name})")
  endif()
  set_property(GLOBAL PROPERTY GAPMETER_SUITE_PROGRAM ${name})
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/share)
  file(CREATE_LINK ${GAPMETER_DATA_DIR} ${CMAKE_BINARY_DIR}/share/gapmeter SYMBOLIC)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/gapmeter-program.path CONTENT $<TARGET_FILE:${name}>)
  target_sources(${name}_kernels PRIVATE ${GAPMETER_INCLUDE_DIR}/harness/sys/roofline.cpp)
endfunction()

# CMake would leave the files of a language out that the project does not name.
function(gapmeter_check_language language pattern)
  list(FILTER ARGN INCLUDE REGEX ${pattern})
  if(ARGN AND NOT CMAKE_${language}_COMPILER_LOADED)
    message(FATAL_ERROR "${ARGN} would not be compiled: the suite's CMakeLists.txt has to name the language, "
      "project(${PROJECT_NAME} LANGUAGES CXX ${language})")
  endif()
endfunction()

function(gapmeter_program name)
  cmake_parse_arguments(arg "BUILT_IN" "KERNELS_DIR;PYTHON_DIR" "DEFINITIONS;RUST_FEATURES" ${ARGN})
  foreach(directory IN ITEMS KERNELS_DIR PYTHON_DIR)
    if(NOT IS_DIRECTORY "${arg_${directory}}" AND NOT IS_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/${arg_${directory}}")
      message(FATAL_ERROR "gapmeter_program(${name}): ${directory} ('${arg_${directory}}') is no directory")
    endif()
    cmake_path(ABSOLUTE_PATH arg_${directory} NORMALIZE)
  endforeach()
  set(kernels_dir ${arg_KERNELS_DIR})
  set(python_dir ${arg_PYTHON_DIR})
  if(arg_BUILT_IN)
    cmake_path(GET kernels_dir FILENAME kernels_dir)
    cmake_path(GET python_dir FILENAME python_dir)
  endif()
  # Objects, not a library: a linker drops members of an archive that only register themselves.
  set(patterns *.cpp *.cc *.cxx *.c *.f *.f90)
  list(TRANSFORM patterns PREPEND ${arg_KERNELS_DIR}/)
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  gapmeter_check_language(C "[.]c$" ${sources})
  gapmeter_check_language(Fortran "[.]f(90)?$" ${sources})
  add_library(${name}_kernels OBJECT ${sources})
  target_compile_features(${name}_kernels PRIVATE cxx_std_20)
  target_include_directories(${name}_kernels PRIVATE ${arg_KERNELS_DIR})
  target_compile_definitions(${name}_kernels PRIVATE
    GAPMETER_PROGRAM_NAME="${name}" GAPMETER_KERNELS_DIR="${kernels_dir}" ${arg_DEFINITIONS})
  target_link_libraries(${name}_kernels
    PRIVATE gapmeter_kernel_options gapmeter_sanitizers ${GAPMETER_OPTIONS_OF_PROGRAMS}
    PUBLIC gapmeter_kernel hwy::hwy TBB::tbb)
  # Each kernel is compiled apart: names may be equal, and nothing is optimised with another one in sight.
  set_target_properties(${name}_kernels PROPERTIES
    POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF UNITY_BUILD OFF)
  gapmeter_rust_kernels(${name} ${arg_KERNELS_DIR} "${arg_RUST_FEATURES}")
  gapmeter_describe_program(${name} ${python_dir})

  add_executable(${name})
  target_link_libraries(${name} PRIVATE gapmeter_main gapmeter_highway_timer ${name}_kernels)
  add_executable(${name}-python)
  target_link_libraries(${name}-python PRIVATE
    gapmeter_embedded_worker gapmeter_highway_timer ${name}_kernels)
  # Extension modules resolve the C API against the executable.
  set_target_properties(${name}-python PROPERTIES ENABLE_EXPORTS ON)
  target_link_options(${name}-python PRIVATE
    "LINKER:--version-script=${GAPMETER_CMAKE_DIR}/python_exports.map")
  set_target_properties(${name} ${name}-python PROPERTIES
    LINKER_LANGUAGE CXX RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  add_dependencies(${name} ${name}-python)

  gapmeter_kernel_programs(${name} ${arg_KERNELS_DIR})
  foreach(suffix IN LISTS GAPMETER_EXTENSION_SUFFIXES)
    gapmeter_python_extensions(${name} ${arg_PYTHON_DIR} ${suffix})
  endforeach()
  if(GAPMETER_SUITE_DIR)
    gapmeter_suite_program(${name})
  endif()
endfunction()
