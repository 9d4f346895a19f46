#!/usr/bin/env python3
"""Lets schemathesis send what the services' own document allows and what it does not, through the gateway: no 5xx, and every answer
is one that the document names, of the type and shape that it promises.

    documents.py --products .build/release [--examples 20]       (needs `pip install schemathesis`)
"""
import argparse
import pathlib
import subprocess
import sys

from installation import NAMES, Lectern

# What would end the session of the trial itself, and streams that do not end.
LEFT_OUT = r"^/auth/(logout|logout-all|sessions|password|me|users)|^/ws/|^/tasks/.*/events|^/docs/api|^/metrics"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", required=True)
    parser.add_argument("--examples", type=int, default=20)
    options = parser.parse_args()
    environment = {
        "PASSWORD_COST": "4", "ACCESS_TOKEN_LIFETIME": "1h", "CHAT_PER_MINUTE": "1000000", "UPLOAD_PER_HOUR": "1000000",
        "GENERATION_PER_HOUR": "1000000", "LOGIN_FAILURES_PER_ADDRESS": "1000000", "LOG_LEVEL": "WARNING",
        "ELEVENLABS_WEBHOOK_SECRET": "wsec_of_the_trial"}
    failed = []
    with Lectern(options.products, environment=environment) as lectern:
        token = lectern.register()["access_token"]
        # Auth's document is the union of all.
        path = lectern.folder / "openapi.json"
        path.write_bytes(lectern.call("GET", "/openapi.json").body)
        result = subprocess.run(
            [pathlib.Path(sys.executable).parent / "schemathesis", "run", path, "--url", f"http://127.0.0.1:{lectern.gateway}",
             "-H", f"Authorization: Bearer {token}", "--checks", CHECKS, "--max-examples", str(options.examples), "--phases",
             "examples,coverage,fuzzing", "--exclude-path-regex", LEFT_OUT, "--seed", "1", "--request-timeout", "30",
             "--generation-database", "none", "--no-color"],
            # Where it leaves its cache.
            cwd=lectern.folder)
        if result.returncode:
            failed.append("schemathesis")
        failed += [f"{name} ended" for name in NAMES if lectern.processes[name].poll() is not None]
    print("failed:", ", ".join(failed) if failed else "none")
    return 1 if failed else 0


sys.exit(main())
