#!/usr/bin/env bash
# The suite again under Thread Sanitizer and Address Sanitizer, each in a build folder of its own, without suppressions;
# then whether the services leak. Leaks are not counted at the end of the suite: the counter cannot follow the pointers
# in which Swift's enums keep their case, nor run in the reader's sandbox. scripts/leaks.py says what is done instead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export OMP_THREAD_LIMIT=1 MODEL_DIR=${MODEL_DIR:-$PWD/var/models/all-MiniLM-L6-v2}
export ASAN_OPTIONS=detect_leaks=0
for sanitizer in thread address; do
  echo "$sanitizer sanitizer"
  swift build --build-tests --sanitize="$sanitizer" --scratch-path ".build-$sanitizer" -j "${JOBS:-2}"
  # Few tests at a time: a watched program is many times slower, and servers' real time limits would pass meanwhile.
  scripts/with_servers.sh swift test --skip-build --sanitize="$sanitizer" --scratch-path ".build-$sanitizer" \
    --experimental-maximum-parallelization-width "${WIDTH:-3}" "$@"
done
scripts/leaks.py .build-address/debug
