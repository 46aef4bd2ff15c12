"""Word files (DOCX, transitional and strict, as a package or as one XML file): the whole text as one piece.

Letterhead and footer are evidence (hospital, number, reference), and so are text boxes, notes, comments, deleted and
moved passages, charts, diagrams, alternative texts, variables of a mail merge: all are kept.
"""

from __future__ import annotations

import re

from documents.records import SkipReason
from extraction.budget import Budget
from extraction.office.office_origin import origin, prose_of_properties
from extraction.office.office_package import Package
from extraction.office.office_strangers import custom_data_lines, files_inside, is_file_inside, pictures_unread
from extraction.office.office_text import part_lines
from extraction.records import Content, Problem, TextPiece
from extraction.texts.xml_tree import local_name

# Kinds of parts by the name of their root, in the order of the text; a part may lie in any folder.
_ORDER = {
    root: place
    for place, roots in enumerate(
        (
            ("hdr",),
            ("document",),
            ("dataModel",),
            ("drawing",),
            ("chartSpace", "userShapes"),
            ("footnotes",),
            ("endnotes",),
            ("comments",),
            ("ftr",),
            ("glossaryDocument",),
            ("settings",),
        )
    )
    for root in roots
}
# Parts that say how the text looks and works. They are not even decompressed.
_WORKING_PARTS = re.compile(
    r"\[content_types\]\.xml|docprops/.*|(?:.*/)?_rels/.*|_xmlsignatures/.*|customui/.*|package/services/.*"
    r"|(?:.*/)?(?:styles|styleswitheffects|fonttable|websettings|numbering|people|comments(?:extended|ids|extensible)"
    r"|vbadata|customizations|attachedtoolbars|documenttasks)\d*\.xml"
    r"|word/(?:theme|fonts|webextensions|activex|taskpanes)/.*|customxml/itemprops\d*\.xml|docmetadata/.*"
    r"|word/diagrams/(?:layout|quickstyle|colors)\d*\.xml|word/charts/(?:style|colors)\d*\.xml"
)
_NUMBER = re.compile(r"(\d*)\.[^.]*$")


_Part = tuple[int, int, str, list[str]]


def read_docx(data: bytes, budget: Budget) -> Content:
    """One piece with the whole text; parts that are damaged or missing are problems; files inside in their turn.

    Raises:
        BudgetSpentError, UnreadableError: no part can be read.
    """
    package = Package(data, budget)
    main = package.main_part("document.xml")
    names = [name for name in package.names if name == main or not _WORKING_PARTS.fullmatch(name)]
    inside = [name for name in names if name != main and is_file_inside(name)]
    parts, custom = _text_parts(package, [name for name in names if name == main or not is_file_inside(name)])
    settings = next((name for place, _, name, _ in parts if place == _ORDER["settings"]), "")
    lines = [line for *_, part in _without_drawn_diagrams(sorted(parts)) for line in part] + custom
    text = "\n".join(lines + prose_of_properties(package))
    origins = origin(package, settings)
    problems = [*package.problems, *_missing_body(parts, package), *pictures_unread(package, text, inside)]
    return Content(
        (TextPiece("", text),) if text else (),
        tuple(problems),
        files_inside(package, inside),
        origins=origins,
    )


def _text_parts(package: Package, names: list[str]) -> tuple[list[_Part], list[str]]:
    """The parts with their place, number, name and lines; and the lines of data that the text is bound to."""
    parts: list[_Part] = []
    custom: list[str] = []
    if package.flat_root is not None:
        parts.append((_ORDER["document"], 0, "", part_lines(package.flat_root)))
    for name in names:
        root = package.xml(name)
        if root is None:
            continue
        if (place := _ORDER.get(local_name(root))) is None:
            custom += custom_data_lines(root)
        else:
            parts.append((place, _number(name), name, part_lines(root)))
    return parts, custom


def _without_drawn_diagrams(parts: list[_Part]) -> list[_Part]:
    """Word keeps a diagram as data and once more as it was drawn; the drawing counts where the data are lost."""
    if any(place == _ORDER["dataModel"] and lines for place, _, _, lines in parts):
        return [part for part in parts if part[0] != _ORDER["drawing"]]
    return parts


def _missing_body(parts: list[_Part], package: Package) -> list[Problem]:
    if any(place == _ORDER["document"] for place, *_ in parts):
        return []
    reason = SkipReason.TRUNCATED if package.is_cut else SkipReason.UNREADABLE
    return [Problem(reason, "", "no document part")]


def _number(name: str) -> int:
    number = _NUMBER.search(name)
    return int(number[1][:9]) if number and number[1] else 0
