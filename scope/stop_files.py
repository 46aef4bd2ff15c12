"""Stop files: while one lies there, nothing is asked. Looked for by the command and by each worker for itself."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from scope.model import Scope

# The machine's own: whoever administers it makes this one by hand, or `stray stop --all` does as root.
MACHINE_STOP: Final = Path("/etc/stray/stop")
# Bytes that are read of one: what `stray stop` writes has 300 at most.
_READ_BYTES: Final = 4096
# Characters of a reason or name that are told.
_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class StopOrder:
    """A stop file that was found.

    Attributes:
        path: where.
        by: who, as the file says; empty where it does not say.
        why: likewise.
        at: since when, by the file's own time of change where it does not say.
    """

    path: Path
    by: str = ""
    why: str = ""
    at: datetime | None = None

    def __str__(self) -> str:
        by = f", by {self.by}" if self.by else ""
        since = f", since {self.at:%Y-%m-%d %H:%M} UTC" if self.at else ""
        why = f": {self.why}" if self.why else ""
        return f"stop file {self.path}{by}{since}{why}"


def user_stop() -> Path:
    """That of all sweeps of this user on this machine."""
    return Path.home() / ".local" / "state" / "stray" / "stop"


def database_stop(database: Path) -> Path:
    """That of one database's sweeps."""
    return database.with_name(database.name + ".stop")


def standing_order(scope: Scope) -> StopOrder | None:
    """The first stop file that lies there, of those that a scope heeds; None where there is none.

    A place that can not be looked at counts as one with a stop file, but for the user's own: a service without a home
    folder can not look there.
    """
    for path, has_to_be_seen in _heeded(scope):
        order = stop_order(path, has_to_be_seen=has_to_be_seen)
        if order is not None:
            return order
    return None


def standing_orders(database: Path) -> list[StopOrder]:
    """All that hold for a database's sweeps, for `stray status`."""
    places = [(database_stop(database), True), *_everywhere()]
    return [order for path, seen in places if (order := stop_order(path, has_to_be_seen=seen))]


def stop_order(path: Path, *, has_to_be_seen: bool = True) -> StopOrder | None:
    """The order in this file, None where there is no such file."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        why = f"can not be looked at ({error.strerror}), so it counts"
        return StopOrder(path, why=why) if has_to_be_seen else None
    at = _changed_at(found)
    if not stat.S_ISREG(found.st_mode):
        return StopOrder(path, at=at)
    return _read(path, at)


def _heeded(scope: Scope) -> Iterator[tuple[Path, bool]]:
    yield database_stop(scope.database.file), True
    if scope.schedule.stop_file is not None:
        yield scope.schedule.stop_file, True
    yield from _everywhere()


def _everywhere() -> Iterator[tuple[Path, bool]]:
    yield MACHINE_STOP, True
    try:
        yield user_stop(), False
    except RuntimeError:  # nobody's home
        return


def _read(path: Path, at: datetime | None) -> StopOrder:
    """Whatever it holds, it stops; who and why are told where they can be read."""
    try:
        with path.open("rb") as file:
            held = json.loads(file.read(_READ_BYTES))
        told = {name: _plain(held.get(name)) for name in ("by", "why")}
        said = datetime.fromisoformat(str(held["at"])).astimezone(UTC) if "at" in held else at
    except Exception:  # noqa: BLE001 - however it was written, it counts
        return StopOrder(path, at=at)
    return StopOrder(path, told["by"], told["why"], said)


def _changed_at(found: os.stat_result) -> datetime | None:
    """None where the file has a time that no calendar has."""
    try:
        return datetime.fromtimestamp(found.st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        return None


def _plain(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return "".join(character if character.isprintable() else "?" for character in text)[:_SHOWN]
