#!/usr/bin/env bash
# Builds the commit BASE in a work tree of its own and compares it with this one on this machine, in
# turns. Further arguments are those of `gapmeter ab`. Appends the verdicts in Markdown to
# $GITHUB_STEP_SUMMARY, or prints them. Exits as `gapmeter ab` does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

base=$(git rev-parse --verify "${1:?the commit to compare with is missing}^{commit}")
shift
tree=$(mktemp -d)/base
git worktree add --quiet --detach "$tree" "$base"
trap 'git worktree remove --force "$tree"' EXIT
before=$tree/$(cd "$tree" && scripts/build.sh gapmeter)
after=$(scripts/build.sh gapmeter)
"$after/gapmeter" ab "$before/gapmeter" "$after/gapmeter" --format markdown "$@" \
  >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
