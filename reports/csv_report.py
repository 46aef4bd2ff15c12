"""CSV for spreadsheets: no cell that one of them would take for a formula."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any, Final

from findings.report_facts import ReportFacts
from reports.finding_fields import FIELDS, finding_fields
from reports.shown import Shown

# What begins a formula, or hides one from who looks for these: in Excel, LibreOffice and Google Sheets, and their wide
# forms where the language has them. Control characters are written out before (`printable`).
_BEGINS: Final = (
    *("=", "+", "-", "@", "\t", "\r", "\n", "|", "%"),
    *("\uff1d", "\uff0b", "\uff0d", "\uff20"),
)
# A cell of a spreadsheet holds no more: Excel cuts at 32,767 characters, and what is cut can leave a quote open.
_MOST_CHARACTERS: Final = 32_000
# Tells Excel that the file is UTF-8.
_MARK: Final = "\ufeff"


def csv_report(facts: ReportFacts, shown: Shown) -> str:
    """A header and a line for each finding, the worst first, as RFC 4180 has it; times are ISO 8601 in UTC."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(FIELDS)
    for finding in facts.findings:
        fields = finding_fields(finding, shown)
        writer.writerow([cell(fields[name]) for name in FIELDS])
    return _MARK + out.getvalue()


def cell(value: Any) -> str:
    """One cell. Text that a spreadsheet would calculate begins with an apostrophe, which it shows as text."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"{value:.6g}" if isinstance(value, float) else str(value)
        case date():
            return value.isoformat()
        case _:
            return _text(_joined(value))


def _joined(value: object) -> str:
    match value:
        case tuple():
            return "; ".join(map(str, value))
        case dict():
            return "; ".join(f"{name}: {state}" for name, state in value.items())
        case _:
            return str(value)


def _text(text: str) -> str:
    cut = text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
    return f"'{cut}" if cut.lstrip().startswith(_BEGINS) else cut
