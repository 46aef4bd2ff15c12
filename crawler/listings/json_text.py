"""JSON as it is served: plain, in a callback (JSONP), after a guard against scripts, or broken off."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

# `/* callback */` and `name(`, as nginx writes them; and the prefix that keeps other sites' scripts from reading it.
_CALLBACK = re.compile(r"(?:/\*[^*]{0,200}\*/)?\s*[A-Za-z_$][\w$.\[\]\"']{0,100}\s*\(\s*(?=[\[{])")
_GUARD = re.compile(r"\)\]\}'?,?\s*|while\s*\(1\);\s*|for\s*\(;;\);\s*")
_ROWS = re.compile(r"\[\s*(?=\{)")
_BETWEEN = re.compile(r"\s*,\s*")
# Deepest nesting that is walked; listings have up to 4, and Python's own reader ends at about 1,000.
DEEPEST = 64
_DECODER = json.JSONDecoder()
_OPENINGS = ("[", "{")


@dataclass(frozen=True, slots=True)
class JsonText:
    """A value, and whether the text went on without making sense: then the value is what was whole before."""

    value: object
    damaged: bool = False


def is_json(head: bytes) -> bool:
    """Can these first bytes be JSON or JSONP? Cheap; says yes to much else."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head[:1] in {b"[", b"{", b")"} or _CALLBACK.match(head[:400].decode("latin-1")) is not None


def read_json(body: bytes) -> JsonText | None:
    """Read it; None where it is nothing of the kind. Bytes that are not UTF-8 become surrogate escapes."""
    text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").lstrip()
    for prefix in (_GUARD, _CALLBACK):
        if not text.startswith(_OPENINGS) and (match := prefix.match(text)):
            text = text[match.end() :]
    if not text.startswith(_OPENINGS):
        return None
    found = read_value(text, 0)
    return JsonText(found[0]) if found else _broken(text)


def read_value(text: str, at: int) -> tuple[object, int] | None:
    """The JSON value that begins there, and where it ends; None where none does."""
    try:
        return _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):  # also a number of thousands of digits
        return None


def _broken(text: str) -> JsonText | None:
    """The whole rows of the first array of objects; none where the text breaks in its first."""
    start = _ROWS.search(text)
    if start is None:
        return None
    rows: list[object] = []
    at = start.end()
    while (found := read_value(text, at)) is not None:
        row, end = found
        rows.append(row)
        comma = _BETWEEN.match(text, end)
        if comma is None:
            break
        at = comma.end()
    return JsonText(rows, damaged=True) if rows else None
