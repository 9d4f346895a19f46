#!/usr/bin/env python3
"""Lets many clients trade the same refresh token at the same moment, again and again.

    refresh_races.py --products .build/release [--races 10000] [--width 50] [--seconds 1200]

In each race `width` requests present one token at once; in every third some of them present its predecessor, as a client does
whose answer was lost. All must be answered with the same successor, because they are within the ten seconds of grace: nobody is
signed out by a race. In the end, when the grace is over, a spent token of each family is presented: it must be refused and end
the family. The database is looked at, too: never two unspent tokens of one family. Standard library only.
"""
import argparse
import asyncio
import json
import sqlite3
import sys
import time

from installation import Lectern


class Client:
    """One keep-alive connection."""

    def __init__(self, port):
        self.port, self.reader = port, None

    async def refresh(self, token):
        if self.reader is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        body = json.dumps({"refresh_token": token}).encode()
        self.writer.write(b"POST /auth/refresh HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                          b"Content-Length: %d\r\n\r\n" % len(body) + body)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        answer = json.loads(await self.reader.readexactly(length))
        return int(head[9:12]), answer.get("refresh_token")


async def run(lectern, options):
    families = [[lectern.register()["refresh_token"]] for _ in range(options.families)]
    clients = [Client(lectern.gateway) for _ in range(options.width)]
    mistakes, races, spent_at, end = [], 0, {}, time.monotonic() + options.seconds
    while races < options.races and time.monotonic() < end:
        number = races % len(families)
        family = families[number]
        # The predecessor is still within its grace only if the race before was a moment ago.
        old = family[-2] if races % 3 == 2 and len(family) > 1 and time.monotonic() - spent_at[number] < 5 else family[-1]
        presented = [old if index % 5 == 4 else family[-1] for index in range(options.width)]
        results = await asyncio.gather(*(client.refresh(token) for client, token in zip(clients, presented)))
        # Whoever comes first with the predecessor is led to the present token, before that is traded in.
        given = {token for status, token in results if status == 200} - {family[-1]}
        if any(status != 200 for status, _ in results) or len(given) != 1:
            mistakes.append(f"race {races}: {sorted({status for status, _ in results})}, {len(given)} successors")
            families[number] = [lectern.register()["refresh_token"]]
        else:
            family.append(given.pop())
            spent_at[number] = time.monotonic()
        races += 1
    raced = time.monotonic()
    with sqlite3.connect(f"file:{options.database}?mode=ro", uri=True) as database:
        double = database.execute(
            "SELECT count(*) FROM (SELECT session_id FROM refresh_tokens WHERE spent_at IS NULL GROUP BY session_id HAVING count(*) > 1)"
        ).fetchone()[0]
    await asyncio.sleep(max(0, 11 - (time.monotonic() - raced)))
    unseen = 0
    for index, family in enumerate(families):
        if len(family) < 2:
            continue
        reused, _ = await clients[0].refresh(family[index % (len(family) - 1)])
        after, _ = await clients[1].refresh(family[-1])
        unseen += reused != 401 or after != 401
    return races, mistakes, double, unseen, sum(len(family) > 1 for family in families)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", required=True)
    parser.add_argument("--races", type=int, default=10000)
    parser.add_argument("--width", type=int, default=50)
    parser.add_argument("--families", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=1200)
    options = parser.parse_args()
    with Lectern(options.products, services=["auth"], environment={"PASSWORD_COST": "4", "LOG_LEVEL": "WARNING"}) as lectern:
        options.database = next(path for path in (lectern.folder / "var/auth").rglob("*.sqlite*") if not path.name.endswith(("-wal", "-shm")))
        begin = time.monotonic()
        races, mistakes, double, unseen, families = asyncio.run(run(lectern, options))
        for mistake in mistakes[:20]:
            print("WRONG", mistake)
        print(f"{races} races of {options.width} in {time.monotonic() - begin:.0f} s: {len(mistakes)} went wrong, {double} families with two "
              f"unspent tokens; {families} reuses after the grace, {unseen} not seen")
    return 1 if mistakes or double or unseen else 0


sys.exit(main())
