"""From rows to entries: name, kind, size and time of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from posixpath import splitext

from crawler.listings.addresses import OWN, Relation, Target
from crawler.listings.beside import Beside
from crawler.listings.blocks import Row
from crawler.listings.page import first_text
from crawler.listings.readers import Reader, kind_shown
from crawler.listings.sizes import Size
from documents.records import Entry, EntryKind

# Share of a block's rows from which it is taken for rows of a listing.
MOST_ROWS = 0.7
# What file systems give a folder at least, bytes (ext4, XFS, NTFS).
FOLDER_BLOCK = 4096
_LONGEST_ENDING = 6
_SHORTEST_CUT = 10


@dataclass(frozen=True, slots=True)
class Traits:
    """What share of a block's rows has what."""

    count: int
    named: float
    own: float
    factual: float
    sized: float
    dated: float
    pictured: float
    filed: float
    exact: float


class BlockReader:
    """Turns rows into entries, as a sample of them has shown how.

    Args:
        sample: rows of one block.
        traits: what share of them has what.
        reader: reads what stands beside their names.
        url: the listing's.
    """

    def __init__(self, sample: Sequence[Row], traits: Traits, reader: Reader, url: str) -> None:
        self._reader = reader
        self._traits = traits
        self._url = url
        self._marks_folders = any(_ends_as_folder(row) for row in sample)
        kinds = {kind_shown(row) for row in sample if not _ends_as_folder(row)}
        # Marks that every row has alike tell nothing ("file" as the class of all rows), unless no row ends in a slash.
        self._shows_kinds = bool(kinds - {None}) and (len(kinds - {None}) > 1 or not self._marks_folders)
        self._has_sizes = traits.sized > 0
        # Where some rows have no size those are the folders, and sizes are files'.
        self._has_blanks = traits.sized < 1

    def entries(self, rows: Iterable[Row]) -> Iterator[Entry]:
        """One entry for each row that is the folder's."""
        return (self._entry(row) for row in rows if self._belongs(row.target))

    def _belongs(self, target: Target) -> bool:
        return target.relation in OWN or self._traits.factual >= MOST_ROWS or self._traits.named >= MOST_ROWS

    def _entry(self, row: Row) -> Entry:
        beside = self._reader.read(row)
        target = row.target
        name = target.name if not target.choices else _asked_name(row)
        kind = self._kind(row, beside, name)
        size = None if kind is EntryKind.DIRECTORY else beside.size
        url = target.url
        if kind is EntryKind.DIRECTORY and not target.is_folder and not target.choices and not url.endswith("/"):
            url += "/"
        return Entry(
            url=url,
            kind=kind,
            name=name,
            size=None if size is None else size.size,
            size_exact=size is None or size.error == 0,
            modified=beside.modified,
            parent=self._url,
            size_error=0 if size is None else size.error,
            modified_source=None if beside.modified is None else beside.source,
        )

    def _may_be_folder(self, size: Size, name: str) -> bool:
        """Servers that print `ls`'s sizes and no other mark give folders whole blocks."""
        if self._marks_folders or self._shows_kinds or self._has_blanks or size.has_unit:
            return False
        return size.size == FOLDER_BLOCK or (size.size > 0 and size.size % FOLDER_BLOCK == 0 and not _ending(name))

    def _kind(self, row: Row, beside: Beside, name: str) -> EntryKind:
        marked = (beside.kind, row.target.kind)
        if _ends_as_folder(row) or EntryKind.DIRECTORY in marked:
            return EntryKind.DIRECTORY
        if self._shows_kinds and (shown := kind_shown(row)):
            return shown
        if EntryKind.FILE in marked:
            return EntryKind.FILE
        return self._kind_by_custom(row, beside, name)

    def _kind_by_custom(self, row: Row, beside: Beside, name: str) -> EntryKind:
        """Where the row itself says nothing: by what the other rows have, and a file's ending."""
        if beside.size is not None:
            return EntryKind.UNKNOWN if self._may_be_folder(beside.size, name) else EntryKind.FILE
        if self._has_sizes and beside.says_something:
            return EntryKind.DIRECTORY
        if self._marks_folders or _ending(name):
            return EntryKind.FILE
        return EntryKind.LINK if row.target.relation is Relation.OFF_HOST else EntryKind.UNKNOWN


def _ends_as_folder(row: Row) -> bool:
    return row.target.is_folder or row.label.rstrip().endswith("/")


def _ending(name: str) -> str:
    """A file's ending, of letters and digits; empty where there is none."""
    ending = splitext(name)[1]
    plausible = 1 < len(ending) <= _LONGEST_ENDING and ending[1:].isalnum() and not ending[1:].isdigit()
    return ending if plausible else ""


def _asked_name(row: Row) -> str:
    """What a query names: the part of it that the link's words show, or these words where it names nothing."""
    label = " ".join(row.label.split()).removesuffix("/")
    for choice in row.target.choices:
        if label == choice or label.startswith(choice + " ") or label.startswith(choice + "/"):
            return choice
    for choice in row.target.choices:
        ending = splitext(choice)[1]
        if ending and ending == splitext(label)[1]:
            return choice
    shown = first_text(row.element)
    return next((choice for choice in row.target.choices if choice in shown), label or row.target.name)


def shows_name(row: Row) -> bool:
    """Do the row's words show what its address names, whole or cut short?"""
    name = row.target.name
    label = " ".join(row.label.split()).removeprefix("./").removesuffix("/").strip()
    if row.target.choices and _ending(label):
        return True  # an opaque number in the address, and a file's name as its words
    if not label:
        return name in first_text(row.element)
    if label == name or label in row.target.choices:
        return True
    for cut in ("..>", "...", "…", "..", "@", "*"):
        stem = label.removesuffix(cut).rstrip()
        if stem != label and (name.startswith(stem) or stem == name):
            return True
    plain = " ".join(name.split())
    is_cut = len(label) >= _SHORTEST_CUT and plain.startswith(label)
    is_whole_row = plain != "" and label.startswith(plain)
    if is_cut or is_whole_row:
        return True
    return _ending(plain) != "" and plain in first_text(row.element)


def is_exact(row: Row) -> bool:
    """Are the row's words exactly the name of something in the folder?"""
    label = " ".join(row.label.split()).removeprefix("./")
    return row.target.relation is Relation.CHILD and label.removesuffix("/") == " ".join(row.target.name.split())


def shows_file(row: Row) -> bool:
    """Are they the name of a file with its ending, or of a folder?"""
    return is_exact(row) and (_ends_as_folder(row) or bool(_ending(row.target.name)))
