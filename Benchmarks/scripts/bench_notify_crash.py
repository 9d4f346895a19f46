#!/usr/bin/env python3
"""Kills notify with SIGKILL at random moments under load, and freezes it past its leases, then counts what was lost or doubled.

    bench_notify_crash.py [--kills 200] [--freezes 10] [--products .build/release]

Orders are posted by four clients all the time, mails go to a real SMTP server over STARTTLS (Tests/Servers). An order counts
from its 202 on. In the end every notification must be sent; a mail may be there twice only if an attempt at it was cut off, and
then with the same Message-ID and the same bytes.

The second part runs two processes on one database. The first is stopped (SIGSTOP) while the mail server thinks about its
messages, until the second has taken its jobs over and done them; then it goes on (SIGCONT) and reports its own success, which
must be refused.
"""

import argparse, base64, collections, hashlib, hmac, http.client, json, os, pathlib, random, signal, socket, sqlite3
import subprocess, sys, tempfile, threading, time, uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SECRET = "a secret for the crash bench, long enough"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def token():
    """A token of one service for another, good for a minute (Shared/Tokens/ServiceToken)."""
    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=")
    now = int(time.time())
    head = part(json.dumps({"alg": "HS256", "typ": "svc+jwt"}).encode())
    claims = part(json.dumps({
        "iss": "ingest", "aud": "notify", "iat": now, "nbf": now, "exp": now + 60, "jti": uuid.uuid4().hex[:12]}).encode())
    signed = head + b"." + claims
    return (signed + b"." + part(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest())).decode()


class Mail:
    """The SMTP server and the messages it has kept."""

    def __init__(self, folder):
        self.folder = folder / "mail"
        self.process = subprocess.Popen(
            [ROOT / ".venv-test/bin/python", "-u", ROOT / "Tests/Servers/smtp_server.py", self.folder],
            # It has much to say about connections that are cut.
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.port = int(self.process.stdout.readline().split()[1])

    def by_message(self):
        """The hashes of the copies of each message, by notification id."""
        copies = collections.defaultdict(list)
        for path in self.folder.glob("*.eml"):
            content = path.read_bytes()
            line = next(l for l in content.split(b"\r\n") if l.lower().startswith(b"message-id:"))
            copies[line.split(b"<")[1].split(b"@")[0].decode()].append(hashlib.sha256(content).hexdigest())
        return copies


class Notify:
    """One process of the service."""

    def __init__(self, products, folder, mail, name, connections):
        self.port = free_port()
        self.log = open(folder / f"{name}.log", "ab")
        self.command = [pathlib.Path(products).resolve() / "lectern-notify"]
        self.environment = dict(
            os.environ, VAR_DIR=str(folder / "var"), NOTIFY_PORT=str(self.port), INTERNAL_SECRET=SECRET, EVENT_LOOPS="1",
            LOG_LEVEL="WARNING", SMTP_HOST="localhost", SMTP_PORT=str(mail.port), SMTP_FROM_EMAIL="bench@lectern.example",
            SMTP_CA_FILE=str(mail.folder / "ca.pem"), SMTP_SECURITY="starttls", SMTP_CONNECTIONS=str(connections),
            RECIPIENT_PER_HOUR="0", DELIVERY_RETRY_DELAY="100ms", TEMPLATES_DIR=str(ROOT / "templates"),
            SWIFT_BACKTRACE="enable=no")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.command, env=self.environment, cwd=ROOT, stdout=self.log, stderr=self.log)
        deadline = time.time() + 30
        while time.time() < deadline:
            if self.process.poll() is not None:
                sys.exit("notify ended at its start; see its log")
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/ready")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.02)
        sys.exit("notify did not become ready")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait()

    def post(self, key, recipient):
        """The ids of the notifications, or None when nobody answered."""
        order = {
            "idempotency_key": key, "template": "incident_created", "channels": [["email"]],
            "variables": {"ticket_id": "TKT-00000000", "incident_id": key, "message": "A message."},
            "recipient": {"email": recipient}}
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            connection.request("POST", "/internal/notifications", json.dumps(order), {
                "Authorization": f"Bearer {token()}", "Content-Type": "application/json"})
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            return None
        if response.status != 202:
            sys.exit(f"an order was answered with {response.status}: {body[:300]}")
        return json.loads(body)["notification_ids"]


def database(folder):
    return sqlite3.connect(f"file:{folder}/var/notify/notify.sqlite?mode=ro", uri=True, timeout=30)


def wait_until_done(folder, seconds):
    deadline = time.time() + seconds
    while time.time() < deadline:
        store = database(folder)
        pending = store.execute("SELECT COUNT(*) FROM notifications WHERE status = 'pending'").fetchone()[0]
        store.close()
        if pending == 0:
            return
        time.sleep(0.5)
    sys.exit(f"{pending} notifications were still pending after {seconds} s")


def audit(folder, mail, acknowledged):
    """What was lost, and what is there twice."""
    store = database(folder)
    states = dict(store.execute("SELECT id, status FROM notifications"))
    cut = dict(store.execute(
        "SELECT notification_id, COUNT(*) FROM delivery_attempts WHERE outcome IN ('interrupted', 'unknown') GROUP BY 1"))
    succeeded = dict(store.execute(
        "SELECT notification_id, COUNT(*) FROM delivery_attempts WHERE outcome = 'sent' GROUP BY 1"))
    store.close()
    copies = mail.by_message()
    return {
        "acknowledged": len(acknowledged), "notifications": len(states), "mails": sum(map(len, copies.values())),
        "lost orders": len(acknowledged - states.keys()),
        "not sent": sum(state != "sent" for state in states.values()),
        "sent without a mail": len(states.keys() - copies.keys()),
        "mails of nothing": len(copies.keys() - states.keys()),
        "cut-off attempts": sum(cut.values()),
        "mails more than once": sum(len(c) > 1 for c in copies.values()),
        "more copies than attempts cut off": sum(len(c) - 1 > cut.get(i, 0) for i, c in copies.items()),
        "copies that differ": sum(len(set(c)) > 1 for c in copies.values()),
        "successes noted twice": sum(count > 1 for count in succeeded.values()),
    }


FAULTS = [
    "lost orders", "not sent", "sent without a mail", "mails of nothing", "more copies than attempts cut off",
    "copies that differ", "successes noted twice"]


def show(title, figures):
    print(title)
    for name, value in figures.items():
        print(f"  {value:>8}  {name}")
    faults = [name for name in FAULTS if figures[name]]
    if faults:
        sys.exit("FAILED: " + ", ".join(faults))


def kills(products, count, seed):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lectern-crash-"))
    mail = Mail(folder)
    notify = Notify(products, folder, mail, "notify", connections=4)
    chance = random.Random(seed)
    acknowledged, lock, over = set(), threading.Lock(), threading.Event()

    def client(number):
        order = 0
        while not over.is_set():
            key = f"client {number} order {order}"
            ids = notify.post(key, f"user+{number}-{order}@example.net")
            if ids is None:
                # Nobody knows whether it was taken: the same key again, as a client should.
                time.sleep(0.05)
                continue
            with lock:
                acknowledged.update(ids)
            order += 1
            time.sleep(0.02)

    notify.start()
    clients = [threading.Thread(target=client, args=(number,)) for number in range(4)]
    for thread in clients:
        thread.start()
    began = time.time()
    for done in range(count):
        time.sleep(chance.uniform(0.05, 1.2))
        notify.kill()
        notify.start()
        if done % 20 == 19:
            print(f"{done + 1} kills", file=sys.stderr, flush=True)
    over.set()
    for thread in clients:
        thread.join()
    wait_until_done(folder, 300)
    show(f"{count} kills under load in {time.time() - began:.0f} s (seed {seed})", audit(folder, mail, acknowledged))
    if notify.stop() != 0:
        sys.exit("notify did not stop in order")
    mail.process.kill()


def freezes(products, count):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lectern-freeze-"))
    mail = Mail(folder)
    first = Notify(products, folder, mail, "first", connections=16)
    acknowledged = set()
    for _ in range(count):
        first.start()
        for number in range(16):
            acknowledged.update(first.post(f"order {uuid.uuid4()}", f"slow+{uuid.uuid4().hex}@example.net"))
        store = database(folder)
        while store.execute("SELECT COUNT(*) FROM notifications WHERE begun_at IS NOT NULL").fetchone()[0] < 16:
            time.sleep(0.02)
        time.sleep(0.5)
        first.process.send_signal(signal.SIGSTOP)
        second = Notify(products, folder, mail, "second", connections=16)
        second.start()
        wait_until_done(folder, 60)
        first.process.send_signal(signal.SIGCONT)
        # Its replies have long been there; it reads them and reports.
        time.sleep(2)
        second.stop()
        first.stop()
    figures = audit(folder, mail, acknowledged)
    refused = figures["mails more than once"]
    show(f"{count} freezes of 16 deliveries past their leases", figures)
    print(f"  {refused:>8}  deliveries that both had made; the frozen one's report was refused for all of them")
    mail.process.kill()


arguments = argparse.ArgumentParser()
arguments.add_argument("--kills", type=int, default=200)
arguments.add_argument("--freezes", type=int, default=10)
arguments.add_argument("--seed", type=int, default=int(time.time()))
arguments.add_argument("--products", default=".build/release")
options = arguments.parse_args()
if options.kills:
    kills(options.products, options.kills, options.seed)
if options.freezes:
    freezes(options.products, options.freezes)
