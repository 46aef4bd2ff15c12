"""A file that is no memory of this format is not read, whatever else is right with it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from findings.errors import MemoryDamagedError
from findings.memory_file import MEMORY_FORMAT, Flags, MemoryFile, Row, following


def test_a_memory_of_another_format_is_refused_though_all_else_is_sound(tmp_path: Path) -> None:
    row = Row(1, 2, 3, 4, Flags.LISTED, 1, b"sealed")
    with following(tmp_path, None) as writer:
        writer.pack("g1")
        writer.put([row])
    (path,) = tmp_path.iterdir()
    kept = MemoryFile(path)
    assert (kept.row(1), kept.row(2), kept.generations) == (row, None, {1: "g1"})
    kept.close()
    for other in (MEMORY_FORMAT + 1, 0):
        connection = sqlite3.connect(path)
        connection.execute(f"PRAGMA user_version = {other}")
        connection.close()
        with pytest.raises(MemoryDamagedError, match="another format"):
            MemoryFile(path)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *[("mark", "x'00ff'"), ("read_at", "'text'"), ("fetched_at", "1.5"), ("flags", "'text'"), ("pack", "x'00'")],
        *[("facts", "5"), ("facts", "'text'")],
    ],
)
def test_a_row_of_other_types_is_damage_that_sqlite_does_not_find(tmp_path: Path, column: str, value: str) -> None:
    with following(tmp_path, None) as writer:
        writer.put([Row(1, 2, 3, 4, 0, 1, b"sealed"), Row(2, 2, 3, 4, 0, 1, b"sealed")])
    (path,) = tmp_path.iterdir()
    connection = sqlite3.connect(path)
    connection.execute(f"UPDATE places SET {column} = {value} WHERE digest = 1")
    connection.commit()
    connection.close()
    kept = MemoryFile(path)
    with pytest.raises(MemoryDamagedError):
        kept.row(1)
    assert kept.row(2) is not None
    kept.close()
