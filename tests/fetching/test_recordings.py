from __future__ import annotations

import pytest

from documents.dictation import HEADER_BYTES
from fetching.recordings import is_to_be_heard, is_without_text, told_by_head

URL, NAME, PARENT = "http://h.example/DS30001.DS2", "DS30001.DS2", "http://h.example/"


@pytest.mark.parametrize(
    ("head", "header", "detail"),
    [
        (b"\x03ds2".ljust(HEADER_BYTES, b"\0"), "ds2", "a recording: header read"),
        (b"\x03enc".ljust(HEADER_BYTES, b"\0"), "ds2_encrypted", "a recording: header read"),
        (b"OggS".ljust(HEADER_BYTES, b"\0"), None, "a recording: no header known"),
        (bytes(range(256)) * 6, None, "a recording: no header known"),
    ],
)
def test_what_is_recorded_of_a_recording(head: bytes, header: str | None, detail: str) -> None:
    told = told_by_head(head + b"voice", URL, NAME, 12345, PARENT)
    assert told is not None
    entries, skipped = told
    assert [entry.dictation and entry.dictation.format.value for entry in entries] == ([header] if header else [])
    assert all(entry.size == 12345 for entry in entries)
    assert (skipped.reason.value, skipped.detail, skipped.parent) == ("unsupported_type", detail, PARENT)


@pytest.mark.parametrize("head", [b"%PDF-1.4", b"Dear Dr Example,", b"PK\x03\x04", b"{\\rtf1", b"<html>"])
def test_what_may_hold_text_is_to_be_fetched_whole(head: bytes) -> None:
    assert told_by_head(head, URL, NAME, None, PARENT) is None


@pytest.mark.parametrize(
    ("head", "without"),
    [
        (b"\x7fELF" + bytes(60), True),
        (b"wOF2" + bytes(60), True),
        (b"\0\0\0\x18ftypisom", True),
        (bytes(range(256)), True),
        (b"", True),
        (b"%PDF-1.7", False),
        (b"PK\x03\x04" + bytes(60), False),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60), False),
        (b"\xff\xd8\xff\xe0" + bytes(60), False),
        (b"SQLite format 3\0", False),
        ("Liebe Frau M\u00fcller".encode("cp1252"), False),
        ("Dear Dr Example".encode("utf-16"), False),
    ],
)
def test_what_first_bytes_say_of_text(head: bytes, without: bool) -> None:
    assert is_without_text(head) is without


@pytest.mark.parametrize(
    ("head", "size", "heard"),
    [
        (b"\x03ds2" + bytes(2000), 5000, True),
        (b"\x03ds2" + bytes(2000), None, True),
        (b"\x03ds2" + bytes(2000), 50_000, False),
        (b"\x03enc" + bytes(2000), 5000, False),
        (b"ID3\x03" + bytes(2000), 5000, True),
        (b"OggS" + bytes(2000), 5000, True),
        (b"\x7fELF" + bytes(2000), 5000, False),
        (bytes(range(256)) * 4, 5000, False),
        (b"Dear Dr Example", 5000, False),
    ],
)
def test_what_is_to_be_heard(head: bytes, size: int | None, heard: bool) -> None:
    assert is_to_be_heard(head, size, 10_000) is heard
