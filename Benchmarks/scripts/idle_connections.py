#!/usr/bin/env python3
"""Opens idle keep-alive connections and tells what they cost: idle_connections.py PORT PID COUNT

Each connection sends one request and reads its answer, so that it is a used connection between two requests. Prints the
resident memory before and after, and the bytes per connection. Needs a descriptor limit above COUNT.
"""
import resource
import socket
import sys
import time


def resident_kib(pid):
    with open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            if line.startswith("Rss:"):
                return int(line.split()[1])
    raise SystemExit("no Rss")


def main():
    port, pid, count = (int(argument) for argument in sys.argv[1:4])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    request = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    connections = []
    before = resident_kib(pid)
    for number in range(count):
        # Many source addresses, because one has too few ports for some limits.
        connection = socket.create_connection(("127.0.0.1", port), source_address=(f"127.0.0.{2 + number % 8}", 0))
        connection.sendall(request)
        if b"200 OK" not in connection.recv(4096):
            raise SystemExit("unexpected answer")
        connections.append(connection)
    after = resident_kib(pid)
    slowest = 0.0
    for _ in range(200):
        start = time.perf_counter()
        fresh = socket.create_connection(("127.0.0.1", port))
        fresh.sendall(request)
        fresh.recv(4096)
        fresh.close()
        slowest = max(slowest, time.perf_counter() - start)
    each = (after - before) * 1024 / count
    print(f"{count} {before} {after} {each:.0f} {slowest * 1000:.1f}")


main()
