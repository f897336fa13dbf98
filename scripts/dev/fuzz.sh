#!/usr/bin/env bash
# Fuzzes everything that parses external text: files of results, command line, messages of workers.
#
#   scripts/dev/fuzz.sh [seconds for each target (default 600)] [targets (default all)]
#
# Builds the targets of harness/tests/fuzz with libFuzzer and sanitizers and runs one after the
# other. Each starts from a copy of its corpus in build/fuzz/corpus, which grows and is kept. Exits
# with 1 if a target fails, and says where the failing input is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seconds=${1:-600}
if [[ ! $seconds =~ ^[1-9][0-9]*$ ]]; then
  echo "fuzz.sh: '$seconds' is not a number of seconds" >&2
  exit 2
fi
shift $(($# > 0))
known=(harness/tests/fuzz/corpus/*)
known=("${known[@]##*/}")
targets=("$@")
if ((${#targets[@]} == 0)); then targets=("${known[@]}"); fi
for target in "${targets[@]}"; do
  if [[ " ${known[*]} " != *" $target "* ]]; then
    echo "fuzz.sh: there is no target '$target'; there are: ${known[*]}" >&2
    exit 2
  fi
done
if ! command -v clang++ >/dev/null; then
  echo "fuzz.sh: there is no clang++; run scripts/setup.sh --with fuzz" >&2
  exit 2
fi

cmake --preset fuzz >&2
cmake --build --preset fuzz >&2
failed=()
for target in "${targets[@]}"; do
  echo "fuzz.sh: $target, for $seconds s"
  corpus=build/fuzz/corpus/$target
  mkdir -p "$corpus" build/fuzz/failures
  options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1)
  log=build/fuzz/$target.log
  if ! "build/fuzz/gapmeter_fuzz_$target" "${options[@]}" \
    -artifact_prefix="build/fuzz/failures/$target-" \
    "$corpus" "harness/tests/fuzz/corpus/$target" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    failed+=("$target")
  fi
done
if ((${#failed[@]} > 0)); then
  echo "fuzz.sh: failed: ${failed[*]}; the inputs are in build/fuzz/failures, all output in" \
    "build/fuzz/*.log" >&2
  exit 1
fi
echo "fuzz.sh: nothing found"
