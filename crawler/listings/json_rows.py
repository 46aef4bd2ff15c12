"""One row of a listing in JSON: an object that names a file and says something of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from urllib.parse import unquote, urljoin, urlsplit

from crawler.listings.json_keys import KIND_WORDS, SURE_WORDS, Columns, columns_of
from crawler.listings.places import Places, last_name, readable
from crawler.listings.values import moment_of, size_of
from documents.records import Entry, EntryKind, ModifiedSource

_MEDIA_TYPE = re.compile(r"(?:application|audio|font|image|message|model|multipart|text|video)/[\w.+-]+(?:\s*;.*)?")
_MODE = re.compile(r"([dl-])[r-][w-][xsS-][r-][w-][xsS-][r-][w-][xtT-][+.@]?")
_EXTENSION = re.compile(r".\.(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,5}$", re.DOTALL)
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


class Cue(IntEnum):
    """What tells a row's kind, the surest last: pictures in a page have a media type too, and posts end in a slash."""

    NONE = 0
    MEDIA_TYPE = 1
    SLASH = 2
    WORD = 3
    SAID = 4


@dataclass(frozen=True, slots=True)
class JsonRow:
    """What one object says, before it is given a place.

    Attributes:
        name: raw, without a slash at its end; empty where only an address names it.
        path: raw, empty for none.
        links: addresses as written.
        kind: None where nothing tells.
        cue: what tells its kind.
        children: rows below a folder, in the same answer.
        is_stored: an object of a store, whose name is a path.
    """

    name: str
    path: str
    links: tuple[str, ...]
    kind: EntryKind | None
    cue: Cue
    size: int | None
    size_error: int
    modified: datetime | None
    children: list[object] | None
    is_stored: bool

    @property
    def is_placed(self) -> bool:
        """Does one of its addresses end in its name, or has it but one of both? Records of a database do not."""
        if not self.name or not self.links:
            return True
        ends = (unquote(link.partition("?")[0]).rstrip("/").rpartition("/")[2] for link in self.links)
        return any(end == self.name for end in ends)

    @property
    def has_extension(self) -> bool:
        """Does its name end as names of files do?"""
        return _EXTENSION.search(self.name or self.path or self.links[0].partition("?")[0]) is not None


def read_row(row: Mapping[str, object], hint: EntryKind | None) -> JsonRow | None:
    """Read an object; None where it has no name.

    Args:
        row: the object.
        hint: what the array around it says it is.
    """
    columns = columns_of(tuple(row))
    if columns is not None and columns.details and isinstance(details := row[columns.details], dict):
        row = {**details, **row}
        columns = columns_of(tuple(row))
    if columns is None:
        return None
    name, path = _text(row, columns.name), _text(row, columns.path)
    links = tuple(link for key in columns.links if (link := _text(row, key)))
    if not (name or path or links):
        return None
    kind, cue = _kind(row, columns)
    if kind is None and (columns.names_folder or name.endswith("/")):
        kind, cue = EntryKind.DIRECTORY, Cue.SAID
    elif kind is None and hint is not None:
        kind, cue = hint, Cue.SAID
    elif kind is None and (path or "".join(links[:1])).endswith("/"):
        kind, cue = EntryKind.DIRECTORY, Cue.SLASH
    size, error = (None, 0) if columns.size is None else size_of(row[columns.size])
    children = row[columns.children] if columns.children else None
    return JsonRow(
        name=name.removesuffix("/"),
        path=path,
        links=links,
        kind=kind,
        cue=cue,
        size=size,
        size_error=error,
        modified=None if columns.time is None else moment_of(row[columns.time]),
        children=children if isinstance(children, list) else None,
        is_stored=columns.is_stored,
    )


def _text(row: Mapping[str, object], key: str | None) -> str:
    value = row[key] if key is not None else None
    return value if isinstance(value, str) else ""


def _kind(row: Mapping[str, object], columns: Columns) -> tuple[EntryKind | None, Cue]:
    """What the row calls itself, and how sure that is."""
    for keys, meant in ((columns.is_directory, EntryKind.DIRECTORY), (columns.is_file, EntryKind.FILE)):
        for key in keys:
            truth = _truth(row[key])
            if truth is not None:
                other = EntryKind.FILE if meant is EntryKind.DIRECTORY else EntryKind.DIRECTORY
                return (meant if truth else other), Cue.SAID
    media = False
    for key in columns.kinds:
        value = row[key]
        if not isinstance(value, str):
            continue
        word = value.strip().lower()
        if (found := KIND_WORDS.get(word)) is not None:
            return found, Cue.SAID if word in SURE_WORDS else Cue.WORD
        if (mode := _MODE.fullmatch(value)) is not None:
            return KIND_WORDS[mode[1]], Cue.SAID
        media = media or _MEDIA_TYPE.fullmatch(word) is not None
    return (EntryKind.FILE, Cue.MEDIA_TYPE) if media else (None, Cue.NONE)


def _truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return _TRUTHS.get(value.strip().lower()) if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class RowPlaces:
    """Gives the rows of one listing their places.

    Attributes:
        places: of the listing.
        prefix: the folder inside the listing that holds the rows, ends in a slash; empty for the listing's own.
    """

    places: Places
    prefix: str = ""

    def entry(self, row: JsonRow) -> Entry | None:
        """The row as a record; None for one whose name is hostile or whose address leads elsewhere."""
        directory = row.kind is EntryKind.DIRECTORY
        place = self._place(row, directory=directory)
        if place is None:
            return None
        if directory and not place.endswith("/") and "?" not in place:
            place += "/"
        named = row.name and not row.is_stored
        return Entry(
            url=place,
            kind=row.kind or self._guess(row),
            name=readable(row.name) if named else last_name(place),
            size=None if directory else row.size,
            size_exact=directory or row.size_error == 0,
            modified=row.modified,
            parent=self.places.url,
            size_error=0 if directory else row.size_error,
            modified_source=ModifiedSource.JSON if row.modified else None,
        )

    def is_own(self, row: JsonRow) -> bool:
        """Is this the folder itself, or the one above it, which some listings have as rows?"""
        if row.name in {".", ".."}:
            return True
        try:
            return any(urljoin(self.places.url, link) == self.places.url for link in row.links)
        except ValueError:
            return False

    @staticmethod
    def _guess(row: JsonRow) -> EntryKind:
        """A name that ends as a file's does, with a size, is a cue; a size alone is none: folders have one too."""
        return EntryKind.FILE if row.size is not None and row.has_extension else EntryKind.UNKNOWN

    def _place(self, row: JsonRow, *, directory: bool) -> str | None:
        if row.name and not row.is_stored and self.places.named(row.name) is None:
            return None
        if row.links:
            found = [place for link in row.links if (place := self.places.written(link))]
            return next((place for place in found if last_name(place) == row.name), found[0] if found else None)
        if row.name:
            if row.is_stored:
                return self.places.keyed(row.name, directory=directory)
            return self._below(row.name, directory=directory)
        folder = unquote(urlsplit(self.places.folder).path)
        path = row.path.removeprefix(folder) if row.path.startswith(folder) else row.path.lstrip("/")
        return self.places.keyed(path, directory=directory) if path else None

    def _below(self, name: str, *, directory: bool) -> str | None:
        if not self.prefix:
            return self.places.named(name, directory=directory)
        return self.places.keyed(self.prefix + name, directory=directory)
