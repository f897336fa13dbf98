#!/usr/bin/env bash
# Builds a CPython from source as distributions do, with PGO and LTO, for measurements of interpreters
# that the system has no package of.
#
#   scripts/dev/build_python.sh SOURCE [arguments of configure, for instance --disable-gil]
#
# SOURCE is a source tarball of CPython, a file or an address, such as Python-3.13.9.tar.xz from
# python.org. The interpreter goes to /opt/gapmeter-pythons/VERSION (with a t behind it if it has no
# GIL), where the tests look, with the NumPy that pip chooses for it. What is there already stays.
# Needs root or write access there, and a long time, most of it for linking. Prints the interpreter's path.
set -euo pipefail

source=${1:?the source is missing, for instance Python-3.13.9.tar.xz}
shift
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
if [[ $source == *://* ]]; then
  curl --fail --silent --show-error --location --output "$tree/source" "$source"
  source=$tree/source
fi
mkdir "$tree/cpython"
tar --extract --file "$source" --directory "$tree/cpython" --strip-components 1
cd "$tree/cpython"
version=$(sed -n 's/^#define PY_VERSION  *"\(.*\)"/\1/p' Include/patchlevel.h)
for argument in "$@"; do
  if [[ $argument == --disable-gil ]]; then version+=t; fi
done
prefix=/opt/gapmeter-pythons/$version
if [[ ! -x $prefix/bin/python3 ]]; then
  as_root=()
  if ((EUID != 0)); then as_root=(sudo); fi
  "${as_root[@]}" apt-get install --yes --no-install-recommends \
    gcc make pkg-config libbz2-dev libffi-dev liblzma-dev libsqlite3-dev libssl-dev zlib1g-dev >&2
  ./configure --quiet --prefix="$prefix" --enable-optimizations --with-lto "$@" >&2
  make --silent --jobs "$(nproc)" >build.log 2>&1 || { tail -n 30 build.log >&2 && exit 1; }
  make --silent install >install.log 2>&1 || { tail -n 30 install.log >&2 && exit 1; }
fi
"$prefix/bin/python3" -m pip install --quiet numpy >&2
echo "$prefix/bin/python3"
