from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.listings.made_pages import SHAPES, URL
from benchmarks.listings.pages import Score, real_pages, report, scored
from benchmarks.listings.readers import LINKS_BELOW, OURS, TITLE_RULE, Answer, Row, readers
from documents.records import EntryKind

FILE = {"index": 0, "name": "letter-000000 clinic.pdf", "size": 2_000}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.html").write_bytes(SHAPES["apache-table"].make(0, 5))
    told = {"url": URL, "n_dirs": 0, "n_files": 5, "known_dirs": [], "known_files": [FILE]}
    (tmp_path / "expected.json").write_text(json.dumps({"a.html": told}))
    return tmp_path


def test_our_reader_and_the_simple_ones(folder: Path) -> None:
    (page,) = real_pages(folder)
    able = readers()
    near = {"letter-000000 clinic.pdf": 51}
    assert scored(page, able[OURS](page.body, page.url), near) == Score(1, 1, 1, 1, 1, 1, 1, 0, 1)
    assert scored(page, able[LINKS_BELOW](page.body, page.url), near) == Score(1, 0, 1, 1, 1, 1, 1, 0, 0)
    assert able[TITLE_RULE](page.body, page.url) == Answer(detected=True, rows=None)


def test_a_size_near_by_is_right_within_its_rounding(folder: Path) -> None:
    (page,) = real_pages(folder)
    answer = Answer(detected=True, rows=(Row(str(FILE["name"]), EntryKind.FILE, 2_040),))
    score = scored(page, answer, {str(FILE["name"]): 51})
    assert (score.both, score.total, score.names_right) == (0, 0, 1)
    assert (score.sizes_as_given, score.sizes_in_rounding) == (0, 1)


def test_the_report_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = report(folder, verbose=True)
    assert found is not None
    assert found[OURS]["both"] == found[OURS]["names"] == 1.0
    assert OURS in capsys.readouterr().out


def test_without_pages_it_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(tmp_path, verbose=False) is None
    assert "--pages" in capsys.readouterr().out
