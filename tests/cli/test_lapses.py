"""What counts as a lapse, on databases of real sweeps and at chosen times."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from cli.lapses import LapseKind, pulse
from documents.records import Skipped, SkipReason
from findings.ended_sweeps import merged_sweeps
from scope.heartbeat import Heartbeat
from scope.model import Authority, DatabaseFiles, Scope, SiteTarget, Tier
from sweeps.plan import scope_digest
from tests.conftest import MakeScope
from tests.findings.conftest import Estate

DAILY = Heartbeat(every="1d", grace="6h", complete_every="2d")


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    return Estate(tmp_path / "findings.duckdb")


@pytest.fixture
def scope(make_scope: MakeScope, estate: Estate) -> Scope:
    target = SiteTarget(url="http://files.example.org/", tier=Tier.OWN, authority="IG-1")
    made = make_scope(target, expires=date(2999, 12, 31))
    return made.model_copy(update={"database": DatabaseFiles(file=estate.database, key=estate.database)})


def ours(estate: Estate, scope: Scope) -> None:
    """The estate's sweeps become sweeps of this scope."""
    with duckdb.connect(str(estate.database)) as connection:
        connection.execute("UPDATE sweeps SET scope_digest = ?", [scope_digest(scope)])


def kinds(scope: Scope, now: datetime, known: datetime | None = None) -> list[LapseKind]:
    return [lapse.kind for lapse in pulse(scope, DAILY, now, known).lapses]


def test_none_is_late_before_its_time_and_its_grace(estate: Estate, scope: Scope) -> None:
    estate.sweep(estate.document("/1/a.pdf"))
    ours(estate, scope)
    ended = estate.now + timedelta(hours=1)
    assert kinds(scope, ended + timedelta(hours=29)) == []
    assert kinds(scope, ended + timedelta(hours=31)) == [LapseKind.NO_SWEEP]
    (lapse,) = pulse(scope, DAILY, ended + timedelta(days=3), None).lapses
    assert lapse.words.startswith("no sweep has ended for 3 d 0 h, since ")
    assert kinds(scope, ended - timedelta(hours=2)) == [LapseKind.CLOCK]


def test_sweeps_of_another_scope_count_for_nothing_and_those_with_a_unit_of_this_one_do(
    estate: Estate, scope: Scope
) -> None:
    estate.sweep(estate.document("/1/a.pdf"))
    assert kinds(scope, estate.now + timedelta(hours=2)) == [LapseKind.NO_SWEEP]
    held = merged_sweeps(estate.database, "another digest", ["open_directory-0001"], 0)
    assert [sweep.merged for sweep in held] == [True]


def test_incomplete_ones_are_no_lapse_until_none_was_complete_for_long(estate: Estate, scope: Scope) -> None:
    gap = Skipped("http://files.example.org/1/b.pdf", SkipReason.TIMED_OUT)
    estate.sweep(estate.document("/1/a.pdf"))
    estate.sweep(gap)
    ours(estate, scope)
    soon = estate.now + timedelta(hours=2)
    assert kinds(scope, soon) == []
    found = pulse(scope, DAILY, soon, None)
    assert found.complete is not None
    assert found.latest is not None
    assert found.complete < found.latest
    estate.sweep(gap)
    estate.sweep(gap)
    ours(estate, scope)
    assert kinds(scope, estate.now + timedelta(hours=2)) == [LapseKind.NONE_COMPLETE]


def test_what_waits_in_the_spool_has_ended(estate: Estate, scope: Scope) -> None:
    estate.sweep(estate.document("/1/a.pdf"))
    ours(estate, scope)
    estate.days += 3
    sweep = estate.sweep(estate.document("/1/a.pdf"), merged=False)
    header = estate.root / f"sweep-{sweep}" / "sweep.json"
    header.write_text(header.read_text().replace("scope-1", scope_digest(scope)))
    assert kinds(scope, estate.now + timedelta(hours=2)) == []


def test_a_database_that_is_missing_or_damaged_is_no_silence(estate: Estate, scope: Scope) -> None:
    estate.database.write_bytes(b"not a database" * 500)
    now = datetime(2026, 3, 2, tzinfo=UTC)
    assert kinds(scope, now) == [LapseKind.DATABASE, LapseKind.NO_SWEEP]
    estate.database.unlink()
    assert kinds(scope, now) == [LapseKind.DATABASE, LapseKind.NO_SWEEP]
    for lapse in pulse(scope, DAILY, now, None).lapses:
        assert str(Path(estate.database).parent) not in lapse.words


def test_an_authority_that_ends(estate: Estate, scope: Scope) -> None:
    estate.sweep(estate.document("/1/a.pdf"))
    ours(estate, scope)
    now = estate.now + timedelta(hours=2)
    for expires, told in (
        (now.date() + timedelta(days=15), []),
        (now.date() + timedelta(days=14), [LapseKind.AUTHORITY_NEAR]),
    ):
        authority = Authority(who="SIRO", reference="IG-1", expires=expires)
        changed = scope.model_copy(update={"authority": authority})
        # The guard goes by today's date, which is past these.
        assert [kind for kind in kinds(changed, now) if kind is not LapseKind.AUTHORITY] == (
            [] if datetime.now(UTC).date() > expires else told
        )
    gone = scope.model_copy(update={"authority": None})
    assert kinds(gone, now) == [LapseKind.AUTHORITY]
