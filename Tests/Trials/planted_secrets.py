#!/usr/bin/env python3
"""Plants secrets in every setting and request that takes one, has them used and refused, and then looks for them in all logs (at
DEBUG), metrics and answers; and tries to forge lines of the logs.

    planted_secrets.py --products .build/release

Peers are addresses at which nobody listens, so that every error on the way is logged. Standard library only.
"""
import argparse
import re
import socket
import sys
import time

from installation import NAMES, Lectern

NOBODY = "http://127.0.0.1:9"


def planted(name):
    return f"planted-{name}-{'0123456789abcdef' * 2}"


SETTINGS = {
    "ELEVENLABS_API_KEY": planted("eleven"), "ELEVENLABS_WEBHOOK_SECRET": planted("hook"), "GEMINI_API_KEY": planted("gemini"),
    "TICKET_API_TOKEN": planted("ticket"), "WEBHOOK_SECRET": planted("webhook"), "SMTP_PASSWORD": planted("smtp"),
    "TWILIO_AUTH_TOKEN": planted("twilio"), "LINK_SECRET": planted("link"), "INTERNAL_SECRET": planted("internal"),
}
OTHERS = {
    "ELEVENLABS_BASE_URL": NOBODY, "GEMINI_BASE_URL": NOBODY + "/v1beta", "TICKET_API_URL": NOBODY + "/tickets", "SMTP_HOST": "127.0.0.1", "SMTP_PORT": "9",
    "SMTP_USERNAME": "user", "SMTP_FROM_EMAIL": "desk@example.org", "TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_BASE_URL": NOBODY,
    "TWILIO_FROM_NUMBER": "+15005550006", "LOG_LEVEL": "DEBUG", "PASSWORD_COST": "4",
}


def use_everything(lectern):
    """Does what leaves traces; what must not be found, and the answers in which it must not be found."""
    password, message = planted("password"), planted("message")
    admin = lectern.register("admin")["access_token"]
    user = lectern.register("user")
    lectern.call("POST", "/auth/register", {"username": "carl", "email": "carl@example.org", "password": password})
    lectern.call("POST", "/auth/login", {"username": "carl", "password": password + "x"})
    signed_in = lectern.call("POST", "/auth/login", {"username": "carl", "password": password}).json
    refreshed = lectern.call("POST", "/auth/refresh", {"refresh_token": signed_in["refresh_token"]}).json
    key = lectern.make_key(admin, ["incidents:write", "postprocess:write", "read"])["key"]
    ticket = lectern.call("POST", "/auth/ws-ticket", token=user["access_token"]).json["ticket"]
    lectern.call("GET", f"/ws/lectures?ticket={ticket}", fields={"Upgrade": "websocket", "Connection": "Upgrade"})
    lectern.call("GET", f"/subjects?token={user['access_token']}", token=user["access_token"])
    lectern.call("GET", "/api/incidents", key=planted("key"))
    answers = [
        lectern.call("POST", "/api/incidents", {
            "customer_id": "c", "channel": "email", "message": message, "email": "planted.person@example.org", "phone": "+15005550006"}, key=key),
        lectern.call("POST", "/api/v1/postprocess/conversation", {
            "email_id": "planted.ops@example.org", "account_id": "acme", "conversation_id": "conv_x"}, key=key),
    ]
    for text in ("x\nERROR - forged", "x\r\nERROR - forged", "x\u2028ERROR - forged"):
        lectern.call("POST", "/auth/login", {"username": text, "password": "y"})
        lectern.call("POST", "/subjects", {"name": text, "color": "red"}, token=user["access_token"])
        lectern.call("POST", "/api/incidents", {"customer_id": text, "channel": "web", "message": text}, key=key)
    lectern.call("GET", "/lectures/%0d%0aERROR%20-%20forged?x=%0aERROR", token=user["access_token"])
    with socket.create_connection(("127.0.0.1", lectern.gateway)) as client:
        client.sendall(b"GET /subjects HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Request-Id: x ERROR - forged\r\n\r\n")
        client.recv(65536)
    secrets = list(SETTINGS.values()) + [
        password, message, "planted.person@example.org", "planted.ops@example.org", admin, user["access_token"], user["refresh_token"],
        signed_in["refresh_token"], refreshed["refresh_token"], key, ticket, planted("key")]
    return secrets, b"".join(answer.body for answer in answers)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", required=True)
    options = parser.parse_args()
    wrong = 0
    with Lectern(options.products, environment={**OTHERS, **SETTINGS}) as lectern:
        secrets, answers = use_everything(lectern)
        # Deliveries and retries have their say, too.
        time.sleep(5)
        metrics = b"".join(lectern.call("GET", "/metrics", port=lectern.ports[name]).body for name in NAMES)
        logs = b"".join(lectern.log_path(name).read_bytes() for name in NAMES)
    for place, text in (("logs", logs), ("metrics", metrics), ("answers", answers)):
        for secret in secrets:
            if secret.encode() in text:
                wrong += 1
                print(f"WRONG the {place} tell {secret[:24]}")
    lines = [line for line in logs.split(b"\n") if line]
    for line in lines:
        if not re.match(rb"(DEBUG|INFO|WARNING|ERROR) - ", line) or re.match(rb"ERROR - forged", line):
            wrong += 1
            print("WRONG line", line[:200])
    print(f"{len(secrets)} secrets, {len(lines)} lines of logs: {wrong} wrong")
    return 1 if wrong or len(lines) < 50 else 0


sys.exit(main())
