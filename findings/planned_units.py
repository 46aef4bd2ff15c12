"""The planned units of a sweep as one file: written and read in pieces, for there may be a million."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import Final, overload

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from findings.durable_files import written_aside
from findings.errors import SpoolError
from findings.records import UnitRecord

PLAN_COLUMNS: Final = pa.schema([(column.name, pa.string()) for column in fields(UnitRecord)])
_REQUIRED: Final = ("unit_id", "kind", "start_url", "host", "tier", "authority")
_REPEATED: Final = [name for name in PLAN_COLUMNS.names if name != "unit_id"]
# What a damaged file makes of itself.
_UNREADABLE: Final = (pa.ArrowException, OSError, KeyError, ValueError)
# Units that are written and read at a time: 10 MB as Python's objects, 1 MB as columns.
_AT_A_TIME: Final = 20_000


class PlannedUnits(Sequence[UnitRecord]):
    """Planned units in the order of the plan; columns in memory, 60 bytes a unit, records made when they are read."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    @classmethod
    def of_file(cls, path: Path) -> PlannedUnits:
        """What `write_plan` wrote. Raises SpoolError if it can not be read."""
        try:
            with pq.ParquetFile(path, page_checksum_verification=True, read_dictionary=_REPEATED) as file:
                held = file.read()
                _check_columns(path, held.column_names)
                return cls(held)
        except _UNREADABLE as error:
            raise SpoolError(f"{path} can not be read ({type(error).__name__})") from error

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @overload
    def __getitem__(self, index: int) -> UnitRecord: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[UnitRecord]: ...
    def __getitem__(self, index: int | slice) -> UnitRecord | Sequence[UnitRecord]:
        if isinstance(index, slice):
            return [self[number] for number in range(len(self))[index]]
        return UnitRecord(**self.table.slice(range(len(self))[index], 1).to_pylist()[0])

    def __iter__(self) -> Iterator[UnitRecord]:
        for batch in self.table.to_batches(max_chunksize=_AT_A_TIME):
            for row in batch.to_pylist():
                yield UnitRecord(**row)


class PlanOnDisk(Sequence[UnitRecord]):
    """Planned units of which only the number is in memory: a sweep that is gone on with makes its plan anew.

    Attributes:
        path: of the file; it was whole when it was opened.
    """

    def __init__(self, path: Path, count: int) -> None:
        self.path = path
        self._count = count

    @classmethod
    def of_file(cls, path: Path) -> PlanOnDisk:
        """What `write_plan` wrote; all of it is read once, piece by piece. Raises SpoolError if it can not be."""
        count = sum(batch.num_rows for batch in _batches(path))
        if count != pq.read_metadata(path).num_rows:
            raise SpoolError(f"{path} can not be read (it has not all of its rows)")
        return cls(path, count)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> UnitRecord: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[UnitRecord]: ...
    def __getitem__(self, index: int | slice) -> UnitRecord | Sequence[UnitRecord]:
        return PlannedUnits.of_file(self.path)[index]

    def __iter__(self) -> Iterator[UnitRecord]:
        for batch in _batches(self.path):
            for row in batch.to_pylist():
                yield UnitRecord(**row)


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    """A plan's pieces, each held against its checksums. Raises SpoolError if one can not be read."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True, read_dictionary=_REPEATED) as file:
            _check_columns(path, file.schema_arrow.names)
            yield from file.iter_batches(batch_size=_AT_A_TIME, use_threads=False)  # each keeps memory
    except _UNREADABLE as error:
        raise SpoolError(f"{path} can not be read ({type(error).__name__})") from error
    finally:
        pa.default_memory_pool().release_unused()


def _check_columns(path: Path, names: Sequence[str]) -> None:
    if set(_REQUIRED) - set(names) or set(names) - set(PLAN_COLUMNS.names):
        raise SpoolError(f"{path} can not be read (it has other columns)")


def holds_all(units: Sequence[UnitRecord], unit_ids: Iterable[str]) -> bool:
    """Are all of these units among the ids? As columns: a million units take little memory so.

    Raises:
        SpoolError: the plan lies on disk and can not be read.
    """
    found = pa.array(unit_ids, pa.string())
    pieces: Iterable[pa.RecordBatch | pa.Table] = (
        _batches(units.path) if isinstance(units, PlanOnDisk) else [table_of(units)]
    )
    return all(pc.all(pc.is_in(piece.column("unit_id"), value_set=found)).as_py() for piece in pieces)


def table_of(units: Sequence[UnitRecord]) -> pa.Table:
    """Units as columns, with all columns that there are by now."""
    if isinstance(units, PlannedUnits):
        held, count = units.table, len(units)
        missing = [field for field in PLAN_COLUMNS if field.name not in held.column_names]
        for field in missing:
            held = held.append_column(field, pa.nulls(count, field.type))
        return held.select(PLAN_COLUMNS.names)
    return pa.Table.from_pylist([unit.as_row() for unit in units], schema=PLAN_COLUMNS)


def write_plan(path: Path, units: Sequence[UnitRecord]) -> None:
    """One Parquet file, durable, with page checksums."""
    waiting = iter(units)
    with (
        written_aside(path) as out,
        pq.ParquetWriter(out, PLAN_COLUMNS, compression="zstd", write_page_checksum=True) as writer,
    ):
        while rows := [unit.as_row() for unit in islice(waiting, _AT_A_TIME)]:
            writer.write_table(pa.Table.from_pylist(rows, schema=PLAN_COLUMNS))
