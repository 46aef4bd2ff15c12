"""Whole, torn, empty, strange and missing parts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from findings.errors import SpoolError
from findings.part_checks import check_parts, is_whole, is_whole_part
from findings.parts import COLUMNS, Row, part_name, write_table


def skip(number: int) -> Row:
    return {
        "url": f"http://files.example.org/{number}",
        "reason": "timed_out",
        "skipped_at": datetime(2026, 3, 1, tzinfo=UTC),
    }


def test_whole_torn_empty_and_strange_files(tmp_path: Path) -> None:
    path = tmp_path / "skips.parquet"
    write_table(path, pa.Table.from_pylist([skip(n) for n in range(500)], schema=COLUMNS["skips"]))
    assert is_whole(path, "skips")
    assert not is_whole(path, "entries")
    whole = path.read_bytes()
    middle = len(whole) // 3
    damaged = [b"", whole[:-1], whole[:middle], whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :]]
    for content in damaged:
        path.write_bytes(content)
        assert not is_whole(path, "skips")
    assert not is_whole(tmp_path / "missing.parquet", "skips")


def test_parts_that_are_counted_on_are_all_there(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / part_name(number)).mkdir()
        write_table(tmp_path / part_name(number) / "skips.parquet", pa.Table.from_pylist([skip(1)], COLUMNS["skips"]))
    check_parts(tmp_path, 2)
    with pytest.raises(SpoolError, match="lost or damaged"):
        check_parts(tmp_path, 3)
    (tmp_path / part_name(1) / "skips.parquet").unlink()
    assert not is_whole_part(tmp_path / part_name(1)), "an empty part holds nothing"
    with pytest.raises(SpoolError, match="lost or damaged"):
        check_parts(tmp_path, 2)
