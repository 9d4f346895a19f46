"""Reads messages with Python's own email parser, as a second opinion on what was written.

    mail_reader.py

POST / with a message as it goes over the wire gives JSON: headers as a reader sees them, addresses, bodies, files, and
whatever a strict parser finds wrong. Prints `ready PORT`; ends when its standard input ends.
"""

import base64, email, email.policy, json, os, sys, threading
from email.header import decode_header, make_header
from email.utils import getaddresses, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def mailboxes(plain, name):
    """Names and addresses. By the older functions: the newer parser of this Python keeps the white space between encoded
    words of a name, which RFC 2047 section 6.2 drops."""
    return [[str(make_header(decode_header(shown))), address] for shown, address in getaddresses(plain.get_all(name, []))]


def strict_complaint(content):
    """What the strict parser raises, for the message or for one of its fields when it is read; None for nothing."""
    try:
        message = email.message_from_bytes(content, policy=email.policy.default + email.policy.strict)
        for part in message.walk():
            for name, value in part.items():
                str(value)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def read(content):
    message = email.message_from_bytes(content, policy=email.policy.SMTPUTF8)
    plain = email.message_from_bytes(content, policy=email.policy.compat32)
    parts = list(message.walk())
    bodies, files = {}, []
    for part in parts:
        if part.is_multipart():
            continue
        if part.get_content_disposition() == "attachment":
            files.append({
                "name": part.get_filename(), "type": part.get_content_type(),
                "content": base64.b64encode(part.get_payload(decode=True)).decode()})
        else:
            bodies[part.get_content_type()] = part.get_payload(decode=True).decode(part.get_content_charset())
    head, _, _ = content.partition(b"\r\n\r\n")
    defects = [type(d).__name__ for part in parts for d in part.defects]
    for part in parts:
        for name, value in part.items():
            if name.lower() in ("from", "to", "reply-to"):
                continue
            defects += [f"{name}: {type(d).__name__} {d}" for d in getattr(value, "defects", ())]
    return {
        "fields": [[name, str(value)] for name, value in message.items()],
        "from": mailboxes(plain, "from"), "to": mailboxes(plain, "to"), "reply_to": mailboxes(plain, "reply-to"),
        "subject": None if message["subject"] is None else str(message["subject"]),
        "date": int(parsedate_to_datetime(message["date"]).timestamp()),
        "strict": strict_complaint(content),
        "structure": [part.get_content_type() for part in parts], "bodies": bodies, "files": files, "defects": defects,
        "bare_lf": b"\n" in content.replace(b"\r\n", b""), "bare_cr": b"\r" in content.replace(b"\r\n", b""),
        "longest_line": max(len(line) for line in content.split(b"\r\n")),
        "longest_head_line": max(len(line) for line in head.split(b"\r\n")),
        "ascii": content.isascii(), "dot_lines": sum(line == b"." for line in content.split(b"\r\n")),
    }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        answer = json.dumps(read(self.rfile.read(int(self.headers["Content-Length"])))).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print("ready", server.server_address[1], flush=True)
threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
server.serve_forever()
