"""Is what lies in a unit's parts whole? Asked before it is merged, and before a killed unit goes on from it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from findings.errors import SpoolError
from findings.parts import ADDED, COLUMNS, part_name


def check_parts(folder: Path, number: int) -> None:
    """Are all parts up to this one there, and whole? A power cut may have taken what the state counts on.

    Raises:
        SpoolError: one is not.
    """
    for each in range(1, number + 1):
        if not is_whole_part(folder / part_name(each)):
            raise SpoolError("rows that a unit's state counts on are lost or damaged")


def is_whole_part(part: Path) -> bool:
    """Is there something in it, and can all of it be read?"""
    if not part.is_dir():
        return False
    files = list(part.iterdir())
    return bool(files) and all(path.stem in COLUMNS and is_whole(path, path.stem) for path in files)


def is_whole(path: Path, table: str) -> bool:
    """Can every page of this part file be read, and are its columns ones that we write or wrote? Torn ones are not."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            if file.schema_arrow.names not in _columns_ever(table):
                return False
            for _ in file.iter_batches():
                pass
    except (pa.ArrowException, OSError):
        return False
    return True


def row_count(path: Path) -> int:
    """How many rows a whole part file has; its end tells."""
    return int(pq.read_metadata(path).num_rows)


def _columns_ever(table: str) -> list[list[str]]:
    """Names of the columns that parts of this table have or once had."""
    known = [COLUMNS[table].names]
    for added in reversed(ADDED.get(table, ())):
        known.append([name for name in known[-1] if name not in added])
    return known
