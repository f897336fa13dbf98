#!/usr/bin/env bash
# From a fresh machine to the test results: installs packages, builds, runs GoogleTest and pytest
# through CTest. Arguments go to ctest, for instance -R statistics. GAPMETER_PRESET names the CMake
# preset.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/build.sh >/dev/null
ctest --preset "${GAPMETER_PRESET:-release}" "$@"
