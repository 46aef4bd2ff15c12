"""Compound files whose kind their directory does not tell: cut ones, whose directory is lost, and wrapped objects."""

from __future__ import annotations

from collections.abc import Iterator

from documents.records import SkipReason
from extraction.budget import Budget, UnreadableError
from extraction.doc import FIB_STARTS, read_doc
from extraction.ole_file import STORAGE, OleFile, Path
from extraction.ole_objects import holds_a_file, object_file
from extraction.ole_properties import origin_of
from extraction.paths import MemberPaths
from extraction.records import Content, Embedded, Problem

# Readers that find their stream in a file without a directory, by the bytes that a sector begins with.
_BY_START = ((FIB_STARTS, read_doc),)


def read_ole(data: bytes, budget: Budget) -> Content:
    """What is left of a document, or the files inside.

    Raises:
        UnreadableError: neither is there.
    """
    ole = OleFile(data)
    if ole.lost:
        starts = [(ole.sectors_with(*marks), reader) for marks, reader in _BY_START]
        for sectors, reader in sorted(starts, key=lambda found: found[0][:1]):
            if sectors:
                return reader(data, budget)
    if not any(holds_a_file(ole, path) for path in _storages(ole)):
        if ole.lost:
            raise UnreadableError(SkipReason.TRUNCATED, "damaged container")
        raise UnreadableError(SkipReason.UNSUPPORTED_TYPE, "OLE storage of another program")
    return Content(embedded=_files(ole, budget), origins=origin_of(ole))


def _files(ole: OleFile, budget: Budget) -> Iterator[Embedded | Problem]:
    paths = MemberPaths()
    for path in _storages(ole):
        if holds_a_file(ole, path):
            yield from object_file(ole, path, paths, budget)


def _storages(ole: OleFile) -> list[Path]:
    return [(), *(entry.path for entry in ole.entries.values() if entry.kind == STORAGE)]
