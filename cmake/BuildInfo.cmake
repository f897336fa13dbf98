# build_info.h: what run.json says of the build. git_revision.h is made anew with every build, so that
# a commit made after the configuration shows.

string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
string(JOIN " " GAPMETER_ALL_FLAGS ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}} ${GAPMETER_KERNEL_FLAGS})
string(STRIP "${GAPMETER_ALL_FLAGS}" GAPMETER_ALL_FLAGS)
# The widest vectors that the compiler may use in kernels: SSE2 and Neon are always there.
execute_process(COMMAND ${CMAKE_CXX_COMPILER} ${GAPMETER_KERNEL_FLAGS} -dM -E -x c++ /dev/null
  OUTPUT_VARIABLE macros COMMAND_ERROR_IS_FATAL ANY)
set(GAPMETER_VECTOR_BITS 128)
if(macros MATCHES "__AVX512F__ 1")
  set(GAPMETER_VECTOR_BITS 512)
elseif(macros MATCHES "__AVX__ 1")
  set(GAPMETER_VECTOR_BITS 256)
endif()
configure_file(${PROJECT_SOURCE_DIR}/cmake/build_info.h.in ${PROJECT_BINARY_DIR}/generated/build_info.h @ONLY)

add_custom_target(gapmeter_git_revision
  COMMAND ${CMAKE_COMMAND} -D SOURCE_DIR=${PROJECT_SOURCE_DIR}
          -D OUTPUT=${PROJECT_BINARY_DIR}/generated/git_revision.h
          -P ${PROJECT_SOURCE_DIR}/cmake/GitRevision.cmake
  BYPRODUCTS ${PROJECT_BINARY_DIR}/generated/git_revision.h
  COMMENT "")
