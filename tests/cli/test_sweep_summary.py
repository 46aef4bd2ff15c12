"""What a summary says of buckets and of the search for names, and what makes a sweep incomplete."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.exit_codes import ExitCode
from cli.sweep import exit_code
from cli.sweep_summary import summary_fields, tell_summary, unseen
from findings.records import BucketState, FindingState, Severity, SweepKind, SweepState, UnitState
from findings.results import NameSearchReach, SweepSummary
from scope.loader import load_scope
from scope.model import NameSearch, Scope
from sweeps.sweep import SweepResult

EXAMPLE = Path(__file__).parents[2] / "docs" / "scope.example.toml"


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    loaded = load_scope(EXAMPLE)
    files = loaded.database.model_copy(update={"file": tmp_path / "findings.duckdb"})
    search = NameSearch(name_search=True, authority="r", keywords=("eht",))
    return loaded.model_copy(update={"names": search, "database": files})


def reach(unknown: int, candidates: int = 12_000, provider: str = "s3") -> NameSearchReach:
    absent = candidates - 14 - unknown
    share = (candidates - unknown) / candidates
    return NameSearchReach(provider, candidates, 14, absent, unknown, share, 13_000, 2, 5, 60.5)


def result(*names: NameSearchReach, new: int = 0) -> SweepResult:
    findings = dict.fromkeys(FindingState, 0) | {FindingState.NEW: new}
    now = datetime(2026, 3, 1, tzinfo=UTC)
    summary = SweepSummary(
        "s", SweepKind.SWEEP, SweepState.FINISHED, now, now, findings, 0, 0, {}, {}, {UnitState.FINISHED: 2},
        {BucketState.LISTABLE: 2, BucketState.READABLE: 1, BucketState.UNKNOWN: 4}, names,
        severities={FindingState.NEW: {Severity.HIGH: new}},
    )  # fmt: skip
    return SweepResult("s", summary, None)


@pytest.mark.parametrize(
    ("unknown", "new", "code"),
    [
        (0, 0, ExitCode.NOTHING_FOUND),
        (0, 1, ExitCode.NEW),
        (1, 0, ExitCode.INCOMPLETE),
        (36, 1, ExitCode.INCOMPLETE_NEW),
    ],
)
def test_names_without_an_answer_make_a_sweep_incomplete(scope: Scope, unknown: int, new: int, code: ExitCode) -> None:
    came = result(reach(unknown), reach(0, provider="gcs"), new=new)
    assert came.summary
    assert unseen(came.summary, frozenset()) == ({"names without an answer that counts": unknown} if unknown else {})
    assert exit_code(came, scope) is code


def test_the_summary_tells_of_buckets_and_names(scope: Scope, capsys: pytest.CaptureFixture[str]) -> None:
    came = result(reach(36))
    fields = summary_fields(came, frozenset())
    assert fields["buckets"] == {"listable": 2, "readable": 1, "unknown": 4}
    assert fields["names"] == [asdict(reach(36))]
    tell_summary(came, scope)
    said = capsys.readouterr().err
    assert "buckets: 2 listable, 1 readable and not listable, 4 unknown; details: stray buckets list" in said
    assert "12,000 names at Amazon S3: 14 exist" in said
    assert "unknown is neither there nor absent: Amazon S3 denied a bucket that exists" in said
    assert "NOT SEEN: 36 names without an answer that counts" in said
