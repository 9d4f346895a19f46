#!/usr/bin/python3
"""A real S3 server that verifies Signature Version 4: OpenStack Swift with its s3api, on this machine alone.

    s3_server.py        prints "ready PORT" and serves until it is killed or its standard input ends

Bucket names and keys as S3 has them, path style, region us-east-1, access key "test:tester", secret "testing".
Needs Debian's swift-proxy, swift-account, swift-container and swift-object; runs as any user, writes nothing outside a
temporary folder, which it removes.
"""

import os
import pwd
import shutil
import signal
import socket
import sys
import tempfile
import time

try:
    from swift.common import utils
    from swift.common.ring import RingBuilder
except ImportError:
    sys.exit("s3_server: OpenStack Swift is missing; run scripts/setup.sh test")

PARTS = ("account", "container", "object")


def folder_with_attributes():
    """A temporary folder on a file system that keeps extended attributes, in which Swift stores what it knows."""
    for parent in (None, "/var/tmp", os.getcwd()):
        folder = tempfile.mkdtemp(prefix="lectern-s3-", dir=parent)
        try:
            os.setxattr(folder, "user.lectern", b"1")
            return folder
        except OSError:
            os.rmdir(folder)
    sys.exit("s3_server: no file system here keeps extended attributes")


def free_ports(count):
    holders = [socket.socket() for _ in range(count)]
    for holder in holders:
        holder.bind(("127.0.0.1", 0))
    ports = [holder.getsockname()[1] for holder in holders]
    for holder in holders:
        holder.close()
    return ports


def write(path, *sections):
    with open(path, "w") as file:
        for name, values in sections:
            file.write("[%s]\n" % name)
            file.writelines("%s = %s\n" % item for item in values.items())
    return path


def make_ring(folder, name, port):
    builder = RingBuilder(2, 1, 0)
    builder.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "replication_ip": "127.0.0.1",
                     "replication_port": port, "device": "disk", "weight": 1.0, "meta": ""})
    builder.rebalance()
    builder.get_ring().save(os.path.join(folder, name + ".ring.gz"))


class NoCache:
    """Stands for memcached, which the sign-in asks for: forgets at once."""

    def get(self, key, **_):
        return None

    def set(self, key, value, **_):
        pass

    def delete(self, key, **_):
        pass


def make_cacheless(_configuration, **_):
    def wrap(app):
        def respond(environment, start_response):
            environment["swift.cache"] = NoCache()
            return app(environment, start_response)
        return respond
    return wrap


def default_section(folder, port):
    return ("DEFAULT", {
        "swift_dir": folder, "devices": os.path.join(folder, "devices"), "mount_check": "false",
        "bind_ip": "127.0.0.1", "bind_port": port, "workers": "0", "fallocate_reserve": "0",
        "user": pwd.getpwuid(os.geteuid()).pw_name, "log_level": "ERROR"})


def proxy_sections(folder, port):
    filters = {
        "catch_errors": {}, "listing_formats": {}, "bulk": {}, "copy": {}, "slo": {}, "dlo": {},
        "s3api": {"location": "us-east-1", "dns_compliant_bucket_names": "true", "check_bucket_owner": "false",
                  "min_segment_size": "1"},
        "tempauth": {"user_test_tester": "testing .admin"},
    }
    order = "catch_errors no_cache listing_formats bulk s3api tempauth copy slo dlo proxy-server"
    yield default_section(folder, port)
    yield "pipeline:main", {"pipeline": order}
    yield "app:proxy-server", {"use": "egg:swift#proxy", "account_autocreate": "true",
                               "allow_account_management": "true"}
    yield "filter:no_cache", {"paste.filter_factory": "s3_server:make_cacheless"}
    for name, values in filters.items():
        yield "filter:" + name, dict({"use": "egg:swift#" + name}, **values)


def prepare(folder, ports):
    """Writes rings and configuration; the names and paths of what is to run, the proxy last."""
    os.makedirs(os.path.join(folder, "devices", "disk"))
    write(os.path.join(folder, "swift.conf"),
          ("swift-hash", {"swift_hash_path_prefix": "a", "swift_hash_path_suffix": "b"}),
          ("storage-policy:0", {"name": "all", "default": "yes"}))
    utils.set_swift_dir(folder)
    for name, port in zip(PARTS, ports):
        make_ring(folder, name, port)
        section = "%s-server" % name
        path = os.path.join(folder, section + ".conf")
        write(path, default_section(folder, port), ("pipeline:main", {"pipeline": section}),
              ("app:" + section, {"use": "egg:swift#" + name}))
        yield section, path
    path = write(os.path.join(folder, "proxy-server.conf"), *proxy_sections(folder, ports[-1]))
    yield "proxy-server", path


def launch(section, path):
    """Runs one of Swift's servers in a process of its own, which ends with this one."""
    child = os.fork()
    if child:
        return child
    sys.path.append(os.path.dirname(os.path.abspath(__file__)))  # for make_cacheless, which Swift loads by name
    os.dup2(2, 1)  # what they say is no answer of ours
    from swift.common.wsgi import run_wsgi
    try:
        run_wsgi(path, section)
    finally:
        os._exit(1)


def answers(port, seconds=60):
    """Whether something listens within that time; not when one of the servers has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and os.waitpid(-1, os.WNOHANG)[0] == 0:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False


def main():
    os.environ["SWIFT_TEST_NO_SYSLOG"] = "1"
    folder = folder_with_attributes()
    ports = free_ports(len(PARTS) + 1)
    children = []

    def end(status):
        for child in children:
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                pass
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(status)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: end(0))
    children.extend(launch(section, path) for section, path in prepare(folder, ports))
    if not all(answers(port) for port in ports):
        print("s3_server: a server did not start", file=sys.stderr)
        end(1)
    print("ready %d" % ports[-1], flush=True)
    while sys.stdin.buffer.read(4096):
        pass
    end(0)


if __name__ == "__main__":
    main()
