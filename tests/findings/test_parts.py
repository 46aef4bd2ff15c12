"""Part files: bounded in memory, published whole, damage noticed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from findings.errors import SpoolError
from findings.parts import PART_CHARACTERS, PART_ROWS, PART_SECONDS, PartWriter, Row

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def skip(number: int = 0, url: str = "http://files.example.org/") -> Row:
    return {
        "sweep_id": "s",
        "unit_id": "u",
        "url": f"{url}{number}",
        "member": "",
        "reason": "timed_out",
        "detail": "",
        "parent": None,
        "skipped_at": NOW,
    }


def parts(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_part_is_written_when_enough_rows_have_gathered(tmp_path: Path) -> None:
    writer = PartWriter(tmp_path)
    for number in range(PART_ROWS - 1):
        writer.add({"skips": [skip(number)]})
    assert parts(tmp_path) == []
    writer.add({"skips": [skip()]})
    writer.add({"skips": [skip()]})
    assert parts(tmp_path) == ["part-000001"]
    writer.write()
    assert parts(tmp_path) == ["part-000001", "part-000002"]
    written = [pq.read_table(tmp_path / name / "skips.parquet").num_rows for name in parts(tmp_path)]
    assert written == [PART_ROWS, 1]


def test_long_addresses_do_not_pile_up_in_memory(tmp_path: Path) -> None:
    writer = PartWriter(tmp_path)
    for _ in range(9):
        writer.add({"skips": [skip(url="http://x/" + "a" * (PART_CHARACTERS // 8))]})
    assert parts(tmp_path) == ["part-000001"]


def test_slow_rows_are_written_in_time(tmp_path: Path) -> None:
    clock = iter([0.0, 1.0, PART_SECONDS + 1, PART_SECONDS + 2])
    writer = PartWriter(tmp_path, lambda: next(clock))
    writer.add({"skips": [skip()]})
    assert parts(tmp_path) == []
    writer.add({"skips": [skip()]})
    assert parts(tmp_path) == ["part-000001"]


def test_a_writer_goes_on_after_the_parts_that_are_there(tmp_path: Path) -> None:
    for _ in range(2):
        writer = PartWriter(tmp_path)
        writer.add({"skips": [skip()]})
        writer.write()
    assert parts(tmp_path) == ["part-000001", "part-000002"]


def test_a_disk_that_gives_up_leaves_no_part_and_loses_no_row(tmp_path: Path) -> None:
    folder = tmp_path / "unit"
    folder.mkdir()
    writer = PartWriter(folder)
    writer.add({"skips": [skip()]})
    folder.rmdir()
    with pytest.raises(SpoolError):
        writer.write()
    folder.mkdir()
    writer.write()
    assert pq.read_table(folder / "part-000001" / "skips.parquet").num_rows == 1
