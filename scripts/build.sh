#!/usr/bin/env bash
# Installs what is missing, configures and builds. Prints the build directory as its last line.
# Arguments name the targets to build (default all); GAPMETER_PRESET names the CMake preset (default
# release).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=${GAPMETER_PRESET:-release}
scripts/setup.sh >&2
cmake --preset "$preset" >&2
targets=()
if (($# > 0)); then targets=(--target "$@"); fi
cmake --build --preset "$preset" "${targets[@]}" >&2
echo "build/$preset"
