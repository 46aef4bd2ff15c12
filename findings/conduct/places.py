"""Addresses behind keyed places of the conduct log, as far as the database knows them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fetching.conduct import keyed_place
from findings.asking import asked
from findings.database import open_reader
from findings.statements import sql_text

# Rows that are read at a time.
_BATCH: Final = 50_000


def places_by_key(database: Path, key: bytes, wanted: set[str]) -> dict[str, str]:
    """The addresses of these keyed places; those that the database does not know are left out.

    Every address in the database is hashed: a million take 3 s.
    """
    found: dict[str, str] = {}
    with open_reader(database) as connection:
        for row in asked(connection, sql_text("conduct", "known_places.sql")):
            url = str(row["url"])
            place = keyed_place(url, key)
            if place in wanted:
                found[place] = url
    return found
