#!/usr/bin/env python3
"""Lectern's main job from a client's side: sign up, upload a lecture, watch it being read, ask, print the cited answers.

    demo.py [--url http://127.0.0.1:8080] [--pdf FILE] [--question TEXT ...]

Without --pdf it takes the repository's own lecture and three of its questions, and checks the cited pages.
Standard library only.
"""
import argparse
import json
import pathlib
import secrets
import sys
import time

from lectern_client import Lectern

ROOT = pathlib.Path(__file__).resolve().parent.parent


def multipart(fields, file):
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
        "Content-Type: application/pdf\r\n\r\n".encode()
        + file.read_bytes()
        + f"\r\n--{boundary}--\r\n".encode()
    )
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


def upload(lectern, file):
    subject = lectern.call("POST", "/subjects", {"name": "Demonstration", "color": "#3366cc"})
    body, content_type = multipart({"name": file.stem, "subject_id": subject["id"]}, file)
    started = time.monotonic()
    accepted = lectern.read(lectern.open("POST", "/lectures/upload", body, content_type))
    print(f"uploaded {file.name} ({file.stat().st_size / 1024:.0f} KB) in {(time.monotonic() - started) * 1000:.0f} ms")
    shown = None
    for name, data in lectern.events(lectern.open("GET", f"/tasks/{accepted['task_id']}/events")):
        progress = data.get("progress") or data
        line = f"  {progress.get('stage', '')}: page {progress.get('page', 0)} of {progress.get('pages', '?')}, {progress.get('percent', 0)} %"
        if line != shown:
            print(line)
            shown = line
        if name in ("complete", "failed") or data.get("state") in ("completed", "failed"):
            break
    lecture = lectern.call("GET", f"/lectures/{accepted['lecture_id']}")
    if lecture["status"] != "completed":
        raise SystemExit(f"the lecture is {lecture['status']}: {lecture.get('error_message')}")
    print(f"read {lecture['page_count']} pages in {time.monotonic() - started:.2f} s\n")
    return lecture


def ask(lectern, lecture, question):
    started = time.monotonic()
    answer = lectern.open(
        "POST", "/chat", json.dumps({"message": question, "lecture_id": lecture["id"]}).encode(),
        headers={"Accept": "text/event-stream"})
    first, text, citations, done = None, [], [], {}
    for name, data in lectern.events(answer):
        if name == "token":
            first = first or time.monotonic()
            text.append(data["text"])
        elif name == "citations":
            citations = data["citations"]
        elif name == "done":
            done = data
            break
        elif name == "error":
            raise SystemExit(f"error in the stream: {data}")
    total = (time.monotonic() - started) * 1000
    print(f"? {question}\n  {''.join(text).strip()}")
    for citation in citations:
        print(f"    p. {citation['page']}: “{citation['quote']}”")
    print(f"  [{done.get('engine')}, first words after {((first or time.monotonic()) - started) * 1000:.0f} ms, all after {total:.0f} ms]\n")
    return {citation["page"] for citation in citations}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--pdf", type=pathlib.Path)
    parser.add_argument("--question", action="append")
    options = parser.parse_args()

    lectern = Lectern(options.url)
    lectern.register("demo")

    own = options.pdf is None
    file = ROOT / "fixtures" / "lecture.pdf" if own else options.pdf
    lecture = upload(lectern, file)
    expected, known = {}, []
    if own:
        known = json.loads((ROOT / "fixtures" / "lecture-questions.json").read_text())["questions"]
        expected = {entry["question"]: {entry["page"]} for entry in known}
    # Two from typeset pages, one that only a scanned page answers.
    shown = [entry["question"] for entry in known if not entry.get("scanned")][:2]
    shown += [entry["question"] for entry in known if entry.get("scanned")][:1]
    questions = options.question or shown or ["What is this lecture about?"]

    wrong = 0
    for question in questions:
        pages = ask(lectern, lecture, question)
        if question in expected and not pages & expected[question]:
            wrong += 1
            print(f"  expected page {sorted(expected[question])}\n", file=sys.stderr)
    if expected:
        print(f"{len(questions) - wrong} of {len(questions)} answers cite the right page")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
