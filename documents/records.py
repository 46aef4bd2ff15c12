"""The three records that a source hands to a sink."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from documents.body import Body
from documents.dictation import DictationHeader
from documents.exposure import NOTHING_KNOWN, Exposure
from documents.unchanged import LedTo, Unchanged
from scope.reasons import SkipReason

__all__ = ["Cue", "Document", "Entry", "EntryKind", "InnerFile", "ModifiedSource", "SkipReason", "Skipped"]


class EntryKind(StrEnum):
    """What a listing says of a row; `UNKNOWN` where it gives no cue, never a guess."""

    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"
    UNKNOWN = "unknown"


class ModifiedSource(StrEnum):
    """What a time of change was read from: times in a listing's text have no zone, facts usually have."""

    TEXT = "text"
    ATTRIBUTE = "attribute"
    JSON = "json"
    XML = "xml"
    DAV = "dav"
    MLSD = "mlsd"
    LIST = "list"


class Cue(StrEnum):
    """Why a listed place is worth a person's look even where it was not fetched, strongest first."""

    DICTATION_AUDIO = "dictation_audio"
    TRANSCRIPT_OF_AUDIO = "transcript_of_audio"
    JOB_NUMBER = "job_number"
    WORD_LOCK_FILE = "word_lock_file"
    # Pending, Typed, Completed: the folders of a typing house.
    BATCH_FOLDER = "batch_folder"
    # What programs leave beside documents: Thumbs.db, .tmp, .bak.
    DROPPING = "dropping"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a listing, or one link: known to be there, not fetched.

    Attributes:
        url: absolute, canonical, without credentials; for buckets the object's anonymous URL.
        kind: what the listing says it is.
        name: the last path segment, percent-decoded.
        size: bytes as listed, or None; see `size_exact`.
        size_exact: False where the listing rounds ("146K").
        modified: as listed; naive where the server names no time zone. Not the date of exposure.
        parent: URL of the listing or page that named it.
        size_error: how far the true size may lie from `size`, bytes; 0 where it is exact.
        modified_source: what `modified` was read from; None without one.
        cue: what in its name or its neighbours makes it worth a look; None where nothing does.
        dictation: what its first bytes say, where it is a dictation and no more of it was asked for.
        is_current: False for an earlier version of an object, or one behind a deletion; its URL names the version.
        selected: it was to be fetched. Without a document or a skip of its own it was left, told of by number alone.
        tag: the listing's mark of this version of the file (ETag, generation); empty where it gives none.
        unchanged: what is known of it from earlier, where it is not fetched again.
    """

    url: str
    kind: EntryKind
    name: str
    size: int | None = None
    size_exact: bool = True
    modified: datetime | None = None
    parent: str | None = None
    size_error: int = 0
    modified_source: ModifiedSource | None = None
    cue: Cue | None = None
    dictation: DictationHeader | None = field(default=None, repr=False)
    is_current: bool = True
    selected: bool = False
    tag: str = field(default="", repr=False)
    unchanged: Unchanged | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """One fetched file.

    Attributes:
        url: where its bytes came from, after redirects; canonical, without credentials.
        body: its bytes; usable until the source's `fetch` returns.
        fetched_at: aware, UTC.
        status: HTTP status of the answer (200 for protocols that have none).
        headers: answer headers that serve as evidence, names in lower case.
        requested_url: what was asked for, where a redirect led elsewhere.
        parent: URL of the listing or page that named it.
        exposure: which way led to it, what protects it, who else may hold it.
        led_to: where it led, if it may be asked for by its validators next time; None where it has to be read.
    """

    url: str
    body: Body
    fetched_at: datetime
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    requested_url: str | None = None
    parent: str | None = None
    exposure: Exposure = NOTHING_KNOWN
    led_to: LedTo | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in scope that was not looked at, or only in part.

    Attributes:
        url: the place, canonical and without credentials.
        reason: one of the closed set.
        detail: class or code of the cause; never text from a document.
        member: path inside the document ("bundle.zip!/a.pdf"), empty for the whole.
        parent: URL of the listing or page that named it.
        stands_for: where one record is for many places, theirs; `url` is then the listing or page that named them.
        places: how many places it is for, where it does not name them.
    """

    url: str
    reason: SkipReason
    detail: str = ""
    member: str = ""
    parent: str | None = None
    stands_for: tuple[str, ...] = ()
    places: int = 1

    @property
    def count(self) -> int:
        """How many places it is for, named or not."""
        return len(self.stands_for) or self.places


@dataclass(frozen=True, slots=True)
class InnerFile:
    """A file inside a document that was read.

    Attributes:
        path: its place in the document, such as "!/day1/letters.pdf".
        media_type: by its bytes.
        size: bytes.
        sha256: of them, in hex.
        misnamed: its ending, where that says another type than its bytes; else empty.
    """

    path: str
    media_type: str
    size: int
    sha256: str
    misnamed: str = ""
