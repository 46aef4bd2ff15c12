"""How text from outside is shown: masked unless revealed, and never able to steer what shows it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from scope.urls import masked_url

# More marks on one letter than any language has: they paint over the lines above.
_MOST_MARKS: Final = 4
_INSIDE: Final = "inside://m/"
# What names no patient: words of ours and numbers.
_NUMBERS: Final = re.compile(r"[a-z]{1,12}=\d{1,9}(?:#[a-z]{1,12}=\d{1,9})*|metadata", re.ASCII)


def printable(text: str) -> str:
    """The text with everything that is not plainly seen written out, as Python would escape it.

    That is control characters and so ANSI escapes, marks of direction ("fdp.exe" shown as "exe.pdf"), lone surrogates,
    separators of lines, spaces other than the plain one, and what has no meaning yet.
    """
    if text.isascii() and text.isprintable():  # nearly all text is; a report of 100,000 findings asks 2 million times
        return text
    shown: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        plain = character.isprintable() and marks <= _MOST_MARKS
        shown.append(character if plain else character.encode("unicode_escape").decode())
    return "".join(shown)


@dataclass(frozen=True, slots=True)
class Shown:
    """Places as one report shows them."""

    reveal: bool

    def url(self, url: str) -> str:
        """A place."""
        return printable(url if self.reveal else _masked(url))

    def member(self, member: str) -> str:
        """A path inside a file; pages stay, names do not."""
        if self.reveal:
            return printable(member)
        return "!/".join(_masked_part(part) for part in member.split("!/"))

    def place(self, url: str, member: str) -> str:
        """A place, with the path inside it if there is one."""
        inside = self.member(member)
        return self.url(url) + (inside if inside.startswith(("!", "#")) or not inside else f" ! {inside}")


def _masked_part(part: str) -> str:
    """Of one file inside another: its name masked, its page, sheet or mail as it is."""
    name, _, numbers = part.partition("#")
    if numbers and not _NUMBERS.fullmatch(numbers):
        name, numbers = part, ""
    shown = _masked(_INSIDE + quote(name, safe="/")).removeprefix(_INSIDE) if name else ""
    return f"{shown}#{numbers}" if numbers else shown


def _masked(url: str) -> str:
    try:
        return masked_url(url)
    except ValueError:  # no URL: nothing of it is sure to be harmless
        return "~"
