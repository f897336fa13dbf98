#!/usr/bin/env bash
# Regenerates the tables of columns in docs/results.md from their declarations in the code.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

build=$(scripts/build.sh gapmeter_store_tests)
GAPMETER_WRITE_DOCS=1 "$(find "$build" -maxdepth 1 -name gapmeter_store_tests)" \
  --gtest_filter='Documentation.*' --gtest_brief=1
