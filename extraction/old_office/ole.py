"""Compound files whose kind their directory does not tell: cut ones, whose directory is lost, and wrapped objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from documents.records import SkipReason
from extraction.budget import Budget, UnreadableError
from extraction.old_office.doc import FIB_STARTS, read_doc
from extraction.old_office.ole_file import STORAGE, OleFile, Path
from extraction.old_office.ole_objects import holds_a_file, holds_nothing, object_file
from extraction.old_office.ole_properties import origin_of
from extraction.old_office.ppt import DECK_STARTS, read_ppt
from extraction.old_office.xls import BOOK_STARTS, read_xls
from extraction.paths import MemberPaths
from extraction.records import Content, Embedded, Problem

Reader = Callable[[bytes, Budget], Content]
# Readers that find their stream in a file without a directory, by the bytes that a sector begins with.
_BY_START: tuple[tuple[tuple[bytes, ...], Reader], ...] = (
    (FIB_STARTS, read_doc),
    (BOOK_STARTS, read_xls),
    (DECK_STARTS, read_ppt),
)


def read_ole(data: bytes, budget: Budget) -> Content:
    """What is left of a document, or the files inside.

    Raises:
        UnreadableError: neither is there.
    """
    ole = OleFile(data)
    has_files = any(holds_a_file(ole, path) for path in _storages(ole))
    if ole.lost or not has_files:
        starts = [(ole.sectors_with(*marks), reader) for marks, reader in _BY_START]
        for sectors, reader in sorted(starts, key=_first):
            if sectors:
                return reader(data, budget)
    if not has_files:
        if ole.lost:
            raise UnreadableError(SkipReason.TRUNCATED, "damaged container")
        if holds_nothing(ole, ()):
            return Content(origins=origin_of(ole))
        raise UnreadableError(SkipReason.UNSUPPORTED_TYPE, "OLE storage of another program")
    return Content(embedded=_files(ole, budget), origins=origin_of(ole))


def _first(found: tuple[list[int], Reader]) -> list[int]:
    """Documents may hold others: the one that begins first is the document."""
    return found[0][:1]


def _files(ole: OleFile, budget: Budget) -> Iterator[Embedded | Problem]:
    paths = MemberPaths()
    for path in _storages(ole):
        if holds_a_file(ole, path):
            yield from object_file(ole, path, paths, budget)


def _storages(ole: OleFile) -> list[Path]:
    return [(), *(entry.path for entry in ole.entries.values() if entry.kind == STORAGE)]
