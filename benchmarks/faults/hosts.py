"""Web hosts that misbehave by a schedule of requests, so that the same seed gives the same trouble."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, assert_never
from urllib.parse import unquote

from demo_range.bucket_server import BucketServer
from demo_range.cloud_buckets import Asked, Manner, Reply

_HTML: Final = "text/html; charset=utf-8"
_TEXT: Final = "text/plain; charset=utf-8"
# One request in so many is throttled.
_EVERY: Final = 9


class Fault(StrEnum):
    """What is the matter with a host."""

    HEALTHY = "healthy"
    THROTTLED = "429 now and then, without Retry-After"
    THROTTLED_TOLD = "503 now and then, with Retry-After"
    SOFT_404 = "says 200 to what is not there"
    ALWAYS_200 = "says 200 to everything, and links on"
    CALENDAR = "endless pages"
    CHANGING = "content changes with every request"
    RESETS = "connection reset in the middle of some files"
    STALE = "listing names files that are gone"
    ENDLESS = "endless listings"
    DOWN = "down"
    RECOVERS = "down until the first sweep has ended"
    SLOW = "some files come byte by byte"
    ERRORS = "500 for a folder"
    SHORT = "some files shorter than announced"
    REFUSES = "403 for a folder"


@dataclass
class Host:
    """One host on a port of its own.

    Attributes:
        files: what it holds, by path.
        bad: paths of files that the fault spoils; no letter of the answer key lies there.
        is_open: it makes listings; else pages with links.
        is_up: a host that recovers is.
        served: files that were sent whole, by path.
        faults: answers that were spoilt.
    """

    name: str
    fault: Fault
    is_open: bool
    files: dict[str, bytes]
    bad: frozenset[str] = frozenset()
    is_up: bool = False
    served: Counter[str] = field(default_factory=Counter)
    faults: int = 0
    asked: int = 0

    def __post_init__(self) -> None:
        self.server = BucketServer(self.answer)

    @property
    def url(self) -> str:
        """Where its unit begins."""
        return f"{self.server.url}/"

    def answer(self, asked: Asked) -> Reply:
        """One answer, spoilt or not."""
        self.asked += 1
        path = unquote(asked.path)
        spoilt = self._spoilt(path)
        if spoilt is not None:
            self.faults += 1
            return spoilt
        if path in self.files:
            if asked.method == "GET":
                self.served[path] += 1
            return Reply(200, self._content(path), _TEXT)
        if path.endswith("/") and self._is_folder(path):
            return Reply(200, self._listing(path) if self.is_open else self._page(path), _HTML)
        return Reply(404, b"<!DOCTYPE html><title>Not found</title>", _HTML)

    def _spoilt(self, path: str) -> Reply | None:
        match self.fault:
            case Fault.THROTTLED | Fault.THROTTLED_TOLD:
                return self._throttled()
            case Fault.DOWN | Fault.RECOVERS:
                return None if self.is_up else Reply(200, manner=Manner.SILENT)
            case Fault.RESETS | Fault.SLOW | Fault.SHORT | Fault.STALE:
                return self._bad(path) if path in self.bad else None
            case Fault.ERRORS | Fault.REFUSES:
                status = 500 if self.fault is Fault.ERRORS else 403
                return Reply(status, b"<p>No.", _HTML) if path.startswith("/ward/") else None
            case Fault.SOFT_404 | Fault.ALWAYS_200 | Fault.CALENDAR | Fault.ENDLESS:
                return self._made_up(path)
            case Fault.HEALTHY | Fault.CHANGING:
                return None
            case _:
                assert_never(self.fault)

    def _bad(self, path: str) -> Reply:
        if self.fault is Fault.STALE:
            return Reply(404, b"<p>Gone.", _HTML)
        manner = {Fault.RESETS: Manner.RESET, Fault.SLOW: Manner.DRIP, Fault.SHORT: Manner.SHORT}[self.fault]
        return Reply(200, self.files[path], _TEXT, manner=manner)

    def _throttled(self) -> Reply | None:
        if self.asked % _EVERY != _EVERY // 2:
            return None
        if self.fault is Fault.THROTTLED:
            return Reply(429, b"<p>Not now.", _HTML)
        return Reply(503, b"<p>Not now.", _HTML, {"Retry-After": "1"})

    def _made_up(self, path: str) -> Reply | None:
        """An answer for what is not there."""
        if path in self.files or path == "/":
            return None
        match self.fault:
            case Fault.SOFT_404:
                return Reply(200, b"<!DOCTYPE html><title>Page not found</title><p>We could not find that page.", _HTML)
            case Fault.ALWAYS_200:
                more = "".join(f'<a href="/more/{path.count("/")}-{each}/x/">more</a> ' for each in range(3))
                return Reply(200, f"<!DOCTYPE html><title>Welcome</title><p>Welcome. {more}".encode(), _HTML)
            case Fault.CALENDAR if path.startswith("/day/"):
                day = int(path.removeprefix("/day/") or 0)
                links = "".join(f'<a href="/day/{day + step}">on</a> ' for step in (1, 9))
                return Reply(200, f"<!DOCTYPE html><title>Day {day}</title>{links}".encode(), _HTML)
            case Fault.ENDLESS if path.endswith("/deeper/"):
                return Reply(200, self._index(path, ["deeper/"]), _HTML)
            case _:
                return None

    def _content(self, path: str) -> bytes:
        if self.fault is Fault.CHANGING:
            return self.files[path] + f"\n\nprinted {self.asked}\n".encode()
        return self.files[path]

    def _is_folder(self, path: str) -> bool:
        return path == "/" or any(name.startswith(path) for name in self._names())

    def _names(self) -> list[str]:
        ghosts = sorted(self.bad) if self.fault in (Fault.STALE, Fault.SOFT_404, Fault.ALWAYS_200) else []
        return [*self.files, *(name for name in ghosts if name not in self.files)]

    def _page(self, path: str) -> bytes:
        names = [name for name in self._names() if name.startswith(path)]
        if self.fault is Fault.CALENDAR:
            names.append("/day/1")
        links = "".join(f'<li><a href="{name}">{name[1:]}</a></li>' for name in names)
        return f"<!DOCTYPE html><title>Practice</title><ul>{links}</ul><p>{self.asked}".encode()

    def _listing(self, path: str) -> bytes:
        below = sorted({_first(name.removeprefix(path)) for name in self._names() if name.startswith(path)})
        return self._index(path, [*below, *(["deeper/"] if self.fault is Fault.ENDLESS else [])])

    def _index(self, path: str, names: list[str]) -> bytes:
        rows = "".join(
            f'<a href="{name}">{name}</a>{" " * max(1, 51 - len(name))}02-Mar-2026 10:00  '
            f"{'-' if name.endswith('/') else len(self.files.get(path + name, b'')) or 512:>18}\n"
            for name in names
        )
        head = f"<html><head><title>Index of {path}</title></head><body><h1>Index of {path}</h1>"
        return f'{head}<hr><pre><a href="../">../</a>\n{rows}</pre><hr></body></html>'.encode()


def _first(rest: str) -> str:
    name, slash, _ = rest.partition("/")
    return name + slash
