#!/usr/bin/env python3
"""Signs requests for awkward keys with botocore; SignatureOracleTests compares ours with what this prints.

    pip install botocore && make_signatures.py > signatures.json

Each line: method, host, path as it is sent, query items, headers, hash of the body, and the signature at
2026-01-15T08:30:00Z in eu-central-1 with the credentials below.
"""
import datetime
import json
import sys
from unittest import mock

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

MOMENT = datetime.datetime(2026, 1, 15, 8, 30, 0)
CREDENTIALS = Credentials("oracle-key", "oracle/secret+1")
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
KEYS = [
    "plain.txt", "with space.txt", "plus+and%percent%20.txt", "caf\u00e9.txt", "cafe\u0301.txt",
    "dots/...hidden../..a/b..", "a&b=c;d?e#f.txt", "tilde~star*paren().txt", "\u65e5\u672c\u8a9e/\U0001f600.bin",
    "semi;colon,comma:at@dollar$.x", "quote'and\"double.txt", "k" * 249 + "/" + "\u00e9" * 100,
]
QUERIES = [
    [], [("uploads", "")], [("partNumber", "2"), ("uploadId", "a/b+c=&d e")],
    [("list-type", "2"), ("prefix", "a b/\u00e9/"), ("start-after", "a b/\u00e9/+"), ("max-keys", "1000")],
]


def encoded(key):
    from urllib.parse import quote
    return quote(key.encode(), safe="/-._~")


def cases():
    for index, key in enumerate(KEYS):
        for host in ("127.0.0.1:9000", "s3.example.org"):
            for query in QUERIES[: 1 + index % len(QUERIES)]:
                yield "PUT" if index % 2 else "GET", host, "/bucket/" + encoded(key), query


def main():
    with mock.patch.object(botocore.auth, "get_current_datetime", lambda: MOMENT, create=True):
        rows = []
        for method, host, path, query in cases():
            request = AWSRequest(method, "http://%s%s" % (host, path), params=dict(query))
            request.headers["X-Amz-Content-SHA256"] = EMPTY
            request.headers["x-amz-meta-note"] = "  two   spaces "
            signer = botocore.auth.S3SigV4Auth(CREDENTIALS, "s3", "eu-central-1")
            request.context["timestamp"] = "20260115T083000Z"
            request.headers["X-Amz-Date"] = "20260115T083000Z"
            request.headers["Host"] = host
            canonical = signer.canonical_request(request)
            signature = signer.signature(signer.string_to_sign(request, canonical), request)
            rows.append({"method": method, "host": host, "path": path, "query": query, "signature": signature})
        json.dump(rows, sys.stdout, ensure_ascii=False, separators=(",", ":"))
        print()


if __name__ == "__main__":
    main()
