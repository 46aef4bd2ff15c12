from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.listings.ftp import NINE_COLUMNS, Outcome, disputed, known_lines, line_readers, outcome, report
from benchmarks.listings.readers import OURS, Row
from documents.records import EntryKind

LS = "-rw-r--r--   1 ftp      nogroup     83853 Jan 22  2001 letter.pdf"
LINES = [
    {"kind": "Unix", "line": LS, "accept": True, "name": "letter.pdf", "size": 83853, "type": "file", "note": ""},
    {"kind": "Enterprise", "line": LS.replace("letter", "other"), "accept": False, "note": "BADSAMPLES"},
    {"kind": "VMS", "line": "a line of no dialect", "accept": False, "note": ""},
    {"kind": "Unix", "line": "-rw 3 29 03:26 x file", "accept": True, "note": "its expectation is not truth"},
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    blank = {"name": None, "size": None, "type": None}
    (tmp_path / "lines.json").write_text(json.dumps([blank | row for row in LINES]))
    return tmp_path / "lines.json"


def test_lines_that_another_dialect_accepts_are_disputed(path: Path) -> None:
    lines, untrue = known_lines(path)
    assert (len(lines), untrue) == (3, 1)
    assert disputed(lines) == {1}


def test_outcomes(path: Path) -> None:
    (taken, refused, _), _ = known_lines(path)
    row = Row("letter.pdf", EntryKind.FILE, 83853)
    assert outcome(taken, row) is Outcome.RIGHT
    assert outcome(taken, Row("letter", EntryKind.FILE, 83853)) is Outcome.WRONG
    assert outcome(taken, None) is Outcome.REFUSED
    assert outcome(refused, None) is Outcome.RIGHT
    assert outcome(refused, row) is Outcome.WRONG


@pytest.mark.parametrize("reader", [OURS, NINE_COLUMNS])
def test_readers(reader: str) -> None:
    read = line_readers()[reader]
    assert read(LS) == Row("letter.pdf", EntryKind.FILE, 83853)
    assert read("lrwxrwxrwx 1 a b 7 Jan 22 2001 here -> there") == Row("here", EntryKind.LINK, 7)
    assert read("no line at all") is None


def test_the_report_is_printed(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = report(path, verbose=True)
    assert found is not None
    assert found[OURS]["to_be_read"] == found[OURS]["undisputed"] == 1.0
    assert "refused by its test" in capsys.readouterr().out


def test_without_lines_it_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(tmp_path / "none.json", verbose=False) is None
    assert "--ftp-lines" in capsys.readouterr().out
