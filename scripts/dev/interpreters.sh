#!/usr/bin/env bash
# Makes results/interpreters again: what interpreted code takes in PyPy and in CPythons of other versions,
# beside the system's CPython and native code.
#
#   scripts/dev/interpreters.sh INTERPRETERS [arguments of gapmeter run]
#
# INTERPRETERS is a list as for `run --interpreter`; build_python.sh makes those that the system has no
# package of. The machine should do nothing else. The old run stays until the new one is complete.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

interpreters=${1:?the interpreters are missing, for instance pypy3,/opt/gapmeter-pythons/3.12.3/bin/python3}
shift
build=$(scripts/build.sh gapmeter)
new=results/interpreters.new
rm -rf "$new"
# Cells that failed are part of what a run shows.
"$build/gapmeter" run --out "$new" --interpreter "$interpreters" \
  --kernels empty,sum,apply_weights,boxed,pointer_chase,request_churn,tokenize,parallel_sum \
  --sizes 1Ki,64Ki,1Mi "$@" || (($? == 1))
scripts/dev/keep_run.sh "$build/gapmeter" "$new" results/interpreters interpreters.svg
