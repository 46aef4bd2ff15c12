"""How a part of a spool is written: whole, or not there."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from findings.durable_files import FOLDER_MODE, storage_errors, sync_folder, written_aside
from findings.spool_columns import ADDED, COLUMNS, UTC_TIME, Row, columns_of

__all__ = ["ADDED", "COLUMNS", "UTC_TIME", "PartWriter", "Row", "columns_of", "write_table"]

# Rows that a unit holds in memory before it writes them: 5,000 take 4.4 MB there and 0.2 MB on disk, and are written in
# 60 ms on two shared cores.
PART_ROWS: Final = 5_000
# Rows that come as columns and count as one row: 20,000 take 4 MB then, and ten million keys are 500 parts to merge.
COLUMN_ROWS: Final = 4
# Characters of text in those rows at most: hostile listings have URLs of any length.
PART_CHARACTERS: Final = 8 << 20
# Seconds of work that a crashed worker loses at most, where rows come slowly.
PART_SECONDS: Final = 30.0


class PartWriter:
    """Gathers rows and writes them as numbered part folders, each published by one rename.

    A part holds up to one Parquet file per table, so a document and its matches are kept or lost together.

    Attributes:
        number: of the last part that was written.
        is_saved_elsewhere: a journal keeps what `gather` gives, so a part need not be written before it is full.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._rows: dict[str, list[Row]] = {table: [] for table in COLUMNS}
        self._batches: dict[str, list[pa.RecordBatch]] = {table: [] for table in COLUMNS}
        self._added: list[tuple[str, pa.RecordBatch]] = []
        self._characters = 0
        self._count = 0
        self._as_columns = 0  # of these, rows that came as columns
        self._since = clock()
        self.number = _last_number(folder)
        self.is_saved_elsewhere = False

    @property
    def is_full(self) -> bool:
        """Has enough gathered for a part?"""
        weight = self._count - self._as_columns + self._as_columns // COLUMN_ROWS
        return weight >= PART_ROWS or self._characters >= PART_CHARACTERS

    def add(self, rows: Mapping[str, list[Row]]) -> None:
        """Take the rows of one record, all or none into the same part; write a part if enough has gathered."""
        for table, more in rows.items():
            self._rows[table].extend(more)
            self._count += len(more)
            self._characters += sum(_characters(row) for row in more)
        self._write_if_due()

    def add_batch(self, table: str, batch: pa.RecordBatch) -> None:
        """Take rows that are columns already."""
        self._added.append((table, batch))
        self._count += batch.num_rows
        self._as_columns += batch.num_rows
        self._characters += batch.nbytes
        self._write_if_due()

    def gather(self) -> list[tuple[str, pa.RecordBatch]]:
        """The rows that were added since it was last asked, by table; they stay for the next part."""
        gathered, self._added = self._added, []
        for table, batch in gathered:
            self._batches[table].append(batch)
        for table, rows in self._rows.items():
            if rows:
                batch = pa.RecordBatch.from_pylist(rows, schema=COLUMNS[table])
                self._batches[table].append(batch)
                gathered.append((table, batch))
                self._rows[table] = []
        return gathered

    def waiting(self) -> list[tuple[str, pa.RecordBatch]]:
        """All that `gather` has given and no part holds yet."""
        return [(table, batch) for table, batches in self._batches.items() for batch in batches]

    def restore(self, table: str, batch: pa.RecordBatch) -> None:
        """Take back rows that `gather` had given before a kill."""
        self._batches[table].append(batch)
        self._count += batch.num_rows

    def go_on_after(self, number: int) -> None:
        """Let the next part have the number after this one."""
        self.number = number

    def write(self) -> None:
        """Publish what has gathered. Raises SpoolError, after which nothing of this part exists."""
        self.gather()
        if self._count:
            name = part_name(self.number + 1)
            aside = self._folder / f"{name}.tmp"
            with storage_errors(self._folder):
                shutil.rmtree(aside, ignore_errors=True)
                aside.mkdir(mode=FOLDER_MODE)
                for table, batches in self._batches.items():
                    if batches:
                        write_table(aside / f"{table}.parquet", pa.Table.from_batches(batches).combine_chunks())
                sync_folder(aside)
                aside.rename(self._folder / name)
                sync_folder(self._folder)
            self.number += 1
            self._batches = {table: [] for table in COLUMNS}
            self._characters = self._count = self._as_columns = 0
        self._since = self._clock()

    def _write_if_due(self) -> None:
        late = not self.is_saved_elsewhere and self._clock() - self._since >= PART_SECONDS
        if late or self.is_full:
            self.write()


def part_name(number: int) -> str:
    """The folder of one part."""
    return f"part-{number:06d}"


def drop_parts_after(folder: Path, number: int) -> None:
    """Remove the parts of a unit that were written after this one."""
    for path in folder.glob("part-*"):
        if not path.name[5:].isdigit() or int(path.name[5:]) > number:
            shutil.rmtree(path)


def batch_from_bytes(table: str, serialised: bytes) -> pa.RecordBatch:
    """Rows as `RecordBatch.serialize` wrote them. Raises ValueError if they are not."""
    return pa.ipc.read_record_batch(pa.py_buffer(serialised), COLUMNS[table])


def write_table(path: Path, table: pa.Table) -> None:
    """One Parquet file, durable, with page checksums so that damage is found before a merge."""
    with written_aside(path) as out:
        pq.write_table(table, out, compression="zstd", write_page_checksum=True)


def _last_number(folder: Path) -> int:
    numbers = [int(path.name[5:]) for path in folder.glob("part-*") if path.name[5:].isdigit()]
    return max(numbers, default=0)


def _characters(row: Row) -> int:
    return sum(_length(value) for value in row.values())


def _length(value: object) -> int:
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, dict):
        return sum(map(_length, value.values()))
    return sum(map(_length, value)) if isinstance(value, list) else 0
