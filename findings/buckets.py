"""Questions about buckets: how they stand, how the search for names went, which addresses were met."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from documents.buckets import BucketLead, FoundBy
from documents.exposure import Truth
from findings.asking import asked, times
from findings.database import LOCK_WAIT_SECONDS, Connection, open_reader
from findings.records import BucketState
from findings.results import BucketStanding, MetBucket, NameSearchReach

_TRUTHS: Final = (
    "exists account_exists listable readable known_key_readable acl_readable versions_visible requester_pays "
    "public_access_blocked disabled website"
).split()
# The most open first: the order in which a person should look at them.
_ORDER: Final = ", ".join(f"'{state.value}'" for state in BucketState)
# Rows of leads that are read at one time.
_LEADS_AT_ONCE: Final = 10_000


def bucket_standings(
    database: Path, *, with_absent: bool = True, wait_seconds: float = LOCK_WAIT_SECONDS
) -> tuple[BucketStanding, ...]:
    """Every bucket that was ever asked about, the most open first, then the likeliest to be ours.

    Raises:
        FindingsError: the database is missing, locked for too long, or can not be used.
    """
    columns = ", ".join(BucketStanding.__slots__)
    chosen = "" if with_absent else "WHERE state <> 'absent'"
    order = f"list_position([{_ORDER}], state), score DESC, url"
    query = f"SELECT {columns} FROM bucket_states {chosen} ORDER BY {order}"  # noqa: S608 - constants
    with open_reader(database, wait_seconds) as connection:
        return tuple(_standing(row) for row in asked(connection, query))


def buckets_met(database: Path, wait_seconds: float = LOCK_WAIT_SECONDS) -> tuple[MetBucket, ...]:
    """Buckets whose addresses stand in what was crawled: those with leaked credentials first, then the most named.

    Raises:
        FindingsError: see `bucket_standings`.
    """
    columns = ", ".join(MetBucket.__slots__)
    order = "with_credential > 0 DESC, objects DESC, url"
    query = f"SELECT {columns} FROM buckets_met ORDER BY {order}"  # noqa: S608 - constants
    with open_reader(database, wait_seconds) as connection:
        return tuple(_met(row) for row in asked(connection, query))


def names_searched_of(connection: Connection, sweep_id: str) -> tuple[NameSearchReach, ...]:
    """How one sweep's search for names went, by provider."""
    columns = ", ".join(NameSearchReach.__slots__)
    query = f"SELECT {columns} FROM name_search_reach WHERE sweep_id = ? ORDER BY provider"  # noqa: S608 - constants
    return tuple(NameSearchReach(**row) for row in asked(connection, query, [sweep_id]))


def known_leads(database: Path, most: int, wait_seconds: float = LOCK_WAIT_SECONDS) -> Iterator[BucketLead]:
    """Addresses of buckets that earlier sweeps have met, the latest first; at most so many.

    Raises:
        FindingsError: see `bucket_standings`.
    """
    columns = ", ".join(BucketLead.__slots__)
    query = f"SELECT {columns} FROM bucket_leads ORDER BY last_seen DESC, url, key LIMIT ?"  # noqa: S608 - constants
    with open_reader(database, wait_seconds) as connection:
        rows = connection.execute(query, [most])
        while some := rows.fetchmany(_LEADS_AT_ONCE):
            for row in some:
                yield BucketLead(*row)


def _standing(row: dict[str, Any]) -> BucketStanding:
    known = row["known_state"]
    sets: dict[str, Any] = {name: Truth(row[name]) for name in _TRUTHS}
    sets |= {"state": BucketState(row["state"]), "known_state": BucketState(known) if known else None}
    sets |= {"found_by": FoundBy(row["found_by"])}
    return BucketStanding(**row | times(row) | sets | {name: tuple(row[name]) for name in ("rights", "reasons")})


def _met(row: dict[str, Any]) -> MetBucket:
    state = BucketState(row["state"]) if row["state"] else None
    return MetBucket(**row | times(row) | {"state": state, "met_in": tuple(row["met_in"])})
