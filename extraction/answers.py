"""A worker's answer on its way to the parent: a JSON header and the text behind it; nothing in it is ever run.

The worker may have been taken over by the document it read. So the parent believes no length, type or reason unseen.
Texts travel outside of the JSON: a bounded header can not unfold into more than some twenty times its size.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator

from documents.media_type import MediaType
from documents.records import SkipReason
from extraction.budget import AnswerError, ExtractionLimits
from extraction.records import Extraction, PageFacts, Problem, TextPiece

# Sizes of header and text, ahead of both.
SIZES = struct.Struct(">QQ")
# Bytes of a header. 2,000 pages of a PDF take 60 kB; the rest is for names of members and titles.
HEADER_BYTES = 8 << 20
# Characters of a problem's detail, which is shown to people. The longest of ours has 60.
DETAIL_CHARACTERS = 200
# UTF-8 takes up to four bytes; a page's text may come twice, the second time as an article for reading.
_BYTES_PER_CHARACTER = 4 * 2
_ENCODING = "utf-8", "surrogatepass"
_FACTS = 4


def most_text_bytes(limits: ExtractionLimits) -> int:
    """Of all texts of one answer."""
    return limits.characters * _BYTES_PER_CHARACTER


def encode(extraction: Extraction, limits: ExtractionLimits) -> tuple[bytes, bytes]:
    """Header and text.

    Raises:
        AnswerError: it is larger than the parent takes.
    """
    texts = [piece.text.encode(*_ENCODING) for piece in extraction.pieces]
    reading = None if extraction.reading is None else extraction.reading.encode(*_ENCODING)
    facts = extraction.facts
    fields = {
        "media_type": extraction.media_type,
        "pieces": [[piece.path, len(text)] for piece, text in zip(extraction.pieces, texts, strict=True)],
        "problems": [[str(problem.reason), problem.path, problem.detail] for problem in extraction.problems],
        "reading": None if reading is None else len(reading),
        "facts": None if facts is None else [facts.title, facts.author, facts.date, facts.language],
    }
    header, text = json.dumps(fields).encode("ascii"), b"".join([*texts, reading or b""])
    check_sizes(len(header), len(text), limits)
    return header, text


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
        fields = json.loads(header)
        if type(fields) is not dict or set(fields) != {"media_type", "pieces", "problems", "reading", "facts"}:
            raise AnswerError("fields")
        texts = _Texts(text)
        extraction = Extraction(
            str(MediaType(_string(fields["media_type"]))),
            tuple(TextPiece(_string(path), texts.next(size)) for path, size in _rows(fields["pieces"], 2)),
            tuple(_problem(row) for row in _rows(fields["problems"], 3)),
            None if fields["reading"] is None else texts.next(fields["reading"]),
            None if fields["facts"] is None else _facts(fields["facts"]),
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
        if type(size) is not int or not 0 <= size <= len(self._data):
            raise AnswerError("size")
        text, self._data = self._data[:size], self._data[size:]
        return str(text, *_ENCODING)

    def check_spent(self) -> None:
        if self._data:
            raise AnswerError("text left over")


def _problem(row: list[object]) -> Problem:
    reason, path, detail = (_string(value) for value in row)
    if len(detail) > DETAIL_CHARACTERS or not detail.isprintable():
        raise AnswerError("detail")
    return Problem(SkipReason(reason), path, detail)


def _facts(value: object) -> PageFacts:
    (row,) = _rows([value], _FACTS)
    return PageFacts(*(None if fact is None else _string(fact) for fact in row))


def _rows(value: object, width: int) -> Iterator[list[object]]:
    if type(value) is not list:
        raise AnswerError("list")
    for row in value:
        if type(row) is not list or len(row) != width:
            raise AnswerError("row")
        yield row


def _string(value: object) -> str:
    if type(value) is not str:
        raise AnswerError("string")
    return value
