"""Places that earlier sweeps know, handed to each unit that holds any as a private file in the sweep's folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from fetching.known_places import KnownPlace, write_places
from findings.durable_files import storage_errors
from findings.errors import DatabaseLockedError, DatabaseMissingError
from findings.known_places import known_places
from findings.spool_folders import SweepFolder


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

    def file_for(self, unit_id: str) -> str:
        """The unit's file, written now; empty where nothing is known in it."""
        places = self._places.get(unit_id)
        if not places:
            return ""
        path = self._folder.places_file(unit_id)
        with storage_errors(path.parent):
            write_places(path, places)
        return str(path)
