"""XML from strangers as a stream of tokens: no tree, no depth, no entities that unfold, nothing lost by damage.

libxml2 was tried: its tree ends at a depth, and its events, asked to go on behind an error, drop what follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

# Alternatives begin differently and take what they take for good, so that no input costs more than one look at it. A
# comment or section that has lost its end stops at the next one: it takes no letter along.
_TOKEN = re.compile(
    r"<!--(?P<comment>[^<-]*+(?:(?!<!--|-->)[<-][^<-]*+)*+)-->"
    r"|<!\[CDATA\[(?P<cdata>[^\]<]*+(?:(?!\]\]>|<!\[CDATA\[)[\]<][^\]<]*+)*+)(?:\]\]>|\Z)"
    r"|<\?(?P<instruction>[^>]*+)>"
    r"|</(?P<end>[^<>]*+)>?"
    r"""|<(?P<start>[A-Za-z_:][^\s<>/"']*+)(?P<attributes>(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>"""
    r"|<(?P<broken>[A-Za-z_:][^<>]*+)>"
    r"|<!(?P<declaration>[^<>]*+)>"
    r"|(?P<text>[^<]++|<)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([^\s=<>"'/]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_ENTITY = re.compile(r"""<!ENTITY\s+([\w.-]{1,100})\s+(?:"([^"&%]{0,1000})"|'([^'&%]{0,1000})')\s*>""")
_REFERENCE = re.compile(r"&([\w.-]{1,100});")
# Comments, instructions and values of entities before the document.
_IN_PROLOG = re.compile(r"""<!--(.*?)-->|<\?([^>]*+)>|<!ENTITY[^"'<>]*+["']([^"'<>]*+)["']""", re.DOTALL)
# Bytes in which a document type and its entities must stand.
_PROLOG = 16 << 10
# References to entities of the document's own that are resolved. Theirs are not resolved within: nothing unfolds.
_MOST_REFERENCES = 10_000


@dataclass(frozen=True, slots=True)
class Start:
    """A tag that opens; `empty` if it closes itself."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    empty: bool


@dataclass(frozen=True, slots=True)
class End:
    """A tag that closes."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """Text with its references resolved, or the content of a CDATA section."""

    text: str


@dataclass(frozen=True, slots=True)
class Unseen:
    """A comment, an instruction, or an entity that is declared: no text, unless it reads as one."""

    text: str


def xml_tokens(markup: str) -> Iterator[Start | End | Text | Unseen]:
    """Tags and text in order; names without their namespaces."""
    entities, at = _entities(markup)
    yield from (Unseen(found[1] or found[2] or found[3] or "") for found in _IN_PROLOG.finditer(markup, 0, at))
    for token in _TOKEN.finditer(markup, at):
        match token.lastgroup:
            case "text":
                yield Text(entities.resolved(token["text"]))
            case "cdata":
                yield Text(token["cdata"])
            case "end":
                yield End(local(token["end"].strip()))
            case "attributes":
                written = token["attributes"]
                yield Start(local(token["start"]), _attributes(written, entities), written.endswith("/"))
            case "broken":  # quotes that do not pair
                yield Start(local(token["broken"].split()[0]), _attributes(token["broken"], entities), empty=False)
            case "comment" | "instruction":
                yield Unseen(token[token.lastgroup])
            case _:
                continue


def local(name: str) -> str:
    """Without the namespace: office files and messages come with several for the same thing."""
    return name.rpartition(":")[2]


def _attributes(written: str, entities: _Entities) -> tuple[tuple[str, str], ...]:
    if "=" not in written:
        return ()
    return tuple(
        (found[1], entities.resolved(found[2] if found[2] is not None else found[3]))
        for found in _ATTRIBUTE.finditer(written)
    )


class _Entities:
    """Those that the document declares itself, as plain text."""

    def __init__(self, declared: dict[str, str]) -> None:
        self._declared = declared
        self._left = _MOST_REFERENCES

    def resolved(self, text: str) -> str:
        if "&" not in text:
            return text
        if self._declared:
            text = _REFERENCE.sub(self._value, text)
        return unescape(text)

    def _value(self, reference: re.Match[str]) -> str:
        value = self._declared.get(reference[1])
        if value is None or self._left <= 0:
            return reference[0]
        self._left -= 1
        return value


def _entities(markup: str) -> tuple[_Entities, int]:
    """What a document type declares, and where the document goes on behind it."""
    head = markup[:_PROLOG]
    at = head.find("<!DOCTYPE")
    if at < 0:
        return _Entities({}), 0
    subset, end = markup.find("[", at, _PROLOG), markup.find(">", at, _PROLOG)
    if not 0 <= subset < end:
        return _Entities({}), max(end, 0) and end + 1
    end = markup.find("]>", subset, _PROLOG)
    if end < 0:
        return _Entities({}), 0
    declared = {found[1]: found[2] or found[3] or "" for found in _ENTITY.finditer(markup[subset:end])}
    return _Entities(declared), end + 2
