"""XML of any vocabulary as text: CDA, FHIR, drawings, exports. Document order, files inside handed on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from documents.charset import decode
from documents.records import SkipReason
from extraction.budget import Budget
from extraction.records import Content, Origin, Problem, TextPiece
from extraction.texts.carried import Carried
from extraction.texts.plain_text import inexact
from extraction.texts.prose_in_code import prose_in_code, reads_as_prose
from extraction.texts.two_streams import TwoStreams, reads_as_text
from extraction.texts.visible_text import looks_like_markup, visible_text
from extraction.texts.xml_tokens import End, Start, Text, Unseen, xml_tokens

# Tags and texts that are looked at: some 5 s of work. A record of a thousand letters has some 200,000.
MOST_TOKENS = 1_500_000
_DECLARED = re.compile(rb"""^[^<]{0,8}<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
# Elements that do not end a line: those of XHTML, CDA's narrative, drawings and Word's runs.
_INLINE = frozenset(
    """
    a abbr b big bdi bdo cite code content del em font footnoteRef i ins linkHtml mark q r rPr run s small span strike
    strong sub sup t text-run tspan tt u var
    """.split()
)
_CELLS = frozenset(["td", "th", "tc", "entry", "tab"])
_LINES = frozenset(["br", "p", "div", "li", "item", "tr", "caption", "paragraph", "para", "title", "h1", "h2", "h3"])
_HIDDEN = frozenset(["script", "style"])
_FHIR_SPACE = "http://hl7.org/fhir"
# In CDA and FHIR the codes' names, numbers of records, addresses and times stand in attributes with these names.
_HEALTH_ATTRIBUTES = frozenset(["displayName", "extension", "value", "title", "alt"])
_MACHINE_ELEMENTS = frozenset(
    """
    system code status use url id reference fullUrl contentType language mode intent versionId lastUpdated profile
    format hash version display unit comparator type rank
    """.split()
)
_BASE64_ELEMENTS = frozenset(["data", "content", "valueBase64Binary"])
_SHORT_NAME = 256


def read_xml(data: bytes, budget: Budget) -> Content:
    """One piece; what CDA's header says of the author is its origin."""
    declared = _DECLARED.match(data[:512])
    decoded = decode(data, declared[1].decode("ascii") if declared else None)
    carried = Carried(budget)
    walk = _Walk(carried)
    for count, token in enumerate(xml_tokens(decoded.text)):
        if count >= MOST_TOKENS:
            walk.problems.append(Problem(SkipReason.BUDGET_SPENT, "", "tokens"))
            break
        match token:
            case Start():
                walk.start(token)
            case End():
                walk.end(token.name)
            case Text():
                walk.text(token.text)
            case Unseen():
                walk.unseen(token.text)
    walk.close()
    text = walk.streams.text
    problems = (*inexact(decoded), *walk.problems)
    origins = (walk.origin(),) if walk.is_clinical else ()
    return Content((TextPiece("", text),) if text else (), problems, tuple(carried.found), origins=origins)


@dataclass(slots=True)
class _Element:
    """An element that is open."""

    name: str
    inline: bool = False
    base64: bool = False
    packing: str = ""
    has_text: bool = False
    title: str = ""
    waiting: list[str] = field(default_factory=list)


class _Walk:
    """Collects while tags open and close. Unclosed elements are closed by those around them."""

    def __init__(self, carried: Carried) -> None:
        self.streams = TwoStreams()
        self.problems: list[Problem] = []
        self.is_clinical = False
        self._carried = carried
        self._open: list[_Element] = [_Element("")]
        self._counts: dict[str, int] = {}
        self._buffer: list[str] = []
        self._is_fhir = False
        self._is_drawing = False
        self._root = ""
        self._told: dict[str, str] = {}

    def start(self, tag: Start) -> None:
        """A tag opens."""
        self._flush()
        parent = self._open[-1]
        element = _Element(tag.name, inline=tag.name in _INLINE or (parent.has_text and tag.name not in _LINES))
        if not self._root:
            self._take_root(tag)
        self._break(element)
        for name, value in tag.attributes:
            self._attribute(element, parent, name, value)
        if not tag.empty:
            self._open.append(element)
            self._counts[tag.name] = self._counts.get(tag.name, 0) + 1

    def end(self, name: str) -> None:
        """A tag closes; one that was never opened is left alone."""
        self._flush()
        if not self._counts.get(name):
            return
        while True:
            element = self._open.pop()
            self._counts[element.name] -= 1
            for value in element.waiting:
                self._show(self._carried.take_declared(value, element.title))
            self._break(element)
            if element.name == name:
                return

    def text(self, text: str) -> None:
        """Text, in as many calls as there are."""
        self._buffer.append(text)

    def unseen(self, text: str) -> None:
        """What machines read, where it reads as text or holds a piece of a document."""
        text = self._carried.text_of(text)
        shown = visible_text(text).text if "<" in text and looks_like_markup(text) else text
        if reads_as_prose(shown):
            self.streams.set_aside(shown)

    def close(self) -> None:
        """The end: whole only if the root was closed."""
        self._flush()
        if len(self._open) > 1:
            self.problems.append(Problem(SkipReason.TRUNCATED, "", "XML"))
            self.end(self._open[1].name)

    def origin(self) -> Origin:
        """What the header says."""
        told = self._told
        return Origin(
            title=told.get("title"),
            author=told.get("author"),
            organisation=told.get("custodian"),
            created=told.get("effectiveTime"),
            language=told.get("languageCode"),
        )

    def _take_root(self, tag: Start) -> None:
        self._root = tag.name
        self.is_clinical = tag.name == "ClinicalDocument"
        self._is_drawing = tag.name == "svg"
        self._is_fhir = any(name.startswith("xmlns") and value == _FHIR_SPACE for name, value in tag.attributes)

    def _break(self, element: _Element) -> None:
        if element.name in _CELLS:
            self.streams.show("\t")
        elif not element.inline:
            self.streams.show("\n")

    def _attribute(self, element: _Element, parent: _Element, name: str, value: str) -> None:
        key = name.rpartition(":")[2]
        if name.startswith(("xmlns", "xsi:", "xml:")) or not value:
            return
        if value[:5].lower() == "data:":
            self._carried.take_uri(value, element.title)
        elif key in ("representation", "encoding", "dt") and value.lower() in ("b64", "base64", "bin.base64"):
            element.base64 = True
        elif key == "compression" and self.is_clinical:
            element.packing = value
        elif self._is_fhir and key == "value":
            self._fhir_value(element, parent, value)
        elif self.is_clinical or self._is_fhir:
            if key in _HEALTH_ATTRIBUTES:
                self._tell(element.name, value)
                self.streams.set_aside(value)
        elif not self._is_drawing:
            self._generic_value(element, value)

    def _generic_value(self, element: _Element, value: str) -> None:
        value = self._carried.text_of(value)
        if reads_as_text(value) and not element.inline:
            self._show(value)
        elif not value.startswith(("http://", "https://", "urn:")):
            self.streams.set_aside(value)

    def _fhir_value(self, element: _Element, parent: _Element, value: str) -> None:
        if element.name in ("title", "name", "filename") and len(value) < _SHORT_NAME and not parent.title:
            parent.title = value
        if element.name in _BASE64_ELEMENTS and " " not in value.strip():
            parent.waiting.append(value)
        elif element.name in _MACHINE_ELEMENTS and (element.name == "display" or not reads_as_text(value)):
            self.streams.set_aside(value)
        else:
            self._show(self._carried.text_of(value))

    def _flush(self) -> None:
        """The text between two tags."""
        if not self._buffer:
            return
        text = "".join(self._buffer)
        self._buffer.clear()
        element = self._open[-1]
        if element.name in _HIDDEN:
            for prose in prose_in_code(text):
                self.streams.set_aside(prose)
            return
        if not text.strip():
            self.streams.show(" " if element.has_text else "\n")
            return
        self._tell(element.name, text)
        if element.base64:
            self._show(self._carried.take_declared(text, element.title, element.packing))
        elif left := self._carried.text_of(text):
            element.has_text = True
            self._show_inside(left)

    def _show_inside(self, text: str) -> None:
        if "<" in text and looks_like_markup(text):
            self._show(visible_text(text).text)
        else:
            self.streams.show(text)

    def _show(self, text: str) -> None:
        if text:
            shown = visible_text(text).text if "<" in text and looks_like_markup(text) else text
            self.streams.show_line(shown)

    def _tell(self, name: str, value: str) -> None:
        """Facts of a clinical document's header; of each the first."""
        if not self.is_clinical or len(value) > _SHORT_NAME:
            return
        around = [element.name for element in self._open[1:7]]
        if name in ("title", "effectiveTime", "languageCode") and len(around) <= 2:  # noqa: PLR2004 - the header's level
            self._told.setdefault(name, " ".join(value.split()))
        for part in ("author", "custodian"):
            if part in around and "name" in (name, *around[-2:]) and "component" not in around:
                self._told[part] = " ".join(f"{self._told.get(part, '')} {value}".split())[:_SHORT_NAME]
