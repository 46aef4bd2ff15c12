"""From what a unit has learned to the memory that the next sweep asks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from findings.errors import MemoryDamagedError
from findings.memory_facts import FactsSeal
from findings.memory_file import Flags, MemoryFile, MemoryWriter, Row, following
from findings.memory_journal import FORGOTTEN, LAST_CODE, Marks, MemoryJournal, Noted
from findings.memory_terms import Terms


class MemoryFollowing:
    """The memory that follows an earlier one.

    Args:
        held: the earlier one; left out where it turns out to be damaged.
        journal: what the unit has learned.
        terms: on which it will be believed.
        seal: of the unit.
    """

    def __init__(self, held: MemoryFile | None, journal: MemoryJournal, terms: Terms, seal: FactsSeal) -> None:
        self._held, self._journal, self._terms, self._seal = held, journal, terms, seal

    def write(self, folder: Path, now: datetime, *, believes: bool) -> None:
        """Write it into a folder; `believes` is False where a server was caught hiding a change.

        Raises:
            SpoolError: the disk gives up.
        """
        try:
            self._write(folder, now, believes)
        except MemoryDamagedError:
            self._held = None
            self._write(folder, now, believes)

    def _write(self, folder: Path, now: datetime, believes: bool) -> None:
        with following(folder, self._held) as writer:
            writer.tell("reading", self._terms.reading.encode())
            if self._seal.dictionary:
                writer.tell("dictionary", self._seal.seal_dictionary())
            pack, marks = writer.pack(self._terms.generation), self._journal.marks()
            for places in self._journal.places():
                writer.put(_row(place, marks, pack) for place in places)
            self._take_told(marks, writer)
            writer.forget_before(int((now - self._terms.full_after).timestamp()))
            if not believes:
                writer.trust_nothing()

    def _take_told(self, marks: Marks, writer: MemoryWriter) -> None:
        """What was told of places that were not fetched: forgotten, or not modified at a time."""
        told = dict(self._journal.told())
        writer.forget(digest for digest, what in told.items() if what == FORGOTTEN)
        asked = ((digest, at) for digest, at in told.items() if at > LAST_CODE)
        writer.put(row for digest, at in asked if (row := self._trusted(digest, marks, at)) is not None)

    def _trusted(self, digest: int, marks: Marks, at: int) -> Row | None:
        """A place whose listing tells its versions apart now, since the server said at `at` that it was as it is."""
        mark = marks.of(digest)
        row = self._held.row(digest) if self._held is not None and mark.mark else None
        if row is None or row.flags & Flags.LISTED or not mark.tells(self._seal.open(digest, row.facts).size, at):
            return None
        return row._replace(mark=mark.mark, flags=row.flags | Flags.LISTED)


def _row(place: Noted, marks: Marks, pack: int) -> Row:
    mark = marks.of(place.digest)
    flags = place.flags | Flags.LISTED if mark.tells(place.size, place.fetched_at) else place.flags
    return Row(place.digest, mark.mark, place.read_at, place.fetched_at, flags, pack, place.facts)
