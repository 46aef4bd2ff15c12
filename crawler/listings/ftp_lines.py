"""Lines of FTP listings, of whatever server: what is an entry, what is none, and what could not be read.

Readers look at how a line begins and what its columns hold; none needs to be told which system the server runs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from urllib.parse import quote_from_bytes

from crawler.listings import ftp_dialects, ftp_mainframe
from crawler.listings.ftp_facts import read_eplf, read_mlsd
from crawler.listings.ftp_rows import Row, last_segment
from crawler.listings.ftp_unix import read_unix
from documents.records import Entry, EntryKind

# Longest line that is read, characters; a name has 255 bytes on all common systems, and a link two of them.
LONGEST_LINE = 16_384
# Names that stand in a URL as they are.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._~-]++")
_MLSD_BEGINNING = re.compile(r"[A-Za-z][\w.-]{1,30}=[^\s;]*+;")
# The word that `ls` heads a listing with, in the languages that it speaks.
_TOTAL = re.compile(
    r"\s*+(?:total|totaal|totale|totalt|toplam|insgesamt|gesamt|summe|celkem|razem|łącznie|ukupno|skupaj|samtals|"
    r"yhteensä|összesen|итого|всего|общо|усього|σύνολο|합계|총|合計|总用量|总计|總計|總用量)\s*+:?\s*+[\d.,]{1,20}\s?[KMGTP]?\s*+",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"\s*+(?:Directory(?: of)? \S.*+"
    r"|(?:Grand )?Total (?:of )?\d++ [a-z].*+|Volume\s++(?:Unit\s++Referred|in drive|Serial).*+"
    r"|Name\s++(?:VV\.MM|Size\s++TTR).*+|JOBNAME\s++JOBID.*+|File\s++Code\s++EOF.*+|-[-=\s]*+-|=[-=\s]*+"
    r"|\d++ (?:File|Dir)\(s\).*+|The system cannot find.*+)",
    re.IGNORECASE | re.DOTALL,
)
_OURSELVES = frozenset([".", ".."])
# Names that would be another command or another place if they were asked for.
_UNASKABLE = re.compile(r"[\0\r\n]|(?:^|\\)\.\.\\|\\\.\.$")


class FtpLineKind(StrEnum):
    """What a line is. `CONTINUES`: VMS wraps, the next line belongs to it."""

    ENTRY = "entry"
    ITSELF = "itself"
    NOTHING = "nothing"
    CONTINUES = "continues"
    UNPARSED = "unparsed"


@dataclass(frozen=True, slots=True)
class FtpLine:
    """One line, read.

    Attributes:
        kind: `ITSELF` is the folder or the one above it: an entry that leads nowhere new.
        entry: what it names, for `ENTRY` and `ITSELF`.
        target: what a symbolic link points to, as the server writes it.
        special: True for what is named and never to be fetched: a device, a socket, a pipe, a data set on tape, a
            name that would be another command or another place.
    """

    kind: FtpLineKind
    entry: Entry | None = None
    target: str = ""
    special: bool = False


_NOTHING = FtpLine(FtpLineKind.NOTHING)
_CONTINUES = FtpLine(FtpLineKind.CONTINUES)
_UNPARSED = FtpLine(FtpLineKind.UNPARSED)


def parse_ftp_line(line: str) -> Entry | None:
    """The entry that a line of MLSD or LIST names; its URL is the quoted name alone. None for lines that are none.

    `.` and `..` are entries here. A VMS entry that was wrapped is read with its line end in the middle.
    """
    return read_ftp_line(line, url="").entry


def read_ftp_line(line: str, *, url: str, today: date | None = None) -> FtpLine:
    """Read one line. Never raises, and takes time in proportion to the line's length.

    Args:
        line: decoded as UTF-8 with `surrogateescape`, so that a name in any charset keeps its bytes.
        url: the folder's URL, with its slash; entries lie below it.
        today: the day of the listing, UTC: `Mar  2 15:13` is the latest one that is not in the future.
    """
    line = line.rstrip("\r\n")
    if len(line) > LONGEST_LINE:
        return _UNPARSED
    if not line or line.isspace():
        return _NOTHING
    row = read_row(line, today or datetime.now(UTC).date())
    if row is not None:
        return _found(row, url)
    if _TOTAL.fullmatch(line) or _HEADER.fullmatch(line):
        return _NOTHING
    return _CONTINUES if ftp_dialects.is_vms_name(line) else _UNPARSED


def read_row(line: str, today: date) -> Row | None:
    """What the line says, by the first reader whose format it has."""
    if _MLSD_BEGINNING.match(line) or (line[0] == " " and line[1:2] == "/"):
        return read_mlsd(line)
    row = read_unix(line, today)
    if row is None and line[0] == "+":
        row = read_eplf(line)
    if row is not None or _HEADER.fullmatch(line):
        return row
    if "\n" in line:
        line = " ".join(line.split("\n", 1)).replace("\r", "")
    for read in (*ftp_dialects.READERS, *ftp_mainframe.READERS):
        row = read(line, today)
        if row is not None:
            return row
    return read_mlsd(line) if "=" in line.split(maxsplit=1)[0] else None


def _found(row: Row, folder: str) -> FtpLine:
    name, kind, size, error, modified, source, target, special = row
    if name in _OURSELVES or not _PLAIN_NAME.fullmatch(name):
        # A file lies in its folder, whatever path a server writes: `../../x` is not ours to ask for.
        if "/" in name and not ftp_dialects.is_os400_member(name):
            name = last_segment(name)
        if not name:
            return _UNPARSED
        special = special or _UNASKABLE.search(name) is not None
        url = folder + _quoted(name)
    else:
        url = folder + name
    if kind is EntryKind.DIRECTORY:
        url += "/"
    entry = Entry(
        url=url,
        kind=kind,
        name=_shown(name),
        size=size,
        size_exact=error == 0,
        modified=modified,
        parent=folder or None,
        size_error=error,
        modified_source=source if modified else None,
    )
    return FtpLine(FtpLineKind.ITSELF if name in _OURSELVES else FtpLineKind.ENTRY, entry, target, special)


def _quoted(name: str) -> str:
    """The name's own bytes, percent-encoded."""
    try:
        raw = name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = name.encode("utf-8", "surrogatepass")
    return quote_from_bytes(raw, safe="")


def _shown(name: str) -> str:
    """The name for people: bytes that are not UTF-8 are read as Windows-1252."""
    if name.isascii():
        return name
    try:
        raw = name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return name.encode("utf-8", "replace").decode("utf-8")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
