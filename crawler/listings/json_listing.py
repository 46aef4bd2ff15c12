"""Is there a listing in a JSON value, and which array is it? By what its objects say, not by whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from crawler.listings.json_keys import FILE_ARRAYS, FOLDER_ARRAYS, FOLDER_PATHS, plain
from crawler.listings.json_rows import Cue, JsonRow, RowPlaces, read_row
from crawler.listings.json_text import DEEPEST
from crawler.listings.listing import Listing
from crawler.listings.places import Places
from documents.records import Entry, EntryKind
from scope.urls import DOCUMENT_SUFFIXES

# Share of an array's elements that must be rows; tree's JSON ends with a report, and that is one of few.
_ROWS_SHARE = 0.9
# Share of rows whose names must end as files' do where nothing says that they are files. Folders among them do not.
_FILES_SHARE = 0.5
# Elements of an array that are searched for arrays inside them, and values of an answer that are looked into at all.
_SEARCHED_ELEMENTS = 20
_SEARCHED_VALUES = 10_000
# Arrays of one answer that are tried.
_MOST_GROUPS = 100
_Rows = list[tuple[list[object], EntryKind | None]]


@dataclass(frozen=True, slots=True)
class _Group:
    """Arrays that are one listing, with what their name says of their rows; and the object that holds them."""

    arrays: _Rows
    holder: dict[str, object]
    is_split: bool = False


def json_listing(value: object, url: str, *, is_state: bool = False) -> Listing | None:
    """The listing in a JSON value: the array with most rows; None where none is one.

    Args:
        value: as read.
        url: where it was fetched.
        is_state: it lies in a page, where a script's state names pictures and attachments too: only rows that say
            whether they are files or folders are then believed.
    """
    best: Listing | None = None
    for group in _groups(value):
        found = _listing(group, url, is_state=is_state)
        if found is not None and (best is None or len(found.entries) > len(best.entries)):
            best = found
    return best


def _groups(value: object) -> Iterator[_Group]:
    """Arrays of objects, the outermost first; folders and files that are kept apart are one."""
    queue: list[tuple[object, dict[str, object], int]] = [(value, {}, 0)]
    given = 0
    for number, (each, holder, depth) in enumerate(queue):
        if number > _SEARCHED_VALUES or given >= _MOST_GROUPS or depth > DEEPEST:
            return
        if isinstance(each, list):
            if _is_rows(each):
                given += 1
                yield _Group([(each, None)], holder)
            queue += [(inner, {}, depth + 1) for inner in each[:_SEARCHED_ELEMENTS] if isinstance(inner, (dict, list))]
        elif isinstance(each, dict):
            split = _split(each)
            if split is not None:
                given += 1
                yield split
            queue += [(inner, each, depth + 1) for inner in each.values() if isinstance(inner, (dict, list))]


def _is_rows(array: list[object]) -> bool:
    return not array or sum(isinstance(row, dict) for row in array) >= _ROWS_SHARE * len(array)


def _split(holder: dict[str, object]) -> _Group | None:
    arrays: _Rows = []
    kinds = set()
    for key, value in holder.items():
        word = plain(key)
        kind = EntryKind.DIRECTORY if word in FOLDER_ARRAYS else EntryKind.FILE if word in FILE_ARRAYS else None
        if kind is not None and isinstance(value, list) and _is_rows(value):
            arrays.append((value, kind))
            kinds.add(kind)
    both = 2
    return _Group(arrays, holder, is_split=True) if len(kinds) == both else None


@dataclass(slots=True)
class _Evidence:
    """Counts of rows by what they say; a row may count several times."""

    objects: int = 0
    rows: int = 0
    kinds: int = 0
    hints: int = 0
    placed: int = 0
    folders: int = 0
    sized: int = 0
    told: int = 0
    files: int = 0
    documents: int = 0
    read: list[tuple[JsonRow, str]] = field(default_factory=list)

    def add(self, row: JsonRow, prefix: str) -> None:
        """Count one."""
        self.read.append((row, prefix))
        self.rows += 1
        told = row.size is not None or row.modified is not None
        ending = row.has_extension
        kind = row.cue is Cue.SAID or (row.cue is Cue.WORD and (told or ending))
        self.kinds += kind
        self.hints += kind or row.cue is Cue.SLASH or ending
        self.placed += row.is_placed
        self.sized += row.size is not None
        self.told += told
        if row.kind is EntryKind.DIRECTORY:
            self.folders += 1
        elif ending:
            self.files += 1
            name = (row.name or row.path or row.links[0]).lower()
            self.documents += f".{name.rpartition('.')[2]}" in DOCUMENT_SUFFIXES

    @property
    def says_kinds(self) -> bool:
        """Do its rows say whether they are files or folders?"""
        return self.kinds >= _ROWS_SHARE * self.rows

    @property
    def is_listing(self) -> bool:
        """Do its rows say what only rows of a listing say?"""
        if not self.rows or self.rows < _ROWS_SHARE * self.objects:
            return False
        if self.says_kinds:
            return True
        if self.placed < _ROWS_SHARE * self.rows:
            return False
        some_files = max(1.0, _FILES_SHARE * (self.rows - self.folders))
        if self.hints >= _ROWS_SHARE * self.rows and self.sized >= some_files:
            return True
        if self.files >= _FILES_SHARE * self.rows:
            return self.sized >= _FILES_SHARE * self.rows or (self.told >= self.documents >= _FILES_SHARE * self.rows)
        return False


def _listing(group: _Group, url: str, *, is_state: bool) -> Listing | None:
    if not any(array for array, _ in group.arrays):
        return Listing(is_listing=True) if group.is_split or _own_folder(group.holder, url) else None
    evidence = _Evidence()
    for array, hint in group.arrays:
        _gather(array, hint, evidence)
    if not evidence.is_listing or (is_state and not evidence.says_kinds):
        return None
    places = Places(url, _own_folder(group.holder, url))
    entries: list[Entry] = []
    unread = evidence.objects - evidence.rows
    for row, prefix in evidence.read:
        placed = RowPlaces(places, prefix)
        entry = placed.entry(row)
        if entry is not None:
            entries.append(entry)
        else:
            unread += not placed.is_own(row)
    return Listing(is_listing=True, entries=tuple(entries), unread=unread) if entries else None


def _gather(array: list[object], hint: EntryKind | None, evidence: _Evidence) -> None:
    """Read the rows, and those below folders that bring their own: without recursion, which an answer could exhaust."""
    stack: list[tuple[list[object], EntryKind | None, str]] = [(array, hint, "")]
    while stack:
        rows, kind, prefix = stack.pop()
        for each in rows:
            evidence.objects += 1
            row = read_row(each, kind) if isinstance(each, dict) else None
            if row is None:
                continue
            evidence.add(row, prefix)
            if row.children and row.kind is EntryKind.DIRECTORY and prefix.count("/") < DEEPEST:
                stack.append((row.children, None, f"{prefix}{row.name}/" if row.name else prefix))


def _own_folder(holder: dict[str, object], url: str) -> str:
    """The page's own path as a folder, where the object around the rows says that it is it; else empty.

    It tells what rows are relative to where the page's address has no slash at its end.
    """
    parts = urlsplit(url)
    path = unquote(parts.path).rstrip("/")
    for key, value in holder.items():
        if plain(key) in FOLDER_PATHS and isinstance(value, str) and value.rstrip("/") == path and value:
            return Places(f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/").folder
    return ""
