"""All text that markup shows, in document order, by events: no tree, so no depth at which text gets lost.

libxml2's tree loses all text from 255 nested tags on (from 2,048 with `huge_tree`); its events lose none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

from lxml import etree

from extraction.texts.prose_in_code import prose_in_code
from extraction.texts.two_streams import TwoStreams, reads_as_text

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
# What stands in these is for browsers without frames; the parser hands it on unparsed.
_UNPARSED = frozenset(["noframes", "iframe", "noembed"])
# Input fields whose value a person sees. A clinic's record page is often a form.
_SHOWN_INPUTS = frozenset(["", "text", "search", "email", "tel", "url", "number", "date", "time", "datetime-local"])
# Attributes with words that show on hovering or are read aloud. Inside a sentence they would tear it: they come last.
_ASIDE = ("title", "aria-label", "aria-description", "placeholder", "summary", "label", "longdesc", "standby")
_WHITE_LINE_ENDS = re.compile(r"[\r\n]+")
# Words of a comment from which on it is text that someone took out of the page, not a note of the page's makers.
_COMMENT_WORDS = 25
# Pages within attributes and comments of pages.
_MOST_NESTED = 4
_CSS_URI = re.compile(r"""url\(\s*["']?(data:[^)"']+)""", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:p|br|div|span|table|tr|td|th|ul|ol|li|h[1-6]|b|i|u|em|strong|font|html|body|pre|a)(?:\s[^<>]*)?/?>", re.I
)
_MARKUP_HEAD = 2000
# Tags of a page that are looked at: some 6 s of work. Long pages have 50,000.
MOST_EVENTS = 2_000_000
_FED_BYTES = 1 << 20
# Scripts that hold text: data that the page is drawn from, and pieces of pages.
_DATA_SCRIPTS = re.compile(
    r"application/(?:[\w.-]+\+)?json|text/(?:html|template|plain|x-[\w-]*(?:template|handlebars))"
)
_WORD_PROPERTY = re.compile(r"<o:(\w+)>([^<]{1,1000})</o:\1>")


@dataclass(frozen=True, slots=True)
class VisibleText:
    """What markup shows and says.

    Attributes:
        text: a line for each block; what stands in attributes and in comments comes last.
        language: that the page claims.
        addresses: `data:` addresses with the file name that goes with each, if any.
        data: the content of scripts that hold data.
        is_cut: it has more tags than are looked at.
        says: what the page says of itself, by the names of its `meta` elements and of Word's properties, lower case.
    """

    text: str
    language: str | None = None
    addresses: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    data: tuple[str, ...] = field(default=(), repr=False)
    says: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_cut: bool = False


def visible_text(markup: str, nested: int = 0) -> VisibleText:
    """The visible text of markup, however broken. Empty for markup without text."""
    target = _Collector(nested)
    # Encoded as UTF-8, and the parser told so: a charset named in the markup is that of the bytes it was decoded from.
    parser = etree.HTMLParser(target=target, encoding="utf-8", huge_tree=True)  # type: ignore[arg-type] # stubs: bytes too
    data = markup.replace("\x00", "").encode("utf-8", errors="replace")
    for at in range(0, max(len(data), 1), _FED_BYTES):
        if target.events > MOST_EVENTS:
            break
        parser.feed(data[at : at + _FED_BYTES])
    parser.close()
    return VisibleText(
        _lines(target.streams.text),
        target.language,
        tuple(target.addresses),
        tuple(target.data_texts),
        target.says,
        is_cut=target.events > MOST_EVENTS,
    )


def looks_like_markup(text: str) -> bool:
    """Is this string a piece of a page? Prose has "<140/90", and may name a tag."""
    head = text[:_MARKUP_HEAD]
    if "<" not in head:
        return False
    found = _TAG.finditer(head)
    first = next(found, None)
    return first is not None and (not head[: first.start()].strip() or next(found, None) is not None)


def _lines(text: str) -> str:
    """White space folded and empty lines dropped, as a browser shows it."""
    folded = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in folded if line)


class _Collector:
    """Parser target. Comments call nothing that hides, so the text behind them comes like any other."""

    def __init__(self, nested: int) -> None:
        self.streams = TwoStreams()
        self.language: str | None = None
        self.addresses: list[tuple[str, str]] = []
        self.data_texts: list[str] = []
        self.says: dict[str, str] = {}
        self.events = 0
        self._nested = nested
        self._hidden = 0
        self._preformatted = 0
        self._script: list[str] | None = None
        self._code: list[str] = []
        self._style = False
        self._unparsed: list[str] | None = None

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag opens."""
        self.events += 1
        if tag in _HIDDEN:
            self._hidden += 1
            self._style = tag == "style"
            kind = attributes.get("type", "").lower()
            self._script = [] if tag == "script" and _DATA_SCRIPTS.match(kind) else None
        elif tag in _BLOCK:
            self.streams.show("\n")
        elif tag in _CELL:
            self.streams.show("\t")
        if tag in _UNPARSED:
            self._unparsed = []
        self._preformatted += tag == "pre"
        if attributes:
            self._take_attributes(tag, attributes)

    def end(self, tag: str) -> None:
        """A tag closes, or the parser closes it."""
        if tag in _UNPARSED and self._unparsed is not None:
            unparsed, self._unparsed = "".join(self._unparsed), None
            self.streams.show(self._inner(unparsed) if "<" in unparsed else unparsed)
        if tag in _HIDDEN:
            self._hidden -= 1
            self._style = False
            for prose in prose_in_code("".join(self._code)):
                self.streams.set_aside(self._inner(prose) if looks_like_markup(prose) else prose)
            self._code.clear()
            if self._script is not None:
                self.data_texts.append("".join(self._script))
                self._script = None
        elif tag in _BLOCK:
            self.streams.show("\n")
        self._preformatted -= tag == "pre"

    def data(self, text: str) -> None:
        """Text, in as many calls as the parser likes."""
        if self._unparsed is not None:
            self._unparsed.append(text)
            return
        if self._hidden <= 0:
            self.streams.show(text if self._preformatted > 0 else _WHITE_LINE_ENDS.sub(" ", text))
        elif self._script is not None:
            self._script.append(text)
        else:
            self._code.append(text)
            if self._style:
                self.addresses += [(uri, "") for uri in _CSS_URI.findall(text)]

    def comment(self, text: str) -> None:
        """A comment; XML's CDATA counts as one in HTML, and is text."""
        if text.startswith("[CDATA["):
            self.data(text.removeprefix("[CDATA[").removesuffix("]]"))
        elif "o:" in text and "<o:" in text:
            self.says |= {f"o:{name.lower()}": unescape(value).strip() for name, value in _WORD_PROPERTY.findall(text)}
        elif text.startswith("[if ") or len(text.split()) >= _COMMENT_WORDS:
            inner = self._inner(text.partition(">")[2] if text.startswith("[if ") else text)
            if len(inner.split()) >= (1 if text.startswith("[if ") else _COMMENT_WORDS):
                self.streams.set_aside(inner)

    def close(self) -> None:
        """The end; what was collected is read from the object."""
        for tag in _UNPARSED:
            self.end(tag)

    def _inner(self, markup: str) -> str:
        """The text of a page inside this one."""
        if self._nested >= _MOST_NESTED:
            return markup
        shown = visible_text(markup, self._nested + 1)
        self.addresses += shown.addresses
        return shown.text

    def _take_attributes(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "html":
            self.language = attributes.get("lang") or attributes.get("xml:lang") or None
        elif tag == "meta":
            self._take_meta(attributes)
        elif tag == "input":
            self._take_input(attributes)
        elif tag == "iframe" and attributes.get("srcdoc"):
            self.streams.show(f"\n{self._inner(attributes['srcdoc'])}\n")
        elif attributes.get("alt"):
            self.streams.show(f" {attributes['alt']} ")
        for name, value in attributes.items():
            if (name in _ASIDE and reads_as_text(value)) or name.startswith("data-"):
                self._take_unseen(name, value)
            elif value[:5].lower() == "data:" or (value[:1].isspace() and value.lstrip()[:5].lower() == "data:"):
                self.addresses.append((value, attributes.get("download") or ""))
            elif name == "style" and "data:" in value:
                self.addresses += [(uri, "") for uri in _CSS_URI.findall(value)]

    def _take_unseen(self, name: str, value: str) -> None:
        """Words on hovering; in an attribute for scripts pieces of pages, data that hold prose, and files."""
        if name in _ASIDE:
            self.streams.set_aside(value)
            return
        if value.lstrip()[:5].lower() == "data:":
            self.addresses.append((value, ""))
            return
        shown = self._inner(value) if looks_like_markup(value) else value
        for prose in prose_in_code(shown):
            self.streams.set_aside(prose)

    def _take_meta(self, attributes: Mapping[str, str]) -> None:
        name = (attributes.get("name") or attributes.get("property") or attributes.get("http-equiv") or "").lower()
        content = (attributes.get("content") or "").strip()
        if name and content:
            self.says.setdefault(name, content)
            if name.rpartition(":")[2] == "description":
                self.streams.set_aside(content)

    def _take_input(self, attributes: Mapping[str, str]) -> None:
        value = attributes.get("value", "")
        kind = attributes.get("type", "").lower()
        if kind in _SHOWN_INPUTS:
            self.streams.show(f" {value} ")
        elif kind == "hidden" and reads_as_text(value):
            self.streams.set_aside(self._inner(value) if looks_like_markup(value) else value)
