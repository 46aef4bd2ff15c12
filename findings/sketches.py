"""Sketches as the database holds them: read some thousand at a time, and told where they are missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from findings.asking import asked
from findings.database import Connection
from findings.settled import Numbers

# Sketches read at a time: 20 MB, and the look-ups of a batch overlap.
SKETCHES_AT_ONCE: Final = 10_000
# What DuckDB may hold of them: they are read once, and the sweeping process is to stay small.
READING_MEMORY: Final = "200MB"


@dataclass(frozen=True, slots=True)
class SketchCounts:
    """How far sketches reach.

    Attributes:
        usable: contents with a sketch that this key opens.
        other_key: contents whose sketch goes with another key or normaliser.
        missing: places whose latest content has no sketch that this key opens.
        places: that a document was ever fetched from.
    """

    usable: int
    other_key: int
    missing: int
    places: int


def sketch_counts(connection: Connection, space: str) -> SketchCounts:
    """How many sketches there are, and for how many places there is none."""
    query = """
        WITH latest AS (
            SELECT url, arg_max(sha256, fetched_at) AS sha256 FROM documents WHERE member = '' GROUP BY url
        ), usable AS (SELECT sha256 FROM sketches WHERE space = $space)
        SELECT (SELECT count(*) FROM usable) AS usable,
            (SELECT count(*) FROM sketches WHERE space <> $space) AS other_key,
            (SELECT count(*) FROM latest ANTI JOIN usable USING (sha256)) AS missing,
            (SELECT count(*) FROM latest) AS places
    """
    return SketchCounts(**asked(connection, query, {"space": space})[0])


def sketch_batches(connection: Connection, space: str) -> Iterator[list[tuple[str, bytes]]]:
    """Digest and sealed sketch of every content that this key opens, some thousand at a time."""
    connection.execute(f"SET memory_limit = '{READING_MEMORY}'")
    ends = asked(
        connection, "SELECT coalesce(min(number), 0) AS first, coalesce(max(number), -1) AS last FROM sketches"
    )
    for start in range(ends[0]["first"], ends[0]["last"] + 1, SKETCHES_AT_ONCE):
        # As constants: DuckDB 1.5 leaves nothing out for parameters, and would read all of it each time.
        between = f"number >= {start} AND number < {start + SKETCHES_AT_ONCE}"
        query = f"SELECT sha256, content FROM sketches WHERE {between} AND space = ?"  # noqa: S608 - numbers of ours
        if rows := asked(connection, query, [space]):
            yield [(str(row["sha256"]), bytes(row["content"])) for row in rows]


def refetched_since(connection: Connection, moment: object) -> Numbers:
    """Contents that were fetched after a moment, and so judged by whatever pack there was then; as `numbers_of`."""
    return _numbers(connection, "SELECT sha256 FROM documents WHERE member = '' AND fetched_at > ?", moment)


def judged_by(connection: Connection, pack_id: str) -> Numbers:
    """Contents that a sweep with this very pack has judged: of them the matcher has said all that there is to say."""
    query = """
        SELECT documents.sha256 FROM documents JOIN sweeps USING (sweep_id)
        WHERE documents.member = '' AND sweeps.pack_check = ?
    """
    return _numbers(connection, query, pack_id)


def letters_by_content(connection: Connection) -> dict[str, frozenset[str]]:
    """For each content that findings name the letters that were found in it."""
    query = "SELECT sha256, list(DISTINCT letter_id) AS letters FROM findings WHERE letter_id IS NOT NULL GROUP BY 1"
    rows = asked(connection, query)
    return {str(row["sha256"]): frozenset(row["letters"]) for row in rows}


def judged_clear(connection: Connection) -> Numbers:
    """Contents whose latest verdict was that there is nothing of ours in them."""
    query = (
        "SELECT sha256 FROM documents WHERE member = ? GROUP BY sha256 HAVING arg_max(verdict, fetched_at) = 'clear'"
    )
    return _numbers(connection, query, "")


def _numbers(connection: Connection, query: str, value: object) -> Numbers:
    """First 64 bits of digests, ascending, each once: 8 MB a million, where digests as text took 180."""
    asks = (
        f"SELECT DISTINCT ('0x' || sha256[:16])::UBIGINT AS number FROM ({query}) WHERE length(sha256) = 64 ORDER BY 1"  # noqa: S608 - ours
    )
    table = connection.sql(asks, params=[value]).to_arrow_table()
    numbers: Numbers = np.asarray(table.column("number").to_numpy(), dtype=np.uint64)
    return numbers
