"""The conduct log: every request that a unit made, for the owner of the target to read afterwards."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlsplit

from fetching.conduct_pieces import PieceWriter
from scope.conduct import PlaceForm
from scope.urls import has_credentials, masked_url, without_credentials

# 96 bit: of 10^9 addresses two share one with probability below 10^-10.
_PLACE_BYTES: Final = 12
_PLACE: Final = b"stray conduct 1"
_ROBOTS: Final = "/robots.txt"


class Why(StrEnum):
    """What a request was made for."""

    TARGET = "target"  # the address that the scope names
    LINK = "link"
    LISTING = "listing"
    ROBOTS = "robots"
    REDIRECT = "redirect"
    CANARY = "canary"
    RECHECK = "recheck"
    TIP_OFF = "tip_off"
    NAME_QUESTION = "name_question"
    BROWSER = "browser"  # what a page that was drawn asked for
    CHECK = "check"
    PROBE = "probe"
    CAPTURE = "capture"
    RESOLVE = "resolve"  # a question to the name server


@dataclass(frozen=True, slots=True)
class Provenance:
    """Whose requests these are, and how their places are written down.

    Attributes:
        head: what the first line of each piece says: sweep or command, unit, authority; no address but the target's.
        usual: what a request is for where nothing else is said.
        form: of places.
        key: for keyed ones; of the database key.
        target: the address that the scope names, empty where there is none.
    """

    head: Mapping[str, object]
    usual: Why
    form: PlaceForm = PlaceForm.MASKED
    key: bytes = field(default=b"", repr=False)
    target: str = ""


class ConductLog:
    """Appends one JSON object a line: when, what was asked, why, what came back, how many bytes.

    Args:
        path: one file of plain lines, made with mode 0600, URLs masked; None keeps counts only.
        now: aware time.
    """

    def __init__(self, path: Path | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._file: IO[str] | None = None
        self._pieces: PieceWriter | None = None
        self._of: Provenance | None = None
        self._lock = threading.Lock()
        self._meant: Why | None = None
        self._closed: Callable[[], object] | None = None
        if path is not None:
            path.touch(mode=0o600)
            self._file = path.open("a", encoding="utf-8", buffering=1)
        self.requests = 0

    @classmethod
    def sealed(cls, folder: Path, name: str, of: Provenance, closed: Callable[[], object] | None = None) -> ConductLog:
        """A log in pieces that show what was altered.

        Args:
            folder: for the pieces.
            name: of the unit or command; the time is added, because a unit may be begun more than once.
            of: whose requests, and how places are written down.
            closed: called once, when the log has been closed.
        """
        log = cls()
        log._pieces = PieceWriter(folder, f"{name}.{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}", of.head)
        log._of = of
        log._closed = closed
        return log

    @contextmanager
    def meant_for(self, why: Why) -> Iterator[None]:
        """While the block runs, that is what requests are for whose maker does not say otherwise."""
        self._meant, before = why, self._meant
        try:
            yield
        finally:
            self._meant = before

    def answered(
        self, method: str, url: str, status: int, received: int, why: Why | None = None, *, said: str = ""
    ) -> None:
        """A request that was answered.

        Args:
            method: of the protocol.
            url: where.
            status: the answer's.
            received: bytes of its body that came, read or thrown away.
            why: what for, where the log can not know.
            said: of FTP: each command since the last line, this one included, without arguments.
        """
        self.requests += 1
        fields = {"method": method, "status": status, "bytes": received}
        self._write(url, fields | ({"said": said} if said else {}), why)

    def failed(
        self, method: str, url: str, cause: str, why: Why | None = None, *, received: int = 0, said: str = ""
    ) -> None:
        """A request that was made and brought no whole answer; `cause` is a class name or code. Others: `answered`."""
        self.requests += 1
        came = {"bytes": received} if received else {}
        self._write(url, {"method": method, "failed": cause} | came | ({"said": said} if said else {}), why)

    def looked_up(self, host: str, found: int, cause: str = "") -> None:
        """The machine's resolver was asked for a host; no request, and none is counted.

        Args:
            host: its name.
            found: addresses that it has; 0 with `cause`, a class name.
            cause: why there are none.
        """
        told = {"cause": cause} if cause else {}
        self._write(f"dns://{host}/", {"method": "DNS", "found": found} | told, Why.RESOLVE)

    def refused(self, url: str, cause: str, why: Why | None = None) -> None:
        """A request that the guard or the budget did not allow to be made."""
        self._write(url, {"refused": cause}, why)

    def observed(self, url: str, facts: Mapping[str, object]) -> None:
        """What the answers say of a place, such as a bucket's access; codes and counts, no text of a document."""
        self._write(url, facts, None)

    def close(self) -> None:
        """Close the file; further calls only count."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
            if self._pieces is not None:
                self._pieces.close()
                self._pieces = None
        closed, self._closed = self._closed, None
        if closed is not None:
            closed()

    def _write(self, url: str, fields: Mapping[str, object], why: Why | None) -> None:
        if self._file is None and self._pieces is None:
            return
        at = self._now().isoformat(timespec="milliseconds")
        with self._lock:
            if self._file is not None:
                self._file.write(json.dumps({"at": at, "url": masked_url(url), **fields}) + "\n")
            elif self._pieces is not None and self._of is not None:
                told = why or self._meant or why_of(url, self._of)
                self._pieces.write({"at": at, **place_fields(url, self._of), **fields, "why": told})


def place_fields(url: str, of: Provenance) -> dict[str, str]:
    """What is written down of a place."""
    if of.form is PlaceForm.MASKED:
        return {"url": masked_url(url)}
    try:
        bare = without_credentials(url) if has_credentials(url) else url
        parts = urlsplit(bare)
    except ValueError:
        return {"host": "", "place": keyed_place(url, of.key)}
    if of.form is PlaceForm.CLEAR:
        return {"url": bare.partition("#")[0]}
    return {"host": f"{parts.scheme}://{parts.netloc}", "place": keyed_place(bare, of.key)}


def keyed_place(url: str, key: bytes) -> str:
    """What stands for an address: equal where the addresses are. Without the key no guess is confirmed."""
    encoded = url.partition("#")[0].encode("utf-8", "surrogatepass")
    return hashlib.blake2b(encoded, key=key, person=_PLACE, digest_size=_PLACE_BYTES).hexdigest()


def why_of(url: str, of: Provenance) -> Why:
    """What a request was for, where whoever made it did not say."""
    if url == of.target:
        return Why.TARGET
    return Why.ROBOTS if url.endswith(_ROBOTS) and url.count("/") == _ROBOTS_SLASHES else of.usual


# Of `https://host/robots.txt`.
_ROBOTS_SLASHES: Final = 3
