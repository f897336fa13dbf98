# `cmake --install`, the package that other projects find, and the .deb that cpack makes. The build tree
# has the layout of an installation, so that the program finds its files in one way: see
# harness/base/installation.h.

set(GAPMETER_DATA_DIR ${PROJECT_BINARY_DIR}/share/gapmeter)
set(package_dir ${PROJECT_BINARY_DIR}/lib/cmake/gapmeter)
set(interfaces gapmeter_options gapmeter_sanitizers gapmeter_coverage gapmeter_coverage_runtime
  gapmeter_python_library)
if(GAPMETER_COVERAGE)
  list(APPEND interfaces gapmeter_coverage_flush)
endif()
set(rooms base sys kernel model load protocol worker analysis store claims measure session cli)
list(TRANSFORM rooms PREPEND gapmeter_)
set(parts gapmeter_main gapmeter_highway_timer gapmeter_embedded_worker)

# The program with gapmeter's own kernels. Its workers and modules stand beside it.
install(TARGETS gapmeter gapmeter-python RUNTIME DESTINATION lib/gapmeter)
install(DIRECTORY ${PROJECT_BINARY_DIR}/gapmeter-extensions
  DESTINATION lib/gapmeter)
install(DIRECTORY ${PROJECT_BINARY_DIR}/gapmeter-programs
  DESTINATION lib/gapmeter USE_SOURCE_PERMISSIONS)
install(CODE [[
  file(MAKE_DIRECTORY $ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/bin)
  file(CREATE_LINK ../lib/gapmeter/gapmeter $ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/bin/gapmeter SYMBOLIC)]])

# Data: what stands where in the source tree, and in share/gapmeter/.
file(MAKE_DIRECTORY ${GAPMETER_DATA_DIR})
foreach(data IN ITEMS kernels python_baselines harness/python harness/rust harness/rust_crates
    scripts/gapmeter_report template template_rust)
  cmake_path(GET data FILENAME name)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${data} ${GAPMETER_DATA_DIR}/${name} SYMBOLIC)
endforeach()
install(DIRECTORY python_baselines harness/python harness/rust harness/rust_crates scripts/gapmeter_report template
  template_rust
  DESTINATION share/gapmeter
  PATTERN __pycache__ EXCLUDE PATTERN extensions EXCLUDE)
install(DIRECTORY kernels/models DESTINATION share/gapmeter/kernels)
install(FILES LICENSE DESTINATION share/doc/gapmeter RENAME copyright)

# What a suite's program is compiled and linked with.
install(DIRECTORY harness/base harness/kernel DESTINATION include/gapmeter/harness FILES_MATCHING PATTERN *.h)
install(FILES harness/sys/built_program.h harness/sys/memory.h harness/sys/roofline.h harness/sys/roofline.cpp
  DESTINATION include/gapmeter/harness/sys)
install(TARGETS ${interfaces} ${rooms} ${parts} EXPORT gapmeter
  ARCHIVE DESTINATION lib/gapmeter OBJECTS DESTINATION lib/gapmeter)

# The package of this build tree, and of installations.
set(GAPMETER_INTERPRETERS "")
foreach(suffix IN LISTS GAPMETER_EXTENSION_SUFFIXES)
  string(APPEND GAPMETER_INTERPRETERS
    "set(GAPMETER_PYTHON${suffix} ${GAPMETER_PYTHON${suffix}})\n"
    "set(GAPMETER_PYTHON_INCLUDE_DIR${suffix} ${GAPMETER_PYTHON_INCLUDE_DIR${suffix}})\n")
endforeach()
configure_file(${GAPMETER_CMAKE_DIR}/gapmeterConfig.cmake.in ${package_dir}/gapmeterConfig.cmake @ONLY)
include(CMakePackageConfigHelpers)
write_basic_package_version_file(${package_dir}/gapmeterConfigVersion.cmake COMPATIBILITY ExactVersion)
set(modules GapmeterProgram.cmake KernelOptions.cmake RustKernels.cmake RustToolchain.cmake
  program.cpp.in python_exports.map rust_registration.cpp.in)
foreach(module IN LISTS modules)
  file(CREATE_LINK ${GAPMETER_CMAKE_DIR}/${module} ${package_dir}/${module} SYMBOLIC)
endforeach()
export(EXPORT gapmeter FILE ${package_dir}/gapmeterTargets.cmake)
install(EXPORT gapmeter FILE gapmeterTargets.cmake DESTINATION lib/cmake/gapmeter)
list(TRANSFORM modules PREPEND ${GAPMETER_CMAKE_DIR}/)
install(FILES ${modules} ${package_dir}/gapmeterConfig.cmake ${package_dir}/gapmeterConfigVersion.cmake
  DESTINATION lib/cmake/gapmeter)

include(DebianPackage)
