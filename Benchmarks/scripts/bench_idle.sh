#!/usr/bin/env bash
# Five idle services: resident memory of each and of all (bound: 150 MB together, embedder not loaded), and how long each
# takes from its start to the first 200.   PRODUCTS is the folder of the release executables.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
products=${PRODUCTS:-.build/release}
folder=$(mktemp -d)
declare -A pids=()
trap 'kill -TERM "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$folder"' EXIT
export VAR_DIR=$folder/var LOG_LEVEL=WARNING
mkdir -p "$VAR_DIR"
(umask 077; head -c 32 /dev/urandom | base64 | tr -d '\n' > "$VAR_DIR/internal-secret")
export AUTH_PORT=18080 CHAT_PORT=18081 INGEST_PORT=18082 DOCS_PORT=18083 NOTIFY_PORT=18084
first_200() { # first_200 NAME PORT -> prints milliseconds; starts the service
  python3 - "$products/lectern-$1" "$2" <<'PY'
import subprocess, sys, time, socket
began = time.monotonic()
child = subprocess.Popen([sys.argv[1]], stderr=subprocess.DEVNULL, start_new_session=True)
request = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
while time.monotonic() - began < 20:
    try:
        with socket.create_connection(("127.0.0.1", int(sys.argv[2])), 1) as s:
            s.sendall(request)
            if s.recv(64).startswith(b"HTTP/1.1 200"):
                break
    except OSError:
        time.sleep(0.001)
print(child.pid, f"{(time.monotonic() - began) * 1000:.0f}")
PY
}
for name in auth chat ingest docs notify; do
  variable=${name^^}_PORT
  read -r pid ms < <(first_200 "$name" "${!variable}")
  pids[$name]=$pid
  printf '%-7s first 200 after %4s ms\n' "$name" "$ms"
done
sleep 5
total=0
for name in auth chat ingest docs notify; do
  kb=$(awk '/^VmRSS/ {print $2}' "/proc/${pids[$name]}/status")
  pss=$(awk '/^Pss:/ {print $2}' "/proc/${pids[$name]}/smaps_rollup")
  total=$((total + kb))
  printf '%-7s resident %6.1f MB (proportional %5.1f MB)\n' "$name" "$(awk "BEGIN{print $kb/1024}")" "$(awk "BEGIN{print $pss/1024}")"
done
awk "BEGIN{printf \"idle-memory: %.1f MB for five services (must be under 150)\n\", $total/1024}"
