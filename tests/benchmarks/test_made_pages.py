from __future__ import annotations

from datetime import datetime

import pytest

from benchmarks.listings.made_pages import SHAPES, URL
from benchmarks.listings.speed import measure, peak_mb
from crawler.listings import parse_ftp_line, parse_listing
from documents.records import Entry, EntryKind


def read(shape: str, first: int, count: int) -> list[Entry | None]:
    written = SHAPES[shape]
    body = written.make(first, count)
    if not written.content_type:
        return [parse_ftp_line(line) for line in body.decode().splitlines()]
    return list(parse_listing(body, URL, written.content_type).entries)


@pytest.mark.parametrize("shape", list(SHAPES))
def test_each_shape_names_the_same_files(shape: str) -> None:
    entries = read(shape, 998, 20)
    assert [entry and entry.name for entry in entries[:3]] == [
        "letter-000998.pdf", "letter-000999.pdf", "letter-001000 clinic.pdf",
    ]  # fmt: skip
    assert [entry and entry.kind for entry in entries] == [EntryKind.FILE] * 20


@pytest.mark.parametrize("shape", sorted(set(SHAPES) - {"plain-list"}))
def test_each_shape_has_the_same_sizes_and_times(shape: str) -> None:
    for number, entry in enumerate(read(shape, 0, 20)):
        assert entry is not None
        assert entry.size is not None
        assert abs(entry.size - (2_000 + number * 37)) <= entry.size_error
        assert entry.modified is not None
        minute = 0 if shape == "ftp-ls" else number
        assert entry.modified.replace(tzinfo=None) == datetime(2023, 1, 2, 0, minute)  # noqa: DTZ001


@pytest.mark.parametrize("rows", [100, 300])
def test_a_measurement_is_of_what_was_read(rows: int) -> None:
    told = measure("stray", "nginx", rows)
    assert all(value > 0 for value in told.values())
    assert ("peak_mb" in told) == (rows > 100)


def test_the_peak_is_this_process_own() -> None:
    assert peak_mb() > 10
