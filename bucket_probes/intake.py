"""From a page of a listing to entries and to what is worth a request, best first. Nothing is asked here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from bucket_probes.ledger import Waiting
from documents.records import Entry, EntryKind, ModifiedSource, Skipped, SkipReason
from fetching.batches import marked
from fetching.bucket_listings import ListedObject
from fetching.naming import looks_like_a_letter
from fetching.selection import Priority, worth

# Folders whose worth is remembered. Listings come in order of keys, so that one folder's objects come together.
_REMEMBERED_FOLDERS: Final = 4_096


class Rank(IntEnum):
    """The order in which objects are fetched, lower first. Old versions come after all that is current."""

    LETTER = 0
    # A document, or what may be one, in a folder whose name speaks of letters.
    IN_LETTER_FOLDER = 1
    DOCUMENT = 2
    PAGE = 3
    UNKNOWN = 4
    UNLIKELY = 5
    OLD_LETTER = 10
    OLD_IN_LETTER_FOLDER = 11
    OLD_DOCUMENT = 12
    OLD_PAGE = 13
    OLD_UNKNOWN = 14
    OLD_UNLIKELY = 15


_OLD: Final = 10
_RANKS: Final = {
    Priority.LETTER: Rank.LETTER,
    Priority.DOCUMENT: Rank.DOCUMENT,
    Priority.PAGE: Rank.PAGE,
    Priority.UNKNOWN: Rank.UNKNOWN,
    Priority.UNLIKELY: Rank.UNLIKELY,
}


@dataclass(slots=True)
class Taken:
    """What a page gave.

    Attributes:
        entries: of all objects that are new.
        wanted: objects to fetch.
        skips: objects that are not fetched though they might hold a letter.
    """

    entries: list[Entry] = field(default_factory=list)
    wanted: list[Waiting] = field(default_factory=list)
    skips: list[Skipped] = field(default_factory=list)


class Intake:
    """Judges the objects of pages.

    Args:
        parent: the bucket's address, which named them.
        body_bytes: largest body that is fetched.
        url_of: an object's address.
    """

    def __init__(self, parent: str, body_bytes: int, url_of: Callable[[ListedObject], str]) -> None:
        self._parent = parent
        self._body_bytes = body_bytes
        self._url_of = url_of
        self._folders: dict[str, bool] = {}

    def take(self, items: Sequence[ListedObject]) -> Taken:
        """Entries, and what is worth a request. The items are new and of one listing."""
        taken = Taken()
        for folder, members in _by_folder(items):
            entries = marked([self._entry(item) for item in members])
            taken.entries += entries
            speaks = self._speaks_of_letters(folder)
            for item, entry in zip(members, entries, strict=True):
                self._judge(item, entry, speaks, taken)
        return taken

    def _entry(self, item: ListedObject) -> Entry:
        key = item.key
        is_folder = key.endswith("/") and not item.size
        name = (key.rstrip("/") if is_folder else key).rpartition("/")[2] or key.rstrip("/").rpartition("/")[2]
        if not name.isascii():
            name = name.encode("utf-8", "replace").decode()
        return Entry(
            self._url_of(item),
            EntryKind.DIRECTORY if is_folder else EntryKind.FILE,
            name,
            item.size,
            modified=item.modified,
            parent=self._parent,
            modified_source=None if item.modified is None else ModifiedSource.XML,
        )

    def _judge(self, item: ListedObject, entry: Entry, speaks: bool, taken: Taken) -> None:
        if entry.kind is EntryKind.DIRECTORY:
            return
        if item.deleted:
            if item.size:
                taken.skips.append(
                    Skipped(entry.url, SkipReason.ACCESS_DENIED, "deleted and kept", parent=self._parent)
                )
            return
        judged = worth(entry)
        if judged.priority is None:
            return
        if not judged.head_only and entry.size is not None and entry.size > self._body_bytes:
            detail = f"over {self._body_bytes} bytes"
            taken.skips.append(Skipped(entry.url, SkipReason.TOO_LARGE, detail, parent=self._parent))
            return
        rank = _RANKS[judged.priority]
        if speaks and rank > Rank.IN_LETTER_FOLDER:
            # A picture there may be a scan, and a name without an ending a letter.
            rank = Rank.IN_LETTER_FOLDER if rank <= Rank.UNKNOWN and rank is not Rank.PAGE else Rank.DOCUMENT
        taken.wanted.append(Waiting(rank if item.is_current else rank + _OLD, item, entry.url, judged.head_only))

    def _speaks_of_letters(self, folder: str) -> bool:
        """Does one of the folders on the way speak of letters?"""
        known = self._folders.get(folder)
        if known is None:
            if len(self._folders) >= _REMEMBERED_FOLDERS:
                self._folders.clear()
            known = self._folders[folder] = any(looks_like_a_letter(name) for name in folder.split("/") if name)
        return known


def _by_folder(items: Iterable[ListedObject]) -> list[tuple[str, list[ListedObject]]]:
    """Objects by the folder that they lie in. What looks like one batch is told among those of one folder."""
    folders: dict[str, list[ListedObject]] = {}
    for item in items:
        folders.setdefault(item.key.rpartition("/")[0], []).append(item)
    return list(folders.items())
