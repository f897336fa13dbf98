#!/usr/bin/env bash
# The suite as CI runs it: measures the cells of results/reference again, quickly, with charts and
# report in OUT. Further arguments are those of `gapmeter reproduce`. Appends its summary in
# Markdown to $GITHUB_STEP_SUMMARY, or prints it. Exits with 1 if a verdict differs, 3 if too little
# can be decided, and 2 for errors on any machine: no build, failed cells, no report.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

out=${1:?the directory to create is missing}
shift
build=$(scripts/build.sh gapmeter) || exit 2
reproduction=$(mktemp)
status=0
"$build/gapmeter" reproduce results/reference --quick --out "$out" --format markdown "$@" \
  >"$reproduction" || status=$?
if [[ ! -e $out/summary.csv ]]; then exit 2; fi
"$build/gapmeter" report --charts "$out" >&2 || exit 2
{
  cat "$out/report.md"
  printf '\n## Held against the reference run\n\n'
  cat "$reproduction"
} >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
# Variants are skipped if their package is missing or if they are not meant for quick runs.
if cut -d, -f1,2,4,6 "$out/summary.csv" | tail -n +2 | grep --invert-match ',ok$\|,skipped$' >&2; then
  echo "suite.sh: these cells failed; $out/rounds.csv says why" >&2
  exit 2
fi
exit "$status"
