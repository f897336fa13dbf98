#!/usr/bin/env bash
# From a fresh machine to the test results: installs packages, builds, runs GoogleTest and pytest
# through CTest.
#
#   scripts/test.sh [--full] [arguments of ctest, for instance -R statistics]
#
# --full runs long forms as well: hundreds of kills, the guide followed to the letter, the benchmarks'
# programs, a comparison with the commit before, sanitizers, each fuzz target for a minute, and the
# Debian package in a bare system, which needs root. That takes more than an hour.
# GAPMETER_PRESET names the CMake preset.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

full=
if [[ ${1:-} == --full ]]; then
  full=1
  shift
fi
preset=${GAPMETER_PRESET:-release}
scripts/build.sh >/dev/null

# Nothing is asserted of the verdict but that there is one. A shallow clone has no commit before.
compare_with_the_commit_before() {
  local before found=0
  before=$(git rev-parse --quiet --verify HEAD~1) || return 0
  scripts/ci/ab.sh "$before" "$(mktemp -d)/change" --kernels empty --budget 20s || found=$?
  ((found == 0 || found == 1 || found == 3))
}

status=0
# One more than there are processors: most tests wait for processes that sleep or end.
GAPMETER_FULL=$full ctest --preset "$preset" --parallel "$(($(nproc) + 1))" "$@" || status=$?
if [[ -n $full ]]; then
  scripts/build.sh benchmarks >/dev/null
  compare_with_the_commit_before || status=$?
  scripts/dev/sanitize.sh "$@" || status=$?
  scripts/setup.sh --with fuzz >&2
  scripts/dev/fuzz.sh 60 || status=$?
  package=$(scripts/dev/package.sh)
  as_root=()
  if ((EUID != 0)); then as_root=(sudo); fi
  "${as_root[@]}" scripts/dev/try_package.sh "$package" || status=$?
fi
exit "$status"
