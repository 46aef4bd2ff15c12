"""What the first bytes of a recording say: whose dictation it is, and nobody's voice is fetched."""

from __future__ import annotations

from documents.dictation import HEADER_BYTES, read_dictation_header
from documents.media_type import MediaType, sniff
from documents.records import Entry, EntryKind, Skipped, SkipReason

# What has no text, whatever its header says. Anything else turned out to be a file like others.
_SOUNDS = frozenset([MediaType.OGG, MediaType.ASF])
_SOUND_OR_FONT = ("audio/", "video/", "font/")
_WITHOUT_TEXT = frozenset([MediaType.BINARY, MediaType.OGG, MediaType.EMPTY, MediaType.EXECUTABLE])


def told_by_head(
    head: bytes, url: str, name: str, size: int | None, parent: str | None
) -> tuple[list[Entry], Skipped] | None:
    """What to record of a place by its first bytes; None where it may hold text, and is to be fetched whole.

    Args:
        head: the first bytes; more than HEADER_BYTES are not looked at.
        url: where they are from.
        name: the last segment of it, decoded.
        size: of the whole file, if known.
        parent: the listing or page that named it.
    """
    head = head[:HEADER_BYTES]
    header = read_dictation_header(head, size)
    if header is None:
        unknown = Skipped(url, SkipReason.UNSUPPORTED_TYPE, "a recording: no header known", parent=parent)
        return ([], unknown) if is_without_text(head) else None
    entry = Entry(url, EntryKind.FILE, name, size, parent=parent, dictation=header)
    return [entry], Skipped(url, SkipReason.UNSUPPORTED_TYPE, "a recording: header read", parent=parent)


def is_to_be_heard(head: bytes, size: int | None, most: int) -> bool:
    """Is it a recording that can be held against known ones, and no larger than what is fetched, bytes?"""
    header = read_dictation_header(head[:HEADER_BYTES])
    kind = sniff(head)
    is_sound = kind.value.startswith("audio/") or kind in _SOUNDS
    return is_sound and not (header is not None and header.encrypted) and (size is None or size <= most)


def is_without_text(head: bytes) -> bool:
    """Do the first bytes say that no text can be taken from the file?"""
    kind = sniff(head)
    return kind in _WITHOUT_TEXT or kind.value.startswith(_SOUND_OR_FONT)
