from __future__ import annotations

import struct
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.dictation import HEADER_BYTES, read_dictation_header
from documents.wav_header import read_wav


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


FORM = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16))
SOUND = chunk(b"data", bytes(48_000))
INFO = chunk(
    b"LIST",
    b"INFO" + chunk(b"IART", b"JSMITH\0") + chunk(b"ICMT", b"urgent") + chunk(b"ICRD", b"2015-04-12\0"),
)  # fmt: skip
BEXT = chunk(
    b"bext",
    b"clinic of Tuesday".ljust(256, b"\0") + b"RECORDER 5".ljust(32, b"\0") + b"GB0815".ljust(32, b"\0")
    + b"2015-04-12" + b"09:30:05" + bytes(300),
)  # fmt: skip


def wav(*chunks: bytes) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_info_tells_author_words_and_day() -> None:
    facts = read_wav(wav(FORM, INFO, SOUND)).facts
    assert (facts.author, facts.comment, facts.started) == ("JSMITH", "urgent", datetime(2015, 4, 12))  # noqa: DTZ001
    assert facts.seconds == 3


def test_bext_tells_originator_reference_and_time() -> None:
    found = read_dictation_header(wav(BEXT, FORM, SOUND)[:HEADER_BYTES])
    assert found is not None
    assert (found.author, found.recorder, found.comment) == ("RECORDER 5", "GB0815", "clinic of Tuesday")
    assert found.started == datetime(2015, 4, 12, 9, 30, 5)  # noqa: DTZ001
    assert found.seconds == 3


def test_tags_behind_the_sound_are_found_in_a_whole_file() -> None:
    assert read_wav(wav(FORM, SOUND, INFO)).facts.author == "JSMITH"
    assert read_wav(wav(FORM, SOUND, INFO)[:HEADER_BYTES]).facts.author is None


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_recorder_that_was_cut_off_knew_no_length(size: int) -> None:
    header = read_wav(wav(FORM) + b"data" + struct.pack("<I", size) + bytes(100))
    assert (header.sized, header.facts.seconds) == (False, None)
    assert header.sound is not None


def test_the_kind_of_an_extensible_format_is_the_one_inside() -> None:
    form = struct.pack("<HHIIHHHHIH", 0xFFFE, 1, 8000, 8000, 1, 8, 22, 8, 0, 7) + bytes(14)
    header = read_wav(wav(chunk(b"fmt ", form), SOUND))
    assert header.format is not None
    assert header.format.code == 7


@given(st.binary(max_size=400))
def test_hostile_chunks_never_raise(rest: bytes) -> None:
    read_wav(b"RIFF\0\0\0\0WAVE" + rest)
    read_wav(b"RIFF\0\0\0\0WAVELIST\xff\xff\0\0INFO" + rest)
    read_wav(b"RIFF\0\0\0\0WAVEbext\xff\xff\0\0" + rest)
