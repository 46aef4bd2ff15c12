"""Rows first, requests second: which rows of a listing are worth fetching, and in which order.

Letters are looked for, so what may hold one comes first and what can hold none is not asked for. Such a row stays an
entry with the outcome `not_selected`. Judged are kind, ending, size and name; nothing is requested for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from documents.records import Cue, Entry, EntryKind
from fetching.endings import Family, family_of
from fetching.naming import looks_like_a_letter


class Priority(IntEnum):
    """The order of fetching, lower first. Folders come before pages: a folder of letters may lie in any."""

    LETTER = 0
    DOCUMENT = 1
    LETTER_FOLDER = 2
    FOLDER = 3
    PAGE = 4
    UNKNOWN = 5
    UNLIKELY = 6


class Unselected(StrEnum):
    """Why a row is not fetched: what its type can not hold, or that there is nothing in it."""

    EMPTY = "empty"
    LOCK_FILE = "lock_file"
    FOLDER_SETTINGS = "folder_settings"
    SOUND = "sound"
    VIDEO = "video"
    DRAWING = "drawing"
    FONT = "font"
    STYLE = "style"
    SCRIPT = "script"
    PROGRAM = "program"
    DISK_IMAGE = "disk_image"
    CHECKSUM = "checksum"


@dataclass(frozen=True, slots=True)
class Worth:
    """Whether a row is worth a request.

    Attributes:
        priority: None where it is not.
        unselected: why it is not.
        head_only: True for dictation: its first 1,536 bytes tell all that is wanted, and nobody's voice; or, where
            recordings are known, whether the rest is wanted too.
    """

    priority: Priority | None = None
    unselected: Unselected | None = None
    head_only: bool = False


# Ready made: a listing may have ten million rows.
_WORTHS = {priority: Worth(priority) for priority in Priority}
_NOT_WORTH = {reason: Worth(None, reason) for reason in Unselected}
_HEAD_ONLY = Worth(Priority.DOCUMENT, head_only=True)
# Sound that no name tells from music; asked for where recordings are known.
_ANY_SOUND = Worth(Priority.UNLIKELY, head_only=True)
# What each family of files is worth, by itself and with a name that looks like a letter's.
_PLAIN = {
    Family.DOCUMENT: _WORTHS[Priority.DOCUMENT],
    Family.ARCHIVE: _WORTHS[Priority.DOCUMENT],
    Family.PAGE: _WORTHS[Priority.PAGE],
    Family.DATA: _WORTHS[Priority.UNKNOWN],
    Family.PICTURE: _WORTHS[Priority.UNLIKELY],
    Family.DICTATION: _HEAD_ONLY,
    None: _WORTHS[Priority.UNKNOWN],
}
# Families whose name is a reason: they can hold no text.
_PLAIN |= {family: _NOT_WORTH[Unselected(family)] for family in Family if family not in _PLAIN}
_NAMED = {
    Family.DOCUMENT: _WORTHS[Priority.LETTER],
    Family.ARCHIVE: _WORTHS[Priority.LETTER],
    Family.DATA: _WORTHS[Priority.DOCUMENT],
    # A scan of a letter is a picture.
    Family.PICTURE: _WORTHS[Priority.DOCUMENT],
    None: _WORTHS[Priority.DOCUMENT],
}
# Word writes the name of its user beside each document that is open, and nothing of the document.
_LOCK_PREFIXES = ("~$", ".~lock.")
# What file managers leave in every folder: settings and small pictures.
_FOLDER_SETTINGS = frozenset(["thumbs.db", "desktop.ini", "ehthumbs.db", ".ds_store", "folder.jpg", "autorun.inf"])


def worth(entry: Entry, *, hears: bool = False) -> Worth:
    """Judge a row. Pure; the same few objects come back. `hears`: recordings are known, so any sound is of interest."""
    return worth_of(entry.name, entry.kind, entry.cue, empty=entry.size == 0 and entry.size_exact, hears=hears)


def worth_of(name: str, kind: EntryKind, cue: Cue | None, *, empty: bool, hears: bool = False) -> Worth:
    """Judge what is no entry yet."""
    if kind is EntryKind.DIRECTORY:
        return _folder(name)
    if empty and kind is EntryKind.FILE:
        return _NOT_WORTH[Unselected.EMPTY]
    if cue is Cue.DICTATION_AUDIO:
        # Sound beside its transcript, or with the number of a job: its neighbours say more than its ending.
        return _HEAD_ONLY
    if name.startswith(_LOCK_PREFIXES):
        return _NOT_WORTH[Unselected.LOCK_FILE]
    family = family_of(name)
    if hears and family is Family.SOUND:
        return _ANY_SOUND
    named = _NAMED.get(family)
    return _PLAIN[family] if named is None else _by_name(name, kind, family, named)


def _by_name(name: str, kind: EntryKind, family: Family | None, named: Worth) -> Worth:
    """Of what may hold a letter, as the name says."""
    if name.lower() in _FOLDER_SETTINGS:
        return _NOT_WORTH[Unselected.FOLDER_SETTINGS]
    if family is None and kind is not EntryKind.FILE:
        # A link is a page until it turns out to be something else; what a listing says nothing of may be a folder.
        return _WORTHS[Priority.PAGE] if kind is EntryKind.LINK else _folder(name)
    return named if looks_like_a_letter(name) else _PLAIN[family]


def _folder(name: str) -> Worth:
    return _WORTHS[Priority.LETTER_FOLDER if looks_like_a_letter(name) else Priority.FOLDER]
