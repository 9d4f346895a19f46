#!/usr/bin/env bash
# Runs the whole suite. The object server is started here, once for all; the other real servers that tests need are
# started by the tests themselves on free ports.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export OMP_THREAD_LIMIT=1 MODEL_DIR=${MODEL_DIR:-$PWD/var/models/all-MiniLM-L6-v2}
if [[ -z ${LECTERN_TEST_S3:-} ]]; then
  coproc S3_SERVER { exec /usr/bin/python3 Tests/Servers/s3_server.py; }
  trap 'kill "$S3_SERVER_PID" 2>/dev/null || true' EXIT
  read -r _ port <&"${S3_SERVER[0]}" || { echo "test: the object server did not start" >&2; exit 1; }
  export LECTERN_TEST_S3=127.0.0.1:$port
fi
swift test --skip-build "$@"
