"""HL7 v2: results, notes and documents in messages (ORU, MDM and all others), batches, and files in their fields.

A letter's lines lie in OBX-5, one or many to a segment; what stands around them in each segment comes only where it
changes, so that the lines follow one another as they did in the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby, islice

from documents.charset import decode
from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget
from extraction.records import Content, Origin, Problem, TextPiece
from extraction.texts.carried import Carried, guessed_base64, strict_base64
from extraction.texts.hl7_escapes import Separators, unescaped
from extraction.texts.plain_text import inexact
from extraction.texts.two_streams import reads_as_text
from extraction.texts.visible_text import looks_like_markup, visible_text

# Segments that are looked at: some 6 s of work. Batches have some 10,000.
MOST_SEGMENTS = 150_000
_FRAMES = str.maketrans("\x0b\x1c", "\r\r")
_LINE_END = re.compile(r"\r\n|\r|\n")
_NAME = re.compile(r"[A-Z][A-Z0-9]{2}")
_HEADS = ("MSH", "FHS", "BHS")
# MSH-18, HL7 table 0211, in Python's names; those that Python knows by the same name are left out.
_CHARSETS = {
    **{f"8859/{part}": f"iso8859-{part}" for part in range(1, 17)},
    "UNICODE UTF-8": "utf-8",
    "UNICODE UTF-16": "utf-16",
    "ISO IR6": "ascii",
    "ISO IR14": "shift_jis",
    "ISO IR87": "iso2022_jp",
    "ISO IR159": "iso2022_jp",
    "GB 18030-2000": "gb18030",
    "KS X 1001": "euc_kr",
    "BIG-5": "big5",
}
_CHARSET_FIELD = 17
_VALUE_TYPE, _OBSERVATION, _VALUE, _UNITS, _RANGE = 2, 3, 5, 6, 7
# Value types whose fields are text as a whole, however many separators a careless writer left in it.
_TEXTS = frozenset(["TX", "FT", "ST", "", "NR", "GTS"])
_BREAKS = re.compile(r"\\\.br\\|\\X0[DA](?:0A)?\\", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
# Characters of a name from which on it is text, and its digits number no lines.
_LONG_NAME = 40
# Characters of one word in a field for machines that are more than a code.
_LONG_CODE = 40
_SUBTYPES = frozenset(["BASE64", "HEX", "A"])
# Components of encapsulated data; where there are more, a field holds several files.
_ED_COMPONENTS = 5
# Characters of base64, a multiple of four, by which the beginning of a file is known.
_HEAD_CHARACTERS = 400
# Characters of encoded data below which a component is a word.
_FEWEST_ENCODED = 16


def read_hl7(data: bytes, budget: Budget) -> Content:
    """A piece for each message; files in its fields handed on; sender and time as its origin."""
    decoded = decode(data, _declared_charset(data))
    carried = Carried(budget)
    pieces: list[TextPiece] = []
    origins: list[Origin] = []
    segments = list(islice(_segments(decoded.text), MOST_SEGMENTS + 1))
    problems = inexact(decoded)
    if len(segments) > MOST_SEGMENTS:
        problems += (Problem(SkipReason.BUDGET_SPENT, "", "segments"),)
    messages = list(_messages(iter(segments[:MOST_SEGMENTS])))
    for number, message in enumerate(messages, 1):
        path = f"#message={number}" if len(messages) > 1 else ""
        reader = _Message(message, carried, decoded.charset)
        shown = [line for line in reader.lines() if line.strip()]
        text = "\n".join([*shown, *reader.aside]).strip()
        pieces += [TextPiece(path, text)] if text else []
        origins += reader.origins(path)
    if not pieces and not carried.found and decoded.text.strip():  # begins like a message, and is none
        pieces.append(TextPiece("", decoded.text.strip()))
    return Content(tuple(pieces), problems, tuple(carried.found), origins=tuple(origins))


def _declared_charset(data: bytes) -> str | None:
    head = data.lstrip(b"\x0b\r\n \xef\xbb\xbf")[:2048]
    start = head.find(b"MSH")
    if start < 0:
        return None
    fields = _LINE_END.split(head[start:].decode("latin-1"))[0]
    values = fields.split(fields[3:4] or "|")
    if len(values) <= _CHARSET_FIELD:
        return None
    names = [name.strip().upper() for name in values[_CHARSET_FIELD].split("~") if name.strip()]
    return next((_CHARSETS.get(name, name) for name in names if name not in ("ASCII", "ISO IR6")), None)


def _segments(text: str) -> Iterator[str]:
    """Lines that begin with a segment's name; others go on with the one before, and so does ADD."""
    current: list[str] = []
    separator = "|"
    for line in _LINE_END.split(text.translate(_FRAMES)):
        if line[:3] in _HEADS and line[3:4] and not line[3].isalnum():
            separator = line[3]
        if line.startswith(f"ADD{separator}") and current:
            current.append(line[4:])
        elif _NAME.match(line) and line[3:4] in ("", separator):
            if current:
                yield "".join(current)
            current = [line]
        elif current:
            current.append(f"\n{line}")
        elif line:
            current.append(line)
    if current:
        yield "".join(current)


def _messages(segments: Iterator[str]) -> Iterator[list[str]]:
    """Messages begin with MSH. What stands around them in a batch belongs to the message before it, or to the first."""
    message: list[str] = []
    for segment in segments:
        if segment.startswith("MSH") and any(not each.startswith(_HEADS[1:]) for each in message):
            yield message
            message = []
        message.append(segment)
    if message:
        yield message


class _Message:
    """One message's segments as lines."""

    def __init__(self, segments: list[str], carried: Carried, charset: str) -> None:
        head = next((segment for segment in segments if segment.startswith(_HEADS)), "")
        self._separators = Separators.of(head, charset)
        self._rows = [(segment[:3], self._fields(segment)) for segment in segments]
        self._carried = carried
        self._heading = ""
        self.aside: dict[str, None] = {}

    def lines(self) -> Iterator[str]:
        """Text, segment by segment; runs of OBX as one."""
        for name, rows in groupby(self._rows, key=lambda row: row[0]):
            fields = [row[1] for row in rows]
            if name == "OBX":
                yield from self._observations(fields)
                continue
            for values in fields:
                yield self._note(values) if name == "NTE" else self._line(values)

    def origins(self, path: str) -> list[Origin]:
        """MSH-3, MSH-4 and MSH-7."""
        heads = [values for name, values in self._rows if name == "MSH"][:1]
        told = [[self._words(_at(head, index)) or None for index in (2, 3, 6)] for head in heads]
        return [Origin(path, tool=tool, organisation=place, created=time) for tool, place, time in told]

    def _fields(self, segment: str) -> list[str]:
        return segment.split(self._separators.field)

    def _observations(self, rows: list[list[str]]) -> Iterator[str]:
        """OBX segments that follow one another, in groups of one observation and type."""
        for (kind, heading), group in groupby(rows, key=self._group):
            values = list(group)
            for each in values:
                self._set_aside(each, shown=(_OBSERVATION, _VALUE, *(() if kind == "ED" else (_UNITS, _RANGE))))
            if heading != self._heading:
                yield heading
            self._heading = heading
            if kind == "ED":
                yield from self._files(values)
            elif kind in _TEXTS:
                yield from self._text(values)
            else:
                yield from (self._result(each) for each in values)

    def _group(self, values: list[str]) -> tuple[str, str]:
        """Type and name: numbers in a name that count its lines make no new group."""
        name = self._words(_at(values, _OBSERVATION))
        return _at(values, _VALUE_TYPE).strip(), name if len(name) > _LONG_NAME else _DIGITS.sub("", name)

    def _set_aside(self, values: list[str], shown: tuple[int, ...]) -> None:
        """Fields that hold no text by the standard, where they do: careless senders write anywhere."""
        for index, value in enumerate(values):
            if index in shown or (index == 0 and _NAME.fullmatch(value)):
                continue
            words = self._words(value)
            if reads_as_text(words) or len(words) > _LONG_CODE:
                self.aside[words] = None

    def _result(self, values: list[str]) -> str:
        shown = (self._words(_at(values, index)) for index in (_VALUE, _UNITS, _RANGE))
        return " ".join(part for part in shown if part)

    def _note(self, values: list[str]) -> str:
        self._set_aside(values, shown=tuple(range(3, len(values))))
        return "\n".join(self._prose(value) for value in values[3:] if value)

    def _text(self, rows: list[list[str]]) -> Iterator[str]:
        """Lines of text; a file that they carry between them, written out or in base64, goes on."""
        parts = [(self._prose(_at(values, _VALUE)), self._beside(values)) for values in rows]
        joined = "\n".join(part for part, _ in parts)
        packed = "".join(joined.split())
        if (data := guessed_base64(packed)) is not None:
            self._carried.take(data)
            for each in rows:
                self._set_aside(each, shown=(_OBSERVATION, _VALUE))
            return
        left = self._carried.text_of(joined)
        if left and looks_like_markup(left):
            yield visible_text(left).text
        elif left:
            yield from (f"{part} {beside}" if beside else part for part, beside in parts)

    def _beside(self, values: list[str]) -> str:
        """Units and range, where a result comes as a string."""
        return " ".join(word for index in (_UNITS, _RANGE) if (word := self._words(_at(values, index))))

    def _prose(self, field: str) -> str:
        """A field as text: its repetitions are lines, its other separators what they look like."""
        lines = field.split(self._separators.repetition) if self._separators.repetition else [field]
        return "\n".join(unescaped(line, self._separators) for line in lines)

    def _line(self, values: list[str]) -> str:
        """All fields of a segment that say something."""
        start = 1 if _NAME.fullmatch(values[0]) else 0
        if values[0] in _HEADS and not any(mark.isalnum() for mark in _at(values, 1)):
            start = 2
        return " ".join(word for value in values[start:] if (word := self._words(value)))

    def _words(self, field: str) -> str:
        """A field's components, without separators."""
        if not field:
            return ""
        parts = re.split(self._separators.inner, field) if self._separators.inner else [field]
        words = [unescaped(part, self._separators) for part in parts if part.strip()]
        return " ".join(left for word in words if (left := self._carried.text_of(word).strip()))

    def _files(self, rows: list[list[str]]) -> Iterator[str]:
        """Encapsulated data. A file may be cut over many segments: what begins none goes on with the last one."""
        parts: list[tuple[str, list[str]]] = []
        for values in rows:
            for repetition in self._repetitions(_at(values, _VALUE)):
                encoding, encoded, words = self._encapsulated(repetition)
                if words:
                    yield words
                if parts and not _begins_file(encoding, encoded):
                    parts[-1][1].append(encoded)
                elif encoded:
                    parts.append((encoding, [encoded]))
        for encoding, together in parts:
            if left := self._take(encoding, "".join(together)):
                yield left

    def _repetitions(self, field: str) -> list[str]:
        mark = self._separators.repetition
        if not mark or field.count(self._separators.component) <= _ED_COMPONENTS:
            return [field.replace(mark, "\n") if mark else field]  # one file, with repetitions for line breaks
        return field.split(mark)

    def _encapsulated(self, field: str) -> tuple[str, str, str]:
        """Encoding, data and the words around it, in whatever order the components are."""
        parts = field.split(self._separators.component)
        encoding = next((part.strip().upper() for part in parts if part.strip().upper() in _SUBTYPES), "")
        longest = max(range(len(parts)), key=lambda index: len(parts[index]))
        encoded = parts[longest]
        words = (part for index, part in enumerate(parts) if index != longest and part.strip().upper() != encoding)
        return encoding, encoded, " ".join(word for part in words if (word := self._words(part)))

    def _take(self, encoding: str, encoded: str) -> str:
        """Hand the file on; its text where it is none."""
        packed = "".join(_BREAKS.sub("", encoded).split())
        if encoding == "HEX":
            try:
                self._carried.take(bytes.fromhex(packed))
            except ValueError:
                self._carried.name_unread("not hexadecimal")
                return encoded
            return ""
        if encoding == "BASE64" or (len(packed) >= _FEWEST_ENCODED and _is_file(packed)):
            return self._carried.take_declared(packed)
        text = unescaped(encoded, self._separators)
        if sniff(text.encode("utf-8", "replace")) in (MediaType.TEXT, MediaType.CSV, MediaType.EMPTY):
            return text
        self._carried.take(text.encode("utf-8", "replace"))
        return ""


def _is_file(packed: str) -> bool:
    data = strict_base64(packed)
    return data is not None and sniff(data) not in (MediaType.BINARY, MediaType.EMPTY)


def _begins_file(encoding: str, encoded: str) -> bool:
    """Do these characters begin a file of a known kind? Continuations decode to nothing known."""
    packed = "".join(_BREAKS.sub("", encoded).split())
    if encoding == "HEX":
        return True
    head = strict_base64(packed[:_HEAD_CHARACTERS])
    if head is None:
        return " " in encoded.strip() or "<" in encoded
    return sniff(head) is not MediaType.BINARY


def _at(values: list[str], index: int) -> str:
    return values[index] if index < len(values) else ""
