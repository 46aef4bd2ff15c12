"""Findings for a list that is shown while it is read: the first at once, all the rest from one look at the database."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final

from findings.asking import asked_table
from findings.chosen import Chosen
from findings.database import LOCK_WAIT_SECONDS, open_reader
from findings.finding_rows import finding_rows
from findings.query import finding_query
from findings.results import FindingRow

# Findings that are read first, more than a terminal shows at once; and those made into records in one go.
FIRST_ROWS: Final = 256
# A limit beyond the 63 bits that DuckDB counts in is no limit.
MOST_ROWS: Final = 2**62
_ROWS_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class _Read:
    """Rows as the database gave them, or what went wrong."""

    rows: Any = None
    error: BaseException | None = None


def findings_listed(
    database: Path, chosen: Chosen, wait_seconds: float = LOCK_WAIT_SECONDS, most: int | None = None
) -> Generator[FindingRow, None, None]:
    """The findings that somebody means, the worst first; `most` of them, or all.

    The database is read by a thread and let go as soon as it has been, however long who asks takes over the rows: a
    list that stands in a pager for a day delays no merge.

    Raises:
        FindingsError: as `findings.query.findings`, when the first row is asked for.
    """
    answers: SimpleQueue[_Read | None] = SimpleQueue()
    reading = Thread(target=_read, args=(answers, database, chosen, wait_seconds, most), name="findings-list")
    reading.start()
    try:
        while (answer := answers.get()) is not None:
            if answer.error is not None:
                raise answer.error
            for start in range(0, answer.rows.num_rows, _ROWS_AT_ONCE):
                piece = answer.rows.slice(start, _ROWS_AT_ONCE)
                yield from finding_rows({name: piece[name].to_pylist() for name in piece.column_names})
    finally:
        reading.join()


def _read(
    answers: SimpleQueue[_Read | None], database: Path, chosen: Chosen, wait_seconds: float, most: int | None
) -> None:
    """Both pages from one opening, so that they are of one state."""
    query, values = finding_query(chosen)
    first = FIRST_ROWS if most is None else min(most, FIRST_ROWS)
    try:
        with open_reader(database, wait_seconds) as connection:
            page = asked_table(connection, f"{query} LIMIT {first}", values)
            answers.put(_Read(page))
            if page.num_rows == FIRST_ROWS != most:
                rest = "" if most is None else f" LIMIT {min(most, MOST_ROWS) - FIRST_ROWS}"
                answers.put(_Read(asked_table(connection, f"{query}{rest} OFFSET {FIRST_ROWS}", values)))
        answers.put(None)
    except BaseException as error:  # noqa: BLE001 - raised where the rows are asked for
        answers.put(_Read(error=error))
