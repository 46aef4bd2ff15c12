"""Reads one hostile answer as a spider does, in this process; its name is the only argument. Prints how it ended."""

from __future__ import annotations

import gzip
import resource
import sys

from crawler.errors import PageTooCostlyError
from crawler.listings.parsing import read_listing
from crawler.markup import is_html, needs_browser, parse_html
from crawler.middlewares.decoding import inflated
from crawler.pages import links_of
from fetching.errors import NoAnswerError

SIZE = 1 << 20
# Processor seconds. Each takes 1 to 3, start of the process included; what is quadratic takes minutes.
LONGEST_READING = 60
URL = "http://files.example.org/pub/"
SIGNED = b"<title>Index of /pub</title>"
ROW = b'<a href="letter%d.txt">x</a> 2024-01-02 03:04 5\n'
LINE = b'<tr><td><a href="letter%d.txt">x</a><td>2024-01-02 03:04<td>5</tr>'


def repeated(part: bytes, size: int = SIZE) -> bytes:
    return part * (size // len(part))


def numbered(part: bytes, size: int = SIZE) -> bytes:
    return b"".join(part % number for number in range(size // len(part)))


PAGES = {
    "comments": lambda: repeated(b"<!---->") + b"Dear Mrs Example",
    "nested lists": lambda: SIGNED + b"<ul>" * 200 + numbered(ROW),
    "nested pre": lambda: SIGNED + b"<pre>" * 200 + numbered(ROW),
    "nested tables": lambda: SIGNED + b"<table><tr><td>" * 60 + numbered(LINE),
    "nested cells": lambda: SIGNED + b"<table><tr>" + b"<td><div>" * 100 + repeated(b"x<b>y</b> "),
    "refresh": lambda: b"<meta http-equiv=refresh content='" + b" " * SIZE + b"x'>",
    "refresh in the middle": lambda: b"<meta http-equiv=refresh content='1" + b" " * SIZE + b"x'>",
    "attributes": lambda: b"<p>x</p><a " + numbered(b"a%d ") + b">x</a>",
    "long base": lambda: SIGNED + b"<base href='/" + b"a" * 7_900 + b"/'><pre>" + numbered(b"<a href='!%d'>x</a>"),
    "digits": lambda: SIGNED + b"<pre><a href='letter.txt'>x</a> 2024-01-02 03:04 " + b"9" * SIZE,
}
STREAMS = {
    "empty members": lambda: repeated(gzip.compress(b"")),
    "padded members": lambda: repeated(gzip.compress(b"") + bytes(1_000)),
}


def read_page(page: bytes) -> str:
    is_html("text/plain", page)
    try:
        tree = parse_html(page, "text/html")
        if tree is None:
            return "nothing"
        needs_browser(tree)
        return f"{len(read_listing(tree, URL).entries)} rows, {len(links_of(tree, URL))} links"
    except PageTooCostlyError as error:
        return str(error)


def read_stream(stream: bytes) -> str:
    try:
        return str(len(inflated(stream, SIZE)))
    except NoAnswerError as error:
        return error.detail


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_READING, LONGEST_READING))
    name = sys.argv[1]
    sys.stdout.write(read_page(PAGES[name]()) if name in PAGES else read_stream(STREAMS[name]()))
