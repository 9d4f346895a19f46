"""Requests that servers have been seen to read differently, for `http_differential.py`: (name, bytes, what RFC 9112 asks for).

`refuse`: an answer of 400 or above, and the connection closed; no request after it may be answered. `accept`: one answer below
400. `either`: the standard leaves it open. In each, `PROBE` follows, so that whoever takes too much or too little shows it.
"""
PROBE = b"GET /probe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def get(fields=b"", line=b"GET / HTTP/1.1", host=b"Host: a\r\n"):
    return line + b"\r\n" + host + fields + b"\r\n"


def post(fields, body=b""):
    return b"POST / HTTP/1.1\r\nHost: a\r\n" + fields + b"\r\n" + body


def chunked(body, coding=b"Transfer-Encoding: chunked\r\n"):
    return post(coding, body)


def length(value, body=b"abcde"):
    return post(b"Content-Length: " + value + b"\r\n", body)


REFUSE = {
    # Two lengths, and lengths that are none.
    "length and chunked": post(b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    "chunked and length": post(b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", b"0\r\n\r\n"),
    "two lengths that differ": post(b"Content-Length: 5\r\nContent-Length: 6\r\n", b"abcdef"),
    "a list of lengths that differ": length(b"5, 6"),
    "length with plus": length(b"+5"), "length with minus": length(b"-5"), "length in hex": length(b"0x5"),
    "length with underscore": length(b"1_0", b"0123456789"), "length with a space inside": length(b"1 0", b"0123456789"),
    "length with a point": length(b"5.0"), "length with exponent": length(b"5e0"), "length without digits": length(b""),
    "length with a letter": length(b"5a"), "length in quotes": length(b'"5"'), "length ends with comma": length(b"5,"),
    "length of 2^63": length(b"9223372036854775808"), "length of 2^64 + 5": length(b"18446744073709551621"),
    "length of 40 digits": length(b"1" * 40), "length in other digits": length("٥".encode()),
    "length with a form feed": length(b"\x0c5"), "length with vertical tab": length(b"5\x0b"),
    "length with NUL": length(b"5\x00"),
    # Codings.
    "chunked twice": chunked(b"0\r\n\r\n", b"Transfer-Encoding: chunked, chunked\r\n"),
    "two coding fields": chunked(b"0\r\n\r\n", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
    "chunked, then identity": chunked(b"0\r\n\r\n", b"Transfer-Encoding: chunked, identity\r\n"),
    "identity": chunked(b"0\r\n\r\n", b"Transfer-Encoding: identity\r\n"),
    "xchunked": chunked(b"0\r\n\r\n", b"Transfer-Encoding: xchunked\r\n"),
    "chunked in quotes": chunked(b"0\r\n\r\n", b'Transfer-Encoding: "chunked"\r\n'),
    "chunked with a parameter": chunked(b"0\r\n\r\n", b"Transfer-Encoding: chunked;q=1\r\n"),
    "chunked with a vertical tab": chunked(b"0\r\n\r\n", b"Transfer-Encoding: \x0bchunked\r\n"),
    "chunked with NUL": chunked(b"0\r\n\r\n", b"Transfer-Encoding: chunked\x00\r\n"),
    "no coding": chunked(b"0\r\n\r\n", b"Transfer-Encoding:\r\n"),
    "coding with space before colon": chunked(b"0\r\n\r\n", b"Transfer-Encoding : chunked\r\n"),
    "coding folded": chunked(b"0\r\n\r\n", b"Transfer-Encoding:\r\n chunked\r\n"),
    "chunked in HTTP/1.0": b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    # Chunks.
    "chunk size 0x": chunked(b"0x5\r\nabcde\r\n0\r\n\r\n"), "chunk size plus": chunked(b"+5\r\nabcde\r\n0\r\n\r\n"),
    "chunk size minus": chunked(b"-5\r\nabcde\r\n0\r\n\r\n"), "chunk size underscore": chunked(b"0_5\r\nabcde\r\n0\r\n\r\n"),
    "chunk size empty": chunked(b"\r\nabcde\r\n0\r\n\r\n"), "chunk size letter": chunked(b"g\r\nabcde\r\n0\r\n\r\n"),
    "chunk size with leading space": chunked(b" 5\r\nabcde\r\n0\r\n\r\n"),
    "chunk size with NUL": chunked(b"5\x00\r\nabcde\r\n0\r\n\r\n"),
    "chunk size h": chunked(b"5h\r\nabcde\r\n0\r\n\r\n"), "chunk size of 2^64": chunked(b"10000000000000000\r\na\r\n0\r\n\r\n"),
    "chunk size of 2^64 + 5": chunked(b"10000000000000005\r\nabcde\r\n0\r\n\r\n"),
    "chunk size of 20 f": chunked(b"f" * 20 + b"\r\na\r\n0\r\n\r\n"),
    "chunk shorter than said": chunked(b"6\r\nabcde\r\n0\r\n\r\n"), "chunk longer than said": chunked(b"4\r\nabcde\r\n0\r\n\r\n"),
    "bare LF after size": chunked(b"5\nabcde\r\n0\r\n\r\n"), "bare CR after size": chunked(b"5\rabcde\r\n0\r\n\r\n"),
    "bare LF after data": chunked(b"5\r\nabcde\n0\r\n\r\n"), "bare CR after data": chunked(b"5\r\nabcde\r0\r\n\r\n"),
    "bare LF after last size": chunked(b"5\r\nabcde\r\n0\n\r\n"), "bare LF at the end": chunked(b"5\r\nabcde\r\n0\r\n\n"),
    "junk after data": chunked(b"5\r\nabcdeX\r\n0\r\n\r\n"), "two bytes after data": chunked(b"5\r\nabcdeXX0\r\n\r\n"),
    "extension with bare LF": chunked(b"5;a\nabcde\r\n0\r\n\r\n"), "extension with bare CR": chunked(b"5;a\rb\r\nabcde\r\n0\r\n\r\n"),
    "extension with NUL": chunked(b"5;a=\x00\r\nabcde\r\n0\r\n\r\n"), "extension with bad quotes": chunked(b'5;a="b\r\nabcde\r\n0\r\n\r\n'),
    "trailer folded": chunked(b"0\r\nX: a\r\n b\r\n\r\n"), "trailer without colon": chunked(b"0\r\nGET / HTTP/1.1\r\n\r\n"),
    "trailer with space before colon": chunked(b"0\r\nX : a\r\n\r\n"), "trailer with NUL": chunked(b"0\r\nX: \x00\r\n\r\n"),
    "trailer with bare LF": chunked(b"0\r\nX: a\nY: b\r\n\r\n"),
    # Fields.
    "folded field": get(b"X: a\r\n b\r\n"), "folded with tab": get(b"X: a\r\n\tb\r\n"),
    "first field folded": get(host=b" Host: a\r\n"), "space before colon": get(b"X : a\r\n"), "tab before colon": get(b"X\t: a\r\n"),
    "no colon": get(b"X\r\n"), "no name": get(b": a\r\n"), "NUL in name": get(b"X\x00: a\r\n"), "NUL in value": get(b"X: a\x00b\r\n"),
    "bare CR in value": get(b"X: a\rb\r\n"), "bare CR before CRLF": get(b"X: a\r\r\n"), "bare LF between fields": get(b"X: a\nY: b\r\n"),
    "control character in value": get(b"X: a\x01b\r\n"), "DEL in value": get(b"X: a\x7fb\r\n"),
    "name with bracket": get(b"X[a]: b\r\n"), "name with space": get(b"X a: b\r\n"), "name with 8-bit byte": get(b"X\xe9: b\r\n"),
    "name with slash": get(b"X/a: b\r\n"), "name in quotes": get(b'"X": b\r\n'), "head ends with LF": b"GET / HTTP/1.1\r\nHost: a\r\n\n",
    "all lines end with LF": b"GET / HTTP/1.1\nHost: a\n\n", "CR alone as line ends": b"GET / HTTP/1.1\rHost: a\r\r",
    "CR LF CR and then a field": b"GET / HTTP/1.1\r\nHost: a\r\n\rX: a\r\n\r\n",
    # Host.
    "no host": get(host=b""), "two hosts": get(b"Host: b\r\n"), "two equal hosts": get(b"Host: a\r\n"), "hosts in a list": get(host=b"Host: a, b\r\n"),
    "host with user": get(host=b"Host: u@a\r\n"), "host with path": get(host=b"Host: a/b\r\n"), "host with space": get(host=b"Host: a b\r\n"),
    "host with bad port": get(host=b"Host: a:b\r\n"), "host with NUL": get(host=b"Host: a\x00\r\n"),
    # Request line.
    "no version": b"GET /\r\nHost: a\r\n\r\n", "HTTP/0.9": get(line=b"GET / HTTP/0.9"), "HTTP/2.0": get(line=b"GET / HTTP/2.0"),
    "HTTP/1.10": get(line=b"GET / HTTP/1.10"), "HTTP/1": get(line=b"GET / HTTP/1"), "HTTP/01.1": get(line=b"GET / HTTP/01.1"),
    "http/1.1": get(line=b"GET / http/1.1"), "version without slash": get(line=b"GET / HTTP1.1"), "HTTP/9.9": get(line=b"GET / HTTP/9.9"),
    "two spaces after method": get(line=b"GET  / HTTP/1.1"), "two spaces before version": get(line=b"GET /  HTTP/1.1"),
    "space after version": get(line=b"GET / HTTP/1.1 "), "tab after method": get(line=b"GET\t/ HTTP/1.1"),
    "space before method": get(line=b" GET / HTTP/1.1"), "space in target": get(line=b"GET /a b HTTP/1.1"),
    "8-bit byte in target": get(line=b"GET /\xe9 HTTP/1.1"), "control character in target": get(line=b"GET /\x01 HTTP/1.1"),
    "NUL in target": get(line=b"GET /\x00 HTTP/1.1"), "fragment in target": get(line=b"GET /#a HTTP/1.1"),
    "no target": get(line=b"GET HTTP/1.1"), "target without slash": get(line=b"GET a HTTP/1.1"),
    "method with bracket": get(line=b"G[T / HTTP/1.1"), "method with NUL": get(line=b"G\x00T / HTTP/1.1"),
    "junk before method": get(line=b"Extra lineGET / HTTP/1.1"), "bare LF after request line": b"GET / HTTP/1.1\nHost: a\r\n\r\n",
    "CONNECT": get(line=b"CONNECT a:443 HTTP/1.1"), "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "three empty lines first": b"\r\n\r\n\r\n" + get(), "NUL first": b"\x00" + get(), "TLS greeting": bytes.fromhex("16030100a5010000a10303"),
}

ACCEPT = {
    "plain": get(), "no space after colon": get(host=b"Host:a\r\n"), "blanks around value": get(b"X: \t a \t\r\n"), "empty value": get(b"X:\r\n"),
    "one empty line first": b"\r\n" + get(), "field name in other case": get(host=b"hOSt: a\r\n"), "every token byte": get(b"!#$%&'*+-.^_`|~09azAZ: a\r\n"),
    "8-bit bytes in value": get(b"X: \xe9\r\n"), "body by length": length(b"5"), "length with zeros": length(b"005"),
    "body by chunks": chunked(b"5\r\nabcde\r\n0\r\n\r\n"), "chunk size with zeros": chunked(b"0005\r\nabcde\r\n000\r\n\r\n"),
    "chunked in capitals": chunked(b"5\r\nabcde\r\n0\r\n\r\n", b"Transfer-Encoding: CHUNKED\r\n"),
    "trailer": chunked(b"5\r\nabcde\r\n0\r\nX: a\r\n\r\n"), "extension": chunked(b"5;a=b\r\nabcde\r\n0\r\n\r\n"),
    "extension in quotes": chunked(b'5;a="b;\\"c"\r\nabcde\r\n0\r\n\r\n'), "absolute form": get(line=b"GET http://a/ HTTP/1.1"),
    "length of 0": length(b"0", b""), "GET with a body": get(b"Content-Length: 3\r\n") + b"abc",
    "100-continue with body": post(b"Content-Length: 5\r\nExpect: 100-continue\r\n", b"abcde"),
}

EITHER = {
    # Two fields with the same length may be taken for one (RFC 9112 section 6.3).
    "the same length twice": post(b"Content-Length: 5\r\nContent-Length: 5\r\n", b"abcde"), "the same length in a list": length(b"5, 5"),
    "gzip, chunked": chunked(b"0\r\n\r\n", b"Transfer-Encoding: gzip, chunked\r\n"), "trailer Content-Length": chunked(b"0\r\nContent-Length: 5\r\n\r\n"),
    "trailer Host": chunked(b"0\r\nHost: b\r\n\r\n"), "blank after chunk size": chunked(b"5 \r\nabcde\r\n0\r\n\r\n"),
    "blank before extension": chunked(b"5 ;a\r\nabcde\r\n0\r\n\r\n"), "extension without name": chunked(b"5;\r\nabcde\r\n0\r\n\r\n"),
    "OPTIONS *": get(line=b"OPTIONS * HTTP/1.1"), "HTTP/1.2": get(line=b"GET / HTTP/1.2"), "unknown method": get(line=b"BREW / HTTP/1.1"),
    "method in small letters": get(line=b"get / HTTP/1.1"), "backslash in target": get(line=b"GET /a\\b HTTP/1.1"),
    "empty host": get(host=b"Host:\r\n"), "HTTP/1.0 without host": b"GET / HTTP/1.0\r\n\r\n", "two empty lines first": b"\r\n\r\n" + get(),
    "unknown expectation": post(b"Content-Length: 5\r\nExpect: 200-maybe\r\n", b"abcde"),
}
