#!/usr/bin/env python3
"""Peak memory of ingest while it reads documents of different length, one after the other.

Starts auth and ingest in a new folder for each sequence of lengths, uploads generated PDFs of so many pages, and reads the
kernel's own high-water marks of ingest (set back before each document) and of its readers. At the end a question is
asked about the longest, so that it is loaded for searching, too. Standard library only; the PDFs are written here, with
paragraphs of as many different words as a book has.
"""
import argparse
import os
import pathlib
import random
import secrets
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
import demo  # noqa: E402

MODEL = os.environ.get("MODEL_DIR", os.path.abspath("var/models/all-MiniLM-L6-v2"))


def vocabulary():
    """The model's whole words; syllables when the model is not installed."""
    try:
        words = [word for word in pathlib.Path(MODEL, "vocab.txt").read_text().split() if word.isalpha() and word.isascii()]
        return [word for word in words if len(word) > 2]
    except OSError:
        return [a + b + c for a in "bdfgklmnprst" for b in ("a", "e", "i", "o", "u") for c in ("ma", "ne", "ri", "to", "lu")]


def sentence(words, chance):
    """Words in about the proportions of a language: the n-th most frequent one n times less often than the first."""
    text = " ".join(words[int(len(words) ** chance.random()) - 1] for _ in range(chance.randint(6, 18)))
    return text[0].upper() + text[1:] + "."


def page_lines(number, words):
    """Places, sizes and texts of a page's lines: a running header, a heading, paragraphs, the page's number."""
    chance = random.Random(number)
    yield 800, 9, "Course notes, volume one"
    yield 762, 16, f"{sentence(words, chance)[:40].rsplit(' ', 1)[0]} {number}"
    height = 735
    while height > 110:
        text, line = " ".join(sentence(words, chance) for _ in range(4)), ""
        for word in text.split():
            if len(line) + len(word) > 85:
                yield height, 10, line
                height, line = height - 13, ""
            line += (" " if line else "") + word
        yield height, 10, line
        height -= 26
    yield 40, 9, str(number)


def pdf(pages, words):
    """A plain PDF whose pages carry different text."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", None, b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for number in range(1, pages + 1):
        lines = [f"BT /F1 {size} Tf 60 {height} Td ({text}) Tj ET" for height, size, text in page_lines(number, words)]
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


def status(pid, field):
    """A figure of /proc/pid/status in MB; 0 when the process has ended."""
    try:
        for line in open(f"/proc/{pid}/status"):
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def readers_of(pid):
    """The reader processes of ingest; a child that has not become one yet still shows ingest's own memory."""
    found = set()
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            found.update(int(child) for child in open(f"/proc/{pid}/task/{thread}/children").read().split())
        return [child for child in found if os.readlink(f"/proc/{child}/exe").endswith("lectern-reader")]
    except OSError:
        return []


class Service:
    """auth and ingest in a new folder."""

    def __init__(self, products, folder):
        environment = dict(
            os.environ, VAR_DIR=folder + "/var", AUTH_PORT="18180", INGEST_PORT="18182", CHAT_PORT="18181",
            LOG_LEVEL="WARNING", OMP_THREAD_LIMIT="1", INTERNAL_SECRET=secrets.token_hex(24), MODEL_DIR=MODEL)
        self.folder = pathlib.Path(folder)
        self.processes = [
            subprocess.Popen([f"{products}/lectern-{name}"], env=environment, stderr=subprocess.DEVNULL)
            for name in ("auth", "ingest")]
        self.ingest = self.processes[1].pid
        for port in (18180, 18182):
            for _ in range(400):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1).read()
                    break
                except OSError:
                    time.sleep(0.05)
        self.lectern = demo.Lectern("http://127.0.0.1:18180")
        account = self.lectern.call("POST", "/auth/register", {
            "username": "bench", "email": "bench@example.org", "password": "measuring " + secrets.token_hex(8)})
        self.remember(account)
        self.subject = self.lectern.call("POST", "/subjects", {"name": "Bench", "color": "#000000"})["id"]

    def remember(self, account):
        self.lectern.token, self.refresh_token = account["access_token"], account["refresh_token"]
        self.token_ends = time.monotonic() + 300

    def call(self, method, path, value=None):
        """A request with a token that is still good: a long document takes longer than one lasts."""
        if time.monotonic() > self.token_ends:
            self.remember(self.lectern.call("POST", "/auth/refresh", {"refresh_token": self.refresh_token}))
        return self.lectern.call(method, path, value)

    def read(self, pages, words):
        """Has a document read. Returns the peaks of ingest and of the largest reader in MB, the seconds, its id."""
        file = self.folder / f"{pages}.pdf"
        file.write_bytes(pdf(pages, words))
        body, content_type = demo.multipart({"name": "bench", "subject_id": self.subject}, file)
        readers, done = [0.0], threading.Event()

        def sample():
            while not done.wait(0.005):
                readers.extend(status(child, "VmHWM") for child in readers_of(self.ingest))
                readers[:] = [max(readers)]

        watcher = threading.Thread(target=sample)
        watcher.start()
        pathlib.Path(f"/proc/{self.ingest}/clear_refs").write_text("5")
        self.call("GET", "/auth/me")
        began = time.monotonic()
        try:
            lecture = self.lectern.read(self.lectern.open("POST", "/lectures/upload", body, content_type))["lecture_id"]
            while (state := self.call("GET", f"/lectures/{lecture}"))["status"] not in ("completed", "failed"):
                time.sleep(0.2)
        finally:
            done.set()
            watcher.join()
        if state["status"] != "completed":
            raise SystemExit(f"failed: {state}")
        return status(self.ingest, "VmHWM"), readers[0], time.monotonic() - began, lecture

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()


def measure(products, sequence, words):
    """The peaks of ingest and readers for each document of a sequence, all in one service."""
    with tempfile.TemporaryDirectory() as folder:
        service = Service(products, folder)
        try:
            results, lectures = [], {}
            for pages in sequence:
                ingest, reader, seconds, lectures[pages] = service.read(pages, words)
                results.append((ingest, reader))
                print(f"{pages:5d} pages: ingest {ingest:6.1f} MB, largest reader {reader:5.1f} MB, {seconds:.1f} s", flush=True)
            longest, before, began = max(lectures), status(service.ingest, "VmRSS"), time.monotonic()
            service.call("POST", "/search", {"query": "which section tells of this", "lecture_id": lectures[longest]})
            seconds, after = time.monotonic() - began, status(service.ingest, "VmRSS")
            print(f"a first question about {longest} pages: ingest {before:.1f} -> {after:.1f} MB, {seconds * 1000:.0f} ms")
            return results
        finally:
            service.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--products", required=True)
    parser.add_argument("--small", type=int, nargs="*", default=[20, 20, 20], help="pages of the short documents")
    parser.add_argument("--large", type=int, nargs="*", default=[1000, 20, 1000], help="pages of the long documents")
    options = parser.parse_args()
    words = vocabulary()
    small = measure(options.products, options.small, words)
    large = measure(options.products, options.large, words)
    ingest, reader = [max(peak[i] for peak in large) / max(peak[i] for peak in small) for i in (0, 1)]
    print(f"memory: ingest {ingest:.2f} x, reader {reader:.2f} x from {max(options.small)} to {max(options.large)} pages")


if __name__ == "__main__":
    main()
