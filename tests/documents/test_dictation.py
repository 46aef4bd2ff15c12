from __future__ import annotations

import io
import wave
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.dictation import HEADER_BYTES, DictationFormat, read_dictation_header


def dictation(magic: bytes, **fields: bytes) -> bytes:
    places = {"author": 0x0C, "started": 0x26, "ended": 0x32, "comment": 0x31E, "recorder": 0x3E6}
    head = bytearray(HEADER_BYTES)
    head[: len(magic)] = magic
    for name, value in fields.items():
        head[places[name] : places[name] + len(value)] = value
    return bytes(head)


TIMES = {"started": b"150412093005", "ended": b"150412093210"}


@pytest.mark.parametrize("version", [b"\x02", b"\x03"])
def test_dss(version: bytes) -> None:
    found = read_dictation_header(
        dictation(version + b"dss", author=b"JSMITH          ", comment=b"Urgent\0x", **TIMES)
    )
    assert found is not None
    assert (found.format, found.encrypted, found.author, found.comment) == (
        DictationFormat.DSS,
        None,
        "JSMITH",
        "Urgent",
    )
    assert (found.started, found.ended) == (datetime(2015, 4, 12, 9, 30, 5), datetime(2015, 4, 12, 9, 32, 10))  # noqa: DTZ001
    assert found.seconds == 125
    assert found.recorder is None


@pytest.mark.parametrize(
    ("magic", "kind", "encrypted"),
    [(b"\x03ds2", DictationFormat.DS2, False), (b"\x03enc", DictationFormat.DS2_ENCRYPTED, True)],
)
def test_ds2(magic: bytes, kind: DictationFormat, encrypted: bool) -> None:
    found = read_dictation_header(dictation(magic, author=b"TYPIST1", recorder=b"1234567890", **TIMES))
    assert found is not None
    assert (found.format, found.encrypted, found.author) == (kind, encrypted, "TYPIST1")
    assert (found.recorder, found.seconds, found.comment) == ("1234567890", 125, None)


def test_nothing_personal_is_in_its_representation() -> None:
    found = read_dictation_header(dictation(b"\x03ds2", author=b"TYPIST1", recorder=b"1234567890", **TIMES))
    assert "TYPIST1" not in repr(found)
    assert "1234567890" not in repr(found)
    assert "2015" not in repr(found)


def test_fields_beyond_what_was_read_are_unknown() -> None:
    found = read_dictation_header(dictation(b"\x03ds2", author=b"TYPIST1", **TIMES)[:0x30])
    assert found is not None
    assert (found.author, found.started, found.ended, found.recorder, found.seconds) == (
        "TYPIST1",
        None,
        None,
        None,
        None,
    )


@pytest.mark.parametrize("ended", [b"150412093004", b"150414093005", b"159912093005", b"            ", b"\0" * 12])
def test_times_that_can_not_be_give_no_length(ended: bytes) -> None:
    found = read_dictation_header(dictation(b"\x02dss", started=TIMES["started"], ended=ended))
    assert found is not None
    assert found.seconds is None


def test_wav_tells_its_length() -> None:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(bytes(2 * 8_000 * 3))
    found = read_dictation_header(file.getvalue()[:HEADER_BYTES])
    assert found is not None
    assert (found.format, found.seconds, found.encrypted) == (DictationFormat.WAV, 3, False)


@pytest.mark.parametrize("head", [b"ID3\x04\0\0\0\0\0\0", b"\xff\xfb\x90\x00", b"\xff\xf3\x40\xc4"])
def test_mp3(head: bytes) -> None:
    found = read_dictation_header(head)
    assert found is not None
    assert (found.format, found.seconds) == (DictationFormat.MP3, None)


@pytest.mark.parametrize(
    "head", [b"", b"\x03", b"%PDF-1.7", b"\xff\xfe<\0h\0", b"\xff\xff\xff\xff", b"RIFF\0\0\0\0AVI ", b"\x04dss"]
)
def test_anything_else_is_none(head: bytes) -> None:
    assert read_dictation_header(head) is None


@given(
    st.sampled_from([b"\x02dss", b"\x03ds2", b"\x03enc", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEfmt ", b"\xff"]),
    st.binary(max_size=HEADER_BYTES),
)
def test_hostile_bytes_never_raise(magic: bytes, rest: bytes) -> None:
    found = read_dictation_header(magic + rest)
    assert found is None or found.seconds is None or found.seconds >= 0
