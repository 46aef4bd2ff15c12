"""All text that markup shows, in document order, by events: no tree, so no depth at which text gets lost.

libxml2's tree loses all text from 255 nested tags on (from 2,048 with `huge_tree`); its events lose none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

_HIDDEN = frozenset(["script", "style"])
_BLOCK = frozenset(
    """
    address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption figure
    footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html iframe legend li main menu nav noframes
    noscript ol optgroup option p pre search section select summary table tbody template textarea tfoot thead title
    tr ul
    """.split()
)
_CELL = frozenset(["td", "th"])
# Input fields whose value a person sees. A clinic's record page is often a form.
_SHOWN_INPUTS = frozenset(["", "text", "search", "email", "tel", "url", "number", "date", "time", "datetime-local"])
_WHITE_LINE_ENDS = re.compile(r"[\r\n]+")


@dataclass(frozen=True, slots=True)
class VisibleText:
    """The text, a line for each block, and the language that the page claims."""

    text: str
    language: str | None


def visible_text(markup: str) -> VisibleText:
    """The visible text of markup, however broken. Empty for markup without text."""
    target = _Collector()
    # Encoded as UTF-8, and the parser told so: a charset named in the markup is that of the bytes it was decoded from.
    parser = etree.HTMLParser(target=target, encoding="utf-8", huge_tree=True)  # type: ignore[arg-type] # stubs: bytes too
    parser.feed(markup.replace("\x00", "").encode("utf-8", errors="replace"))
    parser.close()
    return VisibleText(_lines("".join(target.parts)), target.language)


def _lines(text: str) -> str:
    """White space folded and empty lines dropped, as a browser shows it."""
    folded = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in folded if line)


class _Collector:
    """Parser target. Comments call nothing here, so the text behind them comes like any other."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.language: str | None = None
        self._hidden = 0
        self._preformatted = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag opens."""
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in _BLOCK:
            self.parts.append("\n")
        elif tag in _CELL:
            self.parts.append("\t")
        self._preformatted += tag == "pre"
        self._take_attributes(tag, attributes)

    def end(self, tag: str) -> None:
        """A tag closes, or the parser closes it."""
        if tag in _HIDDEN:
            self._hidden -= 1
        elif tag in _BLOCK:
            self.parts.append("\n")
        self._preformatted -= tag == "pre"

    def data(self, text: str) -> None:
        """Text, in as many calls as the parser likes."""
        if self._hidden <= 0:
            self.parts.append(text if self._preformatted > 0 else _WHITE_LINE_ENDS.sub(" ", text))

    def comment(self, text: str) -> None:
        """A comment; XML's CDATA counts as one in HTML, and is text."""
        if text.startswith("[CDATA["):
            self.data(text.removeprefix("[CDATA[").removesuffix("]]"))

    def close(self) -> None:
        """The end; the collected parts are read from the object."""

    def _take_attributes(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "html":
            self.language = attributes.get("lang") or attributes.get("xml:lang") or None
        elif tag == "input" and attributes.get("type", "").lower() in _SHOWN_INPUTS:
            self.parts.append(f" {attributes.get('value', '')} ")
        elif tag == "img" and attributes.get("alt"):
            self.parts.append(f" {attributes['alt']} ")
