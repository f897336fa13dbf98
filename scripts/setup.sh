#!/usr/bin/env bash
# Installs the Debian (12 or newer) or Ubuntu (24.04 or newer) packages that gapmeter needs for
# building, running and testing. Skips what is there; needs root or sudo only if something is
# missing.
#
#   scripts/setup.sh [--with torch] [--with wheels] [--with torch-wheel] [--with pypy] [--with fuzz]
#                    [--with coverage] [--with lint] [--with package] [--with load-clients]
#
# --with torch adds PyTorch, which is large; without it, its variants are skipped. --with wheels makes
# the virtual environment .venv with the packages of requirements.txt, which bench.sh then uses, and
# --with torch-wheel adds PyTorch's own build to it, with gigabytes of CUDA. --with pypy adds PyPy, to
# measure (gapmeter run --interpreter pypy3). --with fuzz adds
# what scripts/dev/fuzz.sh needs: clang and the runtime of libFuzzer and the sanitizers. --with
# coverage adds what scripts/dev/coverage.sh needs, --with lint the linters of scripts/lint.sh, --with
# package what scripts/dev/package.sh and try_package.sh need, --with load-clients what
# benchmarks/check_load_client.py compares with.
set -euo pipefail

packages=(
  # Build
  g++ cmake ninja-build git pkg-config
  libbenchmark-dev libcli11-dev libfmt-dev nlohmann-json3-dev pybind11-dev libhwy-dev
  libopenblas-dev libtbb-dev libxxhash-dev libboost-dev libgtest-dev libgmock-dev
  # The interpreter to embed, and what the Python variants and the charts use
  python3 python3-dev libpython3-dev python3-venv
  python3-numpy python3-pandas python3-scipy python3-matplotlib python3-pil python3-jinja2
  python3-pytest
  # The linters that the tests run
  python3-flake8 python3-mypy shellcheck
)
# Used by some Python variants, which are skipped if a release does not have them.
optional=(
  python3-numba python3-sklearn
  python3-fastapi python3-uvicorn python3-uvloop python3-httptools
)

wheels=()

while (($# > 0)); do
  case "$1 ${2:-}" in
    "--with torch") packages+=(python3-torch) ;;
    "--with wheels") wheels+=(--requirement requirements.txt) ;;
    "--with torch-wheel") wheels+=(torch) ;;
    "--with pypy") packages+=(pypy3) ;;
    "--with fuzz") packages+=(clang libclang-rt-dev) ;;
    "--with coverage") packages+=(gcovr) ;;
    "--with lint") packages+=(clang-format clang-tidy) ;;
    "--with package") packages+=(dpkg-dev file debootstrap) ;;
    "--with load-clients") packages+=(wrk nghttp2-client) ;;
    *)
      echo "setup.sh: unknown arguments '$*'; there are --with torch, wheels, torch-wheel, pypy, fuzz, coverage," \
        "lint, package, load-clients" >&2
      exit 2
      ;;
  esac
  shift 2
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "setup.sh: this is not Debian or Ubuntu; install the equivalents of: ${packages[*]}" >&2
  exit 2
fi

# Of the interpreter that gapmeter embeds, whose packages it then has.
make_environment() {
  ((${#wheels[@]} > 0)) || return 0
  cd "$(dirname "${BASH_SOURCE[0]}")/.."
  /usr/bin/python3 -m venv .venv
  .venv/bin/pip install --disable-pip-version-check --quiet "${wheels[@]}"
  echo "setup.sh: .venv has what was asked for; bench.sh uses it, and gapmeter with VIRTUAL_ENV=$PWD/.venv"
}

is_installed() {
  local state
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null || true)
  [[ $state == installed ]]
}
is_available() {
  apt-cache show --no-all-versions "$1" >/dev/null 2>&1
}
# Whether a program runs and is Rust 1.85 or newer: rustup's are there without any toolchain, too.
is_recent_rust() {
  local version
  version=$("$1" --version 2>/dev/null | cut -d ' ' -f 2)
  [[ -n $version ]] && dpkg --compare-versions "$version" ge 1.85
}
# For the Rust variants. Debian 12's own cargo is too old; cargo-web, which builds its browsers, is
# not. Later releases have no cargo-web.
if ! { is_recent_rust cargo && is_recent_rust rustc; }; then
  optional+=(cargo-web)
fi

missing=()
for package in "${packages[@]}"; do
  is_installed "$package" || missing+=("$package")
done
for package in "${optional[@]}"; do
  # If the package lists were never fetched, nothing is available and everything counts as missing.
  if ! is_installed "$package" && { ((${#missing[@]} > 0)) || is_available "$package"; }; then
    missing+=("$package")
  fi
done
if ((${#missing[@]} == 0)); then
  echo "setup.sh: every package is installed"
  make_environment
  exit 0
fi

as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "setup.sh: run this as root, or install sudo; missing: ${missing[*]}" >&2
    exit 2
  fi
  as_root=(sudo)
fi
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update
if ! is_available cargo-web; then
  missing=("${missing[@]/#cargo-web/cargo}")
  optional=("${optional[@]/#cargo-web/cargo}")
fi
for package in "${optional[@]}"; do
  if ! is_available "$package"; then
    echo "setup.sh: this release has no $package; the variants that need it will be skipped"
    for i in "${!missing[@]}"; do
      [[ ${missing[i]} == "$package" ]] && unset "missing[i]"
    done
  fi
done
echo "setup.sh: installing ${missing[*]}"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install --yes --no-install-recommends "${missing[@]}"
make_environment
