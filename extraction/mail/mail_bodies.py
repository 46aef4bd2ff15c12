"""Bodies of mails: base64, quoted-printable, uuencode and yEnc, whole or as blocks inside a text; damaged ones too."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field

from documents.records import SkipReason

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_ALPHABET + b"="))
_BLANK = b" \t\r\n\x00"
# Share of other characters above which a body is not the base64 that its header says: damage and footers are less.
_FOREIGN_SHARE = 0.1
# The same of spaces, of which prose has 15 % and base64 only those that a program folds it with.
_SPACE_SHARE = 0.08
_SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,300})\r?$", re.MULTILINE)
_UU_END = re.compile(rb"^(?:end|====)[ \t\r]*$", re.MULTILINE)
_YENC_BEGIN = re.compile(rb"^=ybegin ([^\r\n]{1,300}?) name=([^\r\n]{1,300})\r?$", re.MULTILINE)
_YENC_END = re.compile(rb"^=yend[^\r\n]*\r?$", re.MULTILINE)
_YENC_PART = re.compile(rb"^=ypart[^\r\n]*\r?\n")
_YENC_ESCAPE = re.compile(rb"=(.)", re.DOTALL)
_YENC_TABLE = bytes((value - 42) % 256 for value in range(256))
_YENC_ESCAPED = bytes((value - 64) % 256 for value in range(256))
# Files inside one text body; newsgroups had a few, and each is searched for its end.
MAX_BLOCKS = 100


@dataclass(frozen=True, slots=True)
class Body:
    """Bytes without their transfer encoding; `reason` and `detail` say what is wrong with them."""

    data: bytes = field(repr=False)
    reason: SkipReason | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A file that stands encoded inside a text."""

    name: bytes = field(repr=False)
    body: Body


def transfer_decoded(data: bytes, transfer: str) -> Body:
    """The body, by what its header says; as it is where the header says nothing known."""
    match transfer:
        case "base64" | "b":
            return from_base64(data)
        case "quoted-printable" | "q":
            return Body(binascii.a2b_qp(_SOFT_BREAK.sub(b"=", data)))
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return next((block.body for block in _uuencoded(data)[1]), Body(data))
        case "x-yenc" | "yenc":
            return next((block.body for block in _yencoded(data)[1]), Body(data))
        case _:
            return Body(data)


def from_base64(data: bytes) -> Body:
    """Whatever stands between is passed over; several encodings one behind the other are joined."""
    letters = data.translate(None, delete=_NOT_BASE64)
    foreign = len(data) - len(letters) - sum(data.count(blank) for blank in _BLANK)
    if foreign > _FOREIGN_SHARE * len(data) or data.count(b" ") > _SPACE_SHARE * len(data):
        return Body(data)
    parts: list[bytes] = []
    runs = re.split(rb"=+", letters)
    for run in runs:
        whole = run[: len(run) - (len(run) % 4 == 1)]
        parts.append(binascii.a2b_base64(whole + b"=" * (-len(whole) % 4)))
    is_cut = bool(runs) and not letters.endswith(b"=") and len(runs[-1]) % 4 != 0
    return Body(b"".join(parts), *((SkipReason.TRUNCATED, "base64") if is_cut else (None, "")))


def blocks_in(data: bytes) -> tuple[bytes, list[Block]]:
    """A text without the files that stand in it, and those."""
    blocks: list[Block] = []
    if b"begin" in data:
        data, found = _uuencoded(data)
        blocks += found
    if b"=ybegin " in data:
        data, found = _yencoded(data)
        blocks += found
    return data, blocks


def _uuencoded(data: bytes) -> tuple[bytes, list[Block]]:
    blocks: list[Block] = []
    rest: list[bytes] = []
    at = 0
    while len(blocks) < MAX_BLOCKS and (begin := _UU_BEGIN.search(data, at)):
        end = _UU_END.search(data, begin.end())
        packed = data[begin.end() + 1 : end.start() if end else len(data)]
        content = from_base64(packed) if begin[0].startswith(b"begin-base64") else _from_uu(packed)
        if content.data:
            if end is None:
                content = Body(content.data, SkipReason.TRUNCATED, "uuencode")
            rest.append(data[at : begin.start()])
            blocks.append(Block(begin[1], content))
            at = end.end() if end else len(data)
        else:  # a sentence that begins so
            rest.append(data[at : begin.end()])
            at = begin.end()
    return b"".join([*rest, data[at:]]), blocks


def _from_uu(packed: bytes) -> Body:
    parts: list[bytes] = []
    is_damaged = False
    for line in packed.split(b"\n"):
        if not (row := line.rstrip(b"\r")):
            continue
        try:
            parts.append(binascii.a2b_uu(row))
        except binascii.Error:
            size = ((row[0] - 32) & 63) * 4 + 5
            try:  # some programs write more than they count
                parts.append(binascii.a2b_uu(row[: size // 3]))
            except binascii.Error:
                is_damaged = True
    return Body(b"".join(parts), *((SkipReason.UNREADABLE, "uuencode") if is_damaged else (None, "")))


def _yencoded(data: bytes) -> tuple[bytes, list[Block]]:
    blocks: list[Block] = []
    rest: list[bytes] = []
    at = 0
    while len(blocks) < MAX_BLOCKS and (begin := _YENC_BEGIN.search(data, at)):
        end = _YENC_END.search(data, begin.end())
        packed = _YENC_PART.sub(b"", data[begin.end() + 1 : end.start() if end else len(data)], count=1)
        is_part = b"part=" in begin[1] or end is None
        trouble = (SkipReason.TRUNCATED, "one part of a divided file") if is_part else (None, "")
        rest.append(data[at : begin.start()])
        blocks.append(Block(begin[2], Body(_from_yenc(packed), *trouble)))
        at = end.end() if end else len(data)
    return b"".join([*rest, data[at:]]), blocks


def _from_yenc(packed: bytes) -> bytes:
    joined = packed.translate(None, delete=b"\r\n")
    plain = _YENC_ESCAPE.sub(lambda found: found[1].translate(_YENC_ESCAPED), joined)
    return plain.translate(_YENC_TABLE)
