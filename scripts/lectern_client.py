"""A small client of Lectern's public API for the demonstrations. Standard library only."""
import http.client
import json
import secrets
import urllib.parse


class Lectern:
    """A small client of the public API."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port = parts.hostname, parts.port or 80
        self.token = None
        self.key = None

    def open(self, method, path, body=None, content_type="application/json", headers=None):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=120)
        fields = dict(headers or {})
        if self.key:
            fields["X-API-Key"] = self.key
        elif self.token:
            fields["Authorization"] = "Bearer " + self.token
        if body is not None:
            fields["Content-Type"] = content_type
        connection.request(method, path, body, fields)
        return connection.getresponse()

    def call(self, method, path, value=None):
        answer = self.open(method, path, None if value is None else json.dumps(value).encode())
        return self.read(answer)

    @staticmethod
    def read(answer):
        data = answer.read()
        value = json.loads(data) if data else None
        if answer.status >= 400:
            raise SystemExit(f"{answer.status}: {value.get('detail')} {value.get('errors') or ''}")
        return value

    def events(self, answer):
        """The events of a stream as (name, data)."""
        if answer.status != 200:
            self.read(answer)
        name, data = "message", []
        for line in answer:
            line = line.decode().rstrip("\r\n")
            if not line:
                if data:
                    yield name, json.loads("\n".join(data))
                name, data = "message", []
            elif line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:"):
                data.append(line[5:].lstrip())

    def register(self, stem):
        """Makes a new user, signs in as it, and tells its name and role."""
        name = f"{stem}-{secrets.token_hex(4)}"
        account = self.call(
            "POST", "/auth/register",
            {"username": name, "email": f"{name}@example.org", "password": "a demonstration of " + secrets.token_hex(6)})
        self.token = account["access_token"]
        print(f"registered {account['user']['username']} ({account['user']['role']})")
