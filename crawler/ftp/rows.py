"""From the lines of one listing to rows: every line is accounted for, none is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from urllib.parse import quote

from crawler.listings.ftp_lines import FtpLine, FtpLineKind, read_ftp_line
from documents.charset import decode
from documents.records import Entry, EntryKind

# Lines of one folder, from which on it is taken for made up. A folder of 10 million files is the largest we promise.
MOST_LINES = 20_000_000
# Lines without one entry among them after which a listing is given up: headers and trailers have a few.
MOST_IN_VAIN = 10_000


class FolderRows:
    """Reads one listing as it comes.

    Args:
        url: the folder's, ending in a slash.
        today: the server's day as we believe it; years that a listing leaves out follow from it.

    Attributes:
        rows: entries so far.
        unread: lines that could not be read.
        endless: it was given up because it looks made up.
    """

    def __init__(self, url: str, today: date) -> None:
        self._url = url
        self._today = today
        self._sum = 0
        self.rows = 0
        self.unread = 0
        self.endless = False

    @property
    def digest(self) -> int:
        """Equal for two listings with the same rows, in whatever order: a folder that holds itself has it."""
        return self._sum & ((1 << 63) - 1)

    def read(self, lines: Iterable[bytes | None]) -> Iterator[FtpLine]:
        """The entries of an MLSD or LIST answer."""
        held = ""
        for number, raw in enumerate(lines):
            if self._is_vain(number):
                return
            if raw is None:
                self.unread += 1
                continue
            line = raw.decode("utf-8", "surrogateescape")
            read = self._line(f"{held} {line}" if held else line)
            if held and read.kind is FtpLineKind.UNPARSED:  # not the second half of a long name after all
                self.unread += 1
                read = self._line(line)
            held = line if read.kind is FtpLineKind.CONTINUES else ""
            if read.kind is FtpLineKind.UNPARSED:
                self.unread += 1
            elif read.kind is FtpLineKind.ENTRY and read.entry is not None:
                self._count(read.entry)
                yield read
        self.unread += bool(held)

    def read_names(self, lines: Iterable[bytes | None]) -> Iterator[FtpLine]:
        """The entries of an NLST answer: names, some with a path before them, and nothing else."""
        for number, raw in enumerate(lines):
            if self._is_vain(number):
                return
            name = (raw or b"").rstrip(b"/\\").replace(b"\\", b"/").rpartition(b"/")[2]
            if not name or name in (b".", b".."):
                self.unread += raw is None
                continue
            url = self._url + quote(name, safe="")
            entry = Entry(url, EntryKind.UNKNOWN, shown_name(name), parent=self._url)
            self._count(entry)
            yield FtpLine(FtpLineKind.ENTRY, entry)

    def _line(self, line: str) -> FtpLine:
        return read_ftp_line(line, url=self._url, today=self._today)

    def _is_vain(self, number: int) -> bool:
        self.endless = number >= MOST_LINES or (not self.rows and number >= MOST_IN_VAIN)
        return self.endless

    def _count(self, entry: Entry) -> None:
        self.rows += 1
        row = f"{entry.name}\n{entry.kind}\n{entry.size}\n{entry.modified}".encode("utf-8", "surrogateescape")
        self._sum += int.from_bytes(hashlib.blake2b(row, digest_size=8).digest())


def shown_name(name: bytes) -> str:
    """A name for people to read; its URL keeps the bytes."""
    return decode(name).text
