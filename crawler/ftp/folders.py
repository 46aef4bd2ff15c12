"""Asks an FTP server for one folder: enters it, learns where that led, and lists it in the best way it knows."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from enum import StrEnum
from urllib.parse import quote, unquote_to_bytes, urlsplit

from crawler.ftp.opening import told_path
from crawler.ftp.replies import RefusedError
from crawler.ftp.rows import FolderRows
from crawler.ftp.session import Session
from crawler.ftp.transfer import Transfer
from crawler.listings.ftp_lines import FtpLine
from documents.records import SkipReason
from fetching.errand import Errand
from fetching.errors import FetchingError, NoAnswerError


class Listing(StrEnum):
    """Ways to ask for a listing, the most exact first."""

    MLSD = "MLSD"
    LIST = "LIST"
    NLST = "NLST"


class Folders:
    """Lists folders over one session.

    Args:
        errand: budget, conduct log, timeout.
        session: the connection.
        start_url: the unit's start: the folder that all others lie below.

    Attributes:
        way: how this server's folders are asked for; None until one was.
    """

    def __init__(self, errand: Errand, session: Session, start_url: str) -> None:
        self._errand = errand
        self._session = session
        self._start_url = start_url
        self._root: str | None = None
        self._logins = 0
        self.way: Listing | None = None

    def enter(self, url: str) -> str | None:
        """Go into a folder.

        Returns:
            Its URL by the name that the server itself gives it: links lead elsewhere. None for a folder that lies
            outside of the start. The URL as given where the server does not say.

        Raises:
            RefusedError: it is no folder, or not for us.
            FetchingError: there is no connection, or no answer.
        """
        if self._root is None:
            self._go(self._start_url)
            self._root = self._told_path()
        self._go(url)
        self._logins = self._session.logins
        told = self._told_path()
        return self._named(url, told) if told.startswith("/") else url

    def argument(self, url: str) -> str:
        """What to ask for this file by, from wherever we are: its path, or its name in the folder that we go to."""
        server = self._session.server
        if server.has_paths:
            return server_path(server.home, url)
        folder, _, name = url.rpartition("/")
        self._go(folder + "/")
        return unquote_to_bytes(name).decode("latin-1")

    def _go(self, url: str) -> None:
        """CWD. The path counts from the folder that the login led to, and never leads above it."""
        server = self._session.server
        if server.has_paths:
            self._session.say(f"CWD {server_path(server.home, url)}")
            return
        if server.home:
            self._session.say(f"CWD {server.home}")
        for name in filter(None, _names(url)):
            self._session.say(f"CWD {name}")

    def lines(self, url: str, rows: FolderRows) -> Generator[FtpLine, None, None]:
        """The rows of the folder that was entered last, as they come.

        Raises:
            FetchingError: it can not be listed, or only in part.
        """
        for way in self._ways():
            try:
                yield from self._lines(way, url, rows)
            except RefusedError as error:
                if not error.is_not_known or way is Listing.NLST or rows.rows:
                    raise
                continue
            if way is Listing.NLST and rows.rows:
                rows.unread = 0  # every line that could not be read has its name now
            if rows.rows or not rows.unread or way is Listing.NLST:
                self.way = self.way or way
                return
            # Not one line could be read: names alone are better than nothing.

    def _ways(self) -> tuple[Listing, ...]:
        if self.way is not None:
            return (self.way, Listing.NLST) if self.way is not Listing.NLST else (self.way,)
        features = self._session.server.features
        return tuple(Listing) if "MLST" in features or "MLSD" in features or not features else tuple(Listing)[1:]

    def _lines(self, way: Listing, url: str, rows: FolderRows) -> Iterator[FtpLine]:
        session, errand = self._session, self._errand
        try:
            session.typed("A")
            opened = session.transfer(way.value)
            with Transfer(session, opened, errand.budget, errand.limits.timeout_seconds) as transfer:
                if session.logins != self._logins:  # a connection that was opened meanwhile is in another folder
                    raise NoAnswerError(SkipReason.HOST_DOWN, "connection lost")
                lines = transfer.lines()
                yield from rows.read_names(lines) if way is Listing.NLST else rows.read(lines)
        except GeneratorExit:
            session.failed(way.value, url, "broken off")
            raise
        except FetchingError as error:
            session.failed(way.value, url, error.detail)
            if isinstance(error, RefusedError) and error.says_empty and not rows.rows:
                return
            raise
        session.answered(way.value, url, 226)

    def _told_path(self) -> str:
        """The path that PWD tells; empty where the server tells none."""
        try:
            return told_path(self._session.say("PWD"))
        except RefusedError as error:
            if error.reason is SkipReason.THROTTLED:
                raise
            return ""

    def _named(self, url: str, told: str) -> str | None:
        """The URL of a path that the server told, counted from where the start led."""
        root = self._root or ""
        if not root.startswith("/") or _same(told, self._expected(url, root)):
            return url
        base = root.rstrip("/") + "/"
        if not (told.rstrip("/") + "/").startswith(base):
            return None
        below = told[len(base) :].encode("latin-1", "replace")
        return self._start_url + quote(below, safe="-_.~/") + ("/" if below else "")

    def _expected(self, url: str, root: str) -> str:
        """The path that a folder has if no link leads to it."""
        return server_path(root, "/" + url[len(self._start_url) :])


def server_path(home: str, url: str) -> str:
    """What a server is asked for: the URL's path below the home folder, one character for each byte."""
    return f"{home.rstrip('/')}/{'/'.join(_names(url))}".rstrip("/") or "/"


def _names(url: str) -> list[str]:
    """The names that a URL's path consists of, one character for each byte."""
    return unquote_to_bytes(urlsplit(url).path).decode("latin-1").strip("/").split("/")


def _same(one: str, other: str) -> bool:
    """Equal paths; Windows takes upper and lower case for the same, and tells its own."""
    return one.rstrip("/").casefold() == other.rstrip("/").casefold()
