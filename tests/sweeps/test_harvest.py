"""Which units learn from which: addresses that were met go to those that come after."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

import sweeps.harvest
from documents.buckets import BucketLead
from fetching.leads import read_leads
from findings.keys import load_or_create_database_key
from findings.merge import merge
from findings.records import SweepEnd, SweepRecord, UnitOutcome, UnitRecord, UnitState, new_sweep_id
from findings.spool import SweepSpool
from findings.spool_folders import spool_root
from scope.model import Scope
from scope.units import UnitKind, units_of
from sweeps.harvest import Harvest, each_bucket, keys_of
from sweeps.job import Job
from sweeps.plan import scope_digest
from sweeps.worker import REQUESTS_PER_NAME, limits_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SITE = "https://www.example.org/"
LEAD = BucketLead("https://s3.amazonaws.com/letters", "s3", "letters", key="a.pdf", parent=SITE)


def scope_of(tmp_path: Path, *, harvest: bool = True, name_search: bool = True, **more: Any) -> Scope:
    return Scope.model_validate({
        "organisation": "Example Hospital", "contact": "security@example.org",
        "authority": {"who": "w", "reference": "r", "expires": date.max.isoformat()},
        "pack": {"path": "pack", "key": "pack.key"},
        "database": {"file": str(tmp_path / "findings.duckdb"), "key": str(tmp_path / "findings.key")},
        "bucket": [{"name": "letters", "tier": "own", "authority": "r"}],
        "site": [{"url": SITE, "tier": "own", "authority": "r"}],
        "ftp": [{"url": "ftp://files.example.org/", "tier": "own", "authority": "r"}],
        "names": {"name_search": name_search, "authority": "r", "keywords": ["eht"], "harvest": harvest,
                  "providers": ["s3", "gcs"]},
    } | more)  # fmt: skip


def begun(scope: Scope, *met: BucketLead, finished: bool = True) -> SweepSpool:
    """A sweep whose first unit has met these."""
    key = load_or_create_database_key(scope.database.key, database_exists=False)
    units = tuple(UnitRecord.from_unit(unit) for unit in units_of(scope))
    record = SweepRecord(
        new_sweep_id(datetime.now(UTC)), scope_digest(scope), "Example Hospital", "r", NOW, "0.1.0", units
    )
    sweep = SweepSpool.create(spool_root(scope.database.file), record, key)
    unit = sweep.unit(units[0])
    for lead in met:
        unit.bucket_named(lead)
    unit.finish(UnitOutcome(UnitState.FINISHED if finished else UnitState.FAILED, NOW, NOW))
    return sweep


def turns(scope: Scope, sweep: SweepSpool, **given: Any) -> list[tuple[frozenset[UnitKind], str]]:
    planned = {unit.kind for unit in units_of(scope)}
    return [(kinds & planned, leads) for kinds, leads in Harvest(scope, sweep.folder, 0, **given).turns()]


def kinds(scope: Scope, sweep: SweepSpool) -> list[frozenset[UnitKind]]:
    return [kinds for kinds, _ in turns(scope, sweep)]


@pytest.mark.parametrize("harvest", [True, False])
def test_buckets_learn_from_crawls_and_the_search_for_names_from_all(tmp_path: Path, harvest: bool) -> None:
    scope = scope_of(tmp_path, harvest=harvest)
    crawls, names = {UnitKind.SITE, UnitKind.FTP}, {UnitKind.NAMES}
    expected = [crawls, {UnitKind.BUCKET}, names] if harvest else [crawls | {UnitKind.BUCKET}, names]
    sweep = begun(scope)
    assert kinds(scope, sweep) == expected
    leads = [leads for _, leads in turns(scope, sweep)]
    assert any(leads) == harvest


def test_without_a_search_all_go_together(tmp_path: Path) -> None:
    scope = scope_of(tmp_path, names=None)
    assert kinds(scope, begun(scope)) == [{UnitKind.SITE, UnitKind.FTP, UnitKind.BUCKET}]


def test_each_turn_is_handed_what_was_met_before(tmp_path: Path) -> None:
    scope = scope_of(tmp_path)
    other = replace(LEAD, name="scans", url="https://s3.amazonaws.com/scans", key="")
    older = begun(scope, LEAD, replace(LEAD, key="old.pdf"))
    older.finish(SweepEnd(NOW))
    merge(spool_root(scope.database.file), scope.database.file)
    sweep = begun(scope, other, LEAD, LEAD, replace(LEAD, key="b.pdf"), finished=False)
    crawls, buckets, names = turns(scope, sweep)
    assert crawls[1] == ""
    keys = [lead.key for lead in read_leads(Path(buckets[1]))]
    assert keys == ["a.pdf", "b.pdf", "old.pdf"]
    assert [lead.name for lead in read_leads(Path(names[1]))] == ["scans", "letters"]
    assert {lead.key for lead in read_leads(Path(names[1]))} == {""}
    # Whoever goes on with a unit has the same lines, whatever has been met since.
    begun(scope, replace(LEAD, key="new.pdf")).finish(SweepEnd(NOW))
    merge(spool_root(scope.database.file), scope.database.file)
    assert [lead.key for lead in read_leads(Path(turns(scope, sweep)[1][1]))] == keys
    # They go with the sweep's folder, for a key may name a patient.
    sweep.finish(SweepEnd(NOW))
    merge(spool_root(scope.database.file), scope.database.file)
    assert list(spool_root(scope.database.file).rglob("*.leads")) == []


def test_a_held_database_is_told_of_and_costs_only_what_it_holds(tmp_path: Path) -> None:
    scope = scope_of(tmp_path)
    begun(scope, LEAD).finish(SweepEnd(NOW))
    merge(spool_root(scope.database.file), scope.database.file)
    sweep = begun(scope, replace(LEAD, key="b.pdf"))
    told: list[str] = []
    with duckdb.connect(str(scope.database.file)):
        _, buckets, _ = turns(scope, sweep, tell=told.append)
    assert [lead.key for lead in read_leads(Path(buckets[1]))] == ["b.pdf"]
    assert len(told) == 2
    assert "left out" in told[0]


def test_keys_are_those_of_the_scopes_own_buckets_each_once_and_not_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps.harvest, "MOST_KEYS", 3)
    local = {"name": "local", "tier": "own", "authority": "r", "endpoint": "http://127.0.0.1:9000"}
    scope = scope_of(tmp_path, bucket=[{"name": "letters", "tier": "own", "authority": "r"}, local])
    met = [
        replace(LEAD, name="strangers", url="https://s3.amazonaws.com/strangers"),
        replace(LEAD, provider="gcs", url="https://storage.googleapis.com/letters"),
        replace(LEAD, url="http://127.0.0.1:9000/letters", key="of-another-letters.pdf"),
        replace(LEAD, key=""),
        *(replace(LEAD, key=f"{number // 2}.pdf") for number in range(10)),
        replace(LEAD, name="local", url="http://127.0.0.1:9000/local", key="there.pdf"),
        replace(LEAD, name="local", url="https://s3.amazonaws.com/local", key="elsewhere.pdf"),
    ]
    chosen = [(lead.name, lead.key) for lead in keys_of(scope.bucket, met)]
    assert chosen == [("letters", "0.pdf"), ("letters", "1.pdf"), ("letters", "2.pdf"), ("local", "there.pdf")]


def test_buckets_are_handed_on_once_and_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps.harvest, "MOST_BUCKETS", 5)
    met = (replace(LEAD, name=f"b{number // 3}", key=str(number)) for number in range(100))
    assert [lead.name for lead in each_bucket(met)] == ["b0", "b1", "b2", "b3", "b4"]


def test_a_search_may_make_more_requests_than_a_crawl(tmp_path: Path) -> None:
    scope = scope_of(tmp_path)
    for unit in units_of(scope):
        limits = limits_of(Job(scope, unit, "s", "Stray/0"))
        is_search = unit.kind is UnitKind.NAMES
        assert limits.requests == (REQUESTS_PER_NAME * 2 * 20_000 if is_search else scope.limits.requests)
        assert limits.bytes == scope.limits.bytes
