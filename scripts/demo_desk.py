#!/usr/bin/env python3
"""The incident desk and the call post-processor from a client's side: a key for a machine, customers' messages that
become tickets and notifications, a recorded conversation that becomes a summary, a PDF and an email.

    demo_desk.py --url http://127.0.0.1:8080 --outbox FOLDER [--keep FOLDER]

Wants a new Lectern, whose first user is an administrator, and scripts/elevenlabs_stand_in.py as its provider. Nothing
is sent: without credentials messages are written into the outbox. Standard library only.
"""
import argparse
import email
import email.policy
import pathlib
import time
import urllib.request

from lectern_client import Lectern

ACCOUNT = "harbour-hotel"
MESSAGES = [
    ("I was charged twice for the same booking, 89.90 euros each time. Please give one of them back.", "duplicate_payment"),
    ("Somebody paid with my card in a town I have never been to. That was not me!", "fraud_report"),
    ("I cannot get into my account any more, it says it is locked after too many tries.", "account_locked"),
]


def poll(what, seconds, ask):
    """Asks until there is an answer; the answer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.1)
    raise SystemExit(f"waited in vain for {what}")


def incidents(desk, staff, customers="customer"):
    """Reports each message as one of these customers; how many got another class than expected."""
    wrong = 0
    for index, (message, expected) in enumerate(MESSAGES):
        order = {"customer_id": f"{customers}-{index}", "channel": "email", "message": message,
                 "email": f"{customers}-{index}@example.org", "phone": "+4915112345678"}
        started = time.monotonic()
        answer = desk.call("POST", "/api/incidents", order)
        print(f"> {message}")
        print(f"  {answer['ticket_id']}: {answer['classification']} ({answer['confidence']:.2f}), {answer['status']};"
              f" {answer['message']} [{(time.monotonic() - started) * 1000:.0f} ms]")
        wrong += answer["classification"] != expected
        if index == 0:
            again = desk.call("POST", "/api/incidents", order)
            assert again["incident_id"] == answer["incident_id"]
            print("  the same message again is joined to that incident")
            first = answer["incident_id"]
    def delivered():
        notifications = staff.call("GET", f"/api/incidents/{first}")["notifications"]
        return notifications if all(n["status"] not in ("pending", "queued") for n in notifications) else None
    for notification in poll("the notifications", 30, delivered):
        print(f"  {notification['channel']}: {notification['status']}")
    staff.call("PATCH", f"/api/incidents/{first}", {"status": "resolved", "note": "refunded"})
    print(f"  resolved; stats: {staff.call('GET', '/api/stats')['by_status']}\n")
    return wrong


def conversation(desk, keep, force=False):
    """Has the stand-in's conversation processed and keeps its files; again with `force`."""
    order = {"email_id": "manager@example.org", "account_id": ACCOUNT, "conversation_id": "conv_demo", "force": force}
    started = time.monotonic()
    accepted = desk.call("POST", "/api/v1/postprocess/conversation", order)
    print(f"{accepted['message']}: {accepted['data']['processing_id']} [{(time.monotonic() - started) * 1000:.0f} ms]")

    def finished():
        state = desk.call("GET", f"/api/v1/postprocess/status/{accepted['data']['processing_id']}")
        return state if state["status"] in ("completed", "failed") else None
    state = poll("the conversation", 120, finished)
    if state["status"] != "completed":
        raise SystemExit(f"the conversation failed: {state.get('error_message')}")
    print(f"completed in {time.monotonic() - started:.1f} s, summary by {state['summary']['engine']}:")
    print("  " + state["summary"]["text"].replace("\n", "\n  "))
    for point in state["summary"]["key_points"]:
        print(f"    at {int(point['at_seconds'])} s: “{point['quote']}”")
    for file in state["files"]:
        with urllib.request.urlopen(file["url"]) as answer:
            data = answer.read()
        path = keep / file["file_name"]
        path.write_bytes(data)
        print(f"  {file['object_key']}: {len(data):,} bytes, kept as {path}")


def outbox(folder):
    for path in sorted(folder.rglob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        attachments = ", ".join(part.get_filename() for part in message.iter_attachments()) or "none"
        print(f"  {path.name}: to {message['to']}: {message['subject']} (attachments: {attachments})")


def begin(url):
    """Signs up the first user, who is an administrator, and makes a key for a machine: a client of each."""
    staff = Lectern(url)
    staff.register("demo")
    key = staff.call(
        "POST", "/auth/api-keys",
        {"name": "demonstration", "scopes": ["incidents:write", "postprocess:write", "read"], "account_id": ACCOUNT})
    desk = Lectern(url)
    desk.key = key["key"]
    print(f"made an API key for {ACCOUNT}\n")
    return staff, desk


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--outbox", type=pathlib.Path, required=True)
    parser.add_argument("--keep", type=pathlib.Path, required=True)
    options = parser.parse_args()
    options.keep.mkdir(parents=True, exist_ok=True)

    staff, desk = begin(options.url)
    wrong = incidents(desk, staff)
    conversation(desk, options.keep)
    print("\nemails in the outbox (nothing was sent):")
    outbox(options.outbox)
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
