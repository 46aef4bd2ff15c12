"""What extraction can not read is told, but not of what the source has read as a listing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from demo_range.letters import known_letters
from documents.body import Body
from documents.exposure import Exposure, Truth
from documents.records import Document
from extraction.isolation import ExtractorPool
from findings.keys import load_or_create_database_key
from findings.records import SweepRecord, UnitRecord, new_sweep_id
from findings.spool import SweepSpool
from findings.spool_folders import spool_root
from inspection.inspector import Inspector
from matchers.keys import PackKey
from matchers.matcher import Matcher
from matchers.pack import open_pack
from matchers.pack_build import Letter, build_pack
from scope.model import Scope
from scope.units import units_of
from sweeps.unit_sink import UnitSink

KEY = PackKey(bytes(range(32)))
URL = "https://www.example.org/"
SITEMAP = b'<?xml version="1.0"?><urlset><url><loc>https://www.example.org/a.html</loc></url></urlset>'


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[UnitSink]:
    scope = Scope.model_validate(
        {
            "organisation": "Example Hospital",
            "contact": "security@example.org",
            "authority": {"who": "w", "reference": "r", "expires": date.max.isoformat()},
            "pack": {"path": "pack", "key": "pack.key"},
            "database": {"file": str(tmp_path / "findings.duckdb"), "key": str(tmp_path / "findings.key")},
            "site": [{"url": URL, "tier": "own", "authority": "r"}],
        }
    )
    build_pack([Letter(known.letter_id, known.text) for known in known_letters(7)], tmp_path / "pack", KEY)
    key = load_or_create_database_key(scope.database.key, database_exists=False)
    unit = UnitRecord.from_unit(next(units_of(scope)))
    started = datetime.now(UTC)
    record = SweepRecord(new_sweep_id(started), "digest", "Example Hospital", "r", started, "0.1", (unit,))
    spool = SweepSpool.create(spool_root(scope.database.file), record, key).unit(unit)
    with ExtractorPool() as extractors:
        inspector = Inspector(extractors, Matcher(open_pack(tmp_path / "pack", KEY)))
        yield UnitSink(URL, spool, inspector, lambda _: None)


def told(sink: UnitSink, content: bytes, is_listing: Truth) -> int:
    """How many skips the sink recorded of a document."""
    before = sink.progress.skipped
    body = Body.from_chunks([content], len(content))
    sink.document(Document(URL, body, datetime.now(UTC), exposure=Exposure(is_listing=is_listing)))
    return sink.progress.skipped - before


def test_a_listing_that_was_read_is_not_told_as_unread(sink: UnitSink) -> None:
    for content in (SITEMAP, b'{"files": [{"name": "letter.pdf", "size": 7}]}'):
        assert told(sink, content, Truth.YES) == 0
        assert told(sink, content, Truth.NO) == 1
        assert told(sink, content, Truth.UNKNOWN) == 1
    assert sink.progress.documents == 6


def test_what_is_broken_is_told_of_a_listing_too(sink: UnitSink) -> None:
    assert told(sink, b"%PDF-1.4 nothing of a document", Truth.YES) == 1
