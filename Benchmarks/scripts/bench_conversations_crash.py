#!/usr/bin/env python3
"""Kills ingest with SIGKILL at random moments while it processes conversations, then counts what was lost or doubled.

    bench_conversations_crash.py [--kills 60] [--conversations 80] [--seed 1] [--products .build/release]

The provider is scripts/elevenlabs_stand_in.py; docs and notify are the real ones, notify in outbox mode. A conversation counts
from its 202 on. In the end each must be completed with its three files, each step must have been completed once, and notify
must have one notification for each: in the outbox as an email, or waiting there because of a limit per recipient.
"""
import argparse
import http.client
import json
import os
import pathlib
import random
import socket
import sqlite3
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SERVICES = ("auth", "ingest", "docs", "notify")
STEPS = 6


def free_ports(count):
    holders = [socket.socket() for _ in range(count)]
    for holder in holders:
        holder.bind(("127.0.0.1", 0))
    ports = [holder.getsockname()[1] for holder in holders]
    for holder in holders:
        holder.close()
    return ports


class Lectern:
    """Auth, ingest, docs and notify in a folder of their own, with `provider` as ElevenLabs: by default the stand-in."""

    def __init__(self, folder, products, provider=None):
        self.folder, self.products = folder, products
        self.ports = dict(zip(SERVICES, free_ports(len(SERVICES))))
        self.processes, self.token = {}, None
        self.stand_in = None
        if provider is None:
            self.stand_in = subprocess.Popen(
                ["python3", ROOT / "scripts/elevenlabs_stand_in.py", "--port", "0"], stdout=subprocess.PIPE, text=True)
            provider = self.stand_in.stdout.readline().split()[-1]
        self.environment = dict(
            os.environ, VAR_DIR=str(folder / "var"), LOG_LEVEL="ERROR", MODEL_DIR=str(folder),
            ELEVENLABS_BASE_URL=provider,
            **{f"{name.upper()}_PORT": str(port) for name, port in self.ports.items()})
        for name in SERVICES:
            self.start(name)
        account = self.call("POST", "/auth/register", {
            "username": "operator", "email": "operator@example.org", "password": "nine violet harbours at dawn"})
        self.token = account["access_token"]

    def start(self, name):
        log = open(self.folder / f"{name}.log", "a")
        self.processes[name] = subprocess.Popen(
            [f"{self.products}/lectern-{name}"], env=self.environment, cwd=ROOT, stderr=log)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.ports[name], timeout=2)
                connection.request("GET", "/health")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.01)
        raise SystemExit(f"{name} did not start; see {log.name}")

    def kill(self, name):
        self.processes[name].kill()
        self.processes[name].wait()

    def call(self, method, path, value=None):
        """An answer; asked for again while ingest is away."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            fields = {"Content-Type": "application/json"}
            if self.token:
                fields["Authorization"] = "Bearer " + self.token
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.ports["auth"], timeout=30)
                connection.request(method, path, None if value is None else json.dumps(value), fields)
                answer = connection.getresponse()
                body = json.loads(answer.read())
            except OSError:
                continue
            if answer.status < 400:
                return body
            if answer.status < 500:
                raise SystemExit(f"{method} {path}: {answer.status} {body.get('detail')}")
            time.sleep(0.05)
        raise SystemExit(f"{method} {path}: no answer within a minute")

    def stop(self):
        for process in [*self.processes.values(), self.stand_in]:
            if process is not None:
                process.kill()
                process.wait()


def run(lectern, kills, conversations):
    """Posts and kills until both are done, waits until all have ended; the states by conversation."""
    ids, killed, next_kill = [], 0, time.monotonic() + random.uniform(0.2, 3)
    while len(ids) < conversations or killed < kills:
        if len(ids) < conversations:
            receipt = lectern.call("POST", "/api/v1/postprocess/conversation", {
                "email_id": f"reader{len(ids)}@example.org", "account_id": f"account{len(ids)}",
                "conversation_id": "conv_demo"})
            ids.append(receipt["data"]["processing_id"])
        if killed < kills and time.monotonic() >= next_kill:
            lectern.kill("ingest")
            lectern.start("ingest")
            killed += 1
            next_kill = time.monotonic() + random.uniform(0.2, 5)
        time.sleep(0.02)
    states, deadline = {}, time.monotonic() + 300
    while len(states) < len(ids) and time.monotonic() < deadline:
        for processing_id in set(ids) - set(states):
            status = lectern.call("GET", f"/api/v1/postprocess/status/{processing_id}")
            if status["status"] != "processing":
                states[processing_id] = (status["status"], len(status["files"]))
        time.sleep(0.2)
    return ids, states


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--conversations", type=int, default=80)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--products", default=str(ROOT / ".build/release"))
    options = parser.parse_args()
    random.seed(options.seed)
    with tempfile.TemporaryDirectory() as name:
        lectern = Lectern(pathlib.Path(name), options.products)
        try:
            began = time.monotonic()
            ids, states = run(lectern, options.kills, options.conversations)
            seconds = time.monotonic() - began
            emails, deadline = 0, time.monotonic() + 60
            while emails < len(ids) and time.monotonic() < deadline:
                emails = len(list((lectern.folder / "var/outbox").glob("*.eml")))
                time.sleep(0.2)
        finally:
            lectern.stop()
        notify = sqlite3.connect(f"file:{name}/var/notify/notify.sqlite?mode=ro", uri=True)
        notified = dict(notify.execute("SELECT status, COUNT(*) FROM notifications GROUP BY status").fetchall())
        database = sqlite3.connect(f"file:{name}/var/ingest/ingest.sqlite?mode=ro", uri=True)
        steps = database.execute(
            "SELECT COUNT(*), COUNT(DISTINCT processing_id || step) FROM processing_audit_log WHERE event = 'step_completed'"
        ).fetchone()
        lost = sum(states.get(processing_id) != ("completed", 3) for processing_id in ids)
        print(f"{options.kills} kills in {seconds:.0f} s: {len(ids)} conversations, {lost} not completed, "
              f"{steps[0]} steps completed of {STEPS * len(ids)}, {steps[0] - steps[1]} of them twice, {emails} emails, "
              f"notifications by state: {notified} (seed {options.seed})")
        whole = emails + notified.get("pending", 0) == len(ids) == sum(notified.values())
        raise SystemExit(0 if lost == 0 and steps == (STEPS * len(ids),) * 2 and whole else 1)


if __name__ == "__main__":
    main()
