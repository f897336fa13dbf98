# The .deb that `cpack` makes; scripts/dev/package.sh does it for any machine. It depends on what
# building suites takes, because every suite is built where it is measured.

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The gapmeter developers <gapmeter@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The objects hold code of this minor version, and link its library.
set(python libpython${Python_VERSION_MAJOR}.${Python_VERSION_MINOR}-dev)
set(CPACK_DEBIAN_PACKAGE_DEPENDS
  g++ cmake ninja-build git ${python} libbenchmark-dev libfmt-dev nlohmann-json3-dev libhwy-dev libtbb-dev
  pybind11-dev python3 python3-numpy python3-pandas python3-scipy python3-matplotlib python3-jinja2
  # NumPy with the reference BLAS alone is tens of times slower at matrix products.
  libopenblas0-pthread)
list(JOIN CPACK_DEBIAN_PACKAGE_DEPENDS ", " CPACK_DEBIAN_PACKAGE_DEPENDS)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "python3-numba, python3-sklearn, python3-fastapi, python3-uvicorn, \
python3-uvloop, python3-httptools, cargo-web | cargo (>= 1.85)")
include(CPack)
