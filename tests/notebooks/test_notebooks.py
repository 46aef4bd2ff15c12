"""Every notebook runs against the example from nothing, shows something and no place in clear, and blocks nobody."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from findings.chosen import Chosen
from findings.query import findings

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "findings.duckdb.example"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
# What names a file, or a folder in words; not a year or a month, which stand in dates as well.
NAME = re.compile(r"[A-Za-z].*\.[a-z]{2,4}$|[A-Za-z]{2}.* \w")
FOR_JUPYTER = ROOT / "notebooks" / "jupyter"


def run(notebook: Path, database: Path) -> dict[str, Any]:
    environment = os.environ | {"STRAY_DB": str(database), "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        [sys.executable, Path(__file__).with_name("run_notebook.py"), notebook],
        env=environment, cwd=database.parent, capture_output=True, text=True, check=False, timeout=110,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-3000:]
    answer: dict[str, Any] = json.loads(told.stdout)
    return answer


def test_there_are_four() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["incident", "matcher", "reach", "triage_overview"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_nothing_and_shows_no_place_in_clear(notebook: Path, tmp_path: Path) -> None:
    database = tmp_path / "findings.duckdb"
    shutil.copy(EXAMPLE, database)
    before = database.read_bytes()
    told = run(notebook, database)
    assert told["outputs"].count("Figure") >= 2, "plots"
    shown = "\n".join(told["told"])
    assert len(shown) > 1000
    assert [name for name in names_in(database) if name in shown] == []
    assert database.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [database.name]


def names_in(database: Path) -> set[str]:
    """Names of files and of spoken folders of all places, as they stand in an address and as a person reads them."""
    rows = findings(database, Chosen(everything=True))
    parts = {part for row in rows for part in (*urlsplit(row.url).path.split("/"), *row.member.split("/"))}
    named = {form for part in parts for form in (part, unquote(part)) if NAME.search(form)}
    assert len(named) > 40
    return named


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_copy_for_jupyter_is_of_this_notebook_and_holds_no_output(notebook: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.ipynb"
    command = [sys.executable, "-m", "marimo", "-q", "export", "ipynb", str(notebook), "-o", str(fresh)]
    subprocess.run(command, check=True, capture_output=True, timeout=110)
    copy = FOR_JUPYTER / f"{notebook.stem}.ipynb"
    assert copy.read_text() == fresh.read_text(), "make it anew: make notebooks"
    cells = json.loads(copy.read_text())["cells"]
    assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_copy_for_jupyter_runs_on_a_clean_kernel(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "findings.duckdb"
    shutil.copy(EXAMPLE, database)
    monkeypatch.setenv("STRAY_DB", str(database))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbmake", FOR_JUPYTER / f"{notebook.stem}.ipynb"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=115,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout[-3000:]
