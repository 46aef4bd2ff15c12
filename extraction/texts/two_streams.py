"""Text of data formats in two streams: what a person reads, in order, and behind it what only machines read between.

A code or a row number between two lines of a letter tears the letter apart for whoever compares runs of words; dropped,
it would be missing. So it comes last, each once.
"""

from __future__ import annotations

import re

# Addresses, object and unique identifiers, and names of media types: between words they are noise.
_MACHINE = re.compile(
    r"(?:https?://|urn:)\S*|[0-2](?:\.\d+){3,}|\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?"
    r"|(?:application|text|image|audio|video|multipart|message)/[\w.+-]+|[0-9a-f]{32,}",
    re.IGNORECASE,
)
# Members of the second stream. A bundle of a whole record has some thousand codes.
_MOST_ASIDE = 100_000


class TwoStreams:
    """Collects both."""

    def __init__(self) -> None:
        self._shown: list[str] = []
        self._aside: dict[str, None] = {}

    def show(self, text: str) -> None:
        """Text in its place. Line ends are the caller's."""
        self._shown.append(text)

    def show_line(self, text: str) -> None:
        """Text in its place, on a line of its own; an address or identifier goes aside."""
        if " " not in text and _MACHINE.fullmatch(text.strip()):
            self.set_aside(text)
        else:
            self._shown.append(f"\n{text}\n")

    def set_aside(self, text: str) -> None:
        """What comes last."""
        text = text.strip()
        if text and len(self._aside) < _MOST_ASIDE:
            self._aside[text] = None

    @property
    def text(self) -> str:
        """Lines without blanks at their ends, empty ones dropped."""
        whole = "".join([*self._shown, "\n", "\n".join(self._aside)])
        lines = (line.strip() for line in whole.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
        return "\n".join(line for line in lines if line)


def reads_as_text(value: str) -> bool:
    """Words, not a name that programs use: a blank between letters, or letters beyond ASCII."""
    return bool(re.search(r"\w\W*\s\W*\w", value)) and any(character.isalpha() for character in value)
