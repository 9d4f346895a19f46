#!/usr/bin/env bash
# The main job from end to end. Uses the Lectern that runs at AUTH_PORT, or starts one of its own in a new folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
address=http://127.0.0.1:${AUTH_PORT:-8080}
if ! curl -fsS -o /dev/null "$address/ready" 2>/dev/null; then
  folder=$(mktemp -d)
  export MODEL_DIR=${MODEL_DIR:-$PWD/var/models/all-MiniLM-L6-v2} VAR_DIR=$folder/var
  # Its user is the first and so an administrator, who may have a conversation processed: an invented one.
  coproc STAND_IN { exec python3 scripts/elevenlabs_stand_in.py --port 0; }
  stand_in=$STAND_IN_PID
  read -r line <&"${STAND_IN[0]}"
  echo "$line"
  export ELEVENLABS_BASE_URL=${line##* }
  set -- --conversation conv_demo "$@"
  scripts/run.sh > "$folder/log" 2>&1 &
  lectern=$!
  trap 'kill -TERM $lectern $stand_in 2>/dev/null; wait $lectern 2>/dev/null; rm -rf "$folder"' EXIT
  for _ in $(seq 300); do
    curl -fsS -o /dev/null "$address/ready" 2>/dev/null && break
    kill -0 $lectern 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
    sleep 0.1
  done
fi
python3 scripts/demo.py --url "$address" "$@"
