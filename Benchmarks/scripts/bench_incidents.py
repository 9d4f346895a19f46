"""Measures POST /api/incidents through the gateway, without a language model, and counts afterwards what is there.

    bench_incidents.py <folder of the release executables> [--seconds 60] [--rate 300] [--quiet-seconds 10] [--kills 0]

Starts auth and notify with a new folder and outbox mode, makes an API key, and sends reports of different customers with
different messages:

1. one after another, for the time that one report takes on a machine with nothing else to do;
2. at a fixed rate, each at its moment whether or not the ones before have been answered. A report's time counts from the
   moment at which it was due, so a server that falls behind shows it.

Then it waits until everything has been delivered and judged, and counts in notify's database: each report must have its
incident, its own ticket, two notifications that have come to an end, and a reminder. Exits 1 when a report is missing
something, or when a figure misses what is asked of it.

With --kills notify is killed so often with SIGKILL at random moments of the second part, and started again. Then reports
may be refused meanwhile, no time is asked for, and what must be there whole is every report that got a 201.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")

OPENINGS = [
    "Hello,", "Hi there,", "Good morning,", "Dear team,", "To whom it may concern,", "Hey,", "Please help,",
    "I need some help.", "This is urgent.", "Good evening,",
]
COMPLAINTS = [
    "my card was charged two times for order {n} at the shop, {amount} each time",
    "I see the same payment of {amount} twice for booking {n}",
    "you took {amount} from me double for invoice {n}",
    "my transfer {n} of {amount} did not go through but the money is gone",
    "payment {n} was declined although I have enough on the account, it was {amount}",
    "the top-up {n} over {amount} failed with an error message",
    "there is a purchase of {amount} with reference {n} that I never made",
    "somebody used my card in another city, reference {n}, {amount}",
    "I do not know the merchant of transaction {n}, {amount}, this was not me",
    "I returned order {n} and want my {amount} back",
    "please give me a refund of {amount} for the cancelled ticket {n}",
    "when will the reimbursement of {amount} for case {n} arrive",
    "I cannot sign in any more since this morning, customer {n}",
    "my account {n} is blocked after I typed the wrong code three times",
    "the app says that profile {n} is locked",
    "the balance on statement {n} is {amount} too low",
    "statement {n} does not show the deposit of {amount}",
    "the fees on sheet {n} do not add up, there is a difference of {amount}",
    "how do I change my postal address for contract {n}",
    "what are your opening hours near branch {n}",
    "is there a way to get card {n} in another colour",
]
CLOSINGS = [
    "Can you look into it?", "Please answer soon.", "Thank you.", "I have been waiting for days.", "What should I do now?",
    "Regards", "I am not happy with this.", "Many thanks for your help.", "", "Please call me back.",
]


def message(number):
    pick = random.Random(number)
    text = pick.choice(COMPLAINTS).format(n=f"{number:06}", amount=f"{pick.randint(5, 900)}.{pick.randint(10, 99)} euros")
    return f"{pick.choice(OPENINGS)} {text}. {pick.choice(CLOSINGS)}".strip()


def report(number):
    return json.dumps({
        "customer_id": f"bench-{number}", "channel": "web", "message": message(number),
        "email": f"customer{number}@example.org", "phone": f"+1500{5_000_000 + number:07}",
    }).encode()


class Service:
    def __init__(self, products, name, environment):
        self.name = name
        self.command, self.environment = [f"{products}/lectern-{name}"], environment
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            self.command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill_and_start(self):
        self.process.kill()
        self.process.wait()
        self.start()

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def peak_megabytes(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
        return 0

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return "killed"


def call(url, body=None, token=None):
    request = urllib.request.Request(url, data=None if body is None else json.dumps(body).encode())
    if body is not None:
        request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


def await_ready(url, seconds=60):
    end = time.monotonic() + seconds
    while True:
        try:
            return call(url)
        except (urllib.error.URLError, OSError):
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


class Connection:
    """A keep-alive connection to the gateway that sends one report at a time."""

    def __init__(self, port, key):
        self.port = port
        self.key = key
        self.streams = None

    async def send(self, body):
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        writer.write(
            b"POST /api/incidents HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nX-API-Key: "
            + self.key.encode() + b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body)
        head = await reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        answer = await reader.readexactly(length)
        return int(head.split(b" ", 2)[1]), answer


async def one_after_another(port, key, seconds, first):
    connection = Connection(port, key)
    times = []
    number = first
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begin = time.perf_counter()
        status, _ = await connection.send(report(number))
        assert status == 201, status
        times.append((time.perf_counter() - begin) * 1000)
        number += 1
        # A person does not report without a pause either, and what follows a report needs its time.
        await asyncio.sleep(0.02)
    return times, number


async def at_a_rate(port, key, seconds, rate, first, connections=128, kills=(0, None)):
    free = asyncio.Queue()
    for _ in range(connections):
        free.put_nowait(Connection(port, key))
    times, statuses, classes, acknowledged = [], {}, {}, []

    async def send(number, due):
        connection = await free.get()
        try:
            status, answer = await connection.send(report(number))
        except (OSError, asyncio.IncompleteReadError) as error:
            connection.streams = None
            status, answer = type(error).__name__, b""
        free.put_nowait(connection)
        times.append((time.perf_counter() - due) * 1000)
        statuses[status] = statuses.get(status, 0) + 1
        if status == 201:
            value = json.loads(answer)
            acknowledged.append(value["incident_id"])
            classes[value["classification"]] = classes.get(value["classification"], 0) + 1

    async def kill():
        count, service = kills
        chance = random.Random(1)
        for _ in range(count):
            await asyncio.sleep(chance.uniform(0.5, 1.5) * seconds / max(1, count + 1))
            service.kill_and_start()

    killing = asyncio.create_task(kill())
    count = int(seconds * rate)
    begin = time.perf_counter() + 0.1
    pending = set()
    for index in range(count):
        due = begin + index / rate
        delay = due - time.perf_counter()
        if delay > 0:
            await asyncio.sleep(delay)
        task = asyncio.create_task(send(first + index, due))
        pending.add(task)
        task.add_done_callback(pending.discard)
    if pending:
        await asyncio.wait(pending)
    taken = time.perf_counter() - begin
    await killing
    return times, statuses, acknowledged, classes, taken


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def line(name, values):
    print(
        f"{name}: {len(values)} reports, median {statistics.median(values):.1f} ms, "
        f"p90 {percentile(values, 0.9):.1f}, p99 {percentile(values, 0.99):.1f}, slowest {max(values):.1f}")


class Counts:
    def __init__(self, path):
        self.database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)

    def one(self, query):
        return self.database.execute(query).fetchone()[0]

    def unfinished(self):
        return {
            "notifications pending": self.one("SELECT COUNT(*) FROM notifications WHERE status = 'pending'"),
            "incidents provisional": self.one("SELECT COUNT(*) FROM incidents WHERE is_provisional = 1"),
        }


def drain(counts, limit=900):
    begin = time.monotonic()
    while any(counts.unfinished().values()) and time.monotonic() - begin < limit:
        time.sleep(0.5)
    return time.monotonic() - begin


# What a whole incident has, as a condition on `incidents i`.
WHOLE = """
    (SELECT COUNT(*) FROM incidents o WHERE o.ticket_id = i.ticket_id) = 1
    AND (SELECT COUNT(*) FROM notifications n WHERE n.incident_id = i.id) = 2
    AND (SELECT SUM(n.status = 'simulated') FROM notifications n WHERE n.incident_id = i.id) = 2
    AND (SELECT COUNT(*) FROM jobs j WHERE j.kind = 'remind_of_incident' AND j.unique_key = i.id
        AND j.unique_key IS NOT NULL AND j.state IN ('queued', 'running')) = 1
    AND is_provisional = 0
"""


def check(counts, sent, acknowledged, may_be_more, failures):
    counts.database.execute("CREATE TEMP TABLE acknowledged (id TEXT PRIMARY KEY)")
    counts.database.executemany("INSERT INTO acknowledged VALUES (?)", [(name,) for name in acknowledged])
    customers = counts.one("SELECT COUNT(DISTINCT customer_id) FROM incidents")
    incidents = counts.one("SELECT COUNT(*) FROM incidents")
    whole = counts.one(f"SELECT COUNT(*) FROM incidents i WHERE {WHOLE}")
    found = counts.one("SELECT COUNT(*) FROM incidents JOIN acknowledged USING (id)")
    attempts = counts.one("SELECT COUNT(*) FROM delivery_attempts WHERE outcome = 'simulated'")
    print(f"  incidents: {incidents} of {customers} customers; acknowledged in the second part: {len(acknowledged)}")
    print(f"  with a ticket of its own, two notifications that have come to an end, a reminder, a final judgement: {whole}")
    print(f"  deliveries: {attempts}")
    if found != len(set(acknowledged)):
        failures.append(f"{len(acknowledged) - found} acknowledged incidents are not there")
    if whole != incidents:
        failures.append(f"{incidents - whole} incidents are not whole")
    if customers != incidents:
        failures.append("a report made two incidents")
    if attempts != 2 * incidents and not may_be_more:
        failures.append("deliveries that are not two for each incident")
    if incidents != sent and not may_be_more:
        failures.append(f"{sent} reports were sent")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("products")
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--rate", type=int, default=300)
    arguments.add_argument("--quiet-seconds", type=float, default=10)
    arguments.add_argument("--kills", type=int, default=0)
    options = arguments.parse_args()
    # The services must not outlive this program, whatever ends it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))

    folder = tempfile.mkdtemp(prefix="bench-incidents-")
    ports = {"AUTH": 18920, "CHAT": 18921, "INGEST": 18922, "DOCS": 18923, "NOTIFY": 18924}
    environment = {
        "PATH": os.environ["PATH"], "VAR_DIR": folder, "LOG_LEVEL": "WARNING", "PASSWORD_COST": "4",
        "TEMPLATES_DIR": os.path.abspath("templates"), "LLM_PROVIDER": "extractive",
        "MODEL_DIR": os.environ.get("MODEL_DIR", os.path.abspath("var/models/all-MiniLM-L6-v2")),
        **{f"{name}_PORT": str(port) for name, port in ports.items()},
    }
    base = f"http://127.0.0.1:{ports['AUTH']}"
    services = []
    failures = []
    try:
        services = [Service(options.products, name, environment) for name in ("auth", "notify")]
        await_ready(f"{base}/ready")
        await_ready(f"http://127.0.0.1:{ports['NOTIFY']}/ready")
        token = call(f"{base}/auth/register", {
            "username": "bench", "email": "bench@example.org", "password": "vellum-otter-canal-37"})["access_token"]
        key = call(f"{base}/auth/api-keys", {"name": "bench", "scopes": ["incidents:write"]}, token)["key"]
        counts = Counts(f"{folder}/notify/notify.sqlite")

        print(f"load average before: {os.getloadavg()[0]:.2f}; processors: {os.cpu_count()}")
        # The first reports load the embedding model; that is not what is measured.
        _, next_number = asyncio.run(one_after_another(ports["AUTH"], key, 2, 0))
        drain(counts)
        quiet, next_number = asyncio.run(one_after_another(ports["AUTH"], key, options.quiet_seconds, next_number))
        line("one after another", quiet)
        drain(counts)

        before = [service.cpu_seconds() for service in services]
        own = time.process_time()
        times, statuses, acknowledged, classes, taken = asyncio.run(
            at_a_rate(
                ports["AUTH"], key, options.seconds, options.rate, next_number, kills=(options.kills, services[1])))
        # The processor time of a killed process is not known.
        used = [0 if options.kills else service.cpu_seconds() - start for service, start in zip(services, before)]
        line(f"{options.rate} a second for {options.seconds:.0f} s", times)
        print(f"  answered in {taken:.1f} s, {len(times) / taken:.0f} a second; answers {statuses}; classes {classes}")
        print("  cores used: " + ", ".join(
            f"{service.name} {seconds / taken:.2f}" for service, seconds in zip(services, used))
            + f", this program {(time.process_time() - own) / taken:.2f}")
        waiting = counts.unfinished()
        print(f"  at the end of it: {waiting}; after {drain(counts):.0f} s nothing was left to do")
        print("  peak memory: " + ", ".join(f"{service.name} {service.peak_megabytes():.0f} MB" for service in services))

        check(counts, next_number + statuses.get(201, 0), acknowledged, options.kills > 0, failures)
        if options.kills:
            print(f"  notify was killed {options.kills} times")
        if set(statuses) != {201} and not options.kills:
            failures.append("answers other than 201")
        if statistics.median(quiet) >= 20 and not options.kills:
            failures.append("median of one after another")
        if len(times) / taken < 0.98 * options.rate and not options.kills:
            failures.append("rate")
    finally:
        for service in services:
            status = service.stop()
            if status != 0:
                failures.append(f"{service.name} ended with {status}")
        shutil.rmtree(folder, ignore_errors=True)
    if failures:
        print("missed: " + "; ".join(failures))
        sys.exit(1)
    print("all there")


if __name__ == "__main__":
    main()
