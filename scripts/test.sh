#!/usr/bin/env bash
# Runs the whole suite, which `swift build --build-tests` has built. Arguments go to `swift test`, such as --filter.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export OMP_THREAD_LIMIT=1 MODEL_DIR=${MODEL_DIR:-$PWD/var/models/all-MiniLM-L6-v2}
# Few tests at a time: many start whole services and processes, and all at once would starve each other of their real
# time limits.
scripts/with_servers.sh swift test --skip-build --experimental-maximum-parallelization-width "${WIDTH:-10}" "$@"
