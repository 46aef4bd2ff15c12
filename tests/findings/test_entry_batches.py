from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pytest

from documents.dictation import DictationFormat, DictationHeader
from documents.records import Cue, Entry, EntryKind, ModifiedSource
from findings.entry_batches import entry_batch
from findings.keys import DatabaseKey, load_or_create_database_key
from findings.parts import COLUMNS
from findings.rows import entry_row

NOW = datetime(2026, 1, 2, tzinfo=UTC)
EAST = timezone(timedelta(hours=2))
PLAIN = Entry("https://s3.example/b/a%20b.pdf", EntryKind.FILE, "a b.pdf", 5, parent="https://s3.example/b/")
ODD = [
    replace(PLAIN, url="https://u:p@s3.example/b/k"),
    replace(PLAIN, url="https://s3.example/b/k?X-Amz-Signature=0123456789abcdef&versionId=3"),
    replace(PLAIN, url="https://s3.example/b/k;jsessionid=0123456789abcdef"),
    replace(PLAIN, url="https://s3.example/b/k%3Bjsessionid=0123456789abcdef"),
    replace(PLAIN, url="https://s3.example/(S(0123456789abcdef01234567))/k"),
    replace(PLAIN, url="https://s3.example/hdnts=exp~hmac/k"),
    replace(PLAIN, url="https://s3.example/\udcff", name="\udcff"),
    replace(PLAIN, url="https://[half/k"),
    replace(PLAIN, name="\u202etxt", parent=None, kind=EntryKind.DIRECTORY),
    replace(PLAIN, parent="https://s3.example/b/?sig=0123456789abcdef"),
    replace(PLAIN, size=None),
    replace(PLAIN, size=1 << 63),
    replace(PLAIN, size=-1, size_exact=False),
    replace(PLAIN, modified=datetime(2026, 1, 1), modified_source=ModifiedSource.TEXT),  # noqa: DTZ001 - as listed
    replace(
        PLAIN, modified=datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=2))), modified_source=ModifiedSource.XML
    ),
    replace(PLAIN, modified=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2)))),
    replace(PLAIN, modified=NOW, cue=Cue.JOB_NUMBER, is_current=False, selected=True),
]


@pytest.fixture
def key(tmp_path: Path) -> DatabaseKey:
    return load_or_create_database_key(tmp_path / "key", database_exists=False)


def rows(entries: list[Entry], key: DatabaseKey) -> list[dict[str, object]]:
    made = [{**entry_row(entry, NOW, key), "sweep_id": "s", "unit_id": "u"} for entry in entries]
    return pa.RecordBatch.from_pylist(made, schema=COLUMNS["entries"]).to_pylist()


@pytest.mark.parametrize(
    "more",
    [
        [],
        [replace(PLAIN, size_error=50, size_exact=False)],
        [replace(PLAIN, dictation=DictationHeader(DictationFormat.DS2, encrypted=False, author="A"))],
    ],
)
def test_columns_are_what_rows_would_be(more: list[Entry], key: DatabaseKey) -> None:
    entries = [PLAIN, *ODD, *more]
    batch = entry_batch(entries, NOW, key, "s", "u")
    assert batch.schema == COLUMNS["entries"]
    assert batch.to_pylist() == rows(entries, key)


def test_nothing_is_a_batch_too(key: DatabaseKey) -> None:
    assert entry_batch([], NOW, key, "s", "u").num_rows == 0
