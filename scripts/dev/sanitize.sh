#!/usr/bin/env bash
# The tests once more with sanitizers: all of them with those for addresses and undefined behaviour,
# then what runs on several threads with the one for threads. Takes more than an hour. Arguments go
# to ctest; exits with 1 if any of both finds something.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

status=0
GAPMETER_PRESET=asan scripts/test.sh "$@" || status=1

# Under this one the end-to-end tests take hours and would see nothing more: the program uses threads
# where it reads results and where it runs workers beside each other, which are unit tests.
GAPMETER_PRESET=tsan scripts/build.sh gapmeter_unit_tests >/dev/null
build/tsan/gapmeter_unit_tests --gtest_brief=1 || status=1
exit "$status"
