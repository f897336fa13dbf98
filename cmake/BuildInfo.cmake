# build_info.h: what run.json says of gapmeter itself; how kernels were compiled their program tells.
# git_revision.h is made anew with every build, so that a commit made after the configuration shows.

configure_file(${PROJECT_SOURCE_DIR}/cmake/build_info.h.in ${PROJECT_BINARY_DIR}/generated/build_info.h @ONLY)

add_custom_target(gapmeter_git_revision
  COMMAND ${CMAKE_COMMAND} -D SOURCE_DIR=${PROJECT_SOURCE_DIR}
          -D OUTPUT=${PROJECT_BINARY_DIR}/generated/git_revision.h
          -P ${PROJECT_SOURCE_DIR}/cmake/GitRevision.cmake
  BYPRODUCTS ${PROJECT_BINARY_DIR}/generated/git_revision.h
  COMMENT "")
