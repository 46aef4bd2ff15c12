"""Walks one folder of an FTP server and all below it: entries from its listings, documents from its files."""

from __future__ import annotations

import re
import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from crawler.frontier import Frontier, Place
from crawler.ftp.files import Fetched, Files, http_date
from crawler.ftp.folders import Folders
from crawler.ftp.replies import LoginRefusedError, RefusedError
from crawler.ftp.rows import FolderRows
from crawler.ftp.session import Session
from crawler.leftovers import leftovers
from crawler.listings.addresses import decoded_name
from crawler.listings.ftp_lines import FtpLine
from crawler.traps import holds_itself, repeats
from documents.dictation import HEADER_BYTES
from documents.exposure import Exposure, IndexBasis, Transport, Truth
from documents.records import Document, Entry, EntryKind, Skipped, SkipReason
from documents.sink import Sink
from documents.unchanged import LedTo, Unchanged
from fetching.batches import marked
from fetching.budget import BudgetSpentError
from fetching.dialler import AddressDeniedError
from fetching.errand import Errand
from fetching.errors import FetchingError, NoAnswerError, StoppedError
from fetching.known_places import read_places
from fetching.recordings import is_to_be_heard, told_by_head
from fetching.selection import Priority, Worth, worth
from scope.guard import contains
from scope.model import FtpTarget

# Rows that go to the sink at a time, and are saved with what they lead to. Rows that look like one batch are told only
# if they come together, and few folders have more.
ROWS_AT_A_TIME = 5_000
# Seconds between two moments at which what was done is saved: what a kill has us fetch again. A save costs 2 to 5 ms.
SAVED_EVERY = 0.25
# Folders and links of one listing that wait for its end, so that it is known whether the folder holds itself. More than
# any folder that is a link to one above has shown; the others are held by depth and by repeating names.
MOST_WAITING = 10_000
_ENTERED = 250
# Places without an answer, one after another, after which the server is taken for gone and the unit ends: each may cost
# the whole timeout, and 5 of 20 s are 100 s in which nothing is learned.
UNANSWERED_IN_A_ROW = 5
# Names that no server reads as another place; 9 in 10 rows have one. Among their escapes are none of dots, slashes,
# percent signs, semicolons, controls, and bytes beyond ASCII.
_PLAIN_NAME = re.compile(r"\w(?:\.?(?:[\w~-]|%(?:2[0-46-9A-D]|3[AC-F]|40|5[BDE]|60|7[BCD])))*+/?", re.ASCII)
_NO_CONTACT = frozenset(
    [
        SkipReason.HOST_DOWN, SkipReason.TIMED_OUT, SkipReason.DNS_ERROR, SkipReason.TLS_ERROR, SkipReason.PROXY_FAILED
    ]
)  # fmt: skip
# Reasons for which every further request would end the same way.
_FOR_ALL = frozenset([SkipReason.THROTTLED, SkipReason.AUTHORITY_EXPIRED])
_FINAL = (BudgetSpentError, StoppedError, AddressDeniedError, LoginRefusedError)


@dataclass(slots=True)
class _Folder:
    """One folder while it is listed: what waits to be handed over."""

    url: str
    place: Place
    rows: FolderRows
    entries: list[Entry] = field(default_factory=list)
    deeper: list[Entry] = field(default_factory=list)


class FtpWalk:
    """One walk.

    Args:
        errand: guard, limits, budget, stop event.
        start_url: the folder to begin with; nothing outside of it is asked for.
        target: the scope's word on it.
        session: the connection.
        sink: takes the records.
    """

    def __init__(self, errand: Errand, start_url: str, target: FtpTarget, session: Session, sink: Sink) -> None:
        self._errand = errand
        self._start_url = start_url
        self._target = target
        self._session = session
        self._sink = sink
        self._folders = Folders(errand, session, start_url)
        self._files = Files(errand, session, self._folders)
        self._frontier = Frontier(errand.store)
        self._unanswered = 0
        self._saved = time.monotonic()

    def walk(self) -> None:
        """Hand everything to the sink."""
        frontier = self._frontier
        if frontier.is_new(self._start_url):
            frontier.push(Place(self._start_url, self._start_url))
            frontier.push_known(read_places(self._errand.places))
        while True:
            if limit := self._errand.budget.spent:
                frontier.close(SkipReason.BUDGET_SPENT, limit)
            place = frontier.next()
            if place is None:
                break
            self._visit(place)
            frontier.finish(place)
            if time.monotonic() - self._saved >= SAVED_EVERY:
                self._save()
        self._save()
        reason, detail = frontier.closed or (SkipReason.UNIT_FAILED, "no answer recorded")
        for skipped in leftovers(frontier, self._start_url, reason, detail):
            self._sink.skipped(skipped)

    def _save(self) -> None:
        """Keep what the sink has taken and what it led to. Not after a stop: what it interrupted must stay open."""
        if not self._errand.stop.is_set():
            self._frontier.save()
        self._saved = time.monotonic()

    def _visit(self, place: Place) -> None:
        """One place: a folder, a file, or what a listing does not say and has to be tried."""
        try:
            if place.head and self._head(place):
                self._unanswered = 0
                return
            if place.url.endswith("/"):
                self._folder(place, place.url)
            elif not place.asked.endswith("/") or not self._as_folder(place):
                self._file(place)
            self._unanswered = 0
        except FetchingError as failure:
            self._failed(place, failure)

    def _failed(self, place: Place, failure: FetchingError) -> None:
        reason = failure.reason
        if isinstance(failure, RefusedError) and failure.is_unclear and place.url == self._start_url:
            reason = SkipReason.NOT_FOUND  # the scope names it, and whether rightly is not known
        self._skip(place.url, reason, failure.detail, place.parent)
        answered = isinstance(failure, RefusedError) or reason not in _NO_CONTACT
        self._unanswered = 0 if answered else self._unanswered + 1
        if isinstance(failure, _FINAL) or reason in _FOR_ALL or self._unanswered >= UNANSWERED_IN_A_ROW:
            self._frontier.close(reason, failure.detail)

    # -- folders

    def _as_folder(self, place: Place) -> bool:
        """Try a link, or a name of which nothing else is known, as a folder; False where it is none."""
        try:
            self._folder(place, place.url + "/")
        except RefusedError as error:
            if error.reason is SkipReason.THROTTLED or isinstance(error, LoginRefusedError):
                raise
            return False
        return True

    def _folder(self, place: Place, url: str) -> None:
        try:
            named = self._session.asked(url, lambda: self._folders.enter(url))
        except FetchingError as error:
            self._session.failed("CWD", url, error.detail)
            raise
        if named != place.url:  # it is not listed now, so no other line tells of it
            self._session.answered("CWD", url, _ENTERED)
        if named is None or not contains(self._target, named):
            self._skip(place.url, SkipReason.DENIED_BY_GUARD, "a folder that lies outside the target", place.parent)
        elif named != url and url.startswith(named):
            self._skip(place.url, SkipReason.BUDGET_SPENT, "folder_in_itself", place.parent)
        elif named == place.url:
            self._list(_Folder(named, place, FolderRows(named, datetime.now(UTC).date())))
        elif self._frontier.is_new(named):
            # A link, or a name of which the listing said nothing: listed in a turn of its own.
            self._frontier.push(replace(place, url=named, asked=named, number=0))

    def _list(self, folder: _Folder) -> None:
        """Record all rows and plan what they lead to. What came before it broke off stays."""
        failure: FetchingError | None = None
        try:
            with closing(self._folders.lines(folder.url, folder.rows)) as lines:
                for line in lines:
                    self._row(line, folder)
                    if limit := self._errand.budget.overspent:
                        raise BudgetSpentError(limit)
        except FetchingError as error:
            failure = error
        self._hand_over(folder)
        self._plan_deeper(folder)
        if folder.rows.unread:
            self._skip(folder.url, SkipReason.UNREADABLE, f"listing_lines {folder.rows.unread}", folder.place.parent)
        if folder.rows.endless:
            self._skip(folder.url, SkipReason.BUDGET_SPENT, "endless_listing", folder.place.parent)
        if failure is not None:
            raise _after_rows(failure) if folder.rows.rows else failure

    def _row(self, line: FtpLine, folder: _Folder) -> None:
        entry = line.entry
        if entry is None:
            return
        if not self._is_inside(entry.url, folder.url):
            detail = "a name that a server may read as another place"
            self._skip(entry.url, SkipReason.DENIED_BY_GUARD, detail, folder.url)
            return
        folder.entries.append(entry)
        if not line.special:
            self._judge(entry, folder)
        if len(folder.entries) >= ROWS_AT_A_TIME:
            self._hand_over(folder)
            self._save()

    def _judge(self, entry: Entry, folder: _Folder) -> None:
        """Is this row worth a request? One that is not stays an entry."""
        judged = worth(entry, hears=self._errand.hears)
        if judged.priority is None:
            return
        if entry.kind is not EntryKind.FILE:
            folder.deeper.append(entry)
            if len(folder.deeper) > MOST_WAITING:
                self._plan(folder.deeper.pop(), judged, folder.place, folder.place.trail)
        elif not judged.head_only and _least_size(entry) > self._errand.limits.body_bytes:
            self._skip(entry.url, SkipReason.TOO_LARGE, f"over {self._errand.limits.body_bytes} bytes", folder.url)
        elif (known := self._known(entry, folder)) is not None:
            folder.entries[-1] = replace(entry, unchanged=known)
        else:
            self._plan(entry, judged, folder.place, ())

    def _known(self, entry: Entry, folder: _Folder) -> Unchanged | None:
        """What is known of a file that is as it was, and need not be asked for."""
        is_planned = folder.place.depth < self._errand.limits.depth and not self._frontier.is_full
        known = self._errand.memory.by_listing(entry) if is_planned else None
        return known if known is not None and self._frontier.is_new(entry.url) else None

    def _is_inside(self, url: str, folder: str) -> bool:
        """Is this row's place the target's? Names of plain letters below a folder that is need no second look."""
        return _PLAIN_NAME.fullmatch(url, len(folder)) is not None or contains(self._target, url)

    def _hand_over(self, folder: _Folder) -> None:
        entries = marked(folder.entries)
        for entry in entries:
            if entry.cue is not None and (judged := worth(entry, hears=self._errand.hears)).head_only:
                self._plan(entry, judged, folder.place, ())
        if entries:
            self._sink.listed(entries)
        folder.entries = []

    def _plan_deeper(self, folder: _Folder) -> None:
        """Folders and links, now that the listing's end shows whether the folder holds itself."""
        digest, trail = folder.rows.digest, folder.place.trail
        looped = holds_itself(digest, trail)
        for entry in folder.deeper:
            if looped:
                if self._frontier.is_new(entry.url):
                    self._skip(entry.url, SkipReason.BUDGET_SPENT, "folder_in_itself", folder.url)
            else:
                self._plan(entry, worth(entry, hears=self._errand.hears), folder.place, (*trail, digest))
        folder.deeper.clear()

    def _plan(self, entry: Entry, judged: Worth, parent: Place, trail: tuple[int, ...]) -> None:
        """Into the queue, unless it is a trap."""
        url = entry.url
        depth = parent.depth + 1
        if self._frontier.is_full:
            self._skip(url, SkipReason.BUDGET_SPENT, "queue", entry.parent)
        elif not self._frontier.is_new(url):
            return
        elif depth > self._errand.limits.depth:
            self._skip(url, SkipReason.BUDGET_SPENT, "depth", entry.parent)
        elif repeats(url):
            self._skip(url, SkipReason.BUDGET_SPENT, "repeating_path", entry.parent)
        else:
            # What is named as documents are is one, though the listing does not say so.
            named_so = judged.priority is not None and judged.priority <= Priority.DOCUMENT
            to_try = entry.kind in (EntryKind.LINK, EntryKind.UNKNOWN) and not named_so
            asked = url + "/" if to_try else url
            priority = Priority.LETTER if judged.priority is None else judged.priority
            place = Place(url, asked, entry.parent, depth, trail, priority, parent.number, listed=True)
            self._frontier.push(replace(place, head=True) if judged.head_only else place)

    # -- files

    def _file(self, place: Place) -> None:
        fetched = self._files.fetch(place.url)
        self._sink.document(
            Document(
                url=place.url,
                body=fetched.body,
                fetched_at=datetime.now(UTC),
                headers=self._evidence(fetched),
                parent=place.parent,
                exposure=self._exposure(place),
                led_to=LedTo(),
            )
        )

    def _head(self, place: Place) -> bool:
        """What the first bytes of a dictation say; False where the whole is wanted: no sound after all, or to hear."""
        head = self._files.head(place.url, HEADER_BYTES)
        told = told_by_head(head, place.url, decoded_name(place.url), None, place.parent)
        if told is None:
            return False
        entries, skipped = told
        self._sink.listed(entries)
        if self._errand.hears and is_to_be_heard(head, None, self._errand.limits.body_bytes):
            return False
        self._sink.skipped(skipped)
        return True

    def _evidence(self, fetched: Fetched) -> dict[str, str]:
        """What HTTP's headers would say."""
        headers = {"content-length": str(fetched.body.size)}
        server = self._session.latest
        if server is not None and server.banner:
            headers["server"] = server.banner
        if fetched.facts.modified is not None:
            headers["last-modified"] = http_date(fetched.facts.modified)
        return headers

    def _exposure(self, place: Place) -> Exposure:
        server = self._session.latest
        return Exposure(
            reached_by=self._frontier.path(place),
            transport=Transport.FTPS if server is not None and server.protected else Transport.FTP,
            tls=self._session.tls,
            listed=Truth.YES if place.listed else Truth.NO,
            is_listing=Truth.NO,
            auth_above=Truth.NO,
            robots_disallow=Truth.NO,
            indexable=Truth.UNKNOWN,
            index_basis=IndexBasis.FTP,
        )

    def _skip(self, url: str, reason: SkipReason, detail: str, parent: str | None) -> None:
        self._sink.skipped(Skipped(url, reason, detail, parent=parent))


def _after_rows(failure: FetchingError) -> FetchingError:
    """A listing that broke off is known in part; what ends the unit stays what it is."""
    if isinstance(failure, _FINAL) or failure.reason in _FOR_ALL:
        return failure
    return NoAnswerError(SkipReason.TRUNCATED, f"listing {failure.detail}")


def _least_size(entry: Entry) -> int:
    """Bytes that the file has at least, as listed; 0 where the listing does not say."""
    return 0 if entry.size is None else entry.size - entry.size_error
