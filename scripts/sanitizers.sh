#!/usr/bin/env bash
# The suite again under Thread Sanitizer and Address Sanitizer, each in a build folder of its own, without suppressions.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export OMP_THREAD_LIMIT=1 MODEL_DIR=${MODEL_DIR:-$PWD/var/models/all-MiniLM-L6-v2}
for sanitizer in thread address; do
  echo "$sanitizer sanitizer"
  swift test --sanitize="$sanitizer" --scratch-path ".build-$sanitizer" -j "${JOBS:-2}" "$@"
done
