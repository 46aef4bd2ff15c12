"""Headers of dictation files: from the first 1,536 bytes, whose dictation, from when, how long, if encrypted.

No sound is read; a whole file tells more where its tags stand at the end. Offsets of DSS as in FFmpeg's
libavformat/dss.c, of DS2 as in hirparak/dss-codec.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from documents.mp3_header import read_mp3
from documents.sound_facts import SoundFacts
from documents.wav_header import read_wav

# Bytes that hold all that is read here; the sound of a DS2 file begins behind them.
HEADER_BYTES = 0x600
_AUTHOR = slice(0x0C, 0x1C)
_STARTED = slice(0x26, 0x32)
_ENDED = slice(0x32, 0x3E)
_COMMENT = slice(0x31E, 0x35E)
_RECORDER = slice(0x3E6, 0x3F0)
# Two digits of a year are 19xx from here on: the format is of 1994.
_PIVOT = 90
# A recording that lasts longer is a clock that was set between its ends, seconds: a day.
_LONGEST_RECORDING = 86_400
_MP3_VERSION_RESERVED, _MP3_LAYER_3 = 1, 1
_MP3_BAD_RATES = (0, 15)


class DictationFormat(StrEnum):
    """What the file is; MP3 and WAV hold any sound, the others dictation alone."""

    DSS = "dss"
    DS2 = "ds2"
    DS2_ENCRYPTED = "ds2_encrypted"
    WAV = "wav"
    MP3 = "mp3"


@dataclass(frozen=True, slots=True)
class DictationHeader:
    """What a header says. All but format, length and encryption are personal: kept keyed, never shown.

    Attributes:
        format: by the first bytes, not by the name.
        encrypted: None where the format can not tell.
        author: the recorder's author id; some hold a PIN. Of WAV and MP3 the artist or originator.
        recorder: serial number of the device (DS2), the originator's reference (WAV).
        comment: the author's words on the recording (DSS), title and comments (WAV, MP3).
        started: naive, the recorder's clock.
        ended: the same.
        length: seconds of sound, where the file counts it (WAV, MP3); an estimate for an MP3 without a count.
    """

    format: DictationFormat
    encrypted: bool | None = None
    author: str | None = field(default=None, repr=False)
    recorder: str | None = field(default=None, repr=False)
    comment: str | None = field(default=None, repr=False)
    started: datetime | None = field(default=None, repr=False)
    ended: datetime | None = field(default=None, repr=False)
    length: int | None = None

    @property
    def seconds(self) -> int | None:
        """How long the recording is; None where the header does not tell, or what it tells can not be."""
        if self.length is not None or self.started is None or self.ended is None:
            return self.length
        seconds = int((self.ended - self.started).total_seconds())
        return seconds if 0 <= seconds <= _LONGEST_RECORDING else None


def read_dictation_header(head: bytes, size: int | None = None) -> DictationHeader | None:
    """Read the first bytes of a file, at best HEADER_BYTES, or all. None for what is no dictation; never raises.

    Args:
        head: the first bytes.
        size: of the whole file, bytes, where it is known: some lengths follow from it.
    """
    match head[:4]:
        case b"\x02dss" | b"\x03dss":
            return _recorded(DictationFormat.DSS, head, encrypted=None)
        case b"\x03ds2":
            return _recorded(DictationFormat.DS2, head, encrypted=False)
        case b"\x03enc":
            return _recorded(DictationFormat.DS2_ENCRYPTED, head, encrypted=True)
        case b"RIFF" if head[8:12] == b"WAVE":
            return _tagged(DictationFormat.WAV, read_wav(head).facts)
        case _ if _is_mp3(head):
            return _tagged(DictationFormat.MP3, read_mp3(head, size))
        case _:
            return None


def _tagged(kind: DictationFormat, facts: SoundFacts) -> DictationHeader:
    length = None if facts.seconds is None else int(facts.seconds)
    return DictationHeader(kind, False, facts.author, facts.recorder, facts.comment, facts.started, None, length)


def _recorded(kind: DictationFormat, head: bytes, *, encrypted: bool | None) -> DictationHeader:
    is_dss = kind is DictationFormat.DSS
    return DictationHeader(
        kind,
        encrypted,
        author=_text(head, _AUTHOR),
        recorder=None if is_dss else _text(head, _RECORDER),
        comment=_text(head, _COMMENT) if is_dss else None,
        started=_time(head, _STARTED),
        ended=_time(head, _ENDED),
    )


def _text(head: bytes, place: slice) -> str | None:
    """A field that is filled up with zeros, spaces or 0xFF; None where it is empty or beyond what was read."""
    if len(head) < place.stop:
        return None
    written = head[place].partition(b"\0")[0].rstrip(b"\xff")
    return written.decode("cp1252", "replace").strip() or None


def _time(head: bytes, place: slice) -> datetime | None:
    digits = head[place]
    if len(digits) < place.stop - place.start or not digits.isdigit():
        return None
    year, *rest = (int(digits[at : at + 2]) for at in range(0, len(digits), 2))
    try:
        # Naive on purpose: recorders have a clock and no zone.
        return datetime(year + (1900 if year >= _PIVOT else 2000), *rest)  # type: ignore[arg-type] # noqa: DTZ001
    except ValueError:
        return None


def _is_mp3(head: bytes) -> bool:
    """An ID3 tag, or the first frame of layer III."""
    if head[:3] == b"ID3":
        return True
    if len(head) < 3 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:  # noqa: PLR2004 - eleven bits that begin a frame
        return False
    version, layer, rate = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4
    return version != _MP3_VERSION_RESERVED and layer == _MP3_LAYER_3 and rate not in _MP3_BAD_RATES
