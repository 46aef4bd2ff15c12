"""One file or one folder of an FTP server by its address, for somebody who was told of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.ftp.files import Files
from crawler.ftp.folders import Folders
from crawler.ftp.replies import LoginRefusedError, RefusedError
from crawler.ftp.rows import FolderRows
from crawler.ftp.security import Security
from crawler.ftp.session import Session
from documents.records import Entry, SkipReason
from fetching.budget import BudgetSpentError
from fetching.dialler import Dialler
from fetching.errand import Errand
from fetching.errors import FetchingError, NotAskedError
from scope.guard import contains
from scope.model import CertificatePolicy, FtpTarget, Scope, Tier

# Rows of one folder that are kept in memory: more than anybody reads, at 0.4 kB each (measured). A sweep reads all.
MOST_ROWS = 100_000
_ENTERED = 250
# What a refusal to send a file never means: that it is a folder.
_NO_FOLDER = frozenset([SkipReason.THROTTLED, SkipReason.TOO_LARGE, SkipReason.TLS_ERROR])


class FolderError(FetchingError):
    """A file was asked for, and the address is a folder's."""

    def __init__(self) -> None:
        super().__init__(SkipReason.UNSUPPORTED_TYPE, "a folder")


@dataclass(frozen=True, slots=True)
class FolderListing:
    """What one folder's listing says.

    Attributes:
        url: the folder's, by the name that the server gives it.
        entries: the rows.
        unread: rows that could not be read, or whose place is not the target's.
        ends_early: why there may be more rows; empty for all of them.
    """

    url: str
    entries: tuple[Entry, ...]
    unread: int
    ends_early: str


def read_file(url: str, target: FtpTarget, errand: Errand) -> bytes:
    """The whole file, asked for once.

    Args:
        url: of the file; the guard allows it.
        target: says how the connection is secured.
        errand: what must be obeyed.

    Raises:
        FolderError: it is a folder.
        FetchingError: it was not asked for, or refused, or did not come whole.
    """
    with closing(_session(url, target, errand)) as session:
        folders = Folders(errand, session, url.rstrip("/") + "/")
        if url.endswith("/"):
            _enter(url, url, folders, session)
            raise FolderError
        try:
            body = Files(errand, session, folders).fetch(url).body
        except RefusedError as refused:
            if _is_folder(url, refused, folders, session):
                raise FolderError from None
            raise
        with closing(body):
            return body.read()


def list_folder(url: str, target: FtpTarget, errand: Errand) -> FolderListing:
    """One folder's rows, asked for once; what is below it is not looked at.

    Args:
        url: of the folder, ending in a slash; the guard allows it.
        target: holds it; says how the connection is secured.
        errand: what must be obeyed.

    Raises:
        FetchingError: it was not asked for, or refused, or not one row came.
    """
    with closing(_session(url, target, errand)) as session:
        folders = Folders(errand, session, target.url)
        named = _enter(url, url, folders, session)
        if named is None or not contains(target, named):
            raise NotAskedError(SkipReason.DENIED_BY_GUARD, "a folder that lies outside the target")
        rows = FolderRows(named, datetime.now(UTC).date())
        entries: list[Entry] = []
        ends_early = ""
        outside = 0
        try:
            for entry in _entries(named, rows, folders, errand):
                if len(entries) == MOST_ROWS:
                    ends_early = f"more than {MOST_ROWS} rows"
                    break
                if contains(target, entry.url):
                    entries.append(entry)
                else:
                    outside += 1
        except FetchingError as error:
            if not entries:
                raise
            ends_early = f"{error.reason.value} {error.detail}".rstrip()
        if rows.endless:
            ends_early = "endless_listing"
        return FolderListing(named, tuple(entries), rows.unread + outside, ends_early)


def tipped_target(url: str, scope: Scope) -> FtpTarget:
    """What a place outside the scope is taken for, whose address is asked for on a tip-off: anybody's."""
    authority = scope.authority.reference if scope.authority else "tip-off"
    return FtpTarget(
        url=url.rpartition("/")[0] + "/",
        tier=Tier.THIRD_PARTY,
        authority=authority,
        anonymous_ftp=True,
        certificates=CertificatePolicy.RECORD,
    )


def _session(url: str, target: FtpTarget, errand: Errand) -> Session:
    return Session(errand, Dialler.of(errand), Security(target), url, retries=0)


def _enter(asked: str, folder: str, folders: Folders, session: Session) -> str | None:
    """See `Folders.enter`; `asked` is the address as it was given, which is what the guard is asked about."""
    try:
        named = session.asked(asked, lambda: folders.enter(folder))
    except FetchingError as error:
        session.failed("CWD", folder, error.detail)
        raise
    session.answered("CWD", folder, _ENTERED)
    return named


def _is_folder(url: str, refused: RefusedError, folders: Folders, session: Session) -> bool:
    """Servers refuse to send a folder in the words for a file that is missing or private: only going there tells."""
    if isinstance(refused, LoginRefusedError) or refused.reason in _NO_FOLDER:
        return False
    try:
        _enter(url, url + "/", folders, session)
    except FetchingError:
        return False
    return True


def _entries(url: str, rows: FolderRows, folders: Folders, errand: Errand) -> Iterator[Entry]:
    with closing(folders.lines(url, rows)) as lines:
        for line in lines:
            if line.entry is not None:
                yield line.entry
            if limit := errand.budget.overspent:
                raise BudgetSpentError(limit)
