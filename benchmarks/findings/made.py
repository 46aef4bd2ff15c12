"""A findings database as years of sweeps leave it, written in bulk: its merges and views are what is measured."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Self

from findings.database import open_writer
from findings.deriving import rebuild
from findings.schema import Transaction


@dataclass(frozen=True, slots=True)
class Size:
    """How much is in it."""

    entries: int = 10_000_000
    documents: int = 1_000_000
    findings: int = 100_000
    sweeps: int = 50
    units: int = 200

    def part(self, share: float) -> Self:
        """The same, smaller; sweeps and units stay as many."""
        numbers = (int(self.entries * share), int(self.documents * share), int(self.findings * share))
        return type(self)(*numbers, self.sweeps, self.units)


def make(database: Path, size: Size) -> None:
    """Write it; what is derived is derived by the product's own rules."""
    sql = resources.files("benchmarks.findings").joinpath("made.sql").read_text(encoding="utf-8")
    with open_writer(database) as connection:
        connection.execute(
            "CREATE TEMP TABLE size AS SELECT ?::BIGINT AS entries, ?::BIGINT AS documents, ?::BIGINT AS findings, "
            "?::BIGINT AS sweeps, ?::BIGINT AS units",
            [size.entries, size.documents, size.findings, size.sweeps, size.units],
        )
        with Transaction(connection):
            connection.execute(sql)
        with Transaction(connection):
            rebuild(connection)
