#!/usr/bin/env bash
# Builds a CPython from source as distributions do, with PGO and LTO, for measurements of interpreters
# that the system has no package of.
#
#   scripts/dev/build_python.sh TAG [arguments of configure, for instance --disable-gil]
#
# TAG is one of the repository's, such as v3.13.9. The interpreter goes to
# /opt/gapmeter-pythons/VERSION (with a t behind it if it has no GIL), where the tests look, with the
# NumPy that pip chooses for it. What is there already stays. Needs root or write access there, and a
# quarter of an hour. GAPMETER_CPYTHON names another repository to clone.
set -euo pipefail

tag=${1:?the tag is missing, for instance v3.13.9}
shift
version=${tag#v}
for argument in "$@"; do
  if [[ $argument == --disable-gil ]]; then version+=t; fi
done
prefix=/opt/gapmeter-pythons/$version
if [[ ! -x $prefix/bin/python3 ]]; then
  as_root=()
  if ((EUID != 0)); then as_root=(sudo); fi
  "${as_root[@]}" apt-get install --yes --no-install-recommends \
    gcc make pkg-config libbz2-dev libffi-dev liblzma-dev libsqlite3-dev libssl-dev zlib1g-dev >&2
  tree=$(mktemp -d)
  trap 'rm -rf "$tree"' EXIT
  git clone --quiet --depth 1 --branch "$tag" -c advice.detachedHead=false \
    "${GAPMETER_CPYTHON:-https://github.com/python/cpython}" "$tree" >&2
  cd "$tree"
  ./configure --quiet --prefix="$prefix" --enable-optimizations --with-lto "$@" >&2
  make --silent --jobs "$(nproc)" >build.log 2>&1 || { tail -n 30 build.log >&2 && exit 1; }
  make --silent install >install.log 2>&1 || { tail -n 30 install.log >&2 && exit 1; }
fi
"$prefix/bin/python3" -m pip install --quiet numpy >&2
echo "$prefix/bin/python3"
