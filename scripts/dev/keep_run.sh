#!/usr/bin/env bash
# Makes a complete run the one that the repository keeps: writes its report, and puts it in the place of the
# run that was kept so far.
#
#   scripts/dev/keep_run.sh PROGRAM RUN KEPT CHART...
#
# PROGRAM is the gapmeter that measured it. Of the charts these stay as files: the report contains all, and
# as files they would add up to a hundred megabytes in a few versions.
set -euo pipefail

program=$1 run=$2 kept=$3
shift 3
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# Paths within this tree are told from its root: where it lies is nobody's business.
sed --in-place "s#$PWD/#./#g" "$run/run.json"
"$program" report "$run" --charts
charts=()
for chart in "$@"; do charts+=(! -name "$chart"); done
find "$run/charts" -type f "${charts[@]}" -delete
rm -rf "$kept"
mv "$run" "$kept"
