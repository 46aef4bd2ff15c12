"""What a heartbeat has told, so that it tells each lapse once and then once a week; a file beside the database."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from findings.durable_files import read_json, write_json
from findings.errors import SpoolError

# A lapse that goes on is told again after this: not so often that nobody reads it, not so seldom that it is forgotten.
TOLD_AGAIN: Final = timedelta(days=7)
_FORMAT: Final = 1


def record_file(database: Path) -> Path:
    """Beside the database, by its name, so that a back-up has it."""
    return database.with_name(database.name + ".heartbeat.json")


@dataclass
class Record:
    """What was told to whom and when; services are named by a salted digest of their address.

    Attributes:
        latest: end of the latest sweep that was seen.
        told: by kind of lapse and service, when.
        well: by service, when it was last told that all is well.
    """

    salt: str = field(default_factory=lambda: secrets.token_hex(16))
    latest: datetime | None = None
    told: dict[str, dict[str, datetime]] = field(default_factory=dict)
    well: dict[str, datetime] = field(default_factory=dict)

    def service(self, address: str) -> str:
        """Its name here."""
        return hashlib.blake2b(address.encode(), key=bytes.fromhex(self.salt), digest_size=12).hexdigest()

    def is_due(self, kind: str, service: str, now: datetime) -> bool:
        """Is this lapse to be told to it now? A time that lies in the future is none."""
        before = self.told.get(kind, {}).get(service)
        return before is None or not timedelta(0) <= now - before < TOLD_AGAIN

    def over(self, kinds: frozenset[str]) -> frozenset[str]:
        """Lapses that were told and are no more; forgotten with this."""
        gone = frozenset(self.told) - kinds
        for kind in gone:
            del self.told[kind]
        return gone


def read_record(database: Path) -> Record:
    """What is on record; nothing where the file is missing or can not be read: then everything is told once more."""
    with suppress(OSError, KeyError, TypeError, ValueError, AttributeError):
        held = read_json(record_file(database))
        if held is not None and held["v"] == _FORMAT:
            latest = held["latest"]
            return Record(
                bytes.fromhex(held["salt"]).hex(),
                datetime.fromisoformat(latest).astimezone(UTC) if latest else None,
                {kind: _times(services) for kind, services in held["told"].items()},
                _times(held["well"]),
            )
    return Record()


def write_record(database: Path, record: Record) -> None:
    """Whole, or the one before stays.

    Raises:
        SpoolError: it can not be written.
    """
    held = {
        "v": _FORMAT,
        "salt": record.salt,
        "latest": record.latest.isoformat() if record.latest else None,
        "told": {kind: _texts(services) for kind, services in record.told.items()},
        "well": _texts(record.well),
    }
    try:
        write_json(record_file(database), held)
    except OSError as error:
        raise SpoolError(f"{record_file(database)} can not be written: {error.strerror}") from None


def _times(held: dict[str, Any]) -> dict[str, datetime]:
    return {service: datetime.fromisoformat(time).astimezone(UTC) for service, time in held.items()}


def _texts(times: dict[str, datetime]) -> dict[str, str]:
    return {service: time.isoformat() for service, time in times.items()}
