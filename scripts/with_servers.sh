#!/usr/bin/env bash
# Runs a command while the object server that tests need is up, with its address in LECTERN_TEST_S3. All other real
# servers are started by the tests themselves on free ports.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [[ -z ${LECTERN_TEST_S3:-} ]]; then
  # It ends with the pipe to its standard input, too: nothing is left behind however this script ends.
  coproc OBJECT_SERVER { exec /usr/bin/python3 Tests/Servers/s3_server.py; }
  server=$OBJECT_SERVER_PID
  trap 'kill "$server" 2>/dev/null || true' EXIT
  read -r _ port <&"${OBJECT_SERVER[0]}" || { echo "the object server did not start" >&2; exit 1; }
  export LECTERN_TEST_S3=127.0.0.1:$port
fi
"$@"
