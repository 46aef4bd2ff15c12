"""RTF as Outlook compresses it: [MS-OXRTFCP], "LZFu"."""

from __future__ import annotations

import struct

from documents.records import SkipReason
from extraction.budget import Budget
from extraction.mail.mail_bodies import Body

_HEADER = struct.Struct("<II4sI")
_COMPRESSED, _PLAIN = b"LZFu", b"MELA"
_WINDOW = 4096
# What the window holds at the start, by the specification.
_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
# Bytes after which the result is counted. A byte can become nine.
_COUNTED_BYTES = 64 << 10


def decompressed(data: bytes, budget: Budget) -> Body:
    """The RTF, up to the damage or the end.

    Raises:
        BudgetSpentError: it is more than the document may take.
    """
    if len(data) < _HEADER.size:
        return Body(b"", SkipReason.TRUNCATED, "compressed RTF")
    _, size, kind, _ = _HEADER.unpack_from(data)
    if kind == _PLAIN:
        return Body(data[_HEADER.size : _HEADER.size + size])
    if kind != _COMPRESSED:
        return Body(b"", SkipReason.UNREADABLE, "compressed RTF")
    out, ended = _expanded(data, _HEADER.size, budget)
    rtf = bytes(out[len(_START) :])
    return Body(rtf) if ended or len(rtf) >= size else Body(rtf, SkipReason.TRUNCATED, "compressed RTF")


def _expanded(data: bytes, at: int, budget: Budget) -> tuple[bytearray, bool]:
    """The window's start and all behind it, and whether the end mark was met."""
    out = bytearray(_START)
    counted = len(out)
    while at < len(data):
        control = data[at]
        at += 1
        for bit in range(8):
            if not control >> bit & 1:
                out += data[at : at + 1]
                at += 1
                continue
            if at + 2 > len(data):
                return out, False
            token = data[at] << 8 | data[at + 1]
            at += 2
            distance = (len(out) - (token >> 4)) % _WINDOW
            if not distance:  # it points at where it would write: the end
                return out, True
            _copy(out, distance, (token & 15) + 2)
        if len(out) - counted > _COUNTED_BYTES:
            budget.spend_bytes(len(out) - counted)
            counted = len(out)
    return out, False


def _copy(out: bytearray, distance: int, length: int) -> None:
    """So many bytes from so far back; beyond the start the window is empty. They may overlap what they make."""
    if distance > len(out):
        out += bytes(length)
    elif distance >= length:
        start = len(out) - distance
        out += out[start : start + length]
    else:
        run = out[-distance:]
        out += (run * (length // distance + 1))[:length]
