#!/usr/bin/env bash
# Runs every linter on everything: clang-format, rustfmt, flake8, mypy, shellcheck and clang-tidy.
# Exits with 1 at the end if any of them complains.
#
#   scripts/lint.sh [--quick]
#
# --quick leaves out clang-tidy, which takes longer than compiling. The others take seconds.
# GAPMETER_PRESET names the CMake preset with which clang-tidy compiles (default release).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

quick=
case "$*" in
  "") ;;
  --quick) quick=1 ;;
  *)
    echo "lint.sh: unknown arguments '$*'; there is --quick" >&2
    exit 2
    ;;
esac

# The system's Python, which has Debian's packages; CMake chooses the same one.
python=/usr/bin/python3
if [[ ! -x $python ]]; then python=python3; fi
missing=()
commands=(clang-format shellcheck)
if [[ ! $quick ]]; then commands+=(clang-tidy run-clang-tidy cmake); fi
for command in "${commands[@]}"; do
  command -v "$command" >/dev/null || missing+=("$command")
done
for module in flake8 mypy; do
  "$python" -c "import $module" 2>/dev/null || missing+=("$module (for $python)")
done
if ((${#missing[@]} > 0)); then
  printf 'lint.sh: there is no %s\n' "${missing[@]}" >&2
  echo "lint.sh: run scripts/setup.sh --with lint" >&2
  exit 2
fi

failed=()
run() {
  echo "== $1" >&2
  "${@:2}" || failed+=("$1")
}

# Including new files that are not committed yet.
list() {
  git ls-files --cached --others --exclude-standard --deduplicate -z "$@"
}
mapfile -d '' -t sources < <(list '*.cpp' '*.h')
mapfile -d '' -t shell_scripts < <(list 'scripts/*.sh' .ci/run)
run clang-format clang-format --dry-run -Werror "${sources[@]}"
# Where there is one: rustup brings it, and Debian 12 has it as rustfmt-web.
if command -v rustfmt >/dev/null; then
  mapfile -d '' -t rust_sources < <(list '*.rs')
  run rustfmt rustfmt --check "${rust_sources[@]}"
fi
run flake8 "$python" -m flake8 harness python_baselines scripts benchmarks template
run mypy "$python" -m mypy
run shellcheck shellcheck "${shell_scripts[@]}"
if [[ ! $quick ]]; then
  preset=${GAPMETER_PRESET:-release}
  cmake --preset "$preset" >/dev/null
  # Generated headers.
  cmake --build --preset "$preset" --target gapmeter_git_revision >/dev/null
  # Clang can read the C++20 of these only from version 16 on.
  unreadable='(request_churn|zero_cost)\.cpp'
  run clang-tidy run-clang-tidy -quiet -p "build/$preset" \
    "^$PWD/(harness/(?!tests/)|kernels/(?!$unreadable))"
fi

if ((${#failed[@]} > 0)); then
  echo "lint.sh: failed: ${failed[*]}" >&2
  exit 1
fi
