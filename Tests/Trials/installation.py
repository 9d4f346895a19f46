"""A whole Lectern of its own for a trial: the real executables on free ports, in a new folder. Standard library only."""
import http.client
import json
import os
import pathlib
import secrets
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NAMES = ["auth", "chat", "ingest", "docs", "notify"]


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in held]
    for listener in held:
        listener.close()
    return ports


class Answer:
    """One answer, read whole."""

    def __init__(self, response):
        self.status = response.status
        self.fields = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Lectern:
    """Use as a context: starts the named services and stops them at the end."""

    def __init__(self, products, services=NAMES, environment=None, folder=None):
        self.products = pathlib.Path(products).resolve()
        self.services = list(services)
        self.own = None if folder else tempfile.TemporaryDirectory(prefix="lectern-trial-")
        self.folder = pathlib.Path(folder or self.own.name)
        self.ports = dict(zip(NAMES, free_ports(len(NAMES))))
        self.environment = dict(
            os.environ, VAR_DIR=str(self.folder / "var"), OMP_THREAD_LIMIT="1", SWIFT_BACKTRACE="enable=no",
            LOG_LEVEL="INFO", TEMPLATES_DIR=str(ROOT / "templates"), PROMPTS_DIR=str(ROOT / "prompts"),
            INTERNAL_SECRET="a secret of the trials, long enough to be taken",
            MODEL_DIR=os.environ.get("MODEL_DIR", str(ROOT / "var/models/all-MiniLM-L6-v2")))
        for name, port in self.ports.items():
            self.environment[f"{name.upper()}_PORT"] = str(port)
            self.environment[f"{name.upper()}_URL"] = f"http://127.0.0.1:{port}"
        self.environment.update(environment or {})
        self.processes = {}

    def __enter__(self):
        for name in self.services:
            self.start(name)
        for name in self.services:
            self.await_ready(name)
        return self

    def __exit__(self, *_):
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.own:
            self.own.cleanup()

    def log_path(self, name):
        return self.folder / f"{name}.log"

    def start(self, name):
        with open(self.log_path(name), "ab") as log:
            self.processes[name] = subprocess.Popen(
                [self.products / f"lectern-{name}"], env=self.environment, cwd=self.folder, stdout=log, stderr=log)

    def await_ready(self, name, seconds=60):
        """Returns how long it took."""
        begin = time.monotonic()
        while time.monotonic() - begin < seconds:
            if self.processes[name].poll() is not None:
                break
            try:
                if self.call("GET", "/ready", port=self.ports[name]).status == 200:
                    return time.monotonic() - begin
            except OSError:
                pass
            time.sleep(0.002)
        raise SystemExit(f"{name} is not ready:\n{self.log_path(name).read_text(errors='replace')[-3000:]}")

    def stop(self, name):
        """SIGTERM; the exit status and how long it took."""
        process = self.processes[name]
        begin = time.monotonic()
        process.send_signal(signal.SIGTERM)
        status = process.wait(timeout=60)
        return status, time.monotonic() - begin

    @property
    def gateway(self):
        return self.ports["auth"]

    def call(self, method, path, value=None, token=None, key=None, fields=None, port=None, body=None, timeout=60):
        """One request on a connection of its own; `value` goes as JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.gateway, timeout=timeout)
        try:
            fields = dict(fields or {})
            if token:
                fields["Authorization"] = f"Bearer {token}"
            if key:
                fields["X-API-Key"] = key
            if value is not None:
                body = json.dumps(value).encode()
                fields.setdefault("Content-Type", "application/json")
            connection.request(method, path, body, fields)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def register(self, stem="user"):
        """A new account; what registering answers."""
        name = f"{stem}-{secrets.token_hex(4)}"
        answer = self.call("POST", "/auth/register", {
            "username": name, "email": f"{name}@example.org", "password": "a trial of " + secrets.token_hex(6)})
        if answer.status != 201:
            raise SystemExit(f"register: {answer.status} {answer.body!r}")
        return answer.json

    def make_key(self, token, scopes, account=None):
        """A new API key, as shown once."""
        order = {"name": secrets.token_hex(6), "scopes": scopes}
        if account:
            order["account_id"] = account
        answer = self.call("POST", "/auth/api-keys", order, token=token)
        if answer.status != 201:
            raise SystemExit(f"api-keys: {answer.status} {answer.body!r}")
        return answer.json
