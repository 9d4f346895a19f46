#!/usr/bin/env python3
"""Whether the services leak: the same work done once and several times must leave equally many unreachable objects.

    leaks.py PRODUCTS     (the folder of executables built with Address Sanitizer)

LeakSanitizer cannot follow the pointers in which Swift's enums keep their case in spare bits, so it always counts some
static tables as lost. What leaks grows with the work; those do not. Each service is stopped by SIGTERM and its count
at exit is compared between a run with one round of work (a lecture, incidents, a recorded conversation) and a run with
several. Standard library only.

docs is judged by bytes: pango and cairo keep the shapes of letters once drawn, the clock on a report brings new digits, and
so the count of small objects differs between two runs of equal work. A document or font that leaks is far larger.
"""
import contextlib
import io
import os
import pathlib
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import demo_desk

ROOT = pathlib.Path(__file__).resolve().parent.parent
SERVICES = ["auth", "chat", "ingest", "docs", "notify"]
ROUNDS = 5
CACHE_BYTES_PER_ROUND = {"docs": 4096}


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def is_ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def work(url, rounds, keep):
    keep.mkdir()
    with contextlib.redirect_stdout(io.StringIO()):
        staff, desk = demo_desk.begin(url)
        for number in range(rounds):
            demo_desk.incidents(desk, staff, customers=f"customer-{number}")
            demo_desk.conversation(desk, keep, force=True)
    for _ in range(rounds):
        subprocess.run(
            [sys.executable, str(ROOT / "scripts/demo.py"), "--url", url], check=True, stdout=subprocess.DEVNULL)


def leaked(products, rounds):
    """The objects and bytes each service left unreachable after so many rounds of work."""
    with tempfile.TemporaryDirectory() as folder:
        provider_port, *service_ports = free_ports(len(SERVICES) + 1)
        ports = dict(zip(SERVICES, service_ports))
        environment = dict(
            os.environ, VAR_DIR=folder, LOG_LEVEL="ERROR", OMP_THREAD_LIMIT="1", SWIFT_BACKTRACE="enable=no",
            INTERNAL_SECRET=secrets.token_urlsafe(32), CHAT_PER_MINUTE="100000", UPLOAD_PER_HOUR="100000",
            PROMPTS_DIR=str(ROOT / "prompts"), TEMPLATES_DIR=str(ROOT / "templates"),
            ELEVENLABS_BASE_URL=f"http://127.0.0.1:{provider_port}", ELEVENLABS_API_KEY="stand-in",
            ASAN_OPTIONS="detect_leaks=1", **{f"{name.upper()}_PORT": str(port) for name, port in ports.items()})
        processes = {}
        provider = subprocess.Popen(
            [sys.executable, str(ROOT / "scripts/elevenlabs_stand_in.py"), "--port", str(provider_port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for name in SERVICES:
                log = open(pathlib.Path(folder) / f"{name}.err", "wb")
                processes[name] = subprocess.Popen([f"{products}/lectern-{name}"], env=environment, stderr=log)
                log.close()
            for name, port in ports.items():
                deadline = time.monotonic() + 60
                while not is_ready(port):
                    if processes[name].poll() is not None or time.monotonic() > deadline:
                        raise SystemExit(f"leaks: {name} does not get ready")
                    time.sleep(0.1)
            work(f"http://127.0.0.1:{ports['auth']}", rounds, pathlib.Path(folder) / "kept")
        finally:
            for process in processes.values():
                process.send_signal(signal.SIGTERM)
            for process in processes.values():
                process.wait(timeout=120)
            provider.kill()
            provider.wait()
        counts = {}
        for name in SERVICES:
            text = (pathlib.Path(folder) / f"{name}.err").read_text(errors="replace")
            if "ERROR: AddressSanitizer" in text:
                raise SystemExit(f"leaks: {name} has a fault:\n{text}")
            found = re.findall(r"SUMMARY: AddressSanitizer: (\d+) byte\(s\) leaked in (\d+) allocation", text)
            counts[name] = (int(found[-1][1]), int(found[-1][0])) if found else (0, 0)
        return counts


def main():
    products = sys.argv[1]
    once, often = leaked(products, 1), leaked(products, ROUNDS)
    growing = False
    for name in SERVICES:
        (objects, size), (more_objects, more_size) = once[name], often[name]
        print(
            f"leaks: {name}: {objects} objects, {size} bytes after one round of work; {more_objects}, {more_size} after {ROUNDS}")
        if name in CACHE_BYTES_PER_ROUND:
            growing = growing or more_size - size > CACHE_BYTES_PER_ROUND[name] * (ROUNDS - 1)
        else:
            growing = growing or more_objects > objects
    sys.exit("leaks: a service leaks" if growing else 0)


main()
