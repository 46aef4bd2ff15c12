"""Values written in a script: JSON, literals as JavaScript has them (`{name: 'x', dir: !0}`), and calls with them."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from crawler.listings.json_text import DEEPEST

Scalar = str | int | float | bool | None

# Longer comments than 500 characters end a literal: one that never ends would be read from each place before it.
_TOKEN = re.compile(
    r"""(?:\s++|//[^\n]{0,500}+|/\*(?:[^*]|\*(?!/)){0,500}+\*/)*+
    (?:(?P<string>"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+')
    |(?P<number>-?(?:\d{1,300}(?:\.\d{0,300})?|\.\d{1,300})(?:[eE][+-]?\d{1,3})?)
    |(?P<truth>![01])
    |(?P<word>[A-Za-z_$][\w$]*+)
    |(?P<sign>[\[\]{}(),:]))""",
    re.VERBOSE | re.DOTALL,
)
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "undefined": None, "NaN": None}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
_PLAIN_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
# Where a literal may begin that is kept or handed on: after an equals sign, or as an argument.
_BEGINNINGS = re.compile(r"[=(]\s*+(?=[\[{])")
_PARSED = re.compile(r"\b(?:JSON\.parse|atob)\s*+\(\s*+(?:(?:window\.)?atob\s*+\(\s*+)?(?=[\"'])")
_CALL = re.compile(r"(?<![\w$.])([A-Za-z_$][\w$]*+(?:\.[A-Za-z_$][\w$]*+){0,3})\(\s*+(?=[\"'])")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]++=*+\s*+")
_JSON_BEGINNING = re.compile(r"\{\s*+\"|\[\s*+[\[{\"]")
# Characters that are read in vain for each that a script has: scripts full of brackets are cut off, not read for ever.
_VAIN_READS = 4
# A failure of Python's reader counts the lines before it: what that costs in characters read.
_COUNTED_AS_READ = 64
# Calls that turn out not to be rows, in one script; each takes 20 µs. A large library has some thousands.
_MOST_VAIN_CALLS = 20_000
_MOST_ARGUMENTS = 20
_DECODER = json.JSONDecoder()


def values_in(script: str) -> Iterator[object]:
    """Arrays and objects that a script or a data block holds, in order; none of them inside another."""
    text = script.strip()
    if text.startswith(("[", "{")) and (whole := _json(text)) is not None:
        yield whole
        return
    if _BASE64.fullmatch(text):
        if (hidden := _json(_unpacked(text))) is not None:
            yield hidden
        return
    for match in _PARSED.finditer(text):
        reader = _Reader(text, match.end())
        quoted = reader.attempt()
        if (
            isinstance(quoted, str)
            and (parsed := _json(_unpacked(quoted) if "atob" in match[0] else quoted)) is not None
        ):
            yield parsed
    yield from _literals(text)


def _literals(text: str) -> Iterator[object]:
    vain = _VAIN_READS * len(text) + _COUNTED_AS_READ
    at = 0
    while vain > 0 and (match := _BEGINNINGS.search(text, at)):
        at = start = match.end()
        if _JSON_BEGINNING.match(text, start):
            try:
                value, at = _DECODER.raw_decode(text, start)
            except json.JSONDecodeError as error:
                vain -= max(error.pos, start) - start + error.pos // _COUNTED_AS_READ
            except (ValueError, RecursionError):
                return
            else:
                yield value
                continue
        reader = _Reader(text, start)
        found = reader.attempt()
        vain -= reader.at - start + _COUNTED_AS_READ
        if found is not None:
            yield found
            at = reader.at


def calls_in(script: str) -> dict[str, list[tuple[Scalar, ...]]]:
    """Calls whose arguments are all literal, the first a string, by the function's name."""
    found: dict[str, list[tuple[Scalar, ...]]] = {}
    vain = _MOST_VAIN_CALLS
    for match in _CALL.finditer(script):
        arguments = _Reader(script, match.end()).arguments()
        if arguments:
            found.setdefault(match[1], []).append(arguments)
            continue
        vain -= 1
        if not vain:
            break
    return found


def _json(text: str) -> object | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, (dict, list)) else None


def _unpacked(text: str) -> str:
    try:
        return base64.b64decode(text, validate=False).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        return ""


@dataclass(slots=True)
class _Reader:
    """Reads one literal; raises ValueError inside where there is none."""

    text: str
    at: int
    _depth: int = field(default=0, init=False)

    def attempt(self) -> object | None:
        """The value that begins here; None for anything but a literal."""
        try:
            return self._value(*self._next())
        except ValueError:
            return None

    def arguments(self) -> tuple[Scalar, ...]:
        """What stands before the closing bracket, where all of it is plain values; else nothing."""
        found: list[Scalar] = []
        while len(found) < _MOST_ARGUMENTS:
            try:
                kind, word = self._next()
                if kind == "sign":
                    return ()
                value = self._scalar(kind, word)
                found.append(value)
                kind, word = self._next()
            except ValueError:
                return ()
            if word == ")" and kind == "sign":
                return tuple(found)
            if word != "," or kind != "sign":
                return ()
        return ()

    def _next(self) -> tuple[str, str]:
        match = _TOKEN.match(self.text, self.at)
        if match is None or match.lastgroup is None:
            raise ValueError
        self.at = match.end()
        return match.lastgroup, match[match.lastgroup]

    def _value(self, kind: str, word: str) -> object:
        if kind != "sign":
            return self._scalar(kind, word)
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError
        found = self._array() if word == "[" else self._object(word)
        self._depth -= 1
        return found

    @staticmethod
    def _scalar(kind: str, word: str) -> Scalar:
        match kind:
            case "string":
                return _ESCAPE.sub(_escaped, word[1:-1]) if "\\" in word else word[1:-1]
            case "number":
                return int(word) if word.lstrip("-").isdigit() else float(word)
            case "truth":
                return word == "!0"
            case _:
                if word not in _WORDS:
                    raise ValueError
                return _WORDS[word]

    def _array(self) -> list[object]:
        found: list[object] = []
        while (word := self._next()) != ("sign", "]"):
            if word == ("sign", ","):
                continue
            found.append(self._value(*word))
        return found

    def _object(self, opening: str) -> dict[str, object]:
        if opening != "{":
            raise ValueError
        found: dict[str, object] = {}
        while (word := self._next()) != ("sign", "}"):
            if word == ("sign", ","):
                continue
            kind, key = word
            if kind == "sign" or self._next() != ("sign", ":"):
                raise ValueError
            found[key if kind == "word" else str(self._scalar(kind, key))] = self._value(*self._next())
        return found


def _escaped(match: re.Match[str]) -> str:
    for digits in match.group(1, 2, 3):
        if digits:
            code = int(digits, 16)
            return chr(code) if code <= 0x10FFFF else ""  # noqa: PLR2004 - the last code point
    return _PLAIN_ESCAPES.get(match[4], match[4])
