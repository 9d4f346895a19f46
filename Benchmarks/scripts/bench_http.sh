#!/bin/bash
# Measures the HTTP server (a release build in PRODUCTS) and the gateway beside nginx, in the same run on the same cores:
#   Benchmarks/scripts/bench_http.sh [seconds per run] [runs]
# Each run alternates between the two, so that whatever else the machine does hits both; medians are printed. Prints a table
# and exits 1 when a figure misses what is asked of it. Needs nginx and wrk.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-5}
runs=${2:-3}
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait 2>/dev/null; rm -rf "$folder"' EXIT

server=${PRODUCTS:-.build/release}/bench-server
nginx_port=18801 proxy_port=18802 own_port=18811 own_gateway_port=18812

cat >"$folder/nginx.conf" <<CONF
worker_processes 2;
daemon off;
pid $folder/nginx.pid;
error_log $folder/error.log;
worker_rlimit_nofile 20000;
events { worker_connections 8192; }
http {
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    upstream health { server 127.0.0.1:$nginx_port; keepalive 64; keepalive_requests 1000000000; }
    server {
        listen 127.0.0.1:$nginx_port backlog=4096;
        location / { default_type application/json; return 200 '{"status":"ok"}'; }
    }
    server {
        listen 127.0.0.1:$proxy_port backlog=4096;
        location / { proxy_pass http://health; proxy_http_version 1.1; proxy_set_header Connection ""; }
    }
}
CONF

/usr/sbin/nginx -e "$folder/error.log" -p "$folder" -c "$folder/nginx.conf" &
nginx_pid=$!

# Waits until a port answers.
await_port() {
    until curl -s -o /dev/null "http://127.0.0.1:$1/health"; do sleep 0.05; done
}
await_port $nginx_port

# Milliseconds from starting the server to its first answer, the median of five starts.
start=$(python3 - "$server" $own_port <<'PY'
import socket, statistics, subprocess, sys, time

server, port = sys.argv[1], int(sys.argv[2])
times = []
for _ in range(5):
    began = time.perf_counter()
    process = subprocess.Popen([server, str(port), "2"], stdout=subprocess.DEVNULL)
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                if connection.recv(4096):
                    break
        except OSError:
            time.sleep(0.001)
    times.append((time.perf_counter() - began) * 1000)
    process.kill()
    process.wait()
print(round(statistics.median(times)))
PY
)
"$server" $own_port 2 >/dev/null &
own_pid=$!
"$server" $own_gateway_port 2 $nginx_port >/dev/null &
gateway_pid=$!
await_port $own_port
await_port $own_gateway_port

# Clock ticks of user and system time of a process and its children.
ticks() {
    local total=0 pid
    for pid in "$1" $(pgrep -P "$1" || true); do
        total=$((total + $(awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$pid/stat")))
    done
    echo $total
}

# Requests per second and processor microseconds per request of one wrk run: $1 port, $2 pid.
measure() {
    local before after
    before=$(ticks "$2")
    wrk -t2 -c64 -d"${seconds}s" "http://127.0.0.1:$1/health" >"$folder/wrk"
    after=$(ticks "$2")
    if grep -qE "Non-2xx|Socket errors" "$folder/wrk"; then
        cat "$folder/wrk" >&2
        exit 1
    fi
    awk -v ticks=$((after - before)) -v hertz="$(getconf CLK_TCK)" '
        /requests in/ { count = $1 }
        /Requests\/sec/ { printf "%.0f %.2f\n", $2, ticks / hertz * 1e6 / count }' "$folder/wrk"
}

for _ in $(seq "$runs"); do
    measure $nginx_port $nginx_pid >>"$folder/nginx.result"
    measure $own_port $own_pid >>"$folder/own.result"
    measure $proxy_port $nginx_pid >>"$folder/proxy.result"
    measure $own_gateway_port $gateway_pid >>"$folder/gateway.result"
done
idle=$(python3 Benchmarks/scripts/idle_connections.py $own_port $own_pid 10000)

median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }
column() { awk -v column="$2" '{ print $column }' "$folder/$1.result" | median; }
read -r count before after each slowest <<<"$idle"
load=$(cut -d' ' -f1 /proc/loadavg)

awk -v nginx="$(column nginx 1)" -v own="$(column own 1)" -v nginx_cpu="$(column nginx 2)" -v own_cpu="$(column own 2)" \
    -v proxy="$(column proxy 1)" -v gateway="$(column gateway 1)" -v gateway_cpu="$(column gateway 2)" \
    -v before="$before" -v after="$after" -v each="$each" -v count="$count" -v slowest="$slowest" -v start="$start" \
    -v load="$load" -v runs="$runs" -v seconds="$seconds" '
function line(name, value, goal, good) {
    printf "%-42s %18s   %-16s %s\n", name, value, goal, good ? "ok" : "MISSED"
    if (!good) missed = 1
}
BEGIN {
    printf "medians of %d runs of %d s, wrk -t2 -c64, load average %s\n", runs, seconds, load
    printf "%-42s %18s\n", "nginx return 200, requests/s", sprintf("%d (%.1f us)", nginx, nginx_cpu)
    printf "%-42s %18s\n", "GET /health, requests/s", own
    line("GET /health, ratio to nginx", sprintf("%.2f", own / nginx), ">= 0.5", own >= 0.5 * nginx)
    line("GET /health, processor time per request", sprintf("%.1f us", own_cpu), "<= 16 us", own_cpu <= 16)
    printf "%-42s %18s\n", "nginx proxy_pass, requests/s", proxy
    printf "%-42s %18s\n", "gateway, requests/s", sprintf("%d (%.1f us)", gateway, gateway_cpu)
    line("gateway, ratio to proxy_pass", sprintf("%.2f", gateway / proxy), ">= 0.5", gateway >= 0.5 * proxy)
    line(count " idle connections", sprintf("%.1f MB over %.1f", (after - before) / 1024, before / 1024), "< 60 MB", after - before < 60 * 1024)
    line("one idle connection", sprintf("%d bytes", each), "<= 2048 bytes", each <= 2048)
    line("slowest of 200 fresh requests meanwhile", sprintf("%.1f ms", slowest), "<= 10 ms", slowest <= 10)
    line("process start to first 200", start " ms", "< 100 ms", start < 100)
    exit missed
}'
