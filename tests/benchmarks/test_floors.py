from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.matching.floors import Floors, misses, pinned, read_floors, write_floors
from benchmarks.matching.outcomes import Outcome, lower_bound, row_figures, thresholds, upper_bound
from benchmarks.matching.quality import Quality, distorted_table, hard_quality, target_quality, target_tables
from benchmarks.matching.tables import table
from benchmarks.matching.workspace import Settings
from matchers.verdicts import Verdict

SMALL = Settings(letters=40, negatives=20, most=2, most_distorted=1, templates=2)


@pytest.fixture(scope="module")
def quality() -> Quality:
    return target_quality(SMALL, processes=1)


def found(row: str, known: int, evidence: float, stray: float = 0.0, held: int = 1) -> Outcome:
    return Outcome(
        row, Verdict.KNOWN_LETTER if known else Verdict.CLEAR, True, held, known, known, 0, (evidence,), stray
    )


def test_a_run_fills_every_row(quality: Quality) -> None:
    assert len(quality.targets) == 17
    assert sum(one.documents for one in quality.negatives.values()) == SMALL.negatives == quality.tried
    assert quality.targets["whole, clean"].known == 1.0
    assert quality.targets["bundle of 40, clean"].letters == 40
    printed = target_tables(quality)
    assert "falsely known" in printed
    assert quality.digest[:16] in printed


def test_the_gate_passes_at_the_floors_that_were_pinned(quality: Quality) -> None:
    assert misses(quality, pinned(quality)) == []


def test_the_gate_fails_below_a_floor(quality: Quality) -> None:
    floors = pinned(quality)
    raised = replace(floors, known={**floors.known, "whole, clean": 1.1})
    assert len(misses(quality, raised)) == 1
    assert "whole, clean" in misses(quality, raised)[0]
    lost = replace(floors, known={**floors.known, "a row that is gone": 0.5})
    assert len(misses(quality, lost)) == 1
    confused = replace(floors, right={**floors.right, "other patient": 1.1})
    assert "other patient" in misses(quality, confused)[0]


def test_the_gate_fails_when_a_letter_is_falsely_known(quality: Quality) -> None:
    assert len(misses(replace(quality, wrong=1), pinned(quality))) == 1


def test_the_gate_fails_on_other_letters(quality: Quality) -> None:
    assert len(misses(replace(quality, digest="0" * 64), pinned(quality))) == 1


def test_floors_are_kept(quality: Quality, tmp_path: Path) -> None:
    path = tmp_path / "floors.json"
    write_floors(pinned(quality), path)
    assert read_floors(path) == pinned(quality)
    assert isinstance(read_floors(path), Floors)


def test_bounds() -> None:
    assert lower_bound(2000, 2000) == pytest.approx(1 - 3 / 2000)
    assert upper_bound(0, 2000) == pytest.approx(3 / 2000)
    assert lower_bound(0, 10) == 0
    assert 0.83 < lower_bound(90, 100) < 0.9 < upper_bound(90, 100) < 0.95


def test_ranking_is_against_the_strays() -> None:
    negatives = [found("other", 0, 0.0, stray=float(number), held=0) for number in range(1, 2001)]
    zero, one_in = thresholds(negatives)
    assert zero == 2000
    assert one_in == 1998
    figures = row_figures([found("row", 1, 2001.0), found("row", 0, 1999.0)], zero, one_in)
    assert figures.known == 0.5
    assert figures.ranked == 0.5
    assert figures.ranked_in == 1.0


def test_hard_negatives_run(quality: Quality) -> None:
    figures = hard_quality(SMALL, processes=1)
    assert figures["10 patient's own blog"].known == 1.0
    assert figures["2 other patient"].wrong == 0
    assert "2 other patient" in distorted_table(figures)


def test_a_table_has_even_columns() -> None:
    lines = table(("a", "b", "c"), [("long name", "1", "x"), ("n", "1,000", "y")]).split("\n")
    assert len({line.index(mark) for line, mark in zip(lines[2:], "xy", strict=True)}) == 1
