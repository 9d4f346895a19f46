#!/usr/bin/env bash
# Runs the whole suite; the real servers that tests need are started by the tests themselves on free ports.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export OMP_THREAD_LIMIT=1 MODEL_DIR=${MODEL_DIR:-$PWD/var/models/all-MiniLM-L6-v2}
swift test --skip-build "$@"
