#!/usr/bin/env python3
"""Comes to a whole Lectern with tokens that are none and by ways that lead inside, and floods it.

    forgeries.py --products .build/release

Every forged token must be answered 401, in the same words, by the gateway and by the services behind it; no spelling of an internal
path may lead there; floods of heads, fields, bodies and chunks must end with their status and leave memory as it was; and none of
this may keep an honest client out. Standard library only.
"""
import argparse
import base64
import hashlib
import hmac
import json
import socket
import sys

from installation import NAMES, Lectern

# The order of the group that Ed25519 signs in (RFC 8032 section 5.1).
ORDER = (1 << 252) + 27742317777372353535851937790883648493
SPELLINGS = [
    "/internal/search", "//internal/search", "/./internal/search", "/%69nternal/search", "/internal%2fsearch", "/INTERNAL/search",
    "/internal;x/search", "/;/internal/search", "/lectures/..;/internal/search", "/lectures/../internal/search",
    "/lectures/%2e%2e/internal/search", "/lectures/%2e%2e%2finternal/search", "/lectures/..%5cinternal", "/lectures//internal/search",
    "http://127.0.0.1/internal/search", "http://internal/internal/search", "/subjects/../internal/notifications",
    "/api/notifications/..%2f..%2finternal/notifications", "/share/%252e%252e/internal/search",
    "/api/v1/postprocess/files/lectern/..%2f..%2f..%2fetc%2fpasswd?expires=1&signature=x",
    "/api/v1/postprocess/files/../../../etc/passwd?expires=1&signature=x",
]
wrong = []


def check(condition, text):
    if not condition:
        wrong.append(text)
        print("WRONG", text, flush=True)


def encoded(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(part):
    return base64.urlsafe_b64decode(part + "==")


def forgeries(good, refresh, key, published, secret):
    """(name, token): what a stranger may make of somebody's token and of what is public."""
    head_part, claims_part, signature = good.split(".")
    head, claims = json.loads(decoded(head_part)), json.loads(decoded(claims_part))
    promoted = encoded(dict(claims, role="admin"))
    for algorithm in ("none", "None", "NONE", "nOnE", ""):
        for end in ("", signature):
            yield f"alg {algorithm!r}, {'signed' if end else 'bare'}", f"{encoded(dict(head, alg=algorithm))}.{promoted}.{end}"
    public = decoded(published["x"])
    pem = b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(bytes.fromhex("302a300506032b6570032100") + public) + b"\n-----END PUBLIC KEY-----\n"
    for name, mac_key in (("raw key", public), ("PEM", pem), ("x", published["x"].encode()), ("nothing", b""), ("internal secret", secret)):
        for algorithm, digest in (("HS256", hashlib.sha256), ("HS384", hashlib.sha384), ("HS512", hashlib.sha512)):
            signed = f"{encoded(dict(head, alg=algorithm))}.{promoted}"
            yield f"{algorithm} with {name}", f"{signed}.{encoded(hmac.new(mac_key, signed.encode(), digest).digest())}"
    for kid in ("", "../../dev/null", "' OR 1=1--", "x" * 5000, None, 1, ["a"], head["kid"] + " "):
        yield f"kid {str(kid)[:20]!r}", f"{encoded(dict(head, kid=kid))}.{promoted}.{signature}"
    for more in ({"crit": ["b64"], "b64": False}, {"b64": False}, {"jwk": published}, {"jku": "http://127.0.0.1:1/"}, {"typ": "JWT"}, {"typ": "key+jwt"}, {"zip": "DEF"}):
        yield f"head with {list(more)}", f"{encoded(dict(head, **more))}.{claims_part}.{signature}"
    yield "other claims", f"{head_part}.{promoted}.{signature}"
    raw = decoded(signature)
    added = int.from_bytes(raw[32:], "little") + ORDER
    stem = f"{head_part}.{claims_part}."
    yield "the same signature plus the order", stem + encoded(raw[:32] + added.to_bytes(32, "little"))
    yield "a signature of a point of small order", stem + encoded(b"\x01" + bytes(63))
    yield from (("no signature", stem), ("zeros", stem + encoded(bytes(64))), ("dot behind", good + "."), ("padding", good + "="), ("junk behind", good + "x"),
                ("four parts", good + ".x"), ("quotes", f'"{good}"'), ("two", f"{good} {good}"), ("a list", f"{good},{good}"), ("a refresh token", refresh), ("an API key", key))


def raw_request(port, head, block=b"", total=0):
    """The status that comes, or `reset`, after at most so many bytes behind the head."""
    answer, sent = b"", 0
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        try:
            client.sendall(head)
            while sent < total:
                client.sendall(block)
                sent += len(block)
        except OSError:
            pass
        try:
            while more := client.recv(65536):
                answer += more
        except OSError:
            pass
    return answer.split()[1].decode() if answer else "reset"


def resident_megabytes(lectern, name):
    with open(f"/proc/{lectern.processes[name].pid}/status") as file:
        return next(int(line.split()[1]) // 1024 for line in file if line.startswith("VmRSS:"))


def flood(lectern, token):
    big = b"x" * (1 << 20)
    post = f"POST /subjects HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}\r\n".encode()
    chunked = post + b"Transfer-Encoding: chunked\r\n\r\n"
    floods = [
        ("a target", b"GET /", big, "414"), ("a field", b"GET / HTTP/1.1\r\nHost: a\r\nX: ", big, "431"),
        ("fields", b"GET / HTTP/1.1\r\nHost: a\r\n", b"X: y\r\n" * 100000, "431"),
        ("a body", post + b"Content-Length: 1000000000\r\n\r\n", big, "413"), ("chunks of a byte", chunked, b"1\r\na\r\n" * 100000, "413"),
        ("extensions", chunked, (b"1;" + b"a" * 200 + b"\r\nx\r\n") * 1000, "400"),
    ]
    before = {name: resident_megabytes(lectern, name) for name in NAMES}
    for name, head, block, status in floods:
        got = raw_request(lectern.gateway, head, block, 50 << 20)
        check(got in (status, "reset"), f"a flood of {name}: {got}")
    for name in NAMES:
        check(resident_megabytes(lectern, name) - before[name] <= 8, f"{name} grew from {before[name]} to {resident_megabytes(lectern, name)} MB")
    return len(floods)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", required=True)
    options = parser.parse_args()
    with Lectern(options.products, environment={"PASSWORD_COST": "4", "LOG_LEVEL": "WARNING"}) as lectern:
        admin = lectern.register("admin")["access_token"]
        account = lectern.register("user")
        good, key = account["access_token"], lectern.make_key(admin, ["incidents:write", "read"])["key"]
        published = lectern.call("GET", "/.well-known/jwks.json").json["keys"][0]
        secret = lectern.environment["INTERNAL_SECRET"].encode()
        tokens, answers = list(forgeries(good, account["refresh_token"], key, published, secret)), set()
        for name, token in tokens:
            for path, port in (("/auth/me", None), ("/subjects", None), ("/api/incidents", None), ("/subjects", lectern.ports["ingest"]), ("/api/incidents", lectern.ports["notify"])):
                answer = lectern.call("GET", path, token=token, port=port)
                check(answer.status == 401, f"{name}, {path}: {answer.status}")
                if port is None:
                    answers.add(json.dumps({k: v for k, v in (answer.json or {}).items() if k not in ("request_id", "instance")}, sort_keys=True))
        check(len(answers) == 1, f"the answers tell forgeries apart: {answers}")
        for target in SPELLINGS:
            for method in ("GET", "POST"):
                for credentials in (f"Authorization: Bearer {admin}\r\n", f"X-API-Key: {key}\r\n", ""):
                    status = raw_request(lectern.gateway, (
                        f"{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\nX-Internal-Token: x\r\nX-Lectern-Service: chat\r\n"
                        f"X-Forwarded-For: 127.0.0.1\r\n{credentials}\r\n").encode())
                    check(status in ("400", "401", "403", "404", "405"), f"{method} {target}: {status}")
        flood_count = flood(lectern, good)
        check(lectern.call("GET", "/subjects", token=good).status == 200, "an honest client is kept out")
    print(f"{len(tokens)} forged tokens at five places, {len(SPELLINGS)} spellings in 6 ways, {flood_count} floods: {len(wrong)} wrong")
    return 1 if wrong else 0


sys.exit(main())
