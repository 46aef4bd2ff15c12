"""Files embedded by OLE: packages, documents in storages of their own, and OLE 1 objects as RTF holds them."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget
from extraction.old_office.code_pages import USUAL, decoded
from extraction.old_office.ole_build import storage_file
from extraction.old_office.ole_file import MAGIC, STORAGE, STREAM, OleEntry, OleFile, OleStream, Path
from extraction.paths import MemberPaths
from extraction.records import Embedded, Problem

_NATIVE = "\x01ole10native"
# Streams that hold a file as it is.
_WHOLE_FILES = ("package", "contents")
# Streams by which a storage is a document that has a reader; the storage is then handed on as a file.
_DOCUMENTS = frozenset(
    ["worddocument", "workbook", "book", "powerpoint document", "encryptedpackage", "__properties_version1.0"]
)
# Streams of objects that hold no document: equations, charts of old, controls.
_NO_DOCUMENT = frozenset(["equation native", "\x03ocxdata", "\x03ocxname"])
_PICTURE = "\x02olepres"
_EMBEDDED, _LINKED = 2, 1
# Characters of a name or path inside an object; Windows knows 260.
_MAX_NAME = 1024


def embedded_files(ole: OleFile, pool: Path, paths: MemberPaths, budget: Budget) -> Iterator[Embedded | Problem]:
    """The objects in that storage, each as a file."""
    for entry in ole.children(pool):
        if entry.kind == STORAGE:
            yield from object_file(ole, entry.path, paths, budget)


def holds_a_file(ole: OleFile, path: Path) -> bool:
    """Is this storage an object with a file in it that has a reader, or a document itself?"""
    streams = _streams(ole, path)
    if streams.keys() & _DOCUMENTS:
        return bool(path)  # the root of a document is the document
    return _NATIVE in streams or _whole_file(ole, streams) is not None


def holds_nothing(ole: OleFile, path: Path) -> bool:
    """Is this an equation, a control, or nothing but a picture of an object?

    Streams that begin with a control character tell of the object, or are the picture that stands for it.
    """
    streams = _streams(ole, path)
    if streams.keys() & _NO_DOCUMENT:
        return True
    kept = [name for name, entry in streams.items() if entry.kind == STORAGE or entry.size]
    return any(name.startswith(_PICTURE) for name in kept) and all(name < " " for name in kept)


def object_file(ole: OleFile, path: Path, paths: MemberPaths, budget: Budget) -> Iterator[Embedded | Problem]:
    """The file that one object's storage holds, if it holds one."""
    streams = _streams(ole, path)
    name, whole = "", True
    if streams.keys() & _DOCUMENTS:
        data = storage_file(ole, path)
    elif native := streams.get(_NATIVE):
        stream = ole.read(native)
        name, data = native_file(stream.data)
        whole = stream.whole
    elif found := _whole_file(ole, streams):
        data, whole = found.data, found.whole
    elif holds_nothing(ole, path) or not any(entry.size for entry in streams.values()):
        return
    else:
        data = storage_file(ole, path)  # of a program that nobody here knows: its reader says so
    if not data:
        return
    budget.spend_member()
    budget.spend_bytes(len(data))
    place = paths.place(name or "object")
    if not whole:
        yield Problem(SkipReason.TRUNCATED, place, "embedded file")
    yield Embedded(place, data, name)


def _streams(ole: OleFile, path: Path) -> dict[str, OleEntry]:
    return {entry.path[-1].lower(): entry for entry in ole.children(path)}


def _whole_file(ole: OleFile, streams: dict[str, OleEntry]) -> OleStream | None:
    """Some programs keep their file in a stream as it is; others have one of that name with something else in it."""
    for name in _WHOLE_FILES:
        entry = streams.get(name)
        if entry and entry.kind == STREAM:
            stream = ole.read(entry)
            if sniff(stream.data) not in (MediaType.BINARY, MediaType.EMPTY):
                return stream
    return None


def native_file(stream: bytes) -> tuple[str, bytes]:
    """Name and bytes of a packaged file, or the bytes that another program keeps there."""
    if len(stream) < 6:  # noqa: PLR2004 - a size, and the type behind it
        return "", b""
    (size,) = struct.unpack_from("<I", stream)
    return packaged_file(stream[4 : 4 + size]) or ("", stream[4 : 4 + size])


def packaged_file(data: bytes) -> tuple[str, bytes] | None:
    """Name and bytes of what the packager wraps; None where these bytes are no package."""
    if data[:2] != b"\x02\x00":
        return None
    label, at = _terminated(data, 2)
    source, at = _terminated(data, at)
    if at + 8 > len(data):
        return None
    kind, length = struct.unpack_from("<II", data, at)
    at += 8 + length
    if kind != 0x30000 or length > _MAX_NAME or at + 4 > len(data):  # noqa: PLR2004 - embedded, as the packager says it
        return None
    (size,) = struct.unpack_from("<I", data, at)
    name = label or source.replace("\\", "/").rpartition("/")[2]
    return name, data[at + 4 : at + 4 + size]


def ole1_file(data: bytes) -> tuple[str, bytes] | None:
    """Name and bytes of an OLE 1 object ([MS-OLEDS] 2.2): a package, a compound file, or what its program wrote."""
    if len(data) < 16:  # noqa: PLR2004 - version, kind and two lengths
        return None
    _, kind = struct.unpack_from("<II", data)
    if kind != _EMBEDDED:
        return None
    at = 8
    for _ in range(3):  # class, topic, item
        if at + 4 > len(data):
            return None
        (length,) = struct.unpack_from("<I", data, at)
        at += 4 + length
    if at + 4 > len(data):
        return None
    (size,) = struct.unpack_from("<I", data, at)
    native = data[at + 4 : at + 4 + size]
    if native.startswith(MAGIC):
        return "", native
    return packaged_file(native) or ("", native)


def _terminated(data: bytes, at: int) -> tuple[str, int]:
    end = data.find(b"\x00", at, at + _MAX_NAME)
    return (decoded(data[at:end], USUAL), end + 1) if end >= 0 else ("", len(data))
