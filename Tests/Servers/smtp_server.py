"""A real SMTP server for tests, on aiosmtpd, that misbehaves when asked to.

    smtp_server.py FOLDER [--security starttls|tls|none] [--credentials NAME:PASSWORD] [--no-smtputf8] [--port N]

FOLDER gets ca.pem, the certificate to trust, and for each message that is taken NNNNNN.eml (the bytes as they came,
without dot-stuffing) and NNNNNN.json (envelope and session). It prints `ready PORT` when it listens on 127.0.0.1 and ends
when its standard input ends.

--security   starttls: offered and required (default); tls: from the first byte; none: not offered.
--certificate good (default, for localhost and 127.0.0.1), other-name, or untrusted (ca.pem is another's).

The part of a recipient before `@` or the first `+` says what happens; addresses with `+` are told apart by what follows:
    busy        421 to RCPT and the connection is closed           later       451 to RCPT twice, then taken
    nobody      550 5.1.1 to RCPT                                  full        552 5.2.2 to RCPT
    afterdata   451 after the message once, then taken             spam        550 5.7.1 after the message
    toolarge    552 5.3.4 after the message                        dropdata    the connection is cut within DATA, nothing kept
    lost        the message is kept, then the connection is cut before the reply, once; later ones are answered
    slow        the message is kept and answered after three seconds
    stall       no answer to RCPT                                  stalldata   no answer after the message, nothing kept
    greet421    (as sender) 421 to MAIL
"""

import argparse, asyncio, json, os, pathlib, ssl, subprocess, sys, threading, time
from collections import Counter

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Server(SMTP):
    """Tells stored messages how the session was; cuts connections on demand."""

    def cut(self):
        self.transport.abort()


class Handler:
    def __init__(self, folder):
        self.folder = folder
        self.tries = Counter()
        self.number = 0
        self.lock = threading.Lock()

    @staticmethod
    def behaviour(address):
        return address.split("@")[0].split("+")[0].lower()

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.behaviour(address) == "greet421":
            return "421 4.3.2 the service is closing"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 sender ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        kind = self.behaviour(address)
        self.tries[address] += 1
        if kind == "busy":
            asyncio.get_running_loop().call_later(0.05, server.transport.close)
            return "421 4.3.2 too busy, closing"
        if kind == "later" and self.tries[address] <= 2:
            return "451 4.7.1 greylisted, try again later"
        if kind == "nobody":
            return "550 5.1.1 no such user here"
        if kind == "full":
            return "552 5.2.2 mailbox full"
        if kind == "stall":
            await asyncio.sleep(3600)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 recipient ok"

    async def handle_DATA(self, server, session, envelope):
        kinds = {self.behaviour(address): address for address in envelope.rcpt_tos}
        first = next(iter(kinds.values()))
        self.tries["data " + first] += 1
        count = self.tries["data " + first]
        if "dropdata" in kinds:
            server.cut()
            return "421 4.4.2 gone"
        if "stalldata" in kinds:
            await asyncio.sleep(3600)
        if "spam" in kinds:
            return "550 5.7.1 refused by policy"
        if "toolarge" in kinds:
            return "552 5.3.4 message too big"
        if "afterdata" in kinds and count == 1:
            return "451 4.3.0 not now"
        number = self.keep(server, session, envelope)
        if "slow" in kinds:
            await asyncio.sleep(3)
        if "lost" in kinds and count == 1:
            server.cut()
            return "421 4.4.2 gone"
        return f"250 2.0.0 queued as {number:06d}"

    def keep(self, server, session, envelope):
        with self.lock:
            self.number += 1
            number = self.number
        name = self.folder / f"{number:06d}"
        content = envelope.original_content
        (self.folder / f".{number:06d}.part").write_bytes(content)
        os.rename(self.folder / f".{number:06d}.part", f"{name}.eml")
        record = {
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "helo": session.host_name, "tls": server.transport.get_extra_info("sslcontext") is not None,
            "login": getattr(session, "login", None), "mail_options": envelope.mail_options,
            "peer": str(session.peer), "time": time.time(),
        }
        (self.folder / f".{number:06d}.json.part").write_text(json.dumps(record))
        os.rename(self.folder / f".{number:06d}.json.part", f"{name}.json")
        return number


def make_certificate(folder, name):
    key, certificate = folder / f"{name}-key.pem", folder / f"{name}.pem"
    names = "DNS:localhost,IP:127.0.0.1" if name != "other-name" else "DNS:mail.other.example"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", key,
         "-out", certificate, "-days", "30", "-nodes", "-subj", f"/CN={name}", "-addext", f"subjectAltName={names}"],
        check=True, stderr=subprocess.DEVNULL)
    return key, certificate


def tls_context(folder, kind):
    key, certificate = make_certificate(folder, "server" if kind == "good" else kind)
    trusted = make_certificate(folder, "somebody-else")[1] if kind == "untrusted" else certificate
    (folder / "ca.pem").write_bytes(trusted.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--security", choices=["starttls", "tls", "none"], default="starttls")
    parser.add_argument("--certificate", choices=["good", "other-name", "untrusted"], default="good")
    parser.add_argument("--credentials")
    parser.add_argument("--no-smtputf8", action="store_true")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    handler = Handler(options.folder)
    context = tls_context(options.folder, options.certificate) if options.security != "none" else None

    def authenticate(server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and f"{data.login.decode()}:{data.password.decode()}" == options.credentials
        if good:
            session.login = data.login.decode()
        return AuthResult(success=good, handled=False)

    settings = dict(
        hostname="mail.test.example", ident="Lectern test server", enable_SMTPUTF8=not options.no_smtputf8,
        data_size_limit=32 << 20, timeout=600)
    if options.security == "starttls":
        settings.update(tls_context=context, require_starttls=True)
    if options.credentials:
        settings.update(
            authenticator=authenticate, auth_required=True, auth_require_tls=options.security == "starttls")

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Server(handler, **settings), "127.0.0.1", options.port,
        ssl=context if options.security == "tls" else None)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    # The test holds the other end of standard input: when it goes, so does the server.
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    await server.serve_forever()


asyncio.run(main())
