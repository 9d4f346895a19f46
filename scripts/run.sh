#!/usr/bin/env bash
# Starts the five services on the embedded defaults, shows their logs, and stops them all on Ctrl-C or SIGTERM.
# Environment (or .env) as in .env.example; PRODUCTS is the folder of the executables. RUN_IN is the folder to run in,
# whose .env counts: the repository's, unless a demonstration wants to be left alone by it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
products=$(realpath "${PRODUCTS:-.build/release}")
if [[ -n ${RUN_IN:-} ]]; then
  export PROMPTS_DIR=${PROMPTS_DIR:-$PWD/prompts} TEMPLATES_DIR=${TEMPLATES_DIR:-$PWD/templates}
  cd "$RUN_IN"
fi
# As for the services themselves, the environment wins over the file.
if [[ -f .env ]]; then
  set -a; inherited=$(export -p); source ./.env; eval "$inherited"; set +a
fi
var=${VAR_DIR:-var}
mkdir -p "$var"

# OMP_THREAD_LIMIT must be there before tesseract's process starts; the service hands its environment on.
export OMP_THREAD_LIMIT=1

declare -A pids=()
stop() {
  trap - INT TERM
  ((${#pids[@]})) && kill -TERM "${pids[@]}" 2>/dev/null || true
  wait
}
trap 'stop; exit 0' INT TERM

# One secret for calls between the services, made before any of them starts.
if [[ -z ${INTERNAL_SECRET:-} && ! -s $var/internal-secret ]]; then
  (umask 077; head -c 32 /dev/urandom | base64 | tr -d '\n' > "$var/internal-secret")
fi

for name in auth chat ingest docs notify; do
  "$products/lectern-$name" 2> >(sed -u "s/^/$(printf '%-7s' "$name")| /" >&2) &
  pids[$name]=$!
done

address=http://127.0.0.1:${AUTH_PORT:-8080}
for _ in $(seq 300); do
  curl -fsS -o /dev/null "$address/ready" 2>/dev/null && { printf '\nLectern is ready at %s (API: %s/docs/api). Ctrl-C stops it.\n\n' "$address" "$address"; break; }
  kill -0 "${pids[auth]}" 2>/dev/null || break
  sleep 0.1
done

# A service that ends by itself takes the others with it, so that nobody waits on half a Lectern.
status=0
wait -n || status=$?
printf 'A service ended with status %s; stopping the others.\n' "$status" >&2
stop
exit "$((status == 0 ? 1 : status))"
