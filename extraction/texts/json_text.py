"""JSON, FHIR and files of JSON lines: strings in order, by tokens and never as a tree, so that no depth is too deep."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from documents.charset import decode
from documents.records import SkipReason
from extraction.budget import Budget
from extraction.records import Content, Problem, TextPiece
from extraction.texts.carried import Carried
from extraction.texts.plain_text import inexact, read_plain_text
from extraction.texts.two_streams import TwoStreams, reads_as_text
from extraction.texts.visible_text import looks_like_markup, visible_text

# Tokens that are looked at: some 5 s of work. A bundle of a whole record has some 100,000.
MOST_TOKENS = 2_000_000
# Strings with what makes them keys, braces, runs of brackets, and bare words.
_TOKEN = re.compile(
    r'"([^"\\]*+(?:\\.[^"\\]*+)*+)("?)(\s*+:)?|([{}])|([\[\]][\[\],\s]*+)|([^"{}\[\],:\s]++)', re.DOTALL
)
_ESCAPE = re.compile(r"((?:\\u[0-9a-fA-F]{4})+)|\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "", "f": "\n"}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_NO_VALUES = frozenset(["true", "false", "null", "NaN", "Infinity", "-Infinity", "undefined"])
# Keys of FHIR and its like whose values are for machines.
_MACHINE_KEYS = frozenset(
    """
    system code status use url resourceType id reference fullUrl contentType language mode intent versionId lastUpdated
    profile format mimeType encoding hash version display unit comparator type lang kind relationship rank
    """.split()
)
# Keys whose value is base64 by definition if the object also says of what type it is.
_DATA_KEYS = frozenset(["data", "content"])
_TYPE_KEYS = frozenset(["contentType", "mimeType", "content_type", "mime_type"])
_BASE64_KEY = "valueBase64Binary"
_NAME_KEYS = ("title", "filename", "fileName", "file_name", "name")
_LONGEST_NAME = 256
# Digits of a number that can count rows; longer ones name somebody.
_LONGEST_COUNT = 6
# Share of words outside of quotation marks from which on this is prose that begins like JSON ("[1] Thank you").
_BARE_SHARE = 0.2


def read_json(data: bytes, budget: Budget) -> Content:
    """All strings that read as text; files that strings carry are handed on under the title beside them."""
    decoded = decode(data)
    carried = Carried(budget)
    walk = _Walk(carried)
    walk.over(decoded.text)
    if walk.bare > _BARE_SHARE * walk.tokens:
        return read_plain_text(data, budget)
    text = walk.text
    problems = (*inexact(decoded), *walk.problems)
    return Content((TextPiece("", text),) if text else (), problems, tuple(carried.found))


@dataclass(slots=True)
class _Open:
    """An object that is being read: names beside a file, and strings that wait for one."""

    names: dict[str, str] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    typed: bool = False

    @property
    def name(self) -> str:
        return next((self.names[key] for key in _NAME_KEYS if key in self.names), "")


class _Walk:
    """One pass over the tokens. Of the structure it keeps the last key, and of open objects what waits for a name."""

    def __init__(self, carried: Carried) -> None:
        self.problems: list[Problem] = []
        self.tokens = 0
        self.bare = 0
        self._carried = carried
        self._streams = TwoStreams()
        self._key = ""
        self._open: list[_Open] = [_Open()]
        self._counts: dict[str, int] = {}

    @property
    def text(self) -> str:
        """Both streams."""
        return self._streams.text

    def over(self, text: str) -> None:
        """Walk the text, whole or cut."""
        unclosed, arrays = False, 0
        for self.tokens, token in enumerate(_TOKEN.finditer(text), 1):
            if self.tokens > MOST_TOKENS:
                self.problems.append(Problem(SkipReason.BUDGET_SPENT, "", "tokens"))
                break
            if token[1] is not None:
                unclosed = not token[2]
                self._string(unescaped(token[1]), is_key=token[3] is not None)
            elif token[4] == "{":
                self._open.append(_Open())
            elif token[4] == "}":
                self._close()
            elif token[5]:
                arrays += token[5].count("[") - token[5].count("]")
            else:
                self._bare(token[6])
        else:
            if unclosed or arrays > 0 or len(self._open) > 1:
                self.problems.append(Problem(SkipReason.TRUNCATED, "", "JSON"))
        while len(self._open) > 1:
            self._close()
        self._close()

    def _string(self, value: str, is_key: bool) -> None:
        inside = self._open[-1]
        if is_key:
            self._key = value
            inside.typed = inside.typed or value in _TYPE_KEYS
            if reads_as_text(value):
                self._streams.show_line(value)
            return
        if not value:
            return
        if self._key in _NAME_KEYS and len(value) < _LONGEST_NAME:
            inside.names.setdefault(self._key, value)
        if self._key in _DATA_KEYS and not re.search(r"[^\w+/=\s-]|[a-z] [a-z]", value[:200]):
            inside.waiting.append(value)
        elif self._key == _BASE64_KEY:
            self._value(self._carried.take_declared(value, inside.name))
        else:
            self._value(self._carried.text_of(value, inside.name))

    def _value(self, value: str) -> None:
        if self._key in _MACHINE_KEYS and (self._key == "display" or not reads_as_text(value)):
            self._streams.set_aside(value)
        elif looks_like_markup(value):
            self._streams.show_line(visible_text(value).text)
        else:
            self._streams.show_line(value)

    def _bare(self, value: str) -> None:
        """A number stands for itself, unless it counts rows: then it would stand between the lines of a letter."""
        if value in _NO_VALUES:
            return
        if not _NUMBER.fullmatch(value):
            self.bare += 1
        elif len(value) < _LONGEST_COUNT and value.isdecimal():
            last, self._counts[self._key] = self._counts.get(self._key), int(value)
            if last is not None and last + 1 == int(value):
                self._streams.set_aside(value)
                return
        self._streams.show_line(value)

    def _close(self) -> None:
        inside = self._open.pop()
        if not self._open:  # one that closes too often, in a damaged file
            self._open.append(_Open())
        for value in inside.waiting:
            take = self._carried.take_declared if inside.typed else self._carried.text_of
            self._key = ""
            self._value(take(value, inside.name))


def unescaped(written: str) -> str:
    """A string's characters; halves of pairs that stand alone become U+FFFD, and what is no escape stays."""
    if "\\" not in written:
        return written
    return _ESCAPE.sub(_plain, written)


def _plain(escape: re.Match[str]) -> str:
    if escape[1] is None:
        return _ESCAPED.get(escape[2], escape[2])
    units = bytes.fromhex(escape[1].replace("\\u", ""))
    return units.decode("utf-16-be", "replace").replace("\x00", "")
