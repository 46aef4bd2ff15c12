"""Word files (DOCX, transitional and strict): headers, body, text boxes, notes, comments and footers as one text.

Letterhead and footer are evidence (hospital, number, reference), and so are deleted passages: all are kept.
"""

from __future__ import annotations

import re

from lxml import etree

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError
from extraction.paths import member_path
from extraction.records import Content, Embedded, Problem, TextPiece
from extraction.xml_tree import local_name, parse_xml
from extraction.zip_members import Member, read_members

_ORDER = ("header", "document", "diagrams/data", "charts/chart", "footnotes", "endnotes", "comments", "footer")
_PART = re.compile(rf"word/({'|'.join(_ORDER)})(\d*)\.xml", re.IGNORECASE)
_PICTURE = re.compile(r"word/media/[^/]+", re.IGNORECASE)
_WORKING_PARTS = re.compile(
    r"word/(?:[^/]*\.(?:xml|bin)|(?:theme|glossary|fonts|_rels|diagrams|charts|customXml|activeX|webextensions)/.*|.*/)",
    re.IGNORECASE,
)
# Letters below which a file with pictures may be a scan pasted into Word. A letter has 500 and more.
SCAN_LETTERS = 40
_TEXT = frozenset(["t", "delText"])
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}


def read_docx(data: bytes, budget: Budget) -> Content:
    """One piece with the whole text; parts that are damaged or missing are problems; embedded files in their turn."""
    members, problems = _members(data, budget)
    texts: list[tuple[int, int, str]] = []
    embedded: list[Embedded] = []
    pictures = 0
    for member in members:
        name = _plain(member.name)
        part = _PART.fullmatch(name)
        if member.problem:
            problems.append(Problem(member.problem, member_path(name), "member"))
        if part and member.data:
            text, repaired = _part_text(member.data)
            texts.append((_ORDER.index(part[1].lower()), int(part[2] or 0), text))
            if repaired and not member.problem:
                problems.append(Problem(SkipReason.UNREADABLE, member_path(name), "damaged XML"))
        pictures += _PICTURE.fullmatch(name) is not None
        if not part and not _PICTURE.fullmatch(name) and member.data:
            embedded.append(Embedded(member_path(name), member.data, name.rpartition("/")[2]))
    if not any(order == _ORDER.index("document") for order, _, _ in texts):
        problems.append(Problem(SkipReason.TRUNCATED if problems else SkipReason.UNREADABLE, "", "no document part"))
    text = "\n".join(text for _, _, text in sorted(texts) if text)
    if pictures and len(re.findall(r"\w", text)) < SCAN_LETTERS:
        problems.append(Problem(SkipReason.UNSUPPORTED_TYPE, "!/word/media", "pictures and no text: needs OCR"))
    return Content((TextPiece("", text),) if text else (), tuple(problems), tuple(embedded))


def _members(data: bytes, budget: Budget) -> tuple[list[Member], list[Problem]]:
    members: list[Member] = []
    seen: set[str] = set()
    try:
        for member in read_members(data, _is_wanted, budget):
            if _plain(member.name) not in seen:  # a second member of one name is for confusing scanners
                members.append(member)
            seen.add(_plain(member.name))
    except BudgetSpentError as error:
        return members, [Problem(SkipReason.BUDGET_SPENT, "", str(error))]
    return members, []


def _plain(name: str) -> str:
    return name.replace("\\", "/")


def _is_wanted(name: str) -> bool:
    """Text parts, pictures, and whatever is embedded; not the parts that Word works with."""
    plain = _plain(name)
    if not plain.lower().startswith("word/"):
        return False
    return _PART.fullmatch(plain) is not None or _WORKING_PARTS.fullmatch(plain) is None


def _part_text(data: bytes) -> tuple[str, bool]:
    parsed = parse_xml(data)
    if parsed.root is None:
        return "", True
    walk = _ParagraphWalk()
    walk.over(parsed.root)
    return "\n".join(walk.lines), parsed.repaired


class _ParagraphWalk:
    """Collects paragraphs in document order. Those of a text box come out before the one it stands in."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._open: list[list[str]] = []

    def over(self, root: etree._Element) -> None:
        """Walk one part."""
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            name = local_name(element)
            if event == "start" and name == "Fallback" and _has_choice(element):
                walker.skip_subtree()  # the same text box once more, for old versions of Word
            elif event == "start":
                self._start(name, element)
            elif name == "p" and self._open:
                self._finish()
        while self._open:
            self._finish()

    def _start(self, name: str, element: etree._Element) -> None:
        if name == "p":
            self._open.append([])
            return
        if not self._open:
            return
        if name in _TEXT:
            self._open[-1].append("".join(_own_texts(element)))
        elif name in _BREAKS:
            self._open[-1].append(_BREAKS[name])

    def _finish(self) -> None:
        line = "".join(self._open.pop()).strip()
        if line:
            self.lines.append(line)


def _own_texts(element: etree._Element) -> list[str]:
    """The text, and the text behind an unresolved entity or a comment in it."""
    return [element.text or "", *(child.tail or "" for child in element)]


def _has_choice(fallback: etree._Element) -> bool:
    parent = fallback.getparent()
    return parent is not None and any(local_name(child) == "Choice" for child in parent)
