#!/usr/bin/env bash
# Which lines of harness/ do the tests run? Builds with gcov, runs the tests and writes a page for
# each file to build/coverage/report. Exits with 1 if a test fails or less than 90 % of the lines
# ran.
#
#   scripts/dev/coverage.sh [--unit | arguments of ctest]
#
# --unit runs only the unit tests, in a fraction of the time, and requires no share of the lines:
# the end-to-end tests cover much of the command line and the workers. Kernels, tests and the Python
# parts are not counted, and neither is what ran in a process that was killed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

least=90
build=build/coverage
unit=
if [[ ${1:-} == --unit ]]; then
  unit=1
  shift
  if (($# > 0)); then
    echo "coverage.sh: --unit takes no arguments" >&2
    exit 2
  fi
fi
if ! command -v gcovr >/dev/null; then
  echo "coverage.sh: there is no gcovr; run scripts/setup.sh --with coverage" >&2
  exit 2
fi

targets=()
if [[ $unit ]]; then targets=(unit_tests); fi
GAPMETER_PRESET=coverage scripts/build.sh "${targets[@]}" >/dev/null
# Counters add up over runs.
find "$build" -name '*.gcda' -delete

status=0
if [[ $unit ]]; then
  ctest --preset coverage --tests-regex '^unit\.' || status=1
else
  # Leaves out the tests that run nothing of the harness, or of this build of it. Also leaves out
  # the test that lets no file grow, because gcov's files would have to.
  PYTEST_ADDOPTS="-k 'not may_not_grow'" \
    ctest --preset coverage --exclude-regex '^(charts|flake8|mypy|shellcheck|architecture|e2e.guide)$' "$@" || status=1
fi

mkdir -p "$build/report"
limit=()
if [[ ! $unit ]]; then limit=(--fail-under-line "$least"); fi
gcovr --root . --filter harness/ --exclude harness/tests/ --object-directory "$build" \
  --sort-percentage --print-summary --html-details "$build/report/index.html" --txt - \
  "${limit[@]}" "$build" || status=1
echo "coverage.sh: line by line in $build/report/index.html" >&2
exit "$status"
