# gapmeter_python_library: the interpreter to embed. The static library if it can be linked, because a
# shared one is slower at everything; the shared one otherwise, with a warning.

execute_process(
  COMMAND ${Python_EXECUTABLE} -c
    "import sysconfig as s; v = s.get_config_var; print(v('LIBPL') + '/' + v('LIBRARY')); print(v('LIBS'), v('MODLIBS'), v('SYSLIBS'))"
  OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" answer "${answer}")
list(GET answer 0 static_library)
list(GET answer 1 system_libraries)
separate_arguments(system_libraries UNIX_COMMAND "${system_libraries}")
# Some versions also name archives of their own build tree here.
list(FILTER system_libraries INCLUDE REGEX "^-l[A-Za-z0-9_+.-]+$")
list(REMOVE_DUPLICATES system_libraries)

# Sets `result` to whether the interpreter in an archive links, and keeps the answer.
function(gapmeter_try_static_python result archive)
  try_compile(${result} SOURCE_FROM_CONTENT embed.cpp
    "#include <Python.h>\nint main() { Py_Initialize(); return Py_FinalizeEx(); }"
    CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${Python_INCLUDE_DIRS}"
    LINK_OPTIONS -no-pie
    LINK_LIBRARIES -Wl,--whole-archive ${archive} -Wl,--no-whole-archive ${system_libraries} dl util)
endfunction()

# Debian 13's archive of Python 3.13 has the module _sha2 but not the code that it calls. Without the
# module, Python takes the same functions from OpenSSL; the worker says so to who imports it.
function(gapmeter_archive_without_sha2 original copy)
  file(COPY_FILE ${original} ${copy})
  # An archive without the module stays as it is.
  execute_process(COMMAND ${CMAKE_AR} d ${copy} sha2module.o)
  execute_process(COMMAND ${CMAKE_RANLIB} ${copy})
endfunction()

add_library(gapmeter_python_library INTERFACE)
target_include_directories(gapmeter_python_library SYSTEM INTERFACE ${Python_INCLUDE_DIRS})
set(archive "")
if(EXISTS ${static_library})
  gapmeter_try_static_python(GAPMETER_STATIC_PYTHON_LINKS ${static_library})
  if(GAPMETER_STATIC_PYTHON_LINKS)
    set(archive ${static_library})
  else()
    set(without_sha2 ${PROJECT_BINARY_DIR}/libpython-without-sha2.a)
    gapmeter_archive_without_sha2(${static_library} ${without_sha2})
    gapmeter_try_static_python(GAPMETER_STATIC_PYTHON_LINKS_WITHOUT_SHA2 ${without_sha2})
    if(GAPMETER_STATIC_PYTHON_LINKS_WITHOUT_SHA2)
      set(archive ${without_sha2})
      target_compile_definitions(gapmeter_python_library INTERFACE GAPMETER_PYTHON_WITHOUT_SHA2)
    endif()
  endif()
endif()
if(archive)
  # The whole archive: extension modules use parts of the C API that nothing here refers to.
  cmake_path(IS_PREFIX PROJECT_BINARY_DIR ${archive} is_own)
  if(is_own)
    install(FILES ${archive} DESTINATION lib/gapmeter)
    cmake_path(GET archive FILENAME file)
    set(archive $<BUILD_INTERFACE:${archive}>$<INSTALL_INTERFACE:$<INSTALL_PREFIX>/lib/gapmeter/${file}>)
  endif()
  target_link_libraries(gapmeter_python_library INTERFACE
    -Wl,--whole-archive ${archive} -Wl,--no-whole-archive ${system_libraries} dl util)
  target_link_options(gapmeter_python_library INTERFACE -no-pie)
else()
  message(WARNING "${static_library} is not there or does not link: Python is linked as a shared library, which "
    "makes the Python lane slower than the stock interpreter. On Debian: apt-get install libpython3-dev")
  target_link_libraries(gapmeter_python_library INTERFACE ${Python_LIBRARIES})
endif()
