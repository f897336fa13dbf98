#!/usr/bin/env bash
# Builds gapmeter's Debian package, for any machine of this architecture and this release of Debian, and
# prints its path.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

scripts/setup.sh --with package >&2
cmake --preset package >&2
cmake --build --preset package >&2
rm -f build/package/*.deb
(cd build/package && cpack) >&2
realpath build/package/*.deb
