"""Excel files (XLSX and its templates and kin): a piece for each sheet, hidden ones too, and one for what is in none.

Headers, footers, comments old and threaded, drawings and charts stand with their sheet. What a pivot table remembers
of a sheet that was taken out, and what other workbooks gave, is evidence as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError
from extraction.office.office_origin import origin, prose_of_properties
from extraction.office.office_package import Package, Relation
from extraction.office.office_related import RelatedParts
from extraction.office.office_strangers import custom_data_lines, files_inside, pictures_unread, strangers
from extraction.office.xlsx_2003 import read_2003
from extraction.office.xlsx_cells import (
    Book,
    CellLimits,
    chunks,
    prompt_lines,
    read_rows,
    running_lines,
    shared_strings,
    style_codes,
)
from extraction.office.xlsx_memory import external_lines, pivot_lines
from extraction.records import Content, Problem, TextPiece
from extraction.texts.xml_tree import local_name, parse_xml

_SHEET_KINDS = frozenset(["worksheet", "chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"])
_SHEET = re.compile(r"(?:.*/)?(?:worksheets|chartsheets|dialogsheets|macrosheets)/[^/]*?(\d*)\.xml")
_WORKING_PARTS = re.compile(
    r"\[content_types\]\.xml|docprops/.*|(?:.*/)?_rels/.*|_xmlsignatures/.*|customui/.*|xl/fonts/.*"
)
# Other parts with text that no sheet leads to, by their place.
_LOOSE = re.compile(
    r"(?:.*/)?(?:persons|comments|threadedcomments|drawings|charts|diagrams|revisions)/[^/]*\.xml|xl/comments\d*\.xml"
)
_PIVOT = re.compile(r"(?:.*/)?pivotcachedefinition\d*\.xml")
_EXTERNAL = re.compile(r"(?:.*/)?externallink\d*\.xml")
_RUNNING = ("Header", "Footer")
_USUAL_NAME = re.compile(r"[^\W\d_]+[\d ()]*")


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    part: str = field(repr=False)


def read_xlsx(data: bytes, budget: Budget) -> Content:
    """A piece for each sheet with text.

    Raises:
        BudgetSpentError, UnreadableError: no part can be read.
    """
    package = Package(data, budget)
    if package.flat_root is not None:
        return read_2003(package.flat_root, package, budget)
    main = package.main_part("workbook.xml")
    workbook = package.xml(main)
    relations = package.relations(main)
    sheets = _sheets(package, workbook, relations)
    book = _book(package, workbook, relations)
    reading = _Reading(package, book, CellLimits(budget.limits.characters))
    pieces = [TextPiece(f"#sheet={number}", reading.text(sheet)) for number, sheet in enumerate(sheets, 1)]
    loose_lines = [*_named_texts(workbook), *_loose_lines(package, reading.related), *prose_of_properties(package)]
    loose = "\n".join(loose_lines)
    pieces = [piece for piece in (TextPiece("", loose), *pieces) if piece.text]
    origins = origin(package)
    inside = strangers(package, main, _WORKING_PARTS)
    problems = [*package.problems, *_missing(sheets, package)]
    problems += pictures_unread(package, "".join(piece.text for piece in pieces), inside)
    return Content(tuple(pieces), tuple(problems), files_inside(package, inside), origins=origins)


def _missing(sheets: list[_Sheet], package: Package) -> list[Problem]:
    if sheets:
        return []
    return [Problem(SkipReason.TRUNCATED if package.is_cut else SkipReason.UNREADABLE, "", "no sheet")]


def _sheets(package: Package, workbook: etree._Element | None, relations: list[Relation]) -> list[_Sheet]:
    """In the workbook's order, then those it does not name."""
    targets = {each.id: each.target for each in relations}
    found: list[_Sheet] = []
    for element in workbook.iterfind("{*}sheets/{*}sheet") if workbook is not None else ():
        ids = [str(value) for key, value in element.attrib.items() if str(key).endswith("}id")]
        found.append(_Sheet(str(element.get("name") or ""), targets.get(ids[0], "") if ids else ""))
    known = {sheet.part for sheet in found}
    listed = {each.target for each in relations if each.kind in _SHEET_KINDS}
    strays = sorted(
        (int(number[1] or 0), name)
        for name in {*package.names, *listed}
        if name not in known and package.has(name) and (number := _SHEET.fullmatch(name)) is not None
    )
    return [sheet for sheet in found if package.has(sheet.part)] + [_Sheet("", name) for _, name in strays]


def _book(package: Package, workbook: etree._Element | None, relations: list[Relation]) -> Book:
    targets = {each.kind: each.target for each in relations}
    strings_part = targets.get("sharedStrings") or package.named("sharedstrings.xml")
    strings, damaged = shared_strings(data) if (data := package.part(strings_part)) else ([], False)
    if damaged:
        package.problems.append(Problem(SkipReason.UNREADABLE, package.path(strings_part), "damaged XML"))
    styles = package.xml(targets.get("styles") or package.named("styles.xml"))
    settings = workbook.find("{*}workbookPr") if workbook is not None else None
    from_1904 = settings is not None and settings.get("date1904") in ("1", "true", "on")
    return Book(strings, style_codes(styles), from_1904)


class _Reading:
    """Reads the sheets of one workbook."""

    def __init__(self, package: Package, book: Book, limits: CellLimits) -> None:
        self.related = RelatedParts(package)
        self._package = package
        self._book = book
        self._limits = limits

    def text(self, sheet: _Sheet) -> str:
        """Header, name, rows, what is drawn and remarked on the sheet, footer."""
        self.related.told.add(sheet.part)
        running: dict[str, list[str]] = {kind: [] for kind in _RUNNING}
        rows: list[str] = []
        try:
            self._read(sheet, rows, running)
        except BudgetSpentError as error:
            self._package.problems.append(Problem(SkipReason.BUDGET_SPENT, self._package.path(sheet.part), str(error)))
        related = self.related.lines(sheet.part)
        # The name is on the tab, and every empty sheet has one: where nothing else is, only what somebody wrote counts.
        lines = [*running["Header"], *rows, *related, *running["Footer"]]
        if sheet.name and (lines or not _USUAL_NAME.fullmatch(sheet.name)):
            lines.insert(0, sheet.name)
        return "\n".join(lines)

    def _read(self, sheet: _Sheet, rows: list[str], running: dict[str, list[str]]) -> None:
        data = self._package.part(sheet.part)
        repaired = cut = False
        for chunk in chunks(data) if data else ():
            self._limits.spend_tags(chunk.count(b"<"))
            parsed = parse_xml(chunk)
            repaired, cut = repaired or parsed.repaired, cut or parsed.cut
            if parsed.root is not None:
                read_rows(parsed.root, self._book, self._limits, rows)
                rows += prompt_lines(parsed.root)
                for kind in _RUNNING:
                    running[kind] += _running_lines(parsed.root, kind, sheet.name)
        path = self._package.path(sheet.part)
        if cut:
            raise BudgetSpentError("tags")
        if repaired and not any(problem.path == path for problem in self._package.problems):
            self._package.problems.append(Problem(SkipReason.UNREADABLE, path, "damaged XML"))


def _running_lines(root: etree._Element, kind: str, sheet: str) -> list[str]:
    """Headers or footers of a sheet, without the codes that format them."""
    lines: list[str] = []
    for element in root.iterfind("{*}headerFooter/*"):
        if local_name(element).endswith(kind):
            lines += running_lines(element.text or "", sheet)
    return list(dict.fromkeys(lines))


def _named_texts(workbook: etree._Element | None) -> list[str]:
    """Names that stand for a text, as if it were a cell."""
    named = workbook.iterfind("{*}definedNames/{*}definedName") if workbook is not None else ()
    texts = [str(each.text or "").strip() for each in named]
    return [text[1:-1].replace('""', '"') for text in texts if len(text) > 2 and text[0] == text[-1] == '"']  # noqa: PLR2004


def _loose_lines(package: Package, related: RelatedParts) -> list[str]:
    """What no sheet leads to: comments of lost sheets, memories of pivot tables, values of other workbooks."""
    lines: list[str] = []
    for name in package.names:
        if _PIVOT.fullmatch(name):
            lines += pivot_lines(package, name)
        elif _EXTERNAL.fullmatch(name):
            lines += external_lines(package.xml(name))
        elif _LOOSE.fullmatch(name):
            lines += related.own_lines(name)
        elif name.startswith("customxml/item") and "props" not in name and name.endswith(".xml"):
            root = package.xml(name)
            lines += [] if root is None else custom_data_lines(root)
    return lines
