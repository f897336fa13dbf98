#!/usr/bin/env bash
# Installs what is missing, configures and builds; prints the build directory as its last line.
# GAPMETER_PRESET names the CMake preset (default release).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=${GAPMETER_PRESET:-release}
scripts/setup.sh >&2
cmake --preset "$preset" >&2
cmake --build --preset "$preset" >&2
echo "build/$preset"
