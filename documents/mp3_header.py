"""Headers of MP3 files: ID3 tags and the length, which stands in a tag or is counted from the first frame.

ID3v2 as in id3.org's documents of versions 2.2, 2.3 and 2.4; frames as in ISO 11172-3; Xing and VBRI as encoders
write them into the first frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from documents.sound_facts import SoundFacts, cleaned, joined, written_time

# Frames of a tag that are looked at, and bytes of one: a cover picture is larger and is passed over.
_MOST_FRAMES = 256
_FRAME_BYTES = 4096
# Bytes of a tag that are looked at.
_TAG_BYTES = 1 << 20
# Bytes behind a tag in which the first frame of sound is looked for; writers pad with zeros.
_PADDING_BYTES = 4096
_TAG_HEAD, _V1_BYTES = 10, 128
_UNSYNCHRONISED, _EXTENDED = 0x80, 0x40
_CHARSETS = ("latin-1", "utf-16", "utf-16-be", "utf-8")
# A length in milliseconds beyond a week is none.
_MOST_MILLISECONDS = 7 * 86_400_000
# Names in versions 2.2 and later ones.
_NAMES = {
    "author": (b"TP1", b"TPE1"), "title": (b"TT2", b"TIT2"), "comment": (b"COM", b"COMM"),
    "length": (b"TLE", b"TLEN"), "recorded": (b"TRD", b"TDRC"), "year": (b"TYE", b"TYER"), "day": (b"TDA", b"TDAT"),
    "time": (b"TIM", b"TIME"),
}  # fmt: skip
_FACTS = {name: fact for fact, names in _NAMES.items() for name in names}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_BITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_BITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_VERSION_1, _MONO, _LAYER_3 = 3, 3, 1


@dataclass(frozen=True, slots=True)
class _Frame:
    """The first frame of sound."""

    start: int
    rate: int
    bits_a_second: int
    samples: int
    side_bytes: int


def read_mp3(data: bytes, size: int | None = None) -> SoundFacts:
    """Read a file or its first bytes. Never raises.

    Args:
        data: the file, or its beginning.
        size: of the whole file, bytes, where it is known.
    """
    tags, sound = _tags(data)
    if size == len(data):
        tags = _old_tags(data) | tags
    dated = tags.get("recorded") or _old_date(tags)
    return SoundFacts(
        author=tags.get("author"),
        comment=joined(tags.get("title"), tags.get("comment")),
        started=written_time(dated),
        seconds=_told_length(tags.get("length")) or _counted_length(data, sound, size),
    )


def _tags(data: bytes) -> tuple[dict[str, str], int]:
    """What ID3v2 says, and where it ends."""
    if data[:3] != b"ID3" or len(data) < _TAG_HEAD:
        return {}, 0
    version, flags = data[3], data[5]
    end = _TAG_HEAD + _seven_bits(data[6:10])
    body = data[_TAG_HEAD : min(end, _TAG_BYTES)]
    if flags & _UNSYNCHRONISED:
        body = body.replace(b"\xff\x00", b"\xff")
    if flags & _EXTENDED and version > 2:  # noqa: PLR2004 - in 2.2 the bit means something else
        extended = _seven_bits(body[:4]) if version > 3 else int.from_bytes(body[:4], "big") + 4  # noqa: PLR2004
        body = body[extended:]
    found: dict[str, str] = {}
    for name, content in _tag_frames(body, version):
        fact = _FACTS.get(name)
        text = _text(content, has_language=fact == "comment") if fact else None
        if fact and text:
            found.setdefault(fact, text)
    return found, end


def _tag_frames(body: bytes, version: int) -> Iterator[tuple[bytes, bytes]]:
    name_bytes, head = (3, 6) if version <= 2 else (4, 10)  # noqa: PLR2004 - the version of short names
    at = 0
    for _ in range(_MOST_FRAMES):
        name, length = body[at : at + name_bytes], body[at + name_bytes : at + 2 * name_bytes]
        if len(length) < name_bytes or not name.strip(b"\0"):
            return
        size = _seven_bits(length) if version >= 4 else int.from_bytes(length, "big")  # noqa: PLR2004
        yield name, body[at + head : at + head + min(size, _FRAME_BYTES)]
        at += head + size


def _seven_bits(raw: bytes) -> int:
    value = 0
    for byte in raw:
        value = value << 7 | byte & 0x7F
    return value


def _text(content: bytes, *, has_language: bool) -> str | None:
    if not content or content[0] >= len(_CHARSETS):
        return None
    charset, raw = _CHARSETS[content[0]], content[1:]
    if has_language:  # then a short description, ended by zeros, then the text
        text = raw[3:].decode(charset, "replace")
        return cleaned(text.partition("\0")[2].lstrip("\ufeff\ufffe"))
    return cleaned(raw.decode(charset, "replace"))


def _old_tags(data: bytes) -> dict[str, str]:
    """ID3v1: the last 128 bytes."""
    tag = data[-_V1_BYTES:]
    if len(tag) < _V1_BYTES or tag[:3] != b"TAG":
        return {}
    places = {"title": slice(3, 33), "author": slice(33, 63), "year": slice(93, 97), "comment": slice(97, 127)}
    texts = {fact: cleaned(tag[place].decode("latin-1")) for fact, place in places.items()}
    return {fact: text for fact, text in texts.items() if text}


def _old_date(tags: dict[str, str]) -> str | None:
    """Year, day and month (`DDMM`) and time (`HHMM`) of version 2.3, as one."""
    year, day, time = (tags.get(name, "") for name in ("year", "day", "time"))
    if len(day) != 4:  # noqa: PLR2004 - a year alone is no time
        return None
    clock = f" {time[:2]}:{time[2:]}" if len(time) == 4 else ""  # noqa: PLR2004
    return f"{year}-{day[2:]}-{day[:2]}{clock}"


def _told_length(text: str | None) -> float | None:
    if not text or not text.isascii() or not text.isdigit() or len(text) > len(str(_MOST_MILLISECONDS)):
        return None
    milliseconds = int(text)
    return milliseconds / 1000 if 0 < milliseconds <= _MOST_MILLISECONDS else None


def _counted_length(data: bytes, start: int, size: int | None) -> float | None:
    """By the count of frames that an encoder left in the first one, else as if all were as large as the first."""
    frame = _first_frame(data, start)
    if frame is None:
        return None
    frames = _counted_frames(data, frame)
    if frames:
        return frames * frame.samples / frame.rate
    return (size - frame.start) * 8 / frame.bits_a_second if size and size > frame.start else None


def _first_frame(data: bytes, start: int) -> _Frame | None:
    at = data.find(b"\xff", start, start + _PADDING_BYTES)
    while 0 <= at <= len(data) - 4:
        frame = _frame(data[at : at + 4], at)
        if frame is not None:
            return frame
        at = data.find(b"\xff", at + 1, start + _PADDING_BYTES)
    return None


def _frame(head: bytes, start: int) -> _Frame | None:
    version, layer, bits, rate = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    if head[1] & 0xE0 != 0xE0 or layer != _LAYER_3 or version not in _RATES:  # noqa: PLR2004 - bits of the mark
        return None
    if bits in (0, 15) or rate >= len(_RATES[version]):
        return None
    is_mono, newest = head[3] >> 6 == _MONO, version == _VERSION_1
    side = (17 if is_mono else 32) if newest else (9 if is_mono else 17)
    kilobits = (_BITS_1 if newest else _BITS_2)[bits]
    return _Frame(start, _RATES[version][rate], kilobits * 1000, 1152 if newest else 576, side)


def _counted_frames(data: bytes, frame: _Frame) -> int:
    at = frame.start + 4 + frame.side_bytes
    if data[at : at + 4] in (b"Xing", b"Info") and data[at + 7 : at + 8] and data[at + 7] & 1:
        return int.from_bytes(data[at + 8 : at + 12], "big")
    at = frame.start + 36
    return int.from_bytes(data[at + 14 : at + 18], "big") if data[at : at + 4] == b"VBRI" else 0
