from __future__ import annotations

import struct
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.dictation import HEADER_BYTES, read_dictation_header
from documents.mp3_header import read_mp3

# MPEG 1, layer III, 64 kbit/s, 44.1 kHz, mono: 208 bytes a frame.
FRAME_HEAD = b"\xff\xfb\x50\xc0"
FRAME = FRAME_HEAD + bytes(204)


def seven_bits(value: int) -> bytes:
    return bytes(value >> shift & 0x7F for shift in (21, 14, 7, 0))


def tag(version: int, *frames: tuple[bytes, bytes], flags: int = 0) -> bytes:
    body = b""
    for name, content in frames:
        if version == 2:
            body += name + struct.pack(">I", len(content))[1:] + content
        else:
            size = seven_bits(len(content)) if version == 4 else struct.pack(">I", len(content))
            body += name + size + b"\0\0" + content
    body += bytes(20)
    return b"ID3" + bytes([version, 0, flags]) + seven_bits(len(body)) + body


@pytest.mark.parametrize(
    "frames",
    [
        tag(2, (b"TP1", b"\0Dr A"), (b"TT2", b"\0Clinic"), (b"COM", b"\0eng\0urgent"), (b"TLE", b"\x0065000")),
        tag(3, (b"TPE1", b"\0Dr A"), (b"TIT2", b"\x01" + "Clinic".encode("utf-16")), (b"TLEN", b"\x0065000"),
            (b"COMM", b"\x01eng" + "\0".encode("utf-16") + "urgent".encode("utf-16")),
            (b"TYER", b"\x002015"), (b"TDAT", b"\x001204"), (b"TIME", b"\x000930")),
        tag(4, (b"TPE1", b"\x03Dr A"), (b"TIT2", b"\x02" + "Clinic".encode("utf-16-be")), (b"TLEN", b"\x0365000"),
            (b"COMM", b"\x03eng\0urgent"), (b"TDRC", b"\x032015-04-12T09:30")),
    ],
)  # fmt: skip
def test_id3_of_every_version(frames: bytes) -> None:
    facts = read_mp3(frames + FRAME * 3)
    assert (facts.author, facts.comment, facts.seconds) == ("Dr A", "Clinic; urgent", 65.0)
    assert facts.started in (None, datetime(2015, 4, 12, 9, 30))  # noqa: DTZ001 - version 2.2 has no time here


def test_the_old_tag_at_the_end_of_a_whole_file() -> None:
    old = (
        b"TAG"
        + b"Clinic".ljust(30, b"\0")
        + b"Dr A".ljust(30, b" ")
        + bytes(30)
        + b"2015"
        + b"urgent".ljust(30)
        + b"\0"
    )
    data = FRAME * 10 + old
    assert read_mp3(data, len(data)).author == "Dr A"
    assert read_mp3(data).author is None


@pytest.mark.parametrize("mark", [b"Xing", b"Info"])
def test_length_by_the_count_of_an_encoder(mark: bytes) -> None:
    first = bytearray(FRAME)
    first[4 + 17 : 4 + 17 + 12] = mark + struct.pack(">II", 1, 5000)
    assert read_mp3(bytes(first)).seconds == pytest.approx(5000 * 1152 / 44100)


def test_length_by_vbri() -> None:
    first = bytearray(FRAME)
    first[36:40] = b"VBRI"
    first[36 + 14 : 36 + 18] = struct.pack(">I", 700)
    assert read_mp3(bytes(first)).seconds == pytest.approx(700 * 1152 / 44100)


def test_length_by_size_where_nothing_counts() -> None:
    found = read_dictation_header(tag(3, (b"TPE1", b"\0Dr A"))[:HEADER_BYTES] + FRAME, 8_000_000)
    assert found is not None
    assert (found.author, found.seconds) == ("Dr A", 999)


def test_nothing_personal_is_in_its_representation() -> None:
    facts = read_mp3(tag(3, (b"TPE1", b"\0Dr Secret"), (b"TIT2", b"\0Mrs Secret")))
    assert "Secret" not in repr(facts)
    assert facts.author == "Dr Secret"


def test_a_huge_picture_before_the_name_is_passed_over() -> None:
    facts = read_mp3(tag(3, (b"APIC", bytes(200_000)), (b"TPE1", b"\0Dr A")) + FRAME)
    assert facts.author == "Dr A"


@given(st.binary(max_size=300), st.integers(0, 255), st.integers(0, 255))
def test_hostile_tags_never_raise(rest: bytes, version: int, flags: int) -> None:
    for start in (
        b"ID3" + bytes([version, 0, flags]),
        b"ID3\x03\0\0\0\0\x02\0TPE1",
        b"ID3\x04\0\0\0\0\x02\0COMM",
        FRAME_HEAD,
    ):
        facts = read_mp3(start + rest, len(start + rest))
        assert facts.seconds is None or facts.seconds >= 0
