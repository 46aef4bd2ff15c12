"""Sketches as the database holds them: read some thousand at a time, and told where they are missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from findings.asking import asked
from findings.database import Connection

# Sketches read at a time: 20 MB, and the look-ups of a batch overlap.
SKETCHES_AT_ONCE: Final = 10_000


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
    last = asked(connection, "SELECT coalesce(max(rowid), -1) AS last FROM sketches")[0]["last"]
    for start in range(0, last + 1, SKETCHES_AT_ONCE):
        rows = asked(
            connection,
            "SELECT sha256, content FROM sketches WHERE rowid >= ? AND rowid < ? AND space = ?",
            [start, start + SKETCHES_AT_ONCE, space],
        )
        if rows:
            yield [(str(row["sha256"]), bytes(row["content"])) for row in rows]


def refetched_since(connection: Connection, moment: object) -> frozenset[str]:
    """Contents that were fetched after a moment, and so judged by whatever pack there was then."""
    rows = asked(connection, "SELECT DISTINCT sha256 FROM documents WHERE member = '' AND fetched_at > ?", [moment])
    return frozenset(str(row["sha256"]) for row in rows)


def judged_by(connection: Connection, pack_id: str) -> frozenset[str]:
    """Contents that a sweep with this very pack has judged: of them the matcher has said all that there is to say."""
    query = """
        SELECT DISTINCT documents.sha256 FROM documents JOIN sweeps USING (sweep_id)
        WHERE documents.member = '' AND sweeps.pack_check = ?
    """
    return frozenset(str(row["sha256"]) for row in asked(connection, query, [pack_id]))


def letters_by_content(connection: Connection) -> dict[str, frozenset[str]]:
    """For each content that findings name the letters that were found in it."""
    query = "SELECT sha256, list(DISTINCT letter_id) AS letters FROM findings WHERE letter_id IS NOT NULL GROUP BY 1"
    rows = asked(connection, query)
    return {str(row["sha256"]): frozenset(row["letters"]) for row in rows}


def contents_judged_clear(connection: Connection) -> frozenset[str]:
    """Contents whose latest verdict was that there is nothing of ours in them."""
    query = (
        "SELECT sha256 FROM documents WHERE member = '' GROUP BY sha256 HAVING arg_max(verdict, fetched_at) = 'clear'"
    )
    return frozenset(str(row["sha256"]) for row in asked(connection, query))
