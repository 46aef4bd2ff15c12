"""No cell that a spreadsheet would calculate, and none that ends a line."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findings.report_facts import ReportedFinding
from findings.results import FindingRow
from reports.csv_report import cell, csv_report
from reports.shown import Shown, printable
from tests.reports.conftest import SEEN, facts_of

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "  =cmd|'/c calc'!A0",
    "|x",
    "%0A=1",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
    "\u00a0=1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_calculate_is_text(text: str) -> None:
    assert cell(text).startswith("'")
    assert cell(("harmless",)) == "harmless"
    assert cell((text, "b")).startswith("'")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (12, "12"),
        (0.123456789, "0.123457"),
        (SEEN, "2026-03-01T08:30:00+00:00"),
        (date(2026, 4, 1), "2026-04-01"),
        (("a", "b"), "a; b"),
        ({"nhs_number": "agree"}, "nhs_number: agree"),
        ("~2cb7/a.pdf", "~2cb7/a.pdf"),
    ],
)
def test_cells(value: Any, told: str) -> None:
    assert cell(value) == told


@given(st.text())
def test_whatever_comes_is_one_cell_that_is_no_formula(text: str) -> None:
    told = cell(printable(text))
    assert not told.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert len(told.splitlines()) <= 1


def test_a_row_is_read_back_whole(row: FindingRow) -> None:
    hostile = replace(row, supplier='=HYPERLINK("http://x","a"),\r\n"b"', letter_id="+41", assigned_to="x" * 1_000_000)
    text = csv_report(facts_of([ReportedFinding(hostile)]), Shown(False))
    assert text.startswith("\ufeff")
    assert text.count("\r\n") == 2
    (told,) = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    assert told["supplier"] == "'" + printable(hostile.supplier or "")
    assert told["letter_id"] == "'+41"
    assert len(told["assigned_to"]) < 32_767
    assert told["first_seen"] == "2026-03-01T08:30:00+00:00"
