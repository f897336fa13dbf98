#!/usr/bin/env bash
# The suite as CI runs it: the cells of results/reference again, quickly, with charts and report in
# OUT. Further arguments are those of `gapmeter reproduce`. Appends its summary in Markdown to
# $GITHUB_STEP_SUMMARY, or prints it. Exits as `gapmeter reproduce` does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out=${1:?the directory to create is missing}
shift
build=$(scripts/build.sh gapmeter)
reproduction=$(mktemp)
status=0
"$build/gapmeter" reproduce results/reference --quick --out "$out" --format markdown "$@" \
  >"$reproduction" || status=$?
if [[ ! -e $out/summary.csv ]]; then exit "$status"; fi
"$build/gapmeter" plot "$out" >&2
"$build/gapmeter" report "$out" >&2
{
  cat "$out/report.md"
  printf '\n## Held against the reference run\n\n'
  cat "$reproduction"
} >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
exit "$status"
