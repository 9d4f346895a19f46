#!/usr/bin/env python3
"""Peak memory of ingest while it reads documents of different length.

Starts auth and ingest in a new folder, uploads a generated PDF of N pages, and samples the resident memory of ingest and
of its readers until the lecture is completed. Standard library only; the PDF is written here, text on every page.
"""
import argparse
import json
import os
import pathlib
import secrets
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
import demo  # noqa: E402

WORDS = (
    "energy cell membrane light reaction carbon enzyme glucose oxygen water transport gradient protein electron "
    "chain cycle plant leaf root growth signal factor rate temperature pressure balance system model measure"
).split()


def pdf(pages):
    """A plain PDF whose pages carry different text under a heading and a running header."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", None, b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for number in range(1, pages + 1):
        lines = [f"BT /F1 9 Tf 60 800 Td (Course notes, volume one) Tj ET", f"BT /F1 16 Tf 60 760 Td (Section {number}) Tj ET"]
        for row in range(40):
            words = " ".join(WORDS[(number * 7 + row * 5 + i * (3 + number % 4)) % len(WORDS)] for i in range(12))
            lines.append(f"BT /F1 10 Tf 60 {735 - row * 16} Td (Line {row} of page {number}: {words}.) Tj ET")
        stream = "\n".join(lines).encode()
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
            % len(objects))
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, b" ".join(kids))
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return data + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def resident(pid):
    try:
        for line in open(f"/proc/{pid}/status"):
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def children(pid):
    try:
        return [int(p) for p in open(f"/proc/{pid}/task/{pid}/children").read().split()] + [
            int(p) for t in os.listdir(f"/proc/{pid}/task") for p in open(f"/proc/{pid}/task/{t}/children").read().split()]
    except OSError:
        return []


def measure(products, pages):
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(
            os.environ, VAR_DIR=folder + "/var", AUTH_PORT="18180", INGEST_PORT="18182", CHAT_PORT="18181",
            LOG_LEVEL="WARNING", OMP_THREAD_LIMIT="1", INTERNAL_SECRET=secrets.token_hex(24),
            MODEL_DIR=os.environ.get("MODEL_DIR", os.path.abspath("var/models/all-MiniLM-L6-v2")))
        processes = [
            subprocess.Popen([f"{products}/lectern-{name}"], env=environment, stderr=subprocess.DEVNULL)
            for name in ("auth", "ingest")]
        try:
            for port in (18180, 18182):
                for _ in range(200):
                    try:
                        urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1).read()
                        break
                    except OSError:
                        time.sleep(0.05)
            ingest = processes[1].pid
            peaks, done = {"ingest": 0.0, "readers": 0.0}, threading.Event()

            def sample():
                while not done.wait(0.02):
                    peaks["ingest"] = max(peaks["ingest"], resident(ingest))
                    peaks["readers"] = max(peaks["readers"], max([resident(p) for p in set(children(ingest))] or [0.0]))

            watcher = threading.Thread(target=sample)
            watcher.start()
            file = pathlib.Path(folder) / f"{pages}.pdf"
            file.write_bytes(pdf(pages))
            lectern = demo.Lectern("http://127.0.0.1:18180")
            name = "bench" + secrets.token_hex(4)
            account = lectern.call("POST", "/auth/register", {
                "username": name, "email": f"{name}@example.org", "password": "measuring " + secrets.token_hex(8)})
            lectern.token = account["access_token"]
            subject = lectern.call("POST", "/subjects", {"name": "Bench", "color": "#000000"})
            body, content_type = demo.multipart({"name": "bench", "subject_id": subject["id"]}, file)
            began = time.monotonic()
            accepted = lectern.read(lectern.open("POST", "/lectures/upload", body, content_type))
            while True:
                lecture = lectern.call("GET", f"/lectures/{accepted['lecture_id']}")
                if lecture["status"] in ("completed", "failed"):
                    break
                time.sleep(0.2)
            seconds = time.monotonic() - began
            done.set()
            watcher.join()
            if lecture["status"] != "completed":
                raise SystemExit(f"failed: {lecture}")
            return peaks, seconds
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--products", required=True)
    parser.add_argument("--pages", type=int, nargs="*", default=[20, 1000])
    options = parser.parse_args()
    results = {}
    for pages in options.pages:
        peaks, seconds = measure(options.products, pages)
        results[pages] = peaks
        print(f"{pages:5d} pages: ingest {peaks['ingest']:6.1f} MB, largest reader {peaks['readers']:6.1f} MB, {seconds:.1f} s")
    small, large = results[options.pages[0]], results[options.pages[-1]]
    print(f"memory: ingest {large['ingest'] / small['ingest']:.2f} x, reader {large['readers'] / small['readers']:.2f} x from {options.pages[0]} to {options.pages[-1]} pages")


if __name__ == "__main__":
    main()
