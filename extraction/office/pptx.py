"""PowerPoint files (PPTX and its templates and kin): a piece for each slide, hidden ones too, with notes and comments.

What a slide shows of its layout and master stands with the first slide that shows it; what no slide shows, such as
masters without slides and the names of those who commented, is a piece of its own.
"""

from __future__ import annotations

import re

from lxml import etree

from documents.records import SkipReason
from extraction.budget import Budget
from extraction.office.office_origin import origin, prose_of_properties
from extraction.office.office_package import Package
from extraction.office.office_related import RelatedParts
from extraction.office.office_strangers import custom_data_lines, files_inside, pictures_unread, strangers
from extraction.office.office_text import part_lines
from extraction.records import Content, Problem, TextPiece

_SLIDE = re.compile(r"(?:.*/)?slides/[^/]*?(\d*)\.xml")
_MASTER = re.compile(r"(?:.*/)?(?:slidelayouts|slidemasters|notesmasters|handoutmasters)/[^/]*\.xml")
# Other parts with text that a slide may have lost.
_LOOSE = re.compile(
    r"(?:.*/)?(?:notesslides|comments|charts|diagrams/data|drawings)[^/]*(?:/[^/]*)?\.xml|ppt/(?:commentauthors|authors)\.xml"
)
_WORKING_PARTS = re.compile(
    r"\[content_types\]\.xml|docprops/.*|(?:.*/)?_rels/.*|_xmlsignatures/.*|customui/.*|ppt/fonts/.*"
)
_LAYOUT, _MASTER_KIND = "slideLayout", "slideMaster"


def read_pptx(data: bytes, budget: Budget) -> Content:
    """A piece for each slide with text.

    Raises:
        BudgetSpentError, UnreadableError: no part can be read.
    """
    package = Package(data, budget)
    main = package.main_part("presentation.xml")
    slides = _slides(package, main)
    reading = _Reading(package)
    pieces = [TextPiece(f"#slide={number}", reading.text(name)) for number, name in enumerate(slides, 1)]
    loose = "\n".join([*_loose_lines(package, reading), *prose_of_properties(package)])
    pieces = [piece for piece in (TextPiece("", loose), *pieces) if piece.text]
    origins = origin(package)
    inside = strangers(package, main, _WORKING_PARTS)
    problems = list(package.problems)
    if not slides:
        reason = SkipReason.TRUNCATED if package.is_cut else SkipReason.UNREADABLE
        problems.append(Problem(reason, "", "no slide"))
    problems += pictures_unread(package, "".join(piece.text for piece in pieces), inside)
    return Content(tuple(pieces), tuple(problems), files_inside(package, inside), origins=origins)


def _slides(package: Package, main: str) -> list[str]:
    """In the order of the show, then those that it does not name."""
    root = package.xml(main)
    targets = {each.id: each.target for each in package.relations(main)}
    listed = root.iterfind("{*}sldIdLst/{*}sldId") if root is not None else ()
    found = [targets.get(_relation_id(element), "") for element in listed]
    known = frozenset(found)
    strays = sorted(
        (int(number[1] or 0), name)
        for name in package.names
        if name not in known and (number := _SLIDE.fullmatch(name)) is not None
    )
    return [name for name in dict.fromkeys(found) if package.has(name)] + [name for _, name in strays]


def _relation_id(element: etree._Element) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith("}id")), "")


class _Reading:
    """Reads the slides of one show."""

    def __init__(self, package: Package) -> None:
        self.related = RelatedParts(package)
        self._package = package

    def text(self, name: str) -> str:
        """What the slide shows, its notes and its comments."""
        masters: list[str] = []
        for layout in self._targets(name, _LAYOUT):
            for master in self._targets(layout, _MASTER_KIND):
                masters += self.master_lines(master)
            masters += self.master_lines(layout)
        return "\n".join([*masters, *self.related.own_lines(name), *self.related.lines(name)])

    def master_lines(self, name: str) -> list[str]:
        """What a layout or master adds to its slides; nothing if it was told before."""
        if name in self.related.told:
            return []
        self.related.told.add(name)
        root = self._package.xml(name)
        return [] if root is None else part_lines(root, without_placeholders=True)

    def _targets(self, name: str, kind: str) -> list[str]:
        return [each.target for each in self._package.relations(name) if each.kind == kind and not each.external]


def _loose_lines(package: Package, reading: _Reading) -> list[str]:
    """What no slide leads to."""
    lines: list[str] = []
    for name in package.names:
        if _MASTER.fullmatch(name):
            lines += reading.master_lines(name)
        elif _LOOSE.fullmatch(name):
            lines += reading.related.own_lines(name)
        elif name.startswith("customxml/item") and "props" not in name and name.endswith(".xml"):
            root = package.xml(name)
            lines += [] if root is None else custom_data_lines(root)
    return lines
