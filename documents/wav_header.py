"""Headers of WAV files: how the sound is coded, its length, and what LIST/INFO and bext say of its author.

Chunks as in Microsoft's "Multimedia Programming Interface and Data Specifications" and EBU Tech 3285 (bext).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from documents.sound_facts import SoundFacts, cleaned, joined, written_time

# Chunks that are looked at; recorders write up to ten.
_MOST_CHUNKS = 64
_CHUNK_HEAD = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")
_FORM_BYTES = 12
# Sizes from here on mean that the writer did not know: a recorder that was cut off leaves 0 or all ones.
_UNKNOWN_SIZE = 0xFFFF_FF00
# Of an extensible format the code is the beginning of a GUID.
_EXTENSIBLE, _GUID_AT = 0xFFFE, 24
# Places of the fields of bext.
_DESCRIPTION, _ORIGINATOR, _REFERENCE, _DAY, _TIME = (
    slice(0, 256), slice(256, 288), slice(288, 320), slice(320, 330), slice(330, 338),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WavFormat:
    """How the samples of a WAV file are coded.

    Attributes:
        code: 1 whole numbers, 3 floating point, 6 A-law, 7 mu-law; others are codecs.
        channels, rate, bytes_a_second, frame_bytes, bits: as the file says; each may be nonsense.
    """

    code: int
    channels: int
    rate: int
    bytes_a_second: int
    frame_bytes: int
    bits: int


@dataclass(frozen=True, slots=True)
class WavHeader:
    """What stands in the chunks of a file, as far as it was given.

    Attributes:
        format: None where there is none before the sound.
        sound: where the samples lie in the file, ends included that lie beyond what is there; None without them.
        sized: the file says how long its sound is.
        facts: author, time, length.
    """

    format: WavFormat | None
    sound: tuple[int, int] | None
    sized: bool
    facts: SoundFacts


def read_wav(data: bytes) -> WavHeader:
    """Read a file or its first bytes. Never raises."""
    kind: WavFormat | None = None
    sound: tuple[int, int] | None = None
    tags: dict[bytes, str | None] = {}
    broadcast = SoundFacts()
    for name, start, size in _chunks(data):
        if name == b"fmt " and kind is None:
            kind = _format(data[start : start + min(size, 64)])
        elif name == b"data" and sound is None:
            sound = (start, start + size)
        elif name == b"LIST" and data[start : start + 4] == b"INFO":
            tags |= _info(data[start + 4 : start + min(size, 1 << 16)])
        elif name == b"bext":
            broadcast = _broadcast(data[start : start + min(size, 512)])
    length = sound[1] - sound[0] if sound else 0
    sized = 0 < length < _UNKNOWN_SIZE
    rate = kind.bytes_a_second if kind else 0
    facts = SoundFacts(
        author=tags.get(b"IART") or broadcast.author,
        recorder=broadcast.recorder,
        comment=joined(tags.get(b"INAM"), tags.get(b"ICMT"), broadcast.comment),
        started=broadcast.started or written_time(tags.get(b"ICRD")),
        seconds=length / rate if sized and rate else None,
    )
    return WavHeader(kind, sound, sized, facts)


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, place and size of each; the sizes are the file's own and may lie beyond its end."""
    position = _FORM_BYTES
    for _ in range(_MOST_CHUNKS):
        if position + _CHUNK_HEAD.size > len(data):
            return
        name, size = _CHUNK_HEAD.unpack_from(data, position)
        position += _CHUNK_HEAD.size
        yield name, position, size
        position += size + size % 2


def _format(chunk: bytes) -> WavFormat | None:
    if len(chunk) < _FORMAT.size:
        return None
    code, *rest = _FORMAT.unpack_from(chunk)
    if code == _EXTENSIBLE and len(chunk) >= _GUID_AT + 2:
        code = int.from_bytes(chunk[_GUID_AT : _GUID_AT + 2], "little")
    return WavFormat(code, *rest)


def _info(chunk: bytes) -> dict[bytes, str | None]:
    """Tags by their names of four letters."""
    return {
        name: cleaned(chunk[start - _FORM_BYTES : start - _FORM_BYTES + size].decode("cp1252", "replace"))
        for name, start, size in _chunks(bytes(_FORM_BYTES) + chunk)
    }


def _broadcast(chunk: bytes) -> SoundFacts:
    description, author, reference, day, time = (
        cleaned(chunk[place].decode("cp1252", "replace"))
        for place in (_DESCRIPTION, _ORIGINATOR, _REFERENCE, _DAY, _TIME)
    )
    return SoundFacts(author, reference, description, written_time(f"{day} {time}" if time else day))
