#!/usr/bin/env bash
# The main job, then an incident and a recorded conversation, from end to end. The main job uses the Lectern that runs at
# AUTH_PORT, or one of its own in a new folder. The others always use one of their own, beside a stand-in for the
# provider of conversations, so that nobody's installation gets invented customers. KEEP is where their files go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export MODEL_DIR=${MODEL_DIR:-$PWD/var/models/all-MiniLM-L6-v2}
address=http://127.0.0.1:${AUTH_PORT:-8080}
folder=$(mktemp -d)
processes=()
finish() {
  ((${#processes[@]})) && kill -TERM "${processes[@]}" 2>/dev/null
  wait 2>/dev/null
  rm -rf "$folder"
}
trap finish EXIT

start() { # start FOLDER ADDRESS: a Lectern in that folder, with the environment as it is
  VAR_DIR=$1/var scripts/run.sh > "$1.log" 2>&1 &
  processes+=($!)
  for _ in $(seq 300); do
    curl -fsS -o /dev/null "$2/ready" 2>/dev/null && return
    kill -0 "${processes[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  cat "$1.log" >&2
  exit 1
}

curl -fsS -o /dev/null "$address/ready" 2>/dev/null || start "$folder/study" "$address"
python3 scripts/demo.py --url "$address" "$@"
(($#)) && exit

printf '\n== An incident and a recorded conversation ==\n'
printf 'in a Lectern of their own; ElevenLabs is played by scripts/elevenlabs_stand_in.py, an invented call.\n\n'
read -r -a ports < <(python3 -c '
import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(6)]
print(*(s.getsockname()[1] for s in held))')
python3 scripts/elevenlabs_stand_in.py --port "${ports[5]}" > "$folder/provider.log" 2>&1 &
processes+=($!)
export AUTH_PORT=${ports[0]} CHAT_PORT=${ports[1]} INGEST_PORT=${ports[2]} DOCS_PORT=${ports[3]} NOTIFY_PORT=${ports[4]}
mkdir -p "$folder/desk"
export RUN_IN=$folder/desk
unset AUTH_URL CHAT_URL INGEST_URL DOCS_URL NOTIFY_URL PUBLIC_URL DATABASE_URL
unset SMTP_HOST TWILIO_ACCOUNT_SID TICKET_API_URL MINIO_ENDPOINT
export ELEVENLABS_BASE_URL=http://127.0.0.1:${ports[5]} ELEVENLABS_API_KEY=demonstration
start "$folder/desk" "http://127.0.0.1:$AUTH_PORT"
keep=${KEEP:-$(mktemp -d)}
python3 scripts/demo_desk.py --url "http://127.0.0.1:$AUTH_PORT" --outbox "$folder/desk/var/outbox" --keep "$keep"
