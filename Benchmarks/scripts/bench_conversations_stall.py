#!/usr/bin/env python3
"""How long the API takes to answer while the provider accepts every connection and never says a word.

    bench_conversations_stall.py [--conversations 200] [--clients 4] [--products .build/release]

Through the gateway: each client asks for conversations of its own, then for the state of one, the list and an audit log.
Every answer counts. At the end the provider must have been asked, and the longest answer be under two seconds.
"""
import argparse
import pathlib
import socket
import statistics
import tempfile
import threading
import time

from bench_conversations_crash import ROOT, Lectern

LIMIT_SECONDS = 2


class SilentServer:
    """Takes connections and keeps them."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.connections = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            self.connections.append(self.listener.accept()[0])

    @property
    def url(self):
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"


def client(lectern, number, count, times):
    def timed(kind, method, path, value=None):
        began = time.monotonic()
        answer = lectern.call(method, path, value)
        times.append((time.monotonic() - began, kind))
        return answer
    base = "/api/v1/postprocess"
    for index in range(count):
        receipt = timed("begin", "POST", f"{base}/conversation", {
            "email_id": "reader@example.org", "account_id": f"account{number}", "conversation_id": f"conv_{index}"})
        processing_id = receipt["data"]["processing_id"]
        timed("state", "GET", f"{base}/status/{processing_id}")
        timed("list", "GET", f"{base}/conversations?account_id=account{number}")
        timed("audit", "GET", f"{base}/{processing_id}/audit")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=200)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--products", default=str(ROOT / ".build/release"))
    options = parser.parse_args()
    provider, times = SilentServer(), []
    with tempfile.TemporaryDirectory() as name:
        lectern = Lectern(pathlib.Path(name), options.products, provider.url)
        try:
            threads = [
                threading.Thread(
                    target=client, args=(lectern, number, options.conversations // options.clients, times))
                for number in range(options.clients)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            lectern.stop()
    for kind in ("begin", "state", "list", "audit"):
        values = sorted(seconds * 1000 for seconds, other in times if other == kind)
        print(f"{kind:6} {len(values)} answers: median {statistics.median(values):.1f} ms, "
              f"p99 {values[len(values) * 99 // 100]:.1f} ms, longest {values[-1]:.1f} ms")
    longest = max(seconds for seconds, _ in times)
    complete = len(times) == options.conversations // options.clients * options.clients * 4
    print(f"the provider holds {len(provider.connections)} connections; the longest of {len(times)} answers took "
          f"{longest * 1000:.0f} ms (must be under {LIMIT_SECONDS * 1000})")
    raise SystemExit(0 if complete and provider.connections and longest < LIMIT_SECONDS else 1)


if __name__ == "__main__":
    main()
