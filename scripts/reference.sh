#!/usr/bin/env bash
# Makes results/reference again: every kernel, the report, the charts that README.md shows and its
# table of claims. Arguments are those of `gapmeter run`. Takes the better part of an hour, during
# which the machine should have nothing else to do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rm -rf results/reference.new
scripts/bench.sh --out results/reference.new "$@"
rm -rf results/reference
mv results/reference.new results/reference
"build/${GAPMETER_PRESET:-release}/gapmeter" report results/reference
# All of them are in the report; as files they would be a hundred megabytes in a few versions.
find results/reference/charts -type f ! -name heatmap.svg ! -name sum_gap.svg -delete
/usr/bin/python3 scripts/readme_claims.py results/reference/claims.json README.md
