"""Listings of Google Cloud Storage's JSON interface: from bytes to objects, whatever a server makes of them."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

from fetching.bucket_listings import ListedObject

# Digits of a number that are read: 10^18 fits into the database's 64 bits. More are no size, and no generation.
_DIGITS = 18
_ITEMS = re.compile(r'"items"\s*:\s*\[\s*')
_BETWEEN = re.compile(r"\s*,\s*")
# The second is what an emulator says.
_KIND, _KIND_TOO = "storage#objects", "storage#object"


@dataclass(frozen=True, slots=True)
class JsonListing:
    """One page.

    Attributes:
        objects: in the order of the page.
        next_token: where the listing goes on; None on the last page.
        damaged: no well-formed JSON from some place on; `objects` has the rows that were complete before it.
    """

    objects: tuple[ListedObject, ...]
    next_token: str | None
    damaged: bool = False


def parse_json(body: bytes) -> object:
    """A JSON document; None for anything else.

    None too where a name stands twice in one object (two readers would read it differently), or where it is nested
    deeper than a reader can follow.
    """
    text = _text(body)
    try:
        return None if text is None else _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def parse_json_listing(body: bytes) -> JsonListing | None:
    """Read one page. None where the bytes are something else: an error, an HTML page, JSON of another kind."""
    text = _text(body)
    if text is None or not text.startswith("{"):
        return None
    try:
        page = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return _broken_off(text)
    return _page(page) if isinstance(page, dict) else None


def _page(page: Mapping[str, object]) -> JsonListing | None:
    """An empty bucket's page has its kind alone."""
    rows = page.get("items", [])
    kind = page.get("kind", _KIND if "items" in page else None)
    if not isinstance(rows, list) or "error" in page or kind not in (_KIND, _KIND_TOO):
        return None
    objects = tuple(item for row in rows if (item := _object(row)))
    if rows and not objects:
        return None
    token = page.get("nextPageToken")
    return JsonListing(objects, token if isinstance(token, str) and token else None)


def _broken_off(text: str) -> JsonListing | None:
    """The rows that came whole; None where not one did."""
    start = _ITEMS.search(text)
    rows: list[object] = []
    at = start.end() if start else len(text)
    try:
        while True:
            row, at = _DECODER.raw_decode(text, at)
            rows.append(row)
            between = _BETWEEN.match(text, at)
            if between is None:
                break
            at = between.end()
    except (ValueError, RecursionError):
        pass  # that is where it breaks
    objects = tuple(item for row in rows if (item := _object(row)))
    return JsonListing(objects, None, damaged=True) if objects else None


def _object(row: object) -> ListedObject | None:
    if not isinstance(row, dict):
        return None
    name = row.get("name")
    if not isinstance(name, str) or not name:
        return None
    is_gone = "softDeleteTime" in row
    etag = row.get("etag")
    return ListedObject(
        key=_storable(name),
        size=whole_number(row.get("size")),
        modified=_moment(row.get("updated")),
        version=_generation(row.get("generation")),
        etag=etag[:128] if isinstance(etag, str) else "",
        is_current=not is_gone and "timeDeleted" not in row,
        deleted=is_gone,
    )


def whole_number(value: object) -> int | None:
    """Google writes 64-bit numbers as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value < 10**_DIGITS else None
    fits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _DIGITS
    return int(value) if fits and isinstance(value, str) else None


def _generation(value: object) -> str | None:
    number = whole_number(value)
    return None if number is None else str(number)


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is not None and moment.tzinfo is not None:
            moment.astimezone(UTC)  # a moment beyond the years 1 to 9999 there is none that could be stored
    except (ValueError, OverflowError):
        return None
    return moment


def _storable(name: str) -> str:
    """Half a surrogate pair is no text; as bytes that are no text it can be carried on, as in all listings."""
    try:
        name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    return name


def _text(body: bytes) -> str | None:
    """JSON is UTF-8, UTF-16 or UTF-32; of what is not, UTF-8's faults are kept as they are in names."""
    encoding = json.detect_encoding(body)
    utf8 = encoding.startswith("utf-8")
    try:
        text = body.removeprefix(codecs.BOM_UTF8).decode("utf-8" if utf8 else encoding, _FAULTS[utf8])
    except UnicodeDecodeError:
        return None
    return text.strip()


_FAULTS = {True: "surrogateescape", False: "strict"}


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    named = dict(pairs)
    if len(named) < len(pairs):
        raise ValueError("a name stands twice")
    return named


def _short_int(digits: str) -> int | None:
    return int(digits) if len(digits) <= _DIGITS else None


def _no_json(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_int=_short_int, parse_constant=_no_json, strict=False)
