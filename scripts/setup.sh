#!/usr/bin/env bash
# Installs the Debian (12 or newer) or Ubuntu (24.04 or newer) packages that gapmeter is built, run
# and tested with. Skips what is there; needs root or sudo only when something is missing.
set -euo pipefail

packages=(
  # Build
  g++ cmake ninja-build git pkg-config
  libbenchmark-dev libcli11-dev libfmt-dev nlohmann-json3-dev pybind11-dev libhwy-dev
  libopenblas-dev libxxhash-dev libgtest-dev libgmock-dev
  # The interpreter to embed, and what the Python variants and the charts use
  python3 python3-dev libpython3-dev python3-venv
  python3-numpy python3-pandas python3-scipy python3-matplotlib python3-jinja2 python3-pytest
  # The linters that the tests run
  python3-flake8 shellcheck
)

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "setup.sh: this is not Debian or Ubuntu; install the equivalents of: ${packages[*]}" >&2
  exit 2
fi

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $state == installed ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  echo "setup.sh: every package is installed"
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
echo "setup.sh: installing ${missing[*]}"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install --yes --no-install-recommends "${missing[@]}"
