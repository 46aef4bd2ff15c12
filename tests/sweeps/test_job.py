from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scope.loader import load_scope
from scope.pieces import Piece, piece_of
from scope.units import units_of
from sweeps.job import Job, parse_progress, progress_line
from sweeps.progress import Progress

EXAMPLE = Path(__file__).parents[2] / "docs" / "scope.example.toml"


def test_a_job_crosses_the_pipe_whole() -> None:
    scope = load_scope(EXAMPLE)
    for unit in units_of(scope):
        job = Job(scope, unit, "20260101T000000Z-00000000", "Stray/0 (+a@b; c)", "/x/names.leads")
        line = job.to_line()
        assert "\n" not in line
        assert Job.from_line(line) == job
        assert Job.from_line(line).unit_id == unit.unit_id
        piece = piece_of(unit, Piece(unit.unit_id, 2, "a/\udcff é", "b"))
        assert Job.from_line(replace(job, unit=piece).to_line()).unit == piece


def test_progress_crosses_back_and_nothing_else_does() -> None:
    progress = Progress(entries=4, documents=3, skipped=2, matches=1)
    assert parse_progress(progress_line(progress)) == progress
    for line in ("not json", "{}x", '{"letters": 1}', "[1, 2]"):
        with pytest.raises(ValueError, match=r".*"):
            parse_progress(line)
