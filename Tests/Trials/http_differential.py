#!/usr/bin/env python3
"""Sends what servers read differently to Lectern's HTTP server, whole, byte by byte and through its gateway, and the same to
h11, llhttp (as aiohttp has it) and nginx.

    http_differential.py --server PATH/bench-server [--verbose]

It fails when a malformed request is not refused with the connection closed, when a good one is not answered, when bytes sent
one by one make any difference, when the gateway lets more requests through than the server behind it answers alike, or when
something is accepted that all three references refuse. Needs `pip install h11 aiohttp` and nginx.
"""
import argparse
import asyncio
import re
import socket
import subprocess
import sys
import tempfile
import time

from http_vectors import ACCEPT, EITHER, PROBE, REFUSE
from installation import free_ports

REFUSED, ACCEPTED = "refused", "accepted"


def answers(port, data, piece=None):
    """The statuses that come, and whether the server closed the connection."""
    received, closed = b"", False
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for start in range(0, len(data), piece or len(data)):
                client.sendall(data[start:start + (piece or len(data))])
        except OSError:
            pass
        try:
            while more := client.recv(65536):
                received += more
            closed = True
        except TimeoutError:
            pass
        except OSError:
            closed = True
    return read_statuses(received), closed


def read_statuses(data):
    statuses = []
    while data:
        head, _, rest = data.partition(b"\r\n\r\n")
        found = re.match(rb"HTTP/1\.[01] (\d{3})", head)
        if not found:
            return statuses + ["garbage"]
        status = int(found[1])
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        data = rest[int(length[1]):] if length else rest
        if not length and status >= 200 and status != 204:
            # Chunked: the answers here are small and have one chunk at most.
            end = rest.find(b"0\r\n\r\n")
            data = rest[end + 5:] if end >= 0 else b""
        if status >= 200:
            statuses.append(status)
    return statuses


def verdict(statuses, closed):
    if not closed:
        return "waits"
    if len(statuses) == 2 and statuses[0] < 500 and statuses[1] < 400:
        return ACCEPTED
    if statuses == [200]:
        return "accepted, then closed"  # as HTTP/1.0 has it
    if len(statuses) <= 1 and all(isinstance(status, int) and status >= 400 for status in statuses):
        return REFUSED
    return f"odd {statuses}"


def by_h11(data):
    import h11
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    count = 0
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                return "waits" if count < 2 else ACCEPTED
            if event is h11.PAUSED:
                connection.start_next_cycle()
            elif isinstance(event, h11.EndOfMessage):
                count += 1
                if count == 2:
                    return ACCEPTED
                connection.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
                connection.send(h11.EndOfMessage())
                if connection.our_state is h11.MUST_CLOSE:
                    return "closes"
    except h11.RemoteProtocolError:
        return REFUSED
    except h11.LocalProtocolError:
        return "switches"


def by_llhttp(data):
    from unittest import mock
    from aiohttp import http_exceptions
    from aiohttp._http_parser import HttpRequestParser
    loop = asyncio.new_event_loop()
    try:
        parser = HttpRequestParser(
            mock.Mock(_reading_paused=False), loop, 2**16, max_line_size=8190, max_field_size=8190)
        messages, _, _ = parser.feed_data(data)
        for _, payload in messages:
            if payload.exception() is not None:
                return REFUSED
        return {0: "waits", 1: "waits"}.get(len(messages), ACCEPTED)
    except (http_exceptions.HttpProcessingError, ValueError):
        return REFUSED
    finally:
        loop.close()


class Nginx:
    def __init__(self, folder):
        [self.port] = free_ports(1)
        path = f"{folder}/nginx.conf"
        with open(path, "w") as file:
            file.write(f"""
daemon off; worker_processes 1; pid {folder}/pid; error_log /dev/null;
events {{}}
http {{ access_log off; lingering_close off; client_body_temp_path {folder}/body;
  server {{ listen 127.0.0.1:{self.port}; location / {{ return 200 "ok"; }} }} }}
""")
        self.process = subprocess.Popen(["nginx", "-p", folder, "-c", path], stderr=subprocess.DEVNULL)
        await_port(self.port)


def await_port(port):
    for _ in range(500):
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.01)
    raise SystemExit(f"nothing listens on {port}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    processes = []
    folder = tempfile.TemporaryDirectory(prefix="lectern-trial-")
    try:
        port, gateway = free_ports(2)
        processes.append(subprocess.Popen([options.server, str(port), "2"], stdout=subprocess.DEVNULL))
        await_port(port)
        processes.append(subprocess.Popen([options.server, str(gateway), "2", str(port)], stdout=subprocess.DEVNULL))
        await_port(gateway)
        nginx = Nginx(folder.name)
        processes.append(nginx.process)
        return compare(port, gateway, nginx.port, options.verbose)
    finally:
        for process in processes:
            process.terminate()
            process.wait()
        folder.cleanup()


def compare(port, gateway, nginx, verbose):
    mistakes, differences, count = [], [], 0
    for wanted, vectors in ((REFUSED, REFUSE), (ACCEPTED, ACCEPT), (None, EITHER)):
        for name, request in vectors.items():
            data = request + PROBE
            count += 1
            whole = answers(port, data)
            own = verdict(*whole)
            for way, result in (
                    ("byte by byte", answers(port, data, piece=1)), ("in threes", answers(port, data, piece=3)),
                    ("by the gateway", answers(gateway, data)), ("byte by byte by the gateway", answers(gateway, data, piece=1))):
                if verdict(*result) != own:
                    mistakes.append(f"{name}: whole {own} {whole}, {way} {verdict(*result)} {result}")
            if wanted and own != wanted or not own.startswith((REFUSED, ACCEPTED)):
                mistakes.append(f"{name}: {own} {whole} instead of {wanted}")
            others = {"h11": by_h11(data), "llhttp": by_llhttp(data), "nginx": verdict(*answers(nginx, data))}
            if own == ACCEPTED and all(other == REFUSED for other in others.values()):
                mistakes.append(f"{name}: accepted, but refused by {', '.join(others)}")
            if any(other != own for other in others.values()):
                differences.append(f"{name}: {own} {whole[0]}; " + ", ".join(f"{key} {value}" for key, value in others.items()))
    if verbose:
        print("where a reference differs:", *differences, sep="\n  ")
    for mistake in mistakes:
        print("WRONG", mistake)
    print(f"{count} requests, each whole, byte by byte, in threes and twice through the gateway: {len(mistakes)} wrong; "
          f"{len(differences)} are read otherwise by h11, llhttp or nginx")
    return 1 if mistakes else 0


sys.exit(main())
