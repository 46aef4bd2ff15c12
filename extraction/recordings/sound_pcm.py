"""Sound that needs no codec: WAV with whole numbers, floating point, A-law or mu-law."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from documents.records import SkipReason
from documents.wav_header import WavFormat, WavHeader
from extraction.budget import UnreadableError

Samples = NDArray[np.float32]

_WHOLE, _FLOATING, _A_LAW, _MU_LAW = 1, 3, 6, 7
_DTYPES: Final = {
    (_WHOLE, 1): "u1", (_WHOLE, 2): "<i2", (_WHOLE, 4): "<i4", (_FLOATING, 4): "<f4", (_FLOATING, 8): "<f8",
    (_A_LAW, 1): "u1", (_MU_LAW, 1): "u1",
}  # fmt: skip
_THREE_BYTES = 3
# Sample frames that are turned into numbers together.
_TOGETHER = 1 << 16
_MOST_CHANNELS = 64


def is_plain(wav: WavHeader) -> bool:
    """Can its samples be taken as they lie?"""
    return wav.format is not None and _sample_bytes(wav.format) > 0


def plain_sound(data: bytes, wav: WavHeader) -> Iterator[Samples]:
    """All channels as one, piece by piece.

    Raises:
        UnreadableError: there is no sound, or less than the header says, after what was there.
    """
    if wav.format is None or wav.sound is None:
        raise UnreadableError(SkipReason.TRUNCATED if wav.sound is None else SkipReason.UNREADABLE, "no sound")
    start, end = wav.sound
    frame = _sample_bytes(wav.format) * wav.format.channels
    stop = min(end if wav.sized else len(data), len(data))
    stop -= (stop - start) % frame
    for at in range(start, stop, _TOGETHER * frame):
        samples = _numbers(data[at : min(stop, at + _TOGETHER * frame)], wav.format)
        yield samples.reshape(-1, wav.format.channels).mean(axis=1, dtype=np.float32)
    if wav.sized and end > len(data):
        raise UnreadableError(SkipReason.TRUNCATED, "sound")


def _sample_bytes(kind: WavFormat) -> int:
    """Of one sample of one channel; 0 for what is coded."""
    if not 0 < kind.channels <= _MOST_CHANNELS or kind.frame_bytes % kind.channels:
        return 0
    size = kind.frame_bytes // kind.channels
    return size if (kind.code, size) in _DTYPES or (kind.code, size) == (_WHOLE, _THREE_BYTES) else 0


def _numbers(raw: bytes, kind: WavFormat) -> Samples:
    size = _sample_bytes(kind)
    if size == _THREE_BYTES:
        wide = np.zeros((len(raw) // 3, 4), dtype=np.uint8)
        wide[:, 1:] = np.frombuffer(raw, dtype=np.uint8).reshape(-1, 3)
        return wide.view("<i4")[:, 0].astype(np.float32)
    values = np.frombuffer(raw, dtype=_DTYPES[kind.code, size])
    if kind.code in _TABLES:
        table: Samples = _TABLES[kind.code]
        return np.take(table, values)
    numbers: Samples = np.nan_to_num(values.astype(np.float32), posinf=0.0, neginf=0.0)
    return numbers - 128 if size == 1 else numbers


def _mu_law_table() -> Samples:
    """ITU-T G.711: what each of the 256 bytes stands for."""
    code = ~np.arange(256, dtype=np.uint8)
    size = (((code & 0x0F).astype(np.int32) << 3) + 0x84 << (code >> 4 & 7)) - 0x84
    return np.where(code & 0x80, -size, size).astype(np.float32)


def _a_law_table() -> Samples:
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    exponent = (code >> 4 & 7).astype(np.int32)
    size = ((code & 0x0F).astype(np.int32) << 4) + np.where(exponent > 0, 0x108, 8)
    size <<= np.maximum(exponent - 1, 0)
    return np.where(code & 0x80, size, -size).astype(np.float32)


_TABLES: Final = {_MU_LAW: _mu_law_table(), _A_LAW: _a_law_table()}
