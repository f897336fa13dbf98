# Finds what gapmeter is built from. A missing package ends the configuration with the name of the
# Debian package that holds it.

function(gapmeter_require found what package)
  if(NOT ${found})
    message(FATAL_ERROR
      "${what} was not found. On Debian or Ubuntu: apt-get install ${package}\n"
      "or run scripts/setup.sh, which installs everything.")
  endif()
endfunction()

# The system's Python, where Debian's packages are: a python3 that stands earlier on PATH often lacks
# NumPy. Set Python_EXECUTABLE to use another one.
if(NOT Python_EXECUTABLE AND EXISTS /usr/bin/python3)
  set(Python_EXECUTABLE /usr/bin/python3 CACHE FILEPATH "The interpreter to embed")
endif()
# Both components in one call, so that the headers belong to the interpreter.
find_package(Python 3.9 COMPONENTS Interpreter Development.Embed)
gapmeter_require(Python_Interpreter_FOUND "Python 3" python3)
gapmeter_require(Python_Development.Embed_FOUND "Python's headers and library" python3-dev)

function(gapmeter_require_python_module module package)
  execute_process(COMMAND ${Python_EXECUTABLE} -c "import ${module}"
    RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
  if(NOT status EQUAL 0)
    set(missing TRUE)
  endif()
  if(missing)
    gapmeter_require(FALSE "The Python module ${module} (for ${Python_EXECUTABLE})" ${package})
  endif()
endfunction()
gapmeter_require_python_module(numpy python3-numpy)
gapmeter_require_python_module(pandas python3-pandas)
gapmeter_require_python_module(scipy python3-scipy)
gapmeter_require_python_module(matplotlib python3-matplotlib)
gapmeter_require_python_module(jinja2 python3-jinja2)

find_package(benchmark QUIET)
gapmeter_require(benchmark_FOUND "Google Benchmark" libbenchmark-dev)
find_package(fmt QUIET)
gapmeter_require(fmt_FOUND "fmt" libfmt-dev)
find_package(CLI11 QUIET)
gapmeter_require(CLI11_FOUND "CLI11" libcli11-dev)
find_package(nlohmann_json QUIET)
gapmeter_require(nlohmann_json_FOUND "nlohmann-json" nlohmann-json3-dev)
find_package(pybind11 QUIET)
gapmeter_require(pybind11_FOUND "pybind11" pybind11-dev)
find_package(hwy QUIET)
gapmeter_require(hwy_FOUND "Highway" libhwy-dev)
find_package(OpenBLAS QUIET CONFIG)
gapmeter_require(OpenBLAS_FOUND "OpenBLAS" libopenblas-dev)
find_package(TBB QUIET)
gapmeter_require(TBB_FOUND "oneTBB" libtbb-dev)
# Beast, for the server of the kernel serve; 1.70 is the first with coroutines.
find_package(Boost 1.70 QUIET CONFIG)
gapmeter_require(Boost_FOUND "Boost" libboost-dev)
find_path(XXHASH_INCLUDE_DIR xxhash.h)
gapmeter_require(XXHASH_INCLUDE_DIR "xxHash" libxxhash-dev)
if(GAPMETER_TESTS)
  find_package(GTest QUIET)
  gapmeter_require(GTest_FOUND "GoogleTest" libgtest-dev)
  gapmeter_require_python_module(pytest python3-pytest)
  gapmeter_require_python_module(flake8 python3-flake8)
  gapmeter_require_python_module(mypy python3-mypy)
endif()
