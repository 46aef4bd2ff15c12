"""Reads one file of an FTP server whole, or says why not: half a file is never taken for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from crawler.ftp.folders import Folders
from crawler.ftp.replies import RefusedError
from crawler.ftp.session import Session
from crawler.ftp.transfer import Transfer
from documents.body import Body, BodyTooLargeError, BodyWriter
from documents.records import SkipReason
from fetching.errand import Errand
from fetching.errors import FetchingError, NoAnswerError

# Reasons for which a transfer that broke is taken up once more where it broke. One that was too slow is not.
_BROKEN = frozenset([SkipReason.TRUNCATED, SkipReason.HOST_DOWN, SkipReason.SERVER_ERROR])
_DONE = 226
# Digits of the largest size that fits 64 bits with a sign.
_MOST_DIGITS = 19


@dataclass(frozen=True, slots=True)
class Facts:
    """What the server says of a file before it sends it; None where it does not say.

    Attributes:
        size: bytes.
        modified: aware, UTC.
    """

    size: int | None
    modified: datetime | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole file."""

    body: Body
    facts: Facts


class Files:
    """Reads files over one session.

    Args:
        errand: limits, budget, conduct log, folder for bodies.
        session: the connection.
        folders: knows the way.
    """

    def __init__(self, errand: Errand, session: Session, folders: Folders) -> None:
        self._errand = errand
        self._session = session
        self._folders = folders

    def fetch(self, url: str) -> Fetched:
        """The whole file.

        Raises:
            RefusedError: it is not for us, or no file, or too large.
            NoAnswerError: it did not come, or only in part.
            NotAskedError: it was not asked for.
        """
        try:
            fetched = self._session.asked(url, lambda: self._fetched(url))
        except FetchingError as error:
            self._session.failed("RETR", url, error.detail)
            raise
        self._session.answered("RETR", url, _DONE)
        return fetched

    def _fetched(self, url: str) -> Fetched:
        facts = self._facts(url)
        return Fetched(self._body(url, facts, [0]), facts)

    def head(self, url: str, size: int) -> bytes:
        """The first `size` bytes, or all of a shorter file; the rest is not waited for. Errors: see `fetch`."""
        head = b""
        try:
            self._session.asked(url, lambda: self._session.typed("I"))
            with self._transfer(url, 0) as transfer:
                for chunk in transfer.chunks():
                    head += chunk
                    if len(head) >= size:
                        break
        except FetchingError as error:
            self._session.failed("RETR", url, error.detail)
            raise
        self._session.answered("RETR", url, _DONE)
        return head[:size]

    def _facts(self, url: str) -> Facts:
        self._session.typed("I")
        path = self._folders.argument(url)
        size = self._number(f"SIZE {path}") if self._may_know("SIZE") else None
        modified = self._answer(f"MDTM {path}") if self._may_know("MDTM") else None
        return Facts(size, _moment(modified))

    def _body(self, url: str, facts: Facts, received: list[int]) -> Body:
        limit = self._errand.limits.body_bytes
        if facts.size is not None and facts.size > limit:
            raise RefusedError(SkipReason.TOO_LARGE, 213, f" over {limit} bytes")
        with BodyWriter(limit, self._errand.spool_dir) as writer:
            try:
                self._read(url, facts, writer, received)
            except BodyTooLargeError:
                raise RefusedError(SkipReason.TOO_LARGE, 150, f" over {limit} bytes") from None
            return Body(*writer.finish())

    def _read(self, url: str, facts: Facts, writer: BodyWriter, received: list[int]) -> None:
        """Read to the end; a transfer that breaks is taken up once where it broke, if the file is still the same."""
        failure = self._part(url, facts, writer, received)
        if failure is None:
            return
        if failure.reason not in _BROKEN or not received[0] or facts.size is None:
            raise failure
        if self._session.asked(url, lambda: self._facts(url)) != facts:
            raise NoAnswerError(SkipReason.TRUNCATED, "changed while it was read")
        failure = self._part(url, facts, writer, received)
        if failure is not None:
            raise failure

    def _part(self, url: str, facts: Facts, writer: BodyWriter, received: list[int]) -> FetchingError | None:
        """Read on from where we are; what it broke on, or None at the end of the file."""
        failure: FetchingError | None = None
        try:
            with self._transfer(url, received[0]) as transfer:
                for chunk in transfer.chunks():
                    received[0] += len(chunk)
                    writer.write(chunk)
        except (RefusedError, NoAnswerError) as error:
            failure = error
        if facts.size is not None and received[0] == facts.size:
            return None  # all of it is here, whatever the server said last
        if failure is None and facts.size is not None:
            return NoAnswerError(SkipReason.TRUNCATED, "not as long as the server said")
        if isinstance(failure, RefusedError) and received[0]:
            return NoAnswerError(SkipReason.TRUNCATED, failure.detail)
        return failure

    def _transfer(self, url: str, rest: int) -> Transfer:
        opened = self._session.transfer(f"RETR {self._folders.argument(url)}", rest)
        return Transfer(self._session, opened, self._errand.budget, self._errand.limits.timeout_seconds)

    def _may_know(self, command: str) -> bool:
        features = self._session.server.features
        return not features or command in features

    def _number(self, command: str) -> int | None:
        text = self._answer(command)
        return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None

    def _answer(self, command: str) -> str:
        """What stands after the 213 of a reply; empty where the server gives none."""
        try:
            reply = self._session.say(command)
        except RefusedError as error:
            if error.reason is SkipReason.THROTTLED:
                raise
            return ""
        return reply[4:].strip() if reply.startswith("213") else ""


def http_date(moment: datetime) -> str:
    """As a Last-Modified header has it."""
    return format_datetime(moment, usegmt=True)


def _moment(text: str | None) -> datetime | None:
    """The time of an MDTM reply, which is UTC: `20240514173000` or with a fraction."""
    try:
        return datetime.strptime((text or "")[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
