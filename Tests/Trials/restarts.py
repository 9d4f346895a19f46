#!/usr/bin/env python3
"""Restarts a service again and again (SIGTERM, wait, start) while clients ask it, directly and through the gateway.

    restarts.py --products .build/release [--restarts 100] [--service notify]

A request has failed when its connection was open before the service began to drain, and it got no whole answer, or 502 or 504 from
the gateway after it had passed the request on. Being refused a new connection while nothing listens (by the gateway: 502 with the code
upstream_unreachable, then 503) is what a restart of an only replica is. Also told: how long the exit took (10 s at most) and the time from start to ready (300 ms). Standard library only.
"""
import argparse
import collections
import http.client
import statistics
import sys
import threading
import time

from installation import Lectern


class Clients:
    """Ask all the time, each on one connection that it keeps as long as the server does."""

    def __init__(self, port, path, token, count):
        self.port, self.path, self.fields = port, path, {"Authorization": f"Bearer {token}"}
        self.results, self.lock, self.over = collections.Counter(), threading.Lock(), False
        self.threads = [threading.Thread(target=self.ask) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def ask(self):
        while not self.over:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                connection.connect()
            except OSError:
                self.note("refused")
                time.sleep(0.01)
                continue
            try:
                while not self.over:
                    connection.request("GET", self.path, headers=self.fields)
                    answer = connection.getresponse()
                    body = answer.read()
                    is_down = answer.status == 503 or b"upstream_unreachable" in body
                    self.note("down" if is_down else answer.status)
                    if is_down:
                        time.sleep(0.01)
                    if answer.will_close:
                        break
            except (OSError, http.client.HTTPException) as error:
                self.note(type(error).__name__)
            finally:
                connection.close()

    def note(self, result):
        with self.lock:
            self.results[result] += 1

    def stop(self):
        self.over = True
        for thread in self.threads:
            thread.join()
        return self.results


def await_success(clients):
    before = clients.results[200]
    while clients.results[200] == before:
        time.sleep(0.01)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", required=True)
    parser.add_argument("--restarts", type=int, default=100)
    parser.add_argument("--service", default="notify", choices=["notify", "ingest"])
    options = parser.parse_args()
    name = options.service
    path = {"notify": "/api/incidents", "ingest": "/subjects"}[name]
    with Lectern(options.products, services=["auth", name], environment={"LOG_LEVEL": "WARNING"}) as lectern:
        token = lectern.register()["access_token"]
        direct = Clients(lectern.ports[name], path, token, 8)
        gateway = Clients(lectern.gateway, path, token, 8)
        exits, readies, statuses = [], [], collections.Counter()
        for _ in range(options.restarts):
            # The gateway leaves a service alone for a while that it could not reach.
            await_success(gateway)
            time.sleep(0.1)
            status, seconds = lectern.stop(name)
            if status:
                print(f"WRONG exit status {status}:", lectern.log_path(name).read_text(errors="replace")[-2000:], flush=True)
            statuses[status] += 1
            exits.append(seconds)
            lectern.start(name)
            readies.append(lectern.await_ready(name))
        results = {"directly": direct.stop(), "through the gateway": gateway.stop()}
    failed = 0
    for way, counts in results.items():
        bad = {key: number for key, number in counts.items() if key not in (200, "down", "refused")}
        failed += sum(bad.values())
        print(f"{way}: {dict(counts)}")
    print(f"{options.restarts} restarts of {name}: exit status {dict(statuses)}, exit median {statistics.median(exits) * 1000:.0f} ms, longest "
          f"{max(exits):.2f} s; ready median {statistics.median(readies) * 1000:.0f} ms, longest {max(readies) * 1000:.0f} ms; {failed} requests failed")
    return 1 if failed or set(statuses) != {0} or max(exits) > 10 else 0


sys.exit(main())
