"""A worker's answer on its way to the parent: a JSON header and the texts behind it; nothing in it is ever run.

The worker may have been taken over by the document it read. So the parent believes no length, type or reason unseen.
Texts travel outside of the JSON: a bounded header can not unfold into more than some twenty times its size.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any, TypeVar

from documents.media_type import MediaType
from documents.records import InnerFile, SkipReason
from extraction.budget import AnswerError, ExtractionLimits
from extraction.records import Extraction, Origin, Problem, Scan, Sound, TextPiece

Record = TypeVar("Record")

# Sizes of header and text, ahead of both.
SIZES = struct.Struct(">QQ")
# Bytes of a header. 2,000 pages of a PDF take 60 kB, 10,000 files inside 2 MB. A forged one of this size takes its
# reader 100 MB.
HEADER_BYTES = 4 << 20
# Characters of a problem's detail, which is shown to people. The longest of ours has 60.
DETAIL_CHARACTERS = 200
# Characters of one fact of a file's origin, or of a recording's header. A title has some 100.
FACT_CHARACTERS = 2000
# UTF-8 takes up to four bytes; a page's text may come twice, the second time as an article for reading.
_BYTES_PER_CHARACTER = 4 * 2
# Bytes of all fingerprints: 86 for a second of sound, so three days of it.
_FINGERPRINT_BYTES = 24 << 20
_ENCODING = "utf-8", "surrogatepass"
_MOST_CONFIDENT = 100
# Of a file inside, and of a recording: more than a document can hold, and fits the columns that it is stored in.
_MOST_BYTES = 1 << 40
_MOST_SECONDS = 1e8
# Problems and scans that are told where there are too many to tell.
MOST_TOLD = 200
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ENDING = re.compile(r"[A-Za-z0-9_.-]{0,20}")
_FILE = [each.name for each in fields(InnerFile)]
_ORIGIN = [each.name for each in fields(Origin)]
# A recording's facts; its fingerprint travels with the texts.
_SOUND = [each.name for each in fields(Sound) if each.name != "fingerprint"]
_PARTS = {"media_type", "pieces", "problems", "origins", "files", "scans", "sounds", "reading"}


def most_text_bytes(limits: ExtractionLimits) -> int:
    """Of all texts and fingerprints of one answer."""
    return limits.characters * _BYTES_PER_CHARACTER + _FINGERPRINT_BYTES


def encode(extraction: Extraction, limits: ExtractionLimits) -> tuple[bytes, bytes]:
    """Header and text.

    Raises:
        AnswerError: it is larger than the parent takes.
    """
    texts = [piece.text.encode(*_ENCODING) for piece in extraction.pieces]
    texts += [sound.fingerprint for sound in extraction.sounds]
    reading = None if extraction.reading is None else extraction.reading.encode(*_ENCODING)
    parts = {
        "media_type": extraction.media_type,
        "pieces": [
            [piece.path, piece.confidence, len(text)] for piece, text in zip(extraction.pieces, texts, strict=False)
        ],
        "problems": [[str(problem.reason), problem.path, problem.detail] for problem in extraction.problems],
        "origins": [[_short(getattr(origin, name)) for name in _ORIGIN] for origin in extraction.origins],
        "files": [[getattr(file, name) for name in _FILE] for file in extraction.files],
        "scans": [[scan.path, scan.replaces] for scan in extraction.scans],
        "sounds": [
            [len(sound.fingerprint), *(_short(getattr(sound, name)) for name in _SOUND)] for sound in extraction.sounds
        ],
        "reading": None if reading is None else len(reading),
    }
    header, text = json.dumps(parts).encode("ascii"), b"".join([*texts, reading or b""])
    check_sizes(len(header), len(text), limits)
    return header, text


def reduced(extraction: Extraction) -> Extraction:
    """The same text without its places, for an answer that was too large: no text is lost for names and numbers."""
    problems, scans = extraction.problems[:MOST_TOLD], extraction.scans[:MOST_TOLD]
    parts = len(extraction.pieces) + len(extraction.problems) + len(extraction.scans) + len(extraction.files)
    told = Problem(SkipReason.BUDGET_SPENT, "", f"{parts:,} places are more than an answer holds")
    return Extraction(
        extraction.media_type,
        pieces=(TextPiece("", extraction.text),),
        problems=(*problems, told),
        scans=scans,
        reading=extraction.reading,
    )


def _short(value: object) -> object:
    return value[:FACT_CHARACTERS] if isinstance(value, str) else value


def check_sizes(header: int, text: int, limits: ExtractionLimits) -> None:
    """Asked before the answer is read, too.

    Raises:
        AnswerError: too large.
    """
    if header > HEADER_BYTES or text > most_text_bytes(limits):
        raise AnswerError("too large")


def decode(header: bytes | bytearray, text: bytes | bytearray, limits: ExtractionLimits) -> Extraction:
    """The extraction, if every part of it is what it must be.

    Raises:
        AnswerError: it is not.
    """
    try:
        parts = json.loads(header)
        if type(parts) is not dict or set(parts) != _PARTS:
            raise AnswerError("parts")
        texts = _Texts(text)
        extraction = Extraction(
            str(MediaType(_string(parts["media_type"]))),
            pieces=_each(parts["pieces"], 3, lambda row: _piece(row, texts)),
            problems=_each(parts["problems"], 3, _problem),
            origins=_each(parts["origins"], len(_ORIGIN), _origin),
            files=_each(parts["files"], len(_FILE), _file),
            scans=_each(parts["scans"], 2, _scan),
            sounds=_each(parts["sounds"], len(_SOUND) + 1, lambda row: _sound(row, texts)),
            reading=None if parts["reading"] is None else texts.next(parts["reading"]),
        )
        texts.check_spent()
    except (ValueError, RecursionError) as error:  # the enums' and the decoders' own complaints are ValueErrors
        raise AnswerError(type(error).__name__) from None
    if sum(len(piece.text) for piece in extraction.pieces) > limits.characters:
        raise AnswerError("characters")
    return extraction


class _Texts:
    """Texts that lie one behind the other."""

    def __init__(self, data: bytes | bytearray) -> None:
        self._data = memoryview(data)

    def next(self, size: object) -> str:
        return str(self._next(size), *_ENCODING)

    def next_bytes(self, size: object) -> bytes:
        return bytes(self._next(size))

    def _next(self, size: object) -> memoryview:
        if type(size) is not int or not 0 <= size <= len(self._data):
            raise AnswerError("size")
        text, self._data = self._data[:size], self._data[size:]
        return text

    def check_spent(self) -> None:
        if self._data:
            raise AnswerError("text left over")


def _piece(row: list[object], texts: _Texts) -> TextPiece:
    path, confidence, size = row
    if confidence is not None and (type(confidence) is not int or not 0 <= confidence <= _MOST_CONFIDENT):
        raise AnswerError("confidence")
    return TextPiece(_string(path), texts.next(size), confidence)


def _problem(row: list[object]) -> Problem:
    reason, path, detail = (_string(value) for value in row)
    if len(detail) > DETAIL_CHARACTERS or not detail.isprintable():
        raise AnswerError("detail")
    return Problem(SkipReason(reason), path, detail)


def _origin(row: list[object]) -> Origin:
    path, *facts = row
    return Origin(_string(path), *(_fact(value) for value in facts))


def _file(row: list[object]) -> InnerFile:
    path, media_type, size, sha256, misnamed = row
    if type(size) is not int or not 0 <= size <= _MOST_BYTES:
        raise AnswerError("file")
    digest, ending = _string(sha256), _string(misnamed)
    if not _SHA256.fullmatch(digest) or not _ENDING.fullmatch(ending):
        raise AnswerError("file")
    return InnerFile(_string(path), str(MediaType(_string(media_type))), size, digest, ending)


def _scan(row: list[object]) -> Scan:
    path, replaces = row
    if type(replaces) is not bool:
        raise AnswerError("scan")
    return Scan(_string(path), replaces)


def _sound(row: list[object], texts: _Texts) -> Sound:
    size, *values = row
    named: dict[str, Any] = dict(zip(_SOUND, values, strict=True))
    path, format_name = _string(named.pop("path")), _string(named.pop("format"))
    seconds, encrypted = named.pop("seconds"), named.pop("encrypted")
    if seconds is not None and (type(seconds) not in (int, float) or not 0 <= seconds <= _MOST_SECONDS):
        raise AnswerError("seconds")
    if encrypted is not None and type(encrypted) is not bool:
        raise AnswerError("encrypted")
    facts = {name: _fact(value) for name, value in named.items()}
    fingerprint = texts.next_bytes(size)
    if len(format_name) > DETAIL_CHARACTERS or not format_name.isprintable() or len(fingerprint) % 4:
        raise AnswerError("sound")
    return Sound(path, format_name, seconds=seconds, encrypted=encrypted, fingerprint=fingerprint, **facts)


def _each(value: object, width: int, made: Callable[[list[object]], Record]) -> tuple[Record, ...]:
    return tuple(made(row) for row in _rows(value, width))


def _rows(value: object, width: int) -> Iterator[list[object]]:
    if type(value) is not list:
        raise AnswerError("list")
    for row in value:
        if type(row) is not list or len(row) != width:
            raise AnswerError("row")
        yield row


def _fact(value: object) -> str | None:
    if value is None:
        return None
    fact = _string(value)
    if len(fact) > FACT_CHARACTERS:
        raise AnswerError("fact")
    return fact


def _string(value: object) -> str:
    if type(value) is not str:
        raise AnswerError("string")
    return value
