#!/usr/bin/env bash
# Makes results/reference again: every kernel, the report, the charts that README.md shows, its table
# of claims, and this machine's verdicts among those of docs/claims.md. Arguments are those of
# `gapmeter run`. Takes the better part of an hour, during which the machine should do nothing else.
# The old run stays until the new one is complete.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

new=results/reference.new
rm -rf "$new"
# Cells that failed are part of what a run shows.
scripts/bench.sh --out "$new" "$@" || (($? == 1))
scripts/dev/keep_run.sh "build/${GAPMETER_PRESET:-release}/gapmeter" "$new" results/reference \
  heatmap.svg sum_gap.svg
/usr/bin/python3 scripts/dev/readme_claims.py results/reference/claims.json README.md
PYTHONPATH=scripts /usr/bin/python3 -m dev.machine_verdicts \
  results/reference/run.json results/reference/claims.json results/verdicts docs/claims.md
