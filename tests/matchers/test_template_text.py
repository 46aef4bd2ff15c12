"""Template runs, and what is filled in between them."""

from __future__ import annotations

import numpy as np

from matchers.template_text import BRIDGED_SYMBOLS, RUN_SYMBOLS, TemplateText, template_runs


def marks(*runs: tuple[int, bool]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.concatenate([np.full(length, mark) for length, mark in runs])


def runs_of(*runs: tuple[int, bool]) -> TemplateText:
    covered = marks(*runs)
    return template_runs(covered, len(covered))


def test_short_runs_do_not_count() -> None:
    assert runs_of((RUN_SYMBOLS - 1, True), (100, False)).symbols == 0
    assert runs_of((10, False), (RUN_SYMBOLS, True)).symbols == RUN_SYMBOLS
    assert template_runs(np.zeros(0, dtype=np.bool_), 5).symbols == 0


def test_a_wrong_character_does_not_break_a_run() -> None:
    runs = runs_of((30, True), (1, False), (30, True), (BRIDGED_SYMBOLS + 1, False), (30, True))
    assert (runs.starts.tolist(), runs.ends.tolist()) == ([0], [61])


def test_template_text_within_a_range() -> None:
    runs = runs_of((50, True), (50, False), (50, True))
    assert runs.within(40, 110) == 20


def test_fillings_are_short_gaps_with_numbers_between_template_text() -> None:
    runs = runs_of((9, False), (20, True), (8, False), (20, True), (8, False), (20, True), (60, False), (20, True))
    numbers = np.zeros(165, dtype=np.bool_)
    numbers[[3, 30, 100]] = True  # before the first stretch, in a short gap, in a gap too long to be filled in
    assert runs.fillings(numbers) == 1
    assert template_runs(np.zeros(0, dtype=np.bool_), 5).fillings(np.ones(5, dtype=np.bool_)) == 0
