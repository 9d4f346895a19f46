#!/usr/bin/env python3
"""The cases of a WebSocket conformance suite, written from RFC 6455, against an echo: frames of all lengths, pings, reserved
bits and codes, fragments, UTF-8, closes, large messages in tiny frames, cut at any byte.

    websocket_cases.py --server PATH/bench-server [--section 6]

Sections are numbered as such suites number theirs: 1 framing, 2 pings, 3 reserved bits, 4 opcodes, 5 fragments, 6 UTF-8,
7 closing, 9 limits, 10 writing in pieces. Compression (12, 13) is not offered by the server and is checked not to be agreed
on. Standard library only.
"""
import argparse
import base64
import os
import socket
import struct
import subprocess
import sys
import time

from installation import free_ports

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class Broken(Exception):
    """The server did something else than the case asks for."""


class Client:
    def __init__(self, port, fields="", piece=None):
        self.piece = piece
        self.buffer = b""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((
            f"GET /socket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{fields}\r\n").encode())
        while b"\r\n\r\n" not in self.buffer:
            self.receive_more()
        self.head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if not self.head.startswith(b"HTTP/1.1 101"):
            raise Broken(f"no upgrade: {self.head[:80]}")

    def receive_more(self):
        more = self.socket.recv(1 << 20)
        if not more:
            raise EOFError
        self.buffer += more

    def take(self, count):
        while len(self.buffer) < count:
            self.receive_more()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def send_bytes(self, data):
        try:
            if self.piece:
                for start in range(0, len(data), self.piece):
                    self.socket.sendall(data[start:start + self.piece])
            else:
                self.socket.sendall(data)
        except OSError:
            pass  # The server has closed already; what it said is still to be read.

    def send(self, opcode, payload=b"", final=True, reserved=0, masked=True, length_bytes=None):
        self.send_bytes(frame(opcode, payload, final, reserved, masked, length_bytes))

    def receive(self):
        """The next frame as (opcode, final, payload); None when the server has closed."""
        try:
            first, second = self.take(2)
            if second & 0x80:
                raise Broken("the server masks")
            if first & 0x70:
                raise Broken("reserved bits are set")
            length = second & 0x7F
            if length == 126:
                [length] = struct.unpack(">H", self.take(2))
            elif length == 127:
                [length] = struct.unpack(">Q", self.take(8))
            return first & 0xF, bool(first & 0x80), self.take(length)
        except (EOFError, ConnectionError):
            return None

    def message(self):
        """The next message, passing over nothing."""
        found = self.receive()
        if found is None:
            raise Broken("closed without a word")
        opcode, final, payload = found
        while not final:
            following = self.receive()
            if following is None or following[0] != CONTINUATION:
                raise Broken(f"a fragment is followed by {following}")
            final, payload = following[1], payload + following[2]
        return opcode, payload

    def expect(self, opcode, payload):
        got = self.message()
        if got != (opcode, payload):
            raise Broken(f"expected {opcode} {payload[:40]!r} ({len(payload)}), got {got[0]} {got[1][:40]!r} ({len(got[1])})")

    def expect_close(self, *codes):
        """A close frame with one of the codes (None: without one), and then the end of the connection."""
        opcode, payload = self.message()
        if opcode != CLOSE:
            raise Broken(f"expected a close, got {opcode} {payload[:40]!r}")
        code = struct.unpack(">H", payload[:2])[0] if payload else None
        if code not in codes:
            raise Broken(f"closed with {code} instead of {codes}")
        payload[2:].decode()
        if self.receive() is not None:
            raise Broken("something follows the close")

    def close_properly(self):
        self.send(CLOSE, struct.pack(">H", 1000))
        self.expect_close(1000)
        self.socket.close()


def frame(opcode, payload=b"", final=True, reserved=0, masked=True, length_bytes=None):
    length = len(payload)
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    bit = 0x80 if masked else 0
    if length_bytes is None:
        length_bytes = 0 if length < 126 else 2 if length < 65536 else 8
    if length_bytes == 0:
        head += bytes([bit | length])
    elif length_bytes == 2:
        head += bytes([bit | 126]) + struct.pack(">H", length)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", length)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    repeated = mask * (length // 4 + 1)
    data = (int.from_bytes(payload, "big") ^ int.from_bytes(repeated[:length], "big")).to_bytes(length, "big")
    return head + mask + data


def fragments(opcode, payload, size):
    """A message in frames of `size` bytes."""
    pieces = [payload[start:start + size] for start in range(0, len(payload), size)] or [b""]
    return b"".join(
        frame(opcode if number == 0 else CONTINUATION, piece, final=number == len(pieces) - 1)
        for number, piece in enumerate(pieces))


CASES = []


def case(name, client=None):
    def register(run):
        CASES.append((name, run, client or {}))
        return run
    return register


def echo(opcode, payload, **client):
    def run(c):
        c.send(opcode, payload)
        c.expect(opcode, payload)
        c.close_properly()
    return run


def fails(code, *sent):
    """Whatever of these frames is wrong, the connection closes with the code."""
    def run(c):
        c.send_bytes(b"".join(sent))
        c.expect_close(code)
    return run


def add_framing():
    for opcode, kind in ((TEXT, "text"), (BINARY, "binary")):
        for size in (0, 1, 2, 3, 4, 5, 7, 8, 124, 125, 126, 127, 128, 129, 65534, 65535, 65536, 65537):
            case(f"1 {kind} of {size} bytes")(echo(opcode, b"*" * size))
        for piece in (997, 1, 3):
            case(f"1 {kind} of 65536 bytes, written {piece} at a time" if piece > 3 else
                 f"1 {kind} of 200 bytes, written {piece} at a time",
                 {"piece": piece})(echo(opcode, b"*" * (65536 if piece > 3 else 200)))
    case("1 length not in its shortest form, 16 bits")(fails(1002, frame(TEXT, b"abc", length_bytes=2)))
    case("1 length not in its shortest form, 64 bits")(fails(1002, frame(TEXT, b"a" * 200, length_bytes=8)))
    case("1 length with its highest bit set")(fails(1002, bytes([0x82, 0xFF]) + b"\xff" * 8 + b"mask"))
    case("1 length of 2^62")(fails(1009, bytes([0x82, 0xFF]) + struct.pack(">Q", 1 << 62) + b"mask"))
    case("1 frame without mask")(fails(1002, frame(TEXT, b"abc", masked=False)))


def add_pings():
    def ping(payload):
        def run(c):
            c.send(PING, payload)
            c.expect(PONG, payload)
            c.close_properly()
        return run
    for name, payload in (("nothing", b""), ("text", b"Hello, world!"), ("bytes", bytes([0, 255, 254, 253, 252, 251, 0, 255])),
                          ("125 bytes", b"\xfe" * 125)):
        case(f"2 ping with {name}")(ping(payload))
    case("2 ping with 125 bytes, written byte by byte", {"piece": 1})(ping(b"\xfe" * 125))
    case("2 ping with 126 bytes")(fails(1002, frame(PING, b"\xfe" * 126)))
    case("2 pong with 126 bytes")(fails(1002, frame(PONG, b"\xfe" * 126)))

    @case("2 a pong that nobody asked for")
    def _(c):
        c.send(PONG)
        c.send(PONG, b"unasked")
        c.send(PING, b"asked")
        c.expect(PONG, b"asked")
        c.close_properly()

    for piece in (None, 1):
        @case(f"2 ten pings at once{', byte by byte' if piece else ''}", {"piece": piece})
        def _(c):
            c.send_bytes(b"".join(frame(PING, b"payload-%d" % n) for n in range(10)))
            for n in range(10):
                c.expect(PONG, b"payload-%d" % n)
            c.close_properly()


def add_reserved():
    for bits in range(1, 8):
        for opcode in (TEXT, BINARY, PING, CLOSE):
            case(f"3 reserved bits {bits:03b} in frame {opcode}")(fails(1002, frame(opcode, b"", reserved=bits)))

        @case(f"3 reserved bits {bits:03b} after a good message")
        def _(c, bits=bits):
            c.send(TEXT, b"good")
            c.expect(TEXT, b"good")
            c.send(TEXT, b"bad", reserved=bits)
            c.expect_close(1002)


def add_opcodes():
    for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        for payload in (b"", b"reserved"):
            case(f"4 opcode {opcode} with {len(payload)} bytes")(fails(1002, frame(opcode, payload)))

        @case(f"4 opcode {opcode} after a good message")
        def _(c, opcode=opcode):
            c.send(TEXT, b"good")
            c.expect(TEXT, b"good")
            c.send(opcode, b"bad")
            c.expect_close(1002)


def add_fragments():
    case("5 ping in fragments")(fails(1002, frame(PING, b"a", final=False), frame(CONTINUATION, b"b")))
    case("5 pong in fragments")(fails(1002, frame(PONG, b"a", final=False), frame(CONTINUATION, b"b")))
    case("5 close in fragments")(fails(1002, frame(CLOSE, b"", final=False)))
    for piece in (None, 1):
        suffix = ", byte by byte" if piece else ""

        @case(f"5 text in two{suffix}", {"piece": piece})
        def _(c):
            c.send_bytes(fragments(TEXT, b"fragment1fragment2", 9))
            c.expect(TEXT, b"fragment1fragment2")
            c.close_properly()

        @case(f"5 text in two with a ping between{suffix}", {"piece": piece})
        def _(c):
            c.send(TEXT, b"one", final=False)
            c.send(PING, b"between")
            c.send(CONTINUATION, b"two")
            c.expect(PONG, b"between")
            c.expect(TEXT, b"onetwo")
            c.close_properly()

        @case(f"5 text in five with pings between all{suffix}", {"piece": piece})
        def _(c):
            for n in range(5):
                c.send(TEXT if n == 0 else CONTINUATION, b"f%d" % n, final=n == 4)
                c.send(PING, b"p%d" % n)
            got = [c.message() for _ in range(6)]
            if (TEXT, b"f0f1f2f3f4") not in got or [p for o, p in got if o == PONG] != [b"p%d" % n for n in range(5)]:
                raise Broken(f"{got}")
            c.close_properly()
    for final in (True, False):
        case(f"5 continuation of nothing, final {final}")(fails(1002, frame(CONTINUATION, b"x", final=final), frame(TEXT, b"y")))

    @case("5 continuation after a message that was whole")
    def _(c):
        c.send(TEXT, b"whole")
        c.expect(TEXT, b"whole")
        c.send(CONTINUATION, b"more")
        c.expect_close(1002)
    for second in (TEXT, BINARY):
        case(f"5 a new message ({second}) within another")(
            fails(1002, frame(TEXT, b"one", final=False), frame(second, b"two")))
    case("5 a fragment without mask")(fails(1002, frame(TEXT, b"one", final=False), frame(CONTINUATION, b"two", masked=False)))

    @case("5 empty fragments")
    def _(c):
        c.send_bytes(frame(TEXT, b"", final=False) + frame(CONTINUATION, b"", final=False) + frame(CONTINUATION, b"x", final=False)
                     + frame(CONTINUATION, b""))
        c.expect(TEXT, b"x")
        c.close_properly()


GOOD_TEXT = [
    "", "Hello-µ@ßöäüàá-UTF-8!!", "κόσμε", "\0", "\x7f", "\x80", "\u07ff", "\u0800", "\uffff", "\U00010000", "\U0010ffff",
    "\ud7ff", "\ue000", "\ufffd", "\ufffe", "\ufdd0", "\U0001fffe", "\U0001ffff", "\U0010fffe", "𠮷野家👩‍👩‍👧‍👦", "\ufeffx",
]
BAD_TEXT = [
    "80", "bf", "80bf", "80bf80bf80bf", "c0", "c1bf", "c020", "e0", "e080", "e08080", "e09fbf", "e280", "e28020", "f0", "f08080", "f0808080",
    "f08fbfbf", "f09f98", "f09f9820", "f4908080", "f5808080", "f8", "f888808080", "fc8480808080", "fe", "ff", "fefeffff", "c0af",
    "eda080", "edafbf", "edb080", "edbfbf", "eda080edb080", "edadbfedbfbf", "c3", "c328", "e28228", "f0288cbc", "f09028bc", "f0288c28",
    "cebae1bdb9cf83cebcceb5eda080656469746564", "cebae1bdb9cf83cebcceb5f4908080656469746564", "cebae1bdb9cf83cebcceb5f8",
]


def add_utf8():
    for number, text in enumerate(GOOD_TEXT):
        data = text.encode()
        case(f"6 good text {number}")(echo(TEXT, data))

        @case(f"6 good text {number}, a frame for each byte")
        def _(c, data=data):
            c.send_bytes(fragments(TEXT, data, 1))
            c.expect(TEXT, data)
            c.close_properly()
    for text in BAD_TEXT:
        data = bytes.fromhex(text)
        case(f"6 bad text {text}")(fails(1007, frame(TEXT, data)))
        case(f"6 bad text {text}, a frame for each byte")(fails(1007, fragments(TEXT, data, 1)))
        case(f"6 bad text {text}, byte by byte", {"piece": 1})(fails(1007, frame(TEXT, data)))
    bad = "κόσμε".encode() + bytes.fromhex("f4908080") + b"edited"

    @case("6 bad text is refused at its first bad byte, before the frame has ended")
    def _(c):
        c.send_bytes(frame(TEXT, bad)[:-len(b"edited") - 2])
        c.expect_close(1007)

    @case("6 bad text is refused before the message has ended")
    def _(c):
        c.send(TEXT, bad, final=False)
        c.expect_close(1007)
    case("6 binary needs no UTF-8")(echo(BINARY, bytes(range(256))))


def add_closing():
    @case("7 a message and a close")
    def _(c):
        c.send(TEXT, b"Hello")
        c.expect(TEXT, b"Hello")
        c.close_properly()

    @case("7 a second close is passed over")
    def _(c):
        c.send_bytes(frame(CLOSE, struct.pack(">H", 1000)) * 2)
        c.expect_close(1000)
    for opcode in (PING, TEXT):
        @case(f"7 frame {opcode} after the close is passed over")
        def _(c, opcode=opcode):
            c.send_bytes(frame(CLOSE, struct.pack(">H", 1000)) + frame(opcode, b"late"))
            c.expect_close(1000)

    @case("7 a close within a message")
    def _(c):
        c.send_bytes(frame(TEXT, b"begun", final=False) + frame(CLOSE, struct.pack(">H", 1000)) + frame(CONTINUATION, b"late"))
        c.expect_close(1000)

    @case("7 a close without payload")
    def _(c):
        c.send(CLOSE)
        c.expect_close(None, 1000)
    case("7 a close of one byte")(fails(1002, frame(CLOSE, b"\x03")))
    for reason in (b"Hello World!", b"*" * 123, "µ".encode() * 61):
        @case(f"7 a close with a reason of {len(reason)} bytes")
        def _(c, reason=reason):
            c.send(CLOSE, struct.pack(">H", 1000) + reason)
            c.expect_close(1000)
    case("7 a close with 126 bytes")(fails(1002, frame(CLOSE, struct.pack(">H", 1000) + b"*" * 124)))
    case("7 a close with a reason that is no UTF-8")(fails(1007, frame(CLOSE, struct.pack(">H", 1000) + bytes.fromhex("cebaf4908080"))))
    for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999):
        @case(f"7 a close with {code}")
        def _(c, code=code):
            c.send(CLOSE, struct.pack(">H", code))
            c.expect_close(code)
    for code in (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535):
        case(f"7 a close with {code}, which may not be sent")(fails(1002, frame(CLOSE, struct.pack(">H", code))))


def add_limits():
    for opcode, kind in ((TEXT, "text"), (BINARY, "binary")):
        for size in (1 << 16, 1 << 18, 1 << 20, 4 << 20, 8 << 20, 16 << 20):
            case(f"9 {kind} of {size >> 10} KiB")(echo(opcode, b"*" * size))
        for piece in (64, 256, 1024, 4096, 65536, 1 << 20):
            @case(f"9 {kind} of 4 MiB in frames of {piece}")
            def _(c, opcode=opcode, piece=piece):
                payload = b"*" * (4 << 20)
                c.send_bytes(fragments(opcode, payload, piece))
                c.expect(opcode, payload)
                c.close_properly()
        for size in (0, 16, 64, 256, 1024):
            @case(f"9 1,000 {kind} messages of {size} bytes, each answered before the next")
            def _(c, opcode=opcode, size=size):
                for _ in range(1000):
                    c.send(opcode, b"*" * size)
                    c.expect(opcode, b"*" * size)
                c.close_properly()
    for size in (64, 128, 512, 1024):
        @case(f"9 text of 1 MiB, written {size} bytes at a time", {"piece": size})
        def _(c):
            c.send(TEXT, b"*" * (1 << 20))
            c.expect(TEXT, b"*" * (1 << 20))
            c.piece = None
            c.close_properly()

    @case("9 binary of 16 MiB in frames of 16 bytes")
    def _(c):
        payload = b"*" * (16 << 20)
        one, last = frame(CONTINUATION, b"*" * 16, final=False), frame(CONTINUATION, b"*" * 16)
        c.send_bytes(frame(BINARY, b"*" * 16, final=False) + one * ((1 << 20) - 2) + last)
        c.expect(BINARY, payload)
        c.close_properly()

    case("9 one byte more than 16 MiB")(fails(1009, frame(BINARY, b"*" * ((16 << 20) + 1))[:4096]))
    case("9 one byte more than 16 MiB in fragments")(
        fails(1009, frame(BINARY, b"*" * (16 << 20), final=False), frame(CONTINUATION, b"*")[:6]))
    case("9 one fragment more than 2^20")(
        fails(1008, frame(BINARY, b"", final=False) + frame(CONTINUATION, b"", final=False) * (1 << 20)))


def add_pieces():
    @case("10 65,536 bytes in frames of 1,300, each written by itself")
    def _(c):
        payload = b"*" * 65536
        for start in range(0, len(payload), 1300):
            c.send(TEXT if start == 0 else CONTINUATION, payload[start:start + 1300], final=start + 1300 >= len(payload))
        c.expect(TEXT, payload)
        c.close_properly()

    @case("12 compression is not agreed on", {"fields": "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"})
    def _(c):
        if b"sec-websocket-extensions" in c.head.lower():
            raise Broken("an extension was agreed on")
        c.send(TEXT, b"plain")
        c.expect(TEXT, b"plain")
        c.close_properly()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--section", default="")
    options = parser.parse_args()
    for add in (add_framing, add_pings, add_reserved, add_opcodes, add_fragments, add_utf8, add_closing, add_limits, add_pieces):
        add()
    [port] = free_ports(1)
    process = subprocess.Popen([options.server, str(port), "2"], stdout=subprocess.PIPE)
    process.stdout.readline()
    wrong, run_count, begin = 0, 0, time.monotonic()
    try:
        for name, run, arguments in CASES:
            if not name.startswith(options.section):
                continue
            run_count += 1
            try:
                run(Client(port, **arguments))
            except (Broken, OSError, EOFError, ValueError) as error:
                wrong += 1
                print(f"WRONG {name}: {type(error).__name__} {error}")
    finally:
        process.terminate()
        process.wait()
    print(f"{run_count} cases, {wrong} wrong, {time.monotonic() - begin:.0f} s")
    return 1 if wrong else 0


sys.exit(main())
