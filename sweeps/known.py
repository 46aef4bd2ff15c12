"""Places that earlier sweeps know, handed to each unit that holds any as a private file in the sweep's folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import unquote

from fetching.known_places import KnownPlace, write_places
from findings.durable_files import storage_errors
from findings.errors import DatabaseLockedError, DatabaseMissingError
from findings.known_places import known_places
from findings.spool_folders import SweepFolder
from scope.bucket_urls import target_place
from scope.model import BucketTarget
from scope.units import Unit


class Known:
    """Made once for a run of a sweep.

    Args:
        database: what earlier sweeps found.
        folder: of the sweep; the files lie in it and go with it.
        wait_seconds: for a database that another process holds.
        tell: told where earlier sweeps can not be asked.
    """

    def __init__(
        self, database: Path, folder: SweepFolder, wait_seconds: float, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        self._folder = folder
        self._places: Mapping[str, tuple[KnownPlace, ...]] = {}
        try:
            self._places = known_places(database, wait_seconds=wait_seconds)
        except DatabaseMissingError:
            return
        except DatabaseLockedError as error:
            tell(f"known findings are asked for only where this sweep meets them: {error}")

    def file_for(self, unit: Unit) -> str:
        """The unit's file, written now; empty where nothing is known in it.

        A piece gets the places between its bounds, whichever piece had them before: bounds may have moved since.
        """
        whole = unit.piece.whole if unit.piece else unit.unit_id
        places = tuple(place for place in self._places.get(whole, ()) if place.is_canary or may_hold(unit, place.url))
        if all(place.is_canary for place in places):
            return ""
        path = self._folder.places_file(unit.unit_id)
        with storage_errors(path.parent):
            write_places(path, places)
        return str(path)


def may_hold(unit: Unit, url: str) -> bool:
    """Can this object be one of the unit's? Where the address does not tell, the unit's own walk does."""
    if unit.piece is None or not isinstance(unit.target, BucketTarget):
        return True
    base = f"{target_place(unit.target)}/"
    return not url.startswith(base) or unit.piece.holds(
        unquote(url.removeprefix(base).partition("?")[0], errors="surrogateescape")
    )
