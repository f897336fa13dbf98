#!/usr/bin/env bash
# From a fresh machine to results: installs packages, builds, runs `gapmeter run` with the arguments
# given here, then draws its charts. Python has the packages of .venv if that is there (setup.sh --with
# wheels) and no other virtual environment is active. Without --out the results go to results/<time>. Exits as
# `gapmeter run` does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out=
arguments=("$@")
for ((i = 0; i < $#; ++i)); do
  case ${arguments[i]} in
    --out) out=${arguments[i + 1]:-} ;;
    --out=*) out=${arguments[i]#--out=} ;;
  esac
done
if [[ -z $out ]]; then
  out=results/$(date +%Y%m%d-%H%M%S)
  arguments+=(--out "$out")
fi

if [[ -z ${VIRTUAL_ENV:-} && -e .venv/pyvenv.cfg ]]; then export VIRTUAL_ENV=$PWD/.venv; fi
build=$(scripts/build.sh gapmeter)
status=0
"$build/gapmeter" run "${arguments[@]}" || status=$?
# 0 and 1 are complete runs; with 1 some cells failed, and the charts show which.
if ((status <= 1)); then "$build/gapmeter" plot "$out"; fi
exit "$status"
