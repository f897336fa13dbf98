#!/usr/bin/env bash
# Makes results/interpreters again: what interpreted code takes in PyPy, in CPython 3.12 and in
# CPython 3.13 without the GIL, beside the system's CPython and native code. Builds the two CPythons
# first if they are not there (build_python.sh, a quarter of an hour each). Arguments are those of
# `gapmeter run`. The machine should do nothing else.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

scripts/setup.sh --with pypy >&2
stock=$(scripts/dev/build_python.sh v3.12.12)
free_threaded=$(scripts/dev/build_python.sh v3.13.9 --disable-gil)
build=$(scripts/build.sh gapmeter)
new=results/interpreters.new
rm -rf "$new"
# Cells that failed are part of what a run shows.
"$build/gapmeter" run --out "$new" --interpreter "pypy3,$stock,$free_threaded" \
  --kernels empty,sum,apply_weights,boxed,pointer_chase,request_churn,tokenize,tree_ensemble,parallel_sum \
  --sizes 1Ki,64Ki,1Mi "$@" || (($? == 1))
"$build/gapmeter" report "$new"
find "$new/charts" -type f ! -name interpreters.svg -delete
rm -rf results/interpreters
mv "$new" results/interpreters
