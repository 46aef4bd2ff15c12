"""From a page of a listing to entries and to what is worth a request, best first. Nothing is asked here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Final

from bucket_probes.ledger import Waiting
from documents.records import Cue, Entry, EntryKind, ModifiedSource, Skipped, SkipReason
from fetching.batches import cues_at
from fetching.bucket_listings import ListedObject
from fetching.memory import NO_MEMORY, Memory
from fetching.naming import looks_like_a_letter
from fetching.selection import Priority, Worth, worth_of

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
# Plain numbers: a listing may have ten million rows.
_RANKS: Final = {priority: int(Rank[priority.name]) for priority in Priority if priority.name in Rank.__members__}
_IN_LETTER_FOLDER, _DOCUMENT = int(Rank.IN_LETTER_FOLDER), int(Rank.DOCUMENT)
_MAY_BE_LETTERS: Final = frozenset([int(Rank.DOCUMENT), int(Rank.UNKNOWN)])


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
        memory: which objects need not be asked for.
        hears: recordings are known, so sound is of interest.
    """

    def __init__(
        self,
        parent: str,
        body_bytes: int,
        url_of: Callable[[ListedObject], str],
        memory: Memory = NO_MEMORY,
        *,
        hears: bool = False,
    ) -> None:
        self._memory = memory
        self._hears = hears
        self._parent = parent
        self._body_bytes = body_bytes
        self._url_of = url_of
        self._folders: dict[str, bool] = {}

    def take(self, items: Sequence[ListedObject]) -> Taken:
        """Entries, and what is worth a request. The items are new and of one listing."""
        taken = Taken()
        for folder, members in _by_folder(items):
            rows = [_named(item) for item in members]
            cues = cues_at(rows)
            speaks = self._speaks_of_letters(folder)
            for at, (item, (name, kind)) in enumerate(zip(members, rows, strict=True)):
                self._row(item, name, kind, cues.get(at), speaks, taken)
        return taken

    def _row(self, item: ListedObject, name: str, kind: EntryKind, cue: Cue | None, speaks: bool, taken: Taken) -> None:
        url = self._url_of(item)
        judged = worth_of(name, kind, cue, empty=item.size == 0, hears=self._hears)
        wanted = kind is EntryKind.FILE and judged.priority is not None and not item.deleted
        modified = item.modified
        source = None if modified is None else ModifiedSource.XML
        tag = f"{item.etag} {item.version or ''}".strip()
        entry = Entry(
            *(url, kind, name, item.size, True, modified, self._parent, 0, source, cue, None, item.is_current),
            selected=wanted,
            tag=tag,
        )
        if wanted and not judged.head_only and item.size is not None and item.size > self._body_bytes:
            detail = f"over {self._body_bytes} bytes"
            taken.skips.append(Skipped(url, SkipReason.TOO_LARGE, detail, parent=self._parent))
        elif wanted and (known := self._memory.by_listing(entry)) is not None:
            entry = replace(entry, unchanged=known)
        elif wanted:
            taken.wanted.append(Waiting(_rank(judged, item, speaks), item, url, judged.head_only))
        elif item.deleted and item.size:
            taken.skips.append(Skipped(url, SkipReason.ACCESS_DENIED, "deleted and kept", parent=self._parent))
        taken.entries.append(entry)

    def _speaks_of_letters(self, folder: str) -> bool:
        """Does one of the folders on the way speak of letters?"""
        known = self._folders.get(folder)
        if known is None:
            if len(self._folders) >= _REMEMBERED_FOLDERS:
                self._folders.clear()
            known = self._folders[folder] = any(looks_like_a_letter(name) for name in folder.split("/") if name)
        return known


def _named(item: ListedObject) -> tuple[str, EntryKind]:
    """The last part of the key, and whether it is a folder: an empty object by which consoles mark one."""
    key = item.key
    if key.endswith("/"):
        bare = key.rstrip("/")
        name, kind = bare.rpartition("/")[2], EntryKind.FILE if item.size else EntryKind.DIRECTORY
    else:
        name, kind = key.rpartition("/")[2], EntryKind.FILE
    return name if name.isascii() else name.encode("utf-8", "replace").decode(), kind


def _rank(judged: Worth, item: ListedObject, speaks: bool) -> int:
    """When it is fetched; `speaks`: one of the folders on the way speaks of letters."""
    rank: int = _RANKS[judged.priority]  # type: ignore[index] # the caller has looked
    if speaks and rank > _IN_LETTER_FOLDER:
        # A picture there may be a scan, and a name without an ending a letter.
        rank = _IN_LETTER_FOLDER if rank in _MAY_BE_LETTERS else _DOCUMENT
    return rank if item.is_current else rank + _OLD


def _by_folder(items: Iterable[ListedObject]) -> list[tuple[str, list[ListedObject]]]:
    """Objects by the folder that they lie in. What looks like one batch is told among those of one folder."""
    folders: dict[str, list[ListedObject]] = {}
    for item in items:
        folders.setdefault(item.key.rpartition("/")[0], []).append(item)
    return list(folders.items())
