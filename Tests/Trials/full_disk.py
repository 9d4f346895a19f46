#!/usr/bin/env python3
"""Lets the disk run full under a Lectern at work, and frees it again.

    full_disk.py --products .build/release [--rounds 5]        (as root: it mounts a small tmpfs)

Clients register, report incidents, make subjects and upload all the time. In each round the disk is filled to its last byte for
some seconds, then freed. Whatever was acknowledged with 2xx must be there in the end, whatever was not may be; all databases must be
sound; and within five seconds of the space's return each kind of request must succeed again. Standard library only.
"""
import argparse
import collections
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from installation import Lectern


class Work:
    """One kind of request, over and over; keeps what was acknowledged."""

    def __init__(self, name, ask):
        self.name, self.ask, self.acknowledged, self.statuses, self.over = name, ask, {}, collections.Counter(), False
        self.last_success = 0
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        number = 0
        while not self.over:
            number += 1
            try:
                answer = self.ask(number)
            except OSError as error:
                self.statuses[type(error).__name__] += 1
                continue
            self.statuses[answer.status] += 1
            if answer.status < 300:
                self.acknowledged[number] = answer.json
                self.last_success = time.monotonic()
            else:
                time.sleep(0.02)


def fill(path):
    """Takes every byte that is left."""
    with open(path, "wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1 << 9, 1):
            try:
                while True:
                    if file.write(b"x" * size) < size:
                        break
            except OSError:
                pass


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=64)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="lectern-trial-")
    (pathlib.Path(folder) / "var").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={options.megabytes}m", "tmpfs", f"{folder}/var"], check=True)
    try:
        return run(options, folder)
    finally:
        subprocess.run(["umount", f"{folder}/var"], check=False)
        subprocess.run(["rm", "-rf", folder], check=False)


def run(options, folder):
    environment = {
        "PASSWORD_COST": "4", "LOGIN_FAILURES_PER_ADDRESS": "1000000", "UPLOAD_PER_HOUR": "1000000", "LOG_LEVEL": "WARNING",
        "RECIPIENT_PER_HOUR": "0"}
    with Lectern(options.products, services=["auth", "ingest", "notify"], environment=environment, folder=folder) as l:
        admin = l.register("admin")["access_token"]
        key = l.make_key(admin, ["incidents:write", "read"])["key"]
        subject = l.call("POST", "/subjects", {"name": "s", "color": "red"}, token=admin).json["id"]
        form = (f'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nl\r\n--b\r\nContent-Disposition: form-data; name="subject_id"\r\n\r\n{subject}'
                '\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="l.pdf"\r\n\r\n').encode()
        content = small_pdf()
        works = [
            Work("register", lambda n: l.call("POST", "/auth/register", {
                "username": f"user{n}", "email": f"user{n}@example.org", "password": "nine violet harbours at dawn"})),
            Work("incident", lambda n: l.call("POST", "/api/incidents", {"customer_id": f"c{n}", "channel": "web", "message": f"I was charged twice, {n}"}, key=key)),
            Work("subject", lambda n: l.call("POST", "/subjects", {"name": f"subject {n}", "color": "red"}, token=admin)),
            Work("upload", lambda n: l.call("POST", "/lectures/upload", token=admin, body=form + content + b"\r\n--b--\r\n",
                                            fields={"Content-Type": "multipart/form-data; boundary=b"})),
        ]
        late, slowest = [], 0.0
        time.sleep(1)
        for number in range(options.rounds):
            filler = f"{folder}/var/filler"
            for _ in range(20):
                fill(f"{filler}{_}")
                time.sleep(0.1)
            for path in pathlib.Path(f"{folder}/var").glob("filler*"):
                path.unlink()
            freed = time.monotonic()
            for work in works:
                while work.last_success < freed and time.monotonic() - freed < 30:
                    time.sleep(0.01)
                slowest = max(slowest, time.monotonic() - freed)
                if time.monotonic() - freed > 5:
                    late.append(f"{work.name} after round {number}: {time.monotonic() - freed:.1f} s")
            time.sleep(0.5)
        for work in works:
            work.over = True
        for work in works:
            work.thread.join()
            print(f"{work.name}: {dict(work.statuses)}")
        lost = check_all(l, works, admin, key)
        ended = [name for name, process in l.processes.items() if process.poll() is not None]
    broken = []
    for path in pathlib.Path(folder).rglob("*.sqlite*"):
        if path.name.endswith(("-wal", "-shm")):
            continue
        database = sqlite3.connect(path)
        if database.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            broken.append(path.name)
        database.close()
    for problem in late:
        print("WRONG", problem)
    print(f"{options.rounds} times full: {sum(len(w.acknowledged) for w in works)} acknowledged, {lost} of them lost, {len(broken)} databases damaged, "
          f"{len(ended)} services ended, serving again after at most {slowest:.2f} s")
    return 1 if lost or broken or late or ended else 0


def check_all(l, works, admin, key):
    """How much of what was acknowledged is not there."""
    users, incidents, subjects, lectures = set(), set(), set(), set()
    for path, found, arguments in (
            ("/auth/users", users, {"token": admin}), ("/api/incidents", incidents, {"key": key}), ("/subjects", subjects, {"token": admin}),
            ("/lectures", lectures, {"token": admin})):
        link = f"{path}?limit=200"
        while link:
            answer = l.call("GET", link, **arguments)
            found.update(record["id"] for record in answer.json)
            link = answer.fields.get("link", "").partition("<")[2].partition(">")[0]
    lost = sum(record["user"]["id"] not in users for record in works[0].acknowledged.values())
    lost += sum(record["incident_id"] not in incidents for record in works[1].acknowledged.values())
    lost += sum(record["id"] not in subjects for record in works[2].acknowledged.values())
    lost += sum(record["lecture_id"] not in lectures for record in works[3].acknowledged.values())
    return lost


def small_pdf():
    """One page with a line of text."""
    text = b"BT /F1 12 Tf 60 700 Td (A page for the trial.) Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text), b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    file, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return file + b"xref\n0 6\n0000000000 65535 f \n" + table + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(file)


sys.exit(main())
