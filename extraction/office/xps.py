"""XPS files: a piece for each page, its strings put back into lines by where they stand; pictures are handed on."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field

from lxml import etree

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError
from extraction.office.office_origin import origin
from extraction.office.office_package import Package
from extraction.office.office_strangers import files_inside
from extraction.records import Content, Problem, TextPiece
from extraction.texts.xml_tree import parse_xml

_PAGE = re.compile(r"(?P<name>.*?(?P<number>\d*)\.fpage)(?:/\[(?P<piece>\d+)\](?P<last>\.last)?\.piece)?")
# Structure, fonts, print settings, thumbnails. What is none of these is a picture or a stranger, and handed on.
_WORKING_PARTS = re.compile(
    r"\[content_types\]\.xml.*|docprops/.*|(?:.*/)?_rels/.*|.*\.(?:fpage|fdoc|fdseq|odttf|ttf|otf|ttc|dict|struct|frag|piece|rels)"
    r"|.*(?:printticket|_pt|discardcontrol|colorcontext)[^/]*\.(?:xml|icc|icm)|.*thumbnail.*|metadata/.*"
)
# Parts of a font's size: how far two strings may stand apart, up and down, and still be of one line; the mean width
# of a character; the gap that is a blank. Fonts have blanks of 0.25.
_SAME_LINE = 0.3
_WIDTH = 0.5
_BLANK = 0.15


@dataclass(slots=True)
class _Line:
    """A line as far as it is put together."""

    y: float
    end: float
    text: str = field(repr=False)


def read_xps(data: bytes, budget: Budget) -> Content:
    """A piece for each page with text.

    Raises:
        BudgetSpentError, UnreadableError: no part can be read.
    """
    package = Package(data, budget)
    pages = _pages(package)
    pieces: list[TextPiece] = []
    for number, parts in enumerate(pages, 1):
        try:
            budget.spend_page()
        except BudgetSpentError as error:
            package.problems.append(Problem(SkipReason.BUDGET_SPENT, f"#page={number}", str(error)))
            break
        root = _joined(package, parts)
        if root is not None and (text := "\n".join(_lines(root))):
            pieces.append(TextPiece(f"#page={number}", text))
    problems = list(package.problems)
    if not pages:
        reason = SkipReason.TRUNCATED if package.is_cut else SkipReason.UNREADABLE
        problems.append(Problem(reason, "", "no page"))
    origins = origin(package)
    inside = [name for name in package.names if not _WORKING_PARTS.fullmatch(name) and not _PAGE.fullmatch(name)]
    return Content(tuple(pieces), tuple(problems), files_inside(package, inside), origins=origins)


def _pages(package: Package) -> list[list[str]]:
    """The parts of each page, which may lie in pieces, in the order that the document gives or their numbers say."""
    parts: dict[str, list[tuple[int, str]]] = {}
    numbers: dict[str, tuple[str, int]] = {}
    for name in package.names:
        if found := _PAGE.fullmatch(name):
            parts.setdefault(found["name"], []).append((int(found["piece"] or 0), name))
            numbers[found["name"]] = (posixpath.dirname(found["name"]), int(found["number"][:9] or 0))
    order = {name: place for place, name in enumerate(_named_pages(package))}
    names = sorted(parts, key=lambda name: (order.get(name, len(order)), *numbers[name]))
    return [[part for _, part in sorted(parts[name])] for name in names]


def _named_pages(package: Package) -> list[str]:
    """Pages in the order of the documents that name them."""
    named: list[str] = []
    for document in (name for name in package.names if name.endswith(".fdoc")):
        root = package.xml(document)
        for element in root.iter("{*}PageContent") if root is not None else ():
            target = str(element.get("Source") or "").lower()
            folder = posixpath.dirname(document)
            named.append(posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"))
    return named


def _joined(package: Package, parts: list[str]) -> etree._Element | None:
    if len(parts) == 1 and parts[0].endswith(".fpage"):
        return package.xml(parts[0])
    parsed = parse_xml(b"".join(package.part(part) for part in parts))
    if parsed.repaired:
        package.problems.append(Problem(SkipReason.UNREADABLE, package.path(parts[0]), "damaged XML"))
    return parsed.root


def _lines(page: etree._Element) -> list[str]:
    lines: list[_Line] = []
    for glyphs in page.iter("{*}Glyphs"):
        text = _shown(str(glyphs.get("UnicodeString") or ""))
        if not text.strip():
            continue
        size = _number(glyphs.get("FontRenderingEmSize")) or 1.0
        x, y = _number(glyphs.get("OriginX")), _number(glyphs.get("OriginY"))
        end = x + _width(text, str(glyphs.get("Indices") or "")) * size
        last = lines[-1] if lines else None
        if last is None or abs(last.y - y) > size * _SAME_LINE:
            lines.append(_Line(y, end, text))
            continue
        apart = x - last.end > size * _BLANK and not last.text.endswith(" ")
        last.text, last.end = last.text + (" " if apart else "") + text, end
    return [line for each in lines if (line := each.text.strip())]


def _width(text: str, indices: str) -> float:
    """In parts of the font's size: as far as each glyph says how far it moves on, else guessed."""
    moves = [fields[1] for each in indices.split(";") if len(fields := each.split(",")) > 1 and fields[1]]
    told = [_number(move) / 100 for move in moves[: len(text)]]
    return sum(told) + (len(text) - len(told)) * _WIDTH


def _shown(text: str) -> str:
    """A leading pair of braces says that a brace in front is meant as such."""
    return text.removeprefix("{}")


def _number(value: str | None) -> float:
    try:
        number = float(str(value or 0))
    except ValueError:
        return 0.0
    return number if abs(number) < 1e9 else 0.0  # noqa: PLR2004 - further away than any page is large
