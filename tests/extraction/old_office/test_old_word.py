from __future__ import annotations

import struct

import pytest

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.reader import extract

LETTER = "Dear Dr Müller,\r\nThank you for referring this patient to the clinic.\r\n"


def word_2(flags: int = 0) -> bytes:
    text = LETTER.replace("\r\n", "\r").encode("cp1252") + b"\x13 DATE \x144 May\x15\r"
    head = bytearray(0x180)
    struct.pack_into("<6H", head, 0, 0xA5DB, 0x2D, 0, 0x0809, 0, flags)
    struct.pack_into("<II", head, 0x18, len(head), len(head) + len(text))
    return bytes(head) + text + bytes(500)


def write(charset: str) -> bytes:
    text = LETTER.encode(charset)
    head = bytearray(0x80)
    struct.pack_into("<HHH", head, 0, 0xBE31, 0, 0xAB00)
    struct.pack_into("<I", head, 0x0E, 0x80 + len(text))
    return bytes(head) + text + bytes(300)


def test_word_2_for_windows() -> None:
    assert sniff(word_2()) is MediaType.OLD_WORD
    extraction = extract(word_2())
    assert extraction.text == LETTER.replace("\r\n", "\n") + "4 May"
    assert extraction.problems == ()


@pytest.mark.parametrize("charset", ["cp1252", "cp850"])
def test_write_and_word_for_dos(charset: str) -> None:
    extraction = extract(write(charset))
    assert extraction.media_type == MediaType.OLD_WORD
    assert extraction.text == LETTER.replace("\r\n", "\n").strip()
    assert extraction.problems == ()


def test_what_is_saved_fast_is_read_in_runs_and_marked() -> None:
    extraction = extract(word_2(flags=4))
    assert "Thank you for referring" in extraction.text
    assert [problem.reason for problem in extraction.problems] == [SkipReason.UNREADABLE]


def test_passwords_and_cut_files_are_told() -> None:
    assert [problem.reason for problem in extract(word_2(flags=0x100)).problems] == [SkipReason.ENCRYPTED]
    for data in (word_2()[:0x190], write("cp1252")[:0x90], word_2()[:50]):
        assert [problem.reason for problem in extract(data).problems] == [SkipReason.TRUNCATED]
