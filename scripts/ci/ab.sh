#!/usr/bin/env bash
# Builds the commit BASE in a work tree of its own and compares it with this one on this machine, in
# turns. The commit that is checked out is built once and compared with itself. OUT gets every round,
# the comparison and its chart. Further arguments are those of `gapmeter ab`. Without any, it compares
# what fits into a few minutes: the calls of both lanes, and a few kernels at one size. Appends the
# verdicts in Markdown to $GITHUB_STEP_SUMMARY, or prints them. Exits as `gapmeter ab` does, and with 2
# if either commit can't be built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

base=$(git rev-parse --verify "${1:?the commit to compare with is missing}^{commit}")
out=${2:?the directory to create is missing}
shift 2
if (($# == 0)); then
  set -- --kernels empty,sum,apply_weights,tokenize --sizes 1Ki --budget 10m
fi
after=$(scripts/build.sh gapmeter) || exit 2
if [[ $base == "$(git rev-parse HEAD)" && -z $(git status --porcelain --untracked-files=no) ]]; then
  before=$after
else
  tree=$(mktemp -d)/base
  git worktree add --quiet --detach "$tree" "$base"
  trap 'git worktree remove --force "$tree"' EXIT
  before=$tree/$(cd "$tree" && scripts/build.sh gapmeter) || exit 2
fi
"$after/gapmeter" ab "$before/gapmeter" "$after/gapmeter" --out "$out" --format markdown "$@" \
  >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
