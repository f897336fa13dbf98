#!/usr/bin/env bash
# Runs the tests again with sanitizers: all of them with the address and undefined-behaviour
# sanitizers, then what uses several threads with the thread sanitizer. Takes more than an hour.
# Arguments go to ctest. Exits with 1 if either finds something.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

status=0
GAPMETER_PRESET=asan scripts/test.sh "$@" || status=1

# Under the thread sanitizer the end-to-end tests take hours and would find nothing more: the
# program uses threads only to read results and to run workers in parallel, and unit tests cover
# both.
GAPMETER_PRESET=tsan scripts/build.sh unit_tests >/dev/null
ctest --preset tsan --tests-regex '^unit\.' || status=1
exit "$status"
