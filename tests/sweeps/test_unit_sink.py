"""What is kept of a document: what could not be read of it, and the files inside that hold letters."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cli.sweep_words import told as in_words
from demo_range.letters import known_letters
from documents.body import Body
from documents.records import Document
from extraction.isolation import ExtractorPool
from findings.keys import load_or_create_database_key
from findings.memory_terms import Terms
from findings.records import SweepRecord, UnitOutcome, UnitRecord, UnitState, new_sweep_id
from findings.spool import SweepSpool, UnitSpool
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
def spool(tmp_path: Path) -> UnitSpool:
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
    return SweepSpool.create(spool_root(scope.database.file), record, key).unit(unit)


@pytest.fixture
def sink(tmp_path: Path, spool: UnitSpool) -> Iterator[UnitSink]:
    with ExtractorPool() as extractors:
        inspector = Inspector(extractors, Matcher(open_pack(tmp_path / "pack", KEY)))
        yield UnitSink(URL, spool, inspector, lambda _: None)


def told(sink: UnitSink, content: bytes, url: str = URL) -> int:
    """How many skips the sink recorded of a document."""
    before = sink.progress.skipped
    body = Body.from_chunks([content], len(content))
    sink.document(Document(url, body, datetime.now(UTC)))
    return sink.progress.skipped - before


def test_what_is_not_read_is_told(sink: UnitSink) -> None:
    assert told(sink, SITEMAP) == 0
    assert told(sink, b"%PDF-1.4 nothing of a document") == 1
    assert sink.progress.documents == 2


def test_a_letter_inside_and_names_that_lie_are_places_of_their_own(
    sink: UnitSink, spool: UnitSpool, tmp_path: Path
) -> None:
    known = known_letters(7)[0]
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as container:
        container.writestr("day1/photo.jpg", known.text)
        container.writestr("notes.txt", "Nothing of ours stands here. " * 40)
    assert told(sink, data.getvalue(), URL + "Photos%20of%20May.pdf") == 0
    ended = datetime.now(UTC)
    spool.finish(UnitOutcome(UnitState.FINISHED, ended, ended, 1, 1, ""))
    (documents,) = tmp_path.rglob("documents.parquet")
    whole, inside = pq.read_table(documents).to_pylist()
    assert [(row["member"], row["media_type"], row["verdict"]) for row in (whole, inside)] == [
        ("", "application/zip", "known_letter"),
        ("!/day1/photo.jpg", "text/plain", "known_letter"),
    ]
    assert [(lie["member"], lie["ending"]) for lie in whole["misnamed"]] == [("", "pdf"), ("!/day1/photo.jpg", "jpg")]
    (matches,) = tmp_path.rglob("matches.parquet")
    found = [(row["letter_id"], row["member"]) for row in pq.read_table(matches).to_pylist()]
    assert found == [(known.letter_id, "!/day1/photo.jpg")]


def test_a_memory_of_earlier_sweeps_that_is_of_no_use_is_told(tmp_path: Path, spool: UnitSpool, sink: UnitSink) -> None:
    assert spool.store is not None
    (tmp_path / "held").write_bytes(b"damaged")
    spool.remember(tmp_path / "held", spool.store, Terms("unit-1", "sweep-1", "reading", "generation"))
    sink.listed([])
    assert "what earlier sweeps remembered could not be used" in in_words(sink.progress)
