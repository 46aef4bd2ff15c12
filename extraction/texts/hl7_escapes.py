"""HL7 v2's separators, and its escapes in text: separators, highlighting, layout, bytes in hexadecimal."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Blanks or lines that one layout command may make.
_MOST_BLANKS = 40


@dataclass(frozen=True, slots=True)
class Separators:
    """The marks of a message, as its head names them, and the charset its hexadecimal escapes are in."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"
    charset: str = "utf-8"

    @classmethod
    def of(cls, head: str, charset: str) -> Separators:
        """By MSH-1 and MSH-2; the usual ones where there is no head, or it is short of some."""
        usual = cls(charset=charset)
        field = head[3:4]
        if not field or field.isalnum():
            return usual
        marks = head[4:].split(field, 1)[0]
        if any(mark.isalnum() or mark.isspace() for mark in marks):
            return usual if field == usual.field else cls(field=field, charset=charset)
        named = [marks[index : index + 1] for index in range(4)]
        if not named[0]:
            return cls(field=field, charset=charset)
        return cls(field, named[0], named[1], named[2], named[3], charset)

    @property
    def inner(self) -> str:
        """A pattern for all that stands between the parts of a field."""
        marks = self.component + self.repetition + self.subcomponent
        return f"[{re.escape(marks)}]" if marks else ""


def unescaped(text: str, separators: Separators) -> str:
    """The text with its escapes carried out. What is no escape of HL7 stays as it is."""
    mark = separators.escape
    if not mark or mark not in text:
        return text
    found = _patterns(mark)
    text = found.sub(lambda escape: _carried_out(escape, separators), text)
    # Interfaces that escape twice leave a break command behind.
    return text.replace(f"{mark}.br{mark}", "\n") if f"{mark}.br{mark}" in text else text


def _patterns(mark: str) -> re.Pattern[str]:
    edge = re.escape(mark)
    return re.compile(
        rf"((?:{edge}X(?:[0-9A-Fa-f]{{2}})+{edge})+)"
        rf"|{edge}(?:([HNFSTREP])|\.(br|sp|in|ti|sk|fi|nf|ce)\s*([+-]?\d{{0,4}})|[CMZ][0-9A-Za-z]{{0,32}}){edge}",
        re.IGNORECASE,
    )


def _carried_out(escape: re.Match[str], separators: Separators) -> str:
    if escape[1]:
        return _bytes(escape[1], separators)
    if escape[2]:
        return {
            "F": separators.field,
            "S": separators.component,
            "T": separators.subcomponent,
            "R": separators.repetition,
            "E": separators.escape,
            "P": "#",
        }.get(escape[2].upper(), "")
    command = (escape[3] or "").lower()
    count = min(abs(int(escape[4])) if escape[4] and escape[4].strip("+-") else 1, _MOST_BLANKS)
    if command in ("br", "sp", "ce"):
        return "\n" * (count if command == "sp" else 1)
    return " " * count if command == "sk" else ""


def _bytes(escapes: str, separators: Separators) -> str:
    """Bytes that stand one behind the other make one text: a character may have several."""
    digits = re.sub(r"(?i)x", "", escapes.replace(separators.escape, ""))
    data = bytes.fromhex(digits)
    for charset in (separators.charset, "utf-8"):
        try:
            return data.decode(charset).replace("\x00", "")
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("cp1252", "replace").replace("\x00", "")
