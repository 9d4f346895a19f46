#!/usr/bin/env python3
"""Makes every call that clients of the replaced systems make, through the gateway of a whole Lectern, and compares paths, fields,
statuses and headers word for word with the contract.

    contract_calls.py --products .build/release

Starts a Lectern of its own in outbox mode beside scripts/elevenlabs_stand_in.py. Standard library only.
"""
import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import socket
import struct
import subprocess
import sys
import time
import uuid

from installation import ROOT, Lectern, free_ports

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
CATEGORIES = {"duplicate_payment", "failed_payment", "fraud_report", "refund_request", "account_locked", "statement_error", "other"}
WEBHOOK_SECRET = "wsec_of_the_trial"
wrong, count = [], 0


def check(condition, text):
    global count
    count += 1
    if not condition:
        wrong.append(text)
        print("WRONG", text, flush=True)


def expect(name, answer, status, *members, types="application/json"):
    check(answer.status == status, f"{name}: {answer.status} instead of {status}: {answer.body[:300]!r}")
    if answer.body and answer.status < 300:
        check(answer.fields.get("content-type", "").startswith(types), f"{name}: type {answer.fields.get('content-type')}")
    for member in members:
        check(isinstance(answer.json, dict) and member in answer.json, f"{name}: no {member} in {answer.body[:300]!r}")
    check("x-request-id" in answer.fields, f"{name}: no X-Request-Id")
    return answer


def problem(name, answer, status, code=None, fields=()):
    """An error as the contract has it."""
    body = answer.json or {}
    check(answer.status == status, f"{name}: {answer.status} instead of {status}: {answer.body[:300]!r}")
    check(answer.fields.get("content-type") == "application/problem+json", f"{name}: type {answer.fields.get('content-type')}")
    for member in ("type", "title", "status", "detail", "instance", "status_code", "code", "request_id"):
        check(member in body, f"{name}: no {member} in {answer.body[:300]!r}")
    check(body.get("status") == body.get("status_code") == status, f"{name}: status members {answer.body[:200]!r}")
    if code:
        check(body.get("code") == code, f"{name}: code {body.get('code')} instead of {code}")
    if fields:
        named = {error["field"] for error in body.get("errors", [])}
        check(set(fields) <= named, f"{name}: names {named} instead of {set(fields)}")
    if status == 401:
        check("www-authenticate" in answer.fields, f"{name}: no WWW-Authenticate")
    if status == 405:
        check("allow" in answer.fields, f"{name}: no Allow")
    if status == 429:
        for field in ("retry-after", "ratelimit", "ratelimit-policy"):
            check(field in answer.fields, f"{name}: no {field}")
        check(isinstance(body.get("retry_after"), int), f"{name}: no retry_after")
    if status == 503:
        check("retry-after" in answer.fields, f"{name}: no Retry-After")
    return answer


def await_that(what, ask, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = ask()
        if found:
            return found
        time.sleep(0.1)
    check(False, f"waited in vain for {what}")
    return None


def common(l, admin):
    for name in l.services:
        port = l.ports[name]
        for path in ("/health", "/api/v1/health"):
            answer = expect(f"{name} {path}", l.call("GET", path, port=port), 200)
            check(answer.json == {"status": "healthy"}, f"{name} {path}: {answer.body!r}")
        answer = expect(f"{name} /ready", l.call("GET", "/ready", port=port), 200, "status", "checks")
        check(all("state" in state for state in answer.json["checks"].values()), f"{name} /ready: {answer.body!r}")
        answer = expect(f"{name} /metrics", l.call("GET", "/metrics", port=port), 200, types="text/plain")
        for metric in (b"_requests_total", b"_seconds_bucket"):
            check(metric in answer.body, f"{name} /metrics: no {metric}")
        answer = expect(f"{name} /openapi.json", l.call("GET", "/openapi.json", port=port), 200, "openapi", "paths")
        check(answer.json["openapi"].startswith("3.1"), f"{name}: {answer.json['openapi']}")
    paths = l.call("GET", "/openapi.json").json["paths"]
    for path in ("/auth/login", "/lectures/upload", "/api/incidents", "/api/v1/postprocess/conversation", "/chat"):
        check(path in paths, f"the union lacks {path}")
    expect("/docs/api", l.call("GET", "/docs/api"), 200, types="text/html")
    answer = l.call("GET", "/subjects", token=admin, fields={"X-Request-Id": "trial-1"})
    check(answer.fields.get("x-request-id") == "trial-1", "X-Request-Id is not taken over")
    problem("unknown path", l.call("GET", "/nothing/here"), 404)
    problem("unknown path below a service", l.call("GET", "/lectures/x/y/z/q", token=admin), 404)
    problem("wrong method", l.call("PUT", "/auth/login"), 405)
    problem("wrong method behind", l.call("PUT", "/subjects", token=admin), 405)
    problem("no token", l.call("GET", "/subjects"), 401)
    problem("bad token", l.call("GET", "/subjects", token="x.y.z"), 401)
    problem("malformed JSON", l.call("POST", "/subjects", token=admin, body=b"{", fields={"Content-Type": "application/json"}), 400)
    problem("wrong type", l.call("POST", "/subjects", token=admin, body=b"a=b", fields={"Content-Type": "text/plain"}), 415)
    problem("bad fields", l.call("POST", "/subjects", {"name": 1, "color": 2}, token=admin), 422, fields=("name", "color"))
    problem("too large", l.call("POST", "/subjects", token=admin, body=b" " * (3 << 20), fields={"Content-Type": "application/json"}), 413)
    problem("internal", l.call("POST", "/internal/search", {}, token=admin), 404)


def accounts(l):
    order = {"username": "Ada", "email": "Ada@Example.org", "password": "nine violet harbours at dawn"}
    answer = expect("register", l.call("POST", "/auth/register", order), 201,
                    "access_token", "refresh_token", "token_type", "expires_in", "user")
    first = answer.json
    check(first["user"]["role"] == "admin", "the first account is no admin")
    check(first["token_type"].lower() == "bearer" and first["expires_in"] == 900, f"{first['token_type']} {first['expires_in']}")
    check(bool(UUID7.fullmatch(first["user"]["id"])) and bool(MOMENT.fullmatch(first["user"]["created_at"])), f"{first['user']}")
    problem("name taken in other case", l.call("POST", "/auth/register", dict(order, username="aDA", email="b@example.org")), 409)
    problem("email taken in other case", l.call("POST", "/auth/register", dict(order, username="ben", email="ada@example.ORG")), 409)
    problem("weak password", l.call("POST", "/auth/register", dict(order, username="ben", email="b@example.org", password="password1")), 422, fields=("password",))
    problem("all fields bad", l.call("POST", "/auth/register", {"username": "", "email": "x", "password": "1"}), 422,
            fields=("username", "email", "password"))
    problem("own name as password", l.call("POST", "/auth/register", {"username": "marigoldina", "email": "m@example.org", "password": "marigoldina"}), 422, fields=("password",))
    second = expect("register", l.call("POST", "/auth/register", {"username": "bob", "email": "bob@example.org", "password": "seven amber lighthouses in fog"}), 201).json
    check(second["user"]["role"] == "student", "the second account is no student")
    for login in ("bob", "BOB@example.org"):
        answer = expect(f"login {login}", l.call("POST", "/auth/login", {"username": login, "password": "seven amber lighthouses in fog"}), 200,
                        "access_token", "refresh_token", "token_type", "expires_in", "user")
        check(answer.json["user"]["last_login"] is not None, "last_login is not set")
    unknown = problem("unknown user", l.call("POST", "/auth/login", {"username": "nobody", "password": "x"}), 401)
    false = problem("wrong password", l.call("POST", "/auth/login", {"username": "bob", "password": "x"}), 401)
    same = lambda a: {k: v for k, v in a.json.items() if k != "request_id"}
    check(same(unknown) == same(false), "unknown user and wrong password are told apart")
    for _ in range(4):
        last = l.call("POST", "/auth/login", {"username": "carol-the-unknown", "password": "x"})
    l.call("POST", "/auth/login", {"username": "carol-the-unknown", "password": "x"})
    problem("the sixth try", l.call("POST", "/auth/login", {"username": "carol-the-unknown", "password": "x"}), 429)
    refreshed = expect("refresh", l.call("POST", "/auth/refresh", {"refresh_token": answer.json["refresh_token"]}), 200,
                       "access_token", "refresh_token", "token_type", "expires_in", "user").json
    check(refreshed["refresh_token"] != answer.json["refresh_token"], "the refresh token was not rotated")
    problem("refresh with junk", l.call("POST", "/auth/refresh", {"refresh_token": "x"}), 401)
    problem("refresh with access token", l.call("POST", "/auth/refresh", {"refresh_token": refreshed["access_token"]}), 401)
    problem("refresh as access", l.call("GET", "/auth/me", token=refreshed["refresh_token"]), 401)
    me = expect("me", l.call("GET", "/auth/me", token=refreshed["access_token"]), 200, "id", "username", "email", "role", "created_at", "last_login").json
    check("password" not in json.dumps(me), "me tells of passwords")
    expect("patch me", l.call("PATCH", "/auth/me", {"username": "bobby"}, token=refreshed["access_token"]), 200, "username")
    check(l.call("POST", "/auth/logout", {"refresh_token": refreshed["refresh_token"]}).status == 204, "logout")
    problem("access after logout", l.call("GET", "/auth/me", token=refreshed["access_token"]), 401)
    problem("refresh after logout", l.call("POST", "/auth/refresh", {"refresh_token": refreshed["refresh_token"]}), 401)
    check(l.call("POST", "/auth/logout-all", token=second["access_token"]).status == 204, "logout-all")
    problem("after logout-all", l.call("GET", "/auth/me", token=second["access_token"]), 401)
    student = l.call("POST", "/auth/login", {"username": "bobby", "password": "seven amber lighthouses in fog"}).json["access_token"]
    keys = expect("jwks", l.call("GET", "/.well-known/jwks.json"), 200, "keys").json["keys"]
    for key in keys:
        check(key.get("kty") == "OKP" and key.get("crv") == "Ed25519" and key.get("kid") and "d" not in key, f"jwks {key}")
    head = json.loads(base64.urlsafe_b64decode(student.split(".")[0] + "=="))
    claims = json.loads(base64.urlsafe_b64decode(student.split(".")[1] + "=="))
    check(head["alg"] == "EdDSA" and head["kid"] in {key["kid"] for key in keys}, f"token head {head}")
    for claim in ("iss", "aud", "exp", "nbf", "sub"):
        check(claim in claims, f"token lacks {claim}")
    admin = first["access_token"]
    expect("users", l.call("GET", "/auth/users", token=admin), 200)
    problem("users as student", l.call("GET", "/auth/users", token=student), 403)
    staff_account = l.register("staff")
    expect("make staff", l.call("PATCH", f"/auth/users/{staff_account['user']['id']}", {"role": "staff"}, token=admin), 200)
    staff = l.call("POST", "/auth/refresh", {"refresh_token": staff_account["refresh_token"]}).json["access_token"]
    return admin, staff, student


def api_keys(l, admin, staff, student):
    made = expect("make key", l.call("POST", "/auth/api-keys", {
        "name": "desk", "scopes": ["incidents:write", "postprocess:write", "notifications:write", "read"]}, token=admin), 201, "id", "key", "name", "scopes").json
    bound = expect("make bound key", l.call("POST", "/auth/api-keys", {
        "name": "acme", "scopes": ["postprocess:write", "read"], "account_id": "acme", "expires_in": 86400}, token=admin), 201, "account_id", "expires_at").json
    answer = expect("keys", l.call("GET", "/auth/api-keys", token=admin), 200)
    check(isinstance(answer.json, list) and made["key"].encode() not in answer.body, "keys are shown twice")
    problem("bad key order", l.call("POST", "/auth/api-keys", {"name": "", "scopes": ["everything"], "expires_in": -1}, token=admin), 422, fields=("name",))
    problem("keys as student", l.call("GET", "/auth/api-keys", token=student), 403)
    problem("keys with a key", l.call("GET", "/auth/api-keys", key=made["key"]), 401 if l.call("GET", "/auth/api-keys", key=made["key"]).status == 401 else 403)
    gone = expect("make key", l.call("POST", "/auth/api-keys", {"name": "gone", "scopes": ["read"]}, token=admin), 201).json
    expect("key works", l.call("GET", "/api/incidents", key=gone["key"]), 200)
    check(l.call("DELETE", f"/auth/api-keys/{gone['id']}", token=admin).status == 204, "revoke")
    problem("revoked key", l.call("GET", "/api/incidents", key=gone["key"]), 401)
    return made["key"], bound["key"]


def incidents(l, admin, staff, student, key, bound):
    order = {"customer_id": "CUST-10042", "channel": "email", "message": "I was charged twice for my order #4411, please refund one charge.",
             "email": "ada@example.org", "phone": "+15005550006"}
    answer = expect("incident", l.call("POST", "/api/incidents", order, key=key), 201,
                    "incident_id", "ticket_id", "status", "classification", "confidence", "message")
    made = answer.json
    check(set(made) == {"incident_id", "ticket_id", "status", "classification", "confidence", "message"}, f"incident: {set(made)}")
    check(bool(re.fullmatch(r"TKT-[0-9a-f]{8}", made["ticket_id"])), made["ticket_id"])
    check(made["status"] == "open" and made["classification"] == "duplicate_payment" and 0 <= made["confidence"] <= 1, f"{made}")
    check(made["message"] == "Incident received and ticket created. Acknowledgments sent via email and SMS.", made["message"])
    again = expect("same incident", l.call("POST", "/api/incidents", order, key=key), 201).json
    check(again["incident_id"] == made["incident_id"] and again["ticket_id"] == made["ticket_id"], "the same message is another incident")
    for name, sent, message in (
            ("email only", {"email": "b@example.org"}, "Incident received and ticket created. Acknowledgments sent via email."),
            ("phone only", {"phone": "+15005550007"}, "Incident received and ticket created. Acknowledgments sent via SMS."),
            ("neither", {}, "Incident received and ticket created.")):
        answer = expect(name, l.call("POST", "/api/incidents", {"customer_id": "C2", "channel": "web", "message": f"I cannot log in. {name}", **sent}, token=staff), 201)
        check(answer.json["message"] == message, f"{name}: {answer.json['message']}")
    for channel in ("email", "sms", "whatsapp", "web", "chat", "phone"):
        expect(f"channel {channel}", l.call("POST", "/api/incidents", {"customer_id": "C3", "channel": channel, "message": f"hello by {channel}", "email": None, "phone": None}, key=key), 201)
    problem("no fields", l.call("POST", "/api/incidents", {}, key=key), 422, fields=("customer_id", "channel", "message"))
    problem("all fields bad", l.call("POST", "/api/incidents", {"customer_id": 1, "channel": "pigeon", "message": "", "email": "x", "phone": "12"}, key=key), 422,
            fields=("customer_id", "channel", "message", "email", "phone"))
    problem("not JSON", l.call("POST", "/api/incidents", key=key, body=b"x", fields={"Content-Type": "application/json"}), 400)
    problem("student", l.call("POST", "/api/incidents", order, token=student), 403)
    problem("nobody", l.call("POST", "/api/incidents", order), 401)
    problem("bad key", l.call("POST", "/api/incidents", order, key="lk_wrong"), 401)
    problem("key without the scope", l.call("POST", "/api/incidents", order, key=bound), 403)
    idempotent = dict(order, message="My statement shows the wrong balance.")
    one = l.call("POST", "/api/incidents", idempotent, key=key, fields={"Idempotency-Key": "k1"})
    two = l.call("POST", "/api/incidents", idempotent, key=key, fields={"Idempotency-Key": "k1"})
    check(one.status == two.status == 201 and one.body == two.body, f"Idempotency-Key: {one.body} {two.body}")
    problem("idempotency key with another body", l.call("POST", "/api/incidents", order, key=key, fields={"Idempotency-Key": "k1"}), 422)

    listed = expect("incidents", l.call("GET", "/api/incidents?status=open&classification=duplicate_payment", key=key), 200).json
    check(isinstance(listed, list) and all(i["classification"] == "duplicate_payment" and i["status"] == "open" for i in listed) and listed, f"{listed}")
    for field in ("id", "customer_id", "channel", "message", "classification", "confidence", "ticket_id", "status", "created_at", "reminder_sent"):
        check(field in listed[0], f"an incident lacks {field}")
    check(listed[0]["reminder_sent"] == 0, "reminder_sent is no number")
    page = l.call("GET", "/api/incidents?limit=2", token=staff)
    check(len(page.json) == 2 and 'rel="next"' in page.fields.get("link", ""), f"paging: {page.fields}")
    link = re.match(r"<([^>]*)>", page.fields.get("link", "<>"))[1]
    check(l.call("GET", link, token=staff).json[0]["id"] < page.json[-1]["id"], f"the next page at {link}")
    problem("bad filter", l.call("GET", "/api/incidents?status=lost", token=staff), 422, fields=("status",))
    problem("limit of 0", l.call("GET", "/api/incidents?limit=0", token=staff), 422, fields=("limit",))
    problem("limit of 201", l.call("GET", "/api/incidents?limit=201", token=staff), 422, fields=("limit",))
    dossier = await_that("delivery", lambda: (d := l.call("GET", f"/api/incidents/{made['incident_id']}", key=key).json) and
                         all(n["status"] == "simulated" for n in d["notifications"]) and d) or {"notifications": []}
    check({n["channel"] for n in dossier["notifications"]} == {"email", "sms"}, f"{dossier['notifications']}")
    for notification in dossier["notifications"]:
        for field in ("id", "incident_id", "channel", "message", "status", "sent_at"):
            check(field in notification, f"a notification lacks {field}")
        check(notification["incident_id"] == made["incident_id"], f"{notification}")
        if notification["channel"] == "sms":
            check(notification["message"] == f"Ticket #{made['ticket_id']} created. Follow-up in 24 hours.", notification["message"])
    outbox = list((l.folder / "var/outbox").rglob("*.eml"))
    mail = next((p.read_text() for p in outbox if made["ticket_id"] in p.read_text()), "")
    check(f"Subject: Incident Update - Ticket {made['ticket_id']}" in mail, "the subject of the email")
    check("Your ticket has been created and is being investigated." in mail.replace("=\n", "").replace("=\r\n", ""), "the status in the email")
    check(made["incident_id"] in mail.replace("=\n", ""), "the incident id in the email")
    problem("unknown incident", l.call("GET", f"/api/incidents/{uuid.uuid4()}", key=key), 404)
    problem("no id", l.call("GET", "/api/incidents/INC-1", key=key), 404)
    for status in ("in_progress", "resolved"):
        answer = expect(status, l.call("PATCH", f"/api/incidents/{made['incident_id']}", {"status": status, "note": "looked at"}, token=staff), 200, "status")
        check(answer.json["status"] == status, f"{answer.json['status']}")
    problem("bad status", l.call("PATCH", f"/api/incidents/{made['incident_id']}", {"status": "done"}, token=staff), 422, fields=("status",))
    stats = expect("stats", l.call("GET", "/api/stats", token=staff), 200, "total_incidents", "by_classification", "by_status", "by_channel").json
    check(stats["total_incidents"] >= 4, f"{stats}")
    notifications = expect("notifications", l.call("GET", f"/api/notifications?incident_id={made['incident_id']}&status=simulated", token=staff), 200).json
    check(len(notifications) >= 2, f"{notifications}")
    problem("stats as student", l.call("GET", "/api/stats", token=student), 403)


def conversations(l, admin, staff, student, key, bound):
    order = {"email_id": "ops@example.org", "account_id": "acme", "conversation_id": "conv_demo"}
    answer = expect("conversation", l.call("POST", "/api/v1/postprocess/conversation", order, key=bound), 202, "success", "message", "data")
    made = answer.json
    check(set(made) == {"success", "message", "data"} and made["success"] is True, f"{made}")
    check(made["message"] == "Conversation processing started", made["message"])
    check(set(made["data"]) == {"conversation_id", "processing_id", "status", "estimated_completion"}, f"{made['data']}")
    check(made["data"]["processing_id"].startswith("proc_") and made["data"]["status"] == "processing", f"{made['data']}")
    check(bool(MOMENT.fullmatch(made["data"]["estimated_completion"])), made["data"]["estimated_completion"])
    identifier = made["data"]["processing_id"]
    again = expect("the same conversation", l.call("POST", "/api/v1/postprocess/conversation", order, key=key), 202).json
    check(again["data"]["processing_id"] == identifier, "the same conversation is processed twice")
    problem("another account", l.call("POST", "/api/v1/postprocess/conversation", dict(order, account_id="other"), key=bound), 404)
    problem("all fields bad", l.call("POST", "/api/v1/postprocess/conversation", {"email_id": "x", "account_id": "../a", "conversation_id": ""}, key=key), 422,
            fields=("email_id", "conversation_id"))
    problem("no fields", l.call("POST", "/api/v1/postprocess/conversation", {}, key=key), 422, fields=("email_id", "account_id", "conversation_id"))
    problem("student", l.call("POST", "/api/v1/postprocess/conversation", order, token=student), 403)
    problem("nobody", l.call("POST", "/api/v1/postprocess/conversation", order), 401)
    status = await_that("the conversation", lambda: (s := l.call("GET", f"/api/v1/postprocess/status/{identifier}", key=bound).json) and
                        s["status"] in ("completed", "failed") and s) or {}
    check(status.get("status") == "completed", f"{status}")
    keys = {f["kind"]: f["object_key"] for f in status.get("files", [])}
    check(keys == {"transcript": "acme/transcripts/conv_demo.txt", "audio": "acme/audio/conv_demo.mp3", "report": "acme/reports/conv_demo.pdf"}, f"{keys}")
    for file in status.get("files", []):
        path = re.sub(r"^https?://[^/]*", "", file["url"])
        answer = l.call("GET", path)
        check(answer.status == 200 and len(answer.body) == file["byte_count"], f"{file['kind']}: {answer.status} {len(answer.body)}")
        if file["kind"] == "transcript":
            lines = answer.body.decode().splitlines()
            check(all(line.startswith(("AI: ", "User: ")) for line in lines) and "4111 1111" not in answer.body.decode(), f"{lines[:2]}")
        problem("a link with another signature", l.call("GET", re.sub(r"signature=.", "signature=!", path)), 403)
    listed = expect("conversations", l.call("GET", "/api/v1/postprocess/conversations?account_id=acme&status=completed", key=bound), 200).json
    check(isinstance(listed, list) and [c["processing_id"] for c in listed] == [identifier], f"{listed}")
    problem("conversations of another account", l.call("GET", "/api/v1/postprocess/conversations?account_id=other", key=bound), 404)
    audit = expect("audit", l.call("GET", f"/api/v1/postprocess/{identifier}/audit", key=bound), 200).json
    check(isinstance(audit, list) and audit, f"{audit}")
    problem("retry of a completed one", l.call("POST", f"/api/v1/postprocess/{identifier}/retry", key=bound), 409)
    problem("unknown status", l.call("GET", f"/api/v1/postprocess/status/proc_{uuid.uuid4()}", key=bound), 404)
    settings = expect("settings", l.call("GET", "/api/v1/accounts/acme/settings", token=staff), 200).json
    expect("put settings", l.call("PUT", "/api/v1/accounts/acme/settings", settings, token=staff), 200)
    problem("settings of another account", l.call("GET", "/api/v1/accounts/other/settings", key=bound), 404)
    problem("settings as student", l.call("GET", "/api/v1/accounts/acme/settings", token=student), 403)
    expect("usage", l.call("GET", "/api/v1/accounts/acme/usage", key=bound), 200)
    body = json.dumps({"type": "post_call_transcription", "event_timestamp": int(time.time()), "data": {
        "agent_id": "nobody", "conversation_id": "conv_w", "status": "done", "transcript": [], "metadata": {}}}).encode()
    now = int(time.time())
    signed = lambda t, secret: f"t={t},v0=" + hmac.new(secret.encode(), f"{t}.".encode() + body, hashlib.sha256).hexdigest()
    hook = lambda signature: l.call("POST", "/api/v1/postprocess/webhook/elevenlabs", body=body, fields={
        "Content-Type": "application/json", **({"ElevenLabs-Signature": signature} if signature else {})})
    expect("webhook", hook(signed(now, WEBHOOK_SECRET)), 200)
    problem("webhook without signature", hook(None), 401)
    problem("webhook with wrong signature", hook(signed(now, "other")), 401)
    problem("webhook of long ago", hook(signed(now - 7200, WEBHOOK_SECRET)), 401)


def lectures(l, admin, student):
    subject = expect("subject", l.call("POST", "/subjects", {"name": "Algebra II", "color": "#4f46e5"}, token=student), 201, "id", "name", "color").json
    listed = expect("subjects", l.call("GET", "/subjects", token=student), 200).json
    check(listed[0]["id"] == subject["id"] and listed[0]["lecture_count"] == 0, f"{listed}")
    problem("another's subject", l.call("GET", f"/subjects/{subject['id']}", token=admin), 404)
    expect("patch subject", l.call("PATCH", f"/subjects/{subject['id']}", {"name": "Algebra III"}, token=student), 200)

    def upload(content, name="Week 1", **fields):
        parts = {"name": name, "subject_id": subject["id"], **fields}
        body = b"".join(f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in parts.items())
        body += b'--b\r\nContent-Disposition: form-data; name="file"; filename="l.pdf"\r\nContent-Type: application/pdf\r\n\r\n' + content + b"\r\n--b--\r\n"
        return l.call("POST", "/lectures/upload", token=student, body=body, fields={"Content-Type": "multipart/form-data; boundary=b"})
    pdf = (ROOT / "fixtures/lecture.pdf").read_bytes()
    answer = expect("upload", upload(pdf), 202, "task_id", "lecture_id")
    check(set(answer.json) == {"task_id", "lecture_id"}, f"{answer.json}")
    task, lecture = answer.json["task_id"], answer.json["lecture_id"]
    problem("executable", upload(b"\x7fELF" + bytes(500)), 415)
    problem("empty file", upload(b""), 422)
    problem("bad form fields", upload(pdf, name="", subject_id="x"), 422, fields=("name", "subject_id"))
    problem("foreign subject", upload(pdf, subject_id=str(uuid.uuid4())), 404)
    events = l.call("GET", f"/tasks/{task}/events", token=student, timeout=300)
    check(events.fields.get("content-type", "").startswith("text/event-stream"), f"{events.fields}")
    names = re.findall(rb"(?m)^event: (\w+)", events.body)
    check(names[-1:] == [b"complete"] and rb"id: " in events.body, f"{names}")
    ids = re.findall(rb"(?m)^id: (\d+)", events.body)
    resumed = l.call("GET", f"/tasks/{task}/events", token=student, fields={"Last-Event-ID": ids[0].decode()})
    check(re.findall(rb"(?m)^id: (\d+)", resumed.body) == ids[1:], "resumed events")
    state = expect("task", l.call("GET", f"/tasks/{task}", token=student), 200, "id", "kind", "state", "progress", "error_message").json
    check(set(state["progress"]) == {"page", "pages", "percent", "stage"}, f"{state}")
    problem("another's task", l.call("GET", f"/tasks/{task}", token=admin), 404)
    record = expect("lecture", l.call("GET", f"/lectures/{lecture}", token=student), 200, "page_count", "processed_at", "status", "error_message").json
    check(record["status"] == "completed", f"{record}")
    problem("another's lecture", l.call("GET", f"/lectures/{lecture}", token=admin), 404)
    expect("lectures", l.call("GET", f"/lectures?subject_id={subject['id']}&status=completed", token=student), 200)
    part = l.call("GET", f"/lectures/{lecture}/file", token=student, fields={"Range": "bytes=0-7"})
    check(part.status == 206 and part.body == pdf[:8], f"range: {part.status}")
    expect("page", l.call("GET", f"/lectures/{lecture}/pages/1", token=student), 200, "text")
    expect("page image", l.call("GET", f"/lectures/{lecture}/pages/1/image?width=200", token=student), 200, types="image/")
    problem("page 0", l.call("GET", f"/lectures/{lecture}/pages/0", token=student), 404)
    expect("outline", l.call("GET", f"/lectures/{lecture}/outline", token=student), 200)
    passages = expect("search", l.call("POST", "/search", {"query": "matrix", "lecture_id": lecture}, token=student), 200).json
    if passages:
        for field in ("chunk_id", "lecture_id", "lecture_name", "page_from", "page_to", "heading", "text", "score", "highlights"):
            check(field in passages[0], f"a passage lacks {field}")
    else:
        check(False, "search finds nothing")
    answer = l.call("POST", "/chat", {"message": "What is this lecture about?", "lecture_id": lecture}, token=student)
    check(answer.status == 200 and answer.fields["content-type"].startswith("text/event-stream"), f"chat: {answer.status} {answer.body[:200]!r}")
    for field in ("ratelimit", "ratelimit-policy"):
        check(field in answer.fields, f"chat: no {field}")
    names = re.findall(rb"(?m)^event: (\w+)", answer.body)
    check(b"citations" in names and names[-1:] == [b"done"], f"chat: {names}")
    check(len(re.findall(rb"(?m)^id: ", answer.body)) == len(names), "chat: an event without id")
    problem("chat about a foreign lecture", l.call("POST", "/chat", {"message": "x", "lecture_id": lecture}, token=admin), 404)
    problem("chat without message", l.call("POST", "/chat", {}, token=student), 422, fields=("message",))
    for _ in range(12):
        last = l.call("POST", "/chat", {"message": "again?", "lecture_id": lecture}, token=student)
        if last.status == 429:
            break
    problem("chat beyond the limit", last, 429, "rate_limited")
    sockets(l, student, lecture)
    check(l.call("DELETE", f"/subjects/{subject['id']}", token=student).status == 204, "delete subject")
    problem("lecture of a deleted subject", l.call("GET", f"/lectures/{lecture}", token=student), 404)


def sockets(l, token, lecture):
    def ticket():
        return expect("ticket", l.call("POST", "/auth/ws-ticket", token=token), 201, "ticket").json["ticket"]

    def open_socket(path):
        client = socket.create_connection(("127.0.0.1", l.gateway), timeout=20)
        client.sendall((f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{l.gateway}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c3dpZnQtZml2ZS1zdmNzIQ==\r\n\r\n").encode())
        stream = client.makefile("rb")
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += stream.readline() or b"\r\n\r\n"
        return client, stream, int(head.split()[1])

    def messages(stream):
        while True:
            head = stream.read(2)
            if len(head) < 2 or head[0] & 15 == 8:
                return
            length = head[1] & 127
            if length == 126:
                [length] = struct.unpack(">H", stream.read(2))
            yield json.loads(stream.read(length))
    good = ticket()
    client, stream, status = open_socket(f"/ws/lectures?ticket={good}")
    check(status == 101, f"/ws/lectures: {status}")
    client.close()
    check(open_socket(f"/ws/lectures?ticket={good}")[2] == 401, "a ticket is good twice")
    client, stream, status = open_socket(f"/ws/chat?ticket={ticket()}")
    if status == 101:
        question = json.dumps({"type": "chat_query", "message": "What is it about?", "lecture_id": lecture, "use_web": False}).encode()
        client.sendall(bytes([0x81, 0x80 | 126]) + struct.pack(">H", len(question)) + bytes(4) + question
                       if len(question) > 125 else bytes([0x81, 0x80 | len(question)]) + bytes(4) + question)
        kinds = []
        for message in messages(stream):
            kinds.append(message["type"])
            if message["type"] in ("complete", "error"):
                check(message["type"] == "complete" and "citations" in message and "cached" in message, f"/ws/chat: {message}")
                break
        check(kinds[:1] == ["chunk"] and kinds[-1:] == ["complete"], f"/ws/chat: {kinds}")
    else:
        # The budget of questions is used up by now, and counts for sockets, too.
        check(status == 429, f"/ws/chat: {status}")
    client.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", required=True)
    options = parser.parse_args()
    [provider_port] = free_ports(1)
    provider = subprocess.Popen([sys.executable, ROOT / "scripts/elevenlabs_stand_in.py", "--port", str(provider_port)], stdout=subprocess.DEVNULL)
    try:
        with Lectern(options.products, environment={
                "ELEVENLABS_API_KEY": "k", "ELEVENLABS_BASE_URL": f"http://127.0.0.1:{provider_port}",
                "ELEVENLABS_WEBHOOK_SECRET": WEBHOOK_SECRET}) as l:
            admin, staff, student = accounts(l)
            common(l, admin)
            key, bound = api_keys(l, admin, staff, student)
            incidents(l, admin, staff, student, key, bound)
            conversations(l, admin, staff, student, key, bound)
            lectures(l, admin, student)
    finally:
        provider.terminate()
        provider.wait()
    print(f"{count} checks, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
