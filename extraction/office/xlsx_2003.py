"""Excel's XML of 2003: one file, a piece for each sheet."""

from __future__ import annotations

from lxml import etree

from documents.records import SkipReason
from extraction.budget import Budget, BudgetSpentError
from extraction.office.number_formats import shown_date
from extraction.office.office_origin import origin
from extraction.office.office_package import Package
from extraction.office.xlsx_cells import CellLimits, running_lines
from extraction.records import Content, Problem, TextPiece
from extraction.texts.xml_tree import local_name


def read_2003(root: etree._Element, package: Package, budget: Budget) -> Content:
    """A piece for each sheet with text."""
    limits = CellLimits(budget.limits.characters)
    problems = list(package.problems)
    pieces: list[TextPiece] = []
    for number, sheet in enumerate(root.iterfind("{*}Worksheet"), 1):
        lines: list[str] = []
        try:
            _read(sheet, limits, lines)
        except BudgetSpentError as error:
            problems.append(Problem(SkipReason.BUDGET_SPENT, f"#sheet={number}", str(error)))
        if lines:
            name = _attribute(sheet, "Name")
            pieces.append(TextPiece(f"#sheet={number}", "\n".join([name, *lines] if name else lines)))
    if root.find("{*}Worksheet") is None:
        problems.append(Problem(SkipReason.UNREADABLE, "", "no sheet"))
    return Content(tuple(pieces), tuple(problems), origins=origin(package))


def _read(sheet: etree._Element, limits: CellLimits, lines: list[str]) -> None:
    name = _attribute(sheet, "Name")
    for kind in ("Header", "Footer"):
        for element in sheet.iterfind(f"{{*}}WorksheetOptions/{{*}}PageSetup/{{*}}{kind}"):
            lines += running_lines(_attribute(element, "Data"), name)
    for row in sheet.iter("{*}Row"):
        comments: list[str] = []
        cells = [text for cell in row if (text := _cell(cell, comments))]
        for text in (*cells, *comments):
            limits.spend(text)
        lines += ["\t".join(cells)] if cells else []
        lines += comments


def _cell(cell: etree._Element, comments: list[str]) -> str:
    value = ""
    for child in cell:
        name = local_name(child)
        if name == "Data":
            value = "".join(map(str, child.itertext())).strip()
            if _attribute(child, "Type") == "DateTime":
                value = shown_date(value, "")
        elif name == "Comment":
            comments += [_attribute(child, "Author"), " ".join("".join(map(str, child.itertext())).split())]
    comments[:] = [text for text in comments if text]
    return value


def _attribute(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")
