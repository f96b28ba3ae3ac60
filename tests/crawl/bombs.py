"""Small answers that become large, deep or slow when they are read."""

from __future__ import annotations

import functools
import gzip
import json
import zlib
from collections.abc import Callable

import brotli
from backports import zstd
from badserver import Answer

MIB = 1024 * 1024
BLOCK = 16 * MIB


@functools.cache
def gzip_bomb() -> bytes:
    """1 GiB of zeros in 1 MB: members of one gzip file follow each other."""
    return gzip.compress(bytes(BLOCK), 9, mtime=0) * 64


@functools.cache
def deflate_bomb() -> bytes:
    """1 GiB of zeros in 1 MB, as a raw deflate stream."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(BLOCK)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * 64 + packer.flush()


@functools.cache
def brotli_bomb() -> bytes:
    """256 MiB of zeros in some hundred bytes."""
    return bytes(brotli.compress(bytes(256 * MIB), quality=1))


@functools.cache
def zstd_bomb() -> bytes:
    """1 GiB of zeros in 32 kB."""
    return zstd.compress(bytes(BLOCK)) * 64


def packed(body: bytes, kind: str, encoding: str) -> Callable[[Answer], None]:
    return lambda answer: answer.give(body, kind, Content_Encoding=encoding)


# ---------------------------------------------------------------------------------------------------------------- headers


def many_cookies(answer: Answer) -> None:
    """100,000 headers of one name."""
    answer.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 0\r\n")
    answer.wfile.write(b"".join(b"Set-Cookie: n%d=v; Path=/\r\n" % number for number in range(100_000)))
    answer.wfile.write(b"\r\n")


def many_names(answer: Answer) -> None:
    """100,000 headers of as many names."""
    answer.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 0\r\n")
    answer.wfile.write(b"".join(b"X-N%d: v\r\n" % number for number in range(100_000)))
    answer.wfile.write(b"\r\n")


def long_header(answer: Answer) -> None:
    """One header of 4 MB."""
    answer.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 4_000_000 + b"\r\n\r\n")


def folded_header(answer: Answer) -> None:
    """One header that goes on for ever on continuation lines."""
    answer.wfile.write(b"HTTP/1.1 200 OK\r\nX-Folded: begin\r\n")
    while not answer.server.stopping.is_set():
        answer.wfile.write(b" more and more and more and more of it\r\n" * 1_000)


def endless_headers(answer: Answer) -> None:
    """As fast as they are taken."""
    answer.wfile.write(b"HTTP/1.1 200 OK\r\n")
    number = 0
    while not answer.server.stopping.is_set():
        answer.wfile.write(b"".join(b"X-%d: %s\r\n" % (number + offset, b"x" * 1_000) for offset in range(100)))
        number += 100


def endless_hints(answer: Answer) -> None:
    """Informational answers without end (RFC 9110, section 15.2), the final one never."""
    while not answer.server.stopping.is_set():
        answer.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n" * 1_000)


# ---------------------------------------------------------------------------------------------------------- pages of links

MANY = 200_000
DEEP = 200_000


def many_feed_items(origin: str) -> bytes:
    items = "".join(f"<item><link>{origin}/{number}</link></item>" for number in range(MANY))
    return f"<rss version='2.0'><channel>{items}</channel></rss>".encode()


def many_sitemap_entries(origin: str) -> bytes:
    return f"<urlset>{''.join(f'<url><loc>{origin}/{number}</loc></url>' for number in range(MANY))}</urlset>".encode()


def many_listing_items(origin: str) -> bytes:
    return f"<html><ul>{''.join(f'<li><a href={origin}/{number}>t</a>' for number in range(MANY))}</ul>".encode()


def many_json_items(origin: str) -> bytes:
    items = [{"url": f"{origin}/{number}"} for number in range(MANY)]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()


def deep_feed(origin: str) -> bytes:
    item = f"<item><link>{origin}/0</link><description>{'<b>' * DEEP}{'</b>' * DEEP}</description></item>"
    return f"<rss version='2.0'><channel>{item}</channel></rss>".encode()


def deep_sitemap(origin: str) -> bytes:
    return f"<urlset><url><loc>{origin}/0</loc>{'<a>' * DEEP}{'</a>' * DEEP}</url></urlset>".encode()


def deep_listing(origin: str) -> bytes:
    return f"<html><ul><li><a href='{origin}/0'>t</a></li></ul>{'<div>' * DEEP}".encode()


def deep_listing_of_items(origin: str) -> bytes:
    """Every item holds all that follow."""
    return f"<html>{'<div class=item>' * DEEP}<a href='{origin}/0'>t</a>".encode()


def wide_text_in_deep_items(origin: str) -> bytes:
    """Every one of 200 items holds the same 4 MB."""
    return f"<html>{'<div class=item>' * 200}<a href='{origin}/0'>{'word ' * 800_000}</a>".encode()


def deep_json(origin: str) -> bytes:
    items = f'[{{"url": "{origin}/0"}}]'
    return f'{{"version": "https://jsonfeed.org/version/1", "x": {"[" * DEEP}{"]" * DEEP}, "items": {items}}}'.encode()


def deep_json_objects(origin: str) -> bytes:
    return (
        '{"version": "https://jsonfeed.org/version/1", "items": ' + '{"a":' * DEEP + "1" + "}" * DEEP + "}"
    ).encode()


def huge_numbers(origin: str) -> bytes:
    items = (
        f'[{{"url": "{origin}/0", "id": {"9" * 1_000_000}, "size": 1e999999999, "x": -{"1" * 5_000}.{"0" * 5_000}}}]'
    )
    return f'{{"version": "https://jsonfeed.org/version/1", "n": 1e400, "items": {items}}}'.encode()


def long_title(origin: str) -> bytes:
    """A title of 7 MB: one of 10 MB is larger than any answer may be."""
    item = f"<item><title>{'市長 ' * 1_000_000}</title><link>{origin}/0</link></item>"
    return f"<rss version='2.0'><channel>{item}</channel></rss>".encode()


def open_tags_in_titles(origin: str) -> bytes:
    """Titles in which every second character might begin a tag."""
    title = "&lt;a" * 20_000
    items = "".join(
        f"<item><title>{title}</title><description>{title}</description><link>{origin}/{number}</link></item>"
        for number in range(30)
    )
    return f"<rss version='2.0'><channel>{items}</channel></rss>".encode()


def many_doctypes(origin: str) -> bytes:
    """Beginnings of declarations, none of which ends."""
    return b"<?xml version='1.0'?>" + b"<!DOCTYPE [" * 600_000 + f"<rss><item><link>{origin}/0</link>".encode()


def many_comments(origin: str) -> bytes:
    return b"<rss version='2.0'><channel>" + b"<!-- " * 1_000_000 + f"<item><link>{origin}/0</link></item>".encode()


def many_declarations(origin: str) -> bytes:
    return b"<?xml " * 1_000_000 + f"<rss><channel><item><link>{origin}/0</link></item>".encode()


def spaces(origin: str) -> bytes:
    return b" \n" * 3_000_000 + f"<rss><channel><item><link>{origin}/0</link></item></channel></rss>".encode()


# -------------------------------------------------------------------------------------------------------------- entities


def billion_laughs(root: str, place: str) -> bytes:
    """Ten entities, each ten times the one before."""
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(10))
    return f"<?xml version='1.0'?><!DOCTYPE {root} [{entities}]>{place.replace('ENTITY', '&a10;')}".encode()


def quadratic(root: str, place: str) -> bytes:
    """One long entity, named often."""
    text = place.replace("ENTITY", "&a;" * 100_000)
    return f"<?xml version='1.0'?><!DOCTYPE {root} [<!ENTITY a \"{'x' * 1_000_000}\">]>{text}".encode()


def quadratic_behind_another(root: str, place: str) -> bytes:
    """The same, behind a declaration that holds nothing."""
    text = place.replace("ENTITY", "&a;" * 100_000)
    entity = f'<!ENTITY a "{"x" * 1_000_000}">'
    return f"<?xml version='1.0'?>\n<!DOCTYPE {root}>\n<!DOCTYPE {root} [\n{entity}\n]>\n{text}".encode()


def external(root: str, place: str, target: str) -> bytes:
    """An entity that stands for a file, and a declaration that lies elsewhere."""
    subset = f"<!ENTITY a SYSTEM '{target}'><!ENTITY % b SYSTEM '{target}'> %b;"
    declaration = f"<!DOCTYPE {root} SYSTEM '{target}' [{subset}]>"
    return f"<?xml version='1.0'?>{declaration}{place.replace('ENTITY', '&a;')}".encode()
