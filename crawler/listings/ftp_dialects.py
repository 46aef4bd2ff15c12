"""Lines of LIST on systems that are not Unix: DOS and IIS, OS/2, VMS, OS/400, NonStop and what else is left of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

from crawler.listings.ftp_dates import full_year, made, month_and_day, month_named, read_named_date
from crawler.listings.ftp_facts import from_epoch
from crawler.listings.ftp_rows import Row, last_segment, whole_size, written_size
from documents.records import EntryKind

FILE, DIRECTORY, LINK, UNKNOWN = EntryKind.FILE, EntryKind.DIRECTORY, EntryKind.LINK, EntryKind.UNKNOWN
# A block of VMS, bytes; `9/12` is blocks used and blocks allocated.
VMS_BLOCK = 512

_TIME = r"(\d\d?):(\d\d)(?::(\d\d)(?:\.\d{1,6})?)?"
_DOS = re.compile(
    rf"\s*+(?:(\d{{4}})([-/.])(\d\d?)\2(\d\d?)|(\d\d?)([-/.])(\d\d?)\6(\d{{4}}|\d\d))\s++{_TIME}\s?([AP]M?)?\s++"
    r"(?:<(DIR|JUNCTION|SYMLINKD?)>|(\d{1,19}|\d{1,3}(?:[,.]\d{3}){1,6}))(?=\s)",
    re.IGNORECASE,
)
_NOON = 12
_OS2 = re.compile(
    r"\s*+(\d{1,19})\s++((?:(?:DIR|[AHRS]{1,4})\s++){0,2}+)(\d\d?)-(\d\d?)-(\d{2,4})\s++(\d\d?):(\d\d)\s++(\S.*+)",
    re.DOTALL,
)
_VMS_NAME = re.compile(r"\s*+(?:\[[^\]\s]{1,200}\])?([^\s;]{1,255});-?\d{1,5}(?=\s)")
# Columns after the name, in whichever order the server writes them; each comes once.
_VMS_COLUMNS = {
    "size": re.compile(r"(?:(\d{1,10})(?:/\d{1,10}|([KMG]B|B))?|\*{2,10})(?=\s|$)", re.IGNORECASE),
    "date": re.compile(rf"(\d\d?)-([^\s\d-]{{3,5}})-(\d{{4}}|\d\d)(?:\s++{_TIME})?(?=\s|$)"),
    "owner": re.compile(r"\[[^\]()]{0,60}(?:\]|(?=\())|[A-Z_$][\w$]{2,30}(?=\s|$)"),
    "rights": re.compile(r"\([RWEDL]*+(?:,[RWEDL]*+){0,3}\)(?=\s|$)"),
}
_WORD_BEGINS = re.compile(r"\s*+(?=\S)")
_VMS_ALONE = re.compile(r"(?:\[[^\]\s]{1,200}\])?([^\s;]{1,255});-?\d{1,5}\s*+")
# VMS names a file that it says nothing of.
_VMS_REFUSED = re.compile(
    r"(?:\[[^\]\s]{1,200}\])?([^\s;]{1,255});-?\d{1,5}\s++(?:%[A-Z]|no privilege|insufficient privilege)", re.IGNORECASE
)
_OS400 = re.compile(
    r"([A-Z@#$_]\S{0,9})\s++(?:(\d{1,19})\s++)?(?:(\d\d)([/.-])(\d\d)\4(\d\d)\s++(\d\d):(\d\d):(\d\d)\s++)?"
    r"\*([A-Z]{2,10})(?:\s++(\S.*+))?",
    re.DOTALL,
)
_OS400_MEMBER = re.compile(r"[\w@#$]{1,10}\.FILE/[\w@#$]{1,10}\.MBR", re.IGNORECASE)
_OS400_FOLDERS = frozenset(["DIR", "DDIR", "LIB", "FLR"])
_NONSTOP = re.compile(
    r"\s*+([\w$][\w$.-]{0,30})\s++\d{1,5}\s?O?\s++(\d{1,19})\s++(\d\d?)-([A-Z]{3})-(\d\d)\s++(\d\d?):(\d\d):(\d\d)\s++"
    r"\d{1,3},\s*+\d{1,3}\s++\"[^\"]*+\"\s*+",
    re.IGNORECASE,
)
_CLOCK = r"(\d\d):(\d\d):(\d\d)"
_NUMERIC_UNIX = re.compile(r"(0[0-7]{6})\s++\d++\s++\d++\s++(\d{1,19})\s++(\d{1,12})\s++(\S.*+)", re.DOTALL)
_FOLDER_MODE, _LINK_MODE, _KIND_BITS = 0o040000, 0o120000, 0o170000
_NAME_FIRST = re.compile(
    r"(\S{1,255})\s++(?:(\d{1,19})|<DIR>)\s++(?:(\d\d)([/-])(\d\d)\4(\d{2,4})|([A-Z][a-z]{2}) (\d\d) (\d{4}))"
    r"(?:\s++[A-Z][a-z]{1,8}\.?)?\s++(\d\d?):(\d\d)(?::(\d\d))?(?:\s++[RHAS]{1,4})?\s*+"
)
_VXWORKS = re.compile(
    rf"\s*+(\d{{1,19}})\s++([A-Z]{{3}})-(\d\d)-(\d{{4}})\s++{_CLOCK}\s++(\S.*+)", re.DOTALL | re.IGNORECASE
)
_OS9 = re.compile(
    r"\s*+\d{1,5}\.\d{1,5}\s++(\d\d)/(\d\d)/(\d\d)\s++(\d\d)(\d\d)\s++([d-])[-swer]{7}\s++[0-9A-F]{1,10}\s++(\d{1,19})\s(.++)",
    re.DOTALL,
)
_VSHELL = re.compile(r"\s*+(\d{1,19})\s++(?=[A-Z][a-z]{2} \d\d, \d{4} )")


def read_dos(line: str, today: date) -> Row | None:
    """`05-20-97  03:31PM  681 name`, day first where the month can not be."""
    match = _DOS.match(line)
    if match is None:
        return None
    year, _, month, day, first, sign, second, short_year, hour, minute, seconds, half, word, size = match.groups()
    if year is None:
        year = short_year
        month, day = (str(part) for part in month_and_day(first, second, sign))
    modified = made(full_year(year), int(month), int(day), (_hour(int(hour), half), int(minute), int(seconds or 0)))
    if modified is None:
        return None
    name = line[match.end() + 1 :] if size else line[match.end() :].lstrip()
    if not name or name.isspace():
        return None
    if size:
        return Row(name, FILE, whole_size(size.replace(",", "").replace(".", "")), 0, modified)
    if word.upper() == "DIR":
        # A folder has no size of its own: FAT keeps 0, and `<DIR>` stands in its place.
        return Row(name, DIRECTORY, 0, modified=modified)
    name, _, target = name.partition(" [")
    return Row(name, LINK, modified=modified, target=target.removesuffix("]"))


def _hour(hour: int, half: str | None) -> int:
    """Of 24; a half of the day that is written beside an hour past noon says nothing new."""
    if not half or hour > _NOON:
        return hour
    return hour % _NOON + (_NOON if half[0] in "pP" else 0)


def read_os2(line: str, today: date) -> Row | None:
    """`0  DIR  05-12-97  16:52  name`; servers that count years from 1900 write 2003 as 103."""
    match = _OS2.fullmatch(line)
    if match is None:
        return None
    size, marks, month, day, year, hour, minute, name = match.groups()
    modified = made(full_year(year), int(month), int(day), (int(hour), int(minute), 0))
    if modified is None:
        return None
    return Row(name, DIRECTORY if "DIR" in marks else FILE, whole_size(size), 0, modified)


def read_vms(line: str, today: date) -> Row | None:
    """`NAME.TXT;1  9/12  2-JAN-2023 03:45 [GRP,OWN] (RWED,,)`: used blocks, and those allocated."""
    refused = _VMS_REFUSED.match(line)
    if refused:
        return _vms_row(refused[1], None, None)
    match = _VMS_NAME.match(line)
    columns = _vms_columns(line, match.end()) if match else None
    if match is None or columns is None or "date" not in columns:
        return None
    day, month, year, *clock = columns["date"].groups()
    number = month_named(month)
    hour, minute, second = (int(part or 0) for part in clock)
    modified = made(full_year(year), number, int(day), (hour, minute, second)) if number else None
    # A month in a language that is not known leaves the rest as it is; a date that there is not makes it no row.
    return None if number and modified is None else _vms_row(match[1], columns.get("size"), modified)


def _vms_columns(line: str, position: int) -> dict[str, re.Match[str]] | None:
    """What stands after the name; None where something stands there that is no column."""
    columns: dict[str, re.Match[str]] = {}
    while rest := _WORD_BEGINS.match(line, position):
        for name, pattern in _VMS_COLUMNS.items():
            match = pattern.match(line, rest.end())
            if match and name not in columns:
                columns[name] = match
                position = match.end()
                break
        else:
            return None
    return columns


def _vms_row(name: str, written: re.Match[str] | None, modified: datetime | None) -> Row:
    is_folder = name.upper().endswith(".DIR")
    size, error = None, 0
    if written and written[2]:
        size, error = written_size(written[1] + written[2].upper().removesuffix("B")) or (None, 0)
    elif written and written[1]:
        used = int(written[1])
        is_pair = "/" in written[0]
        # The last block may hold one byte. A lone number is blocks on most servers and bytes on some: taken as it
        # stands, with an error that reaches to either.
        size, error = (used * VMS_BLOCK, VMS_BLOCK - 1 if used else 0) if is_pair else (used, used * (VMS_BLOCK - 1))
    return Row(name[:-4] if is_folder else name, DIRECTORY if is_folder else FILE, size, error, modified)


def is_vms_name(line: str) -> bool:
    """Is this the first half of a line that VMS wrapped: a name with its version, and nothing more?"""
    return _VMS_ALONE.fullmatch(line) is not None


def read_os400(line: str, today: date) -> Row | None:
    """`CFT  45056 04/12/14 14:19:31 *FILE NAME`; the order of the date is the job's, so it must leave one reading."""
    match = _OS400.fullmatch(line)
    if match is None:
        return None
    _, size, first, _, second, third, hour, minute, seconds, kind, name = match.groups()
    is_member = kind == "MEM"
    if name is None or (first is None) != (size is None) or (is_member and first):
        return None
    modified = None
    if first:
        clock = (int(hour), int(minute), int(seconds))
        orders = ((first, second, third), (third, first, second), (third, second, first))
        readings = {made(full_year(y), int(m), int(d), clock) for y, m, d in orders} - {None}
        possible = {reading for reading in readings if reading and reading.date() <= today}
        if not readings:
            return None
        modified = possible.pop() if len(possible) == 1 else None
    is_folder = kind in _OS400_FOLDERS or name.endswith("/")
    # A member is asked for by file and member, as it stands.
    if not (is_member and is_os400_member(name)):
        name = last_segment(name)
    if not name:
        return None
    return Row(name, DIRECTORY if is_folder else FILE, whole_size(size) if size else None, 0, modified)


def is_os400_member(name: str) -> bool:
    """Is this a file and its member (`LETTERS.FILE/JAN.MBR`): one name, in spite of the slash?"""
    return _OS400_MEMBER.fullmatch(name) is not None


def read_nonstop(line: str, today: date) -> Row | None:
    """`FILE1  101  528 12-Jan-14 14:21:18 255, 0 "oooo"`."""
    match = _NONSTOP.fullmatch(line)
    if match is None:
        return None
    name, size, day, month, year, hour, minute, second = match.groups()
    modified = made(full_year(year), month_named(month) or 0, int(day), (int(hour), int(minute), int(second)))
    return None if modified is None else Row(name, FILE, whole_size(size), 0, modified)


def read_numeric_unix(line: str, today: date) -> Row | None:
    """`0100644   500  101   12345    123456789       name`: mode and seconds since 1970 as numbers."""
    match = _NUMERIC_UNIX.fullmatch(line)
    if match is None:
        return None
    mode = int(match[1], 8) & _KIND_BITS
    kind = {_FOLDER_MODE: DIRECTORY, _LINK_MODE: LINK}.get(mode, FILE)
    return Row(match[4], kind, whole_size(match[2]), 0, from_epoch(match[3]))


def read_name_first(line: str, today: date) -> Row | None:
    """`NAME  1014196  06/03/04  Thur.  10:20:03` of routers, `NAME  <DIR>  11-16-94  17:16` of Windows 3."""
    match = _NAME_FIRST.fullmatch(line)
    if match is None:
        return None
    name, size, month, _, day, year, word, named_day, named_year, *clock = match.groups()
    hour, minute, second = (int(part or 0) for part in clock)
    if word:
        modified = made(int(named_year), month_named(word) or 0, int(named_day), (hour, minute, second))
    else:
        modified = made(full_year(year), int(month), int(day), (hour, minute, second))
    if modified is None:
        return None
    return Row(name, FILE, whole_size(size), 0, modified) if size else Row(name, DIRECTORY, 0, 0, modified)


def read_vxworks(line: str, today: date) -> Row | None:
    """`2048    Feb-28-1998  05:23:30   name <DIR>`."""
    match = _VXWORKS.fullmatch(line)
    if match is None:
        return None
    size, month, day, year, hour, minute, second, name = match.groups()
    modified = made(int(year), month_named(month) or 0, int(day), (int(hour), int(minute), int(second)))
    name = name.rstrip()
    folder = name.endswith("<DIR>")
    name = name.removesuffix("<DIR>").rstrip()
    return Row(name, DIRECTORY if folder else FILE, whole_size(size), 0, modified) if modified and name else None


def read_os9(line: str, today: date) -> Row | None:
    """`20.20 07/03/29 1026 d-ewrewr 2650 85920 name`."""
    match = _OS9.fullmatch(line)
    if match is None:
        return None
    year, month, day, hour, minute, letter, size, name = match.groups()
    modified = made(full_year(year), int(month), int(day), (int(hour), int(minute), 0))
    if modified is None:
        return None
    return Row(name, DIRECTORY if letter == "d" else FILE, whole_size(size), 0, modified)


def read_vshell(line: str, today: date) -> Row | None:
    """`206876  Apr 04, 2000 21:06 name`; folders end in a slash."""
    match = _VSHELL.match(line)
    dated = read_named_date(line, match.end(), today) if match else None
    if match is None or dated is None:
        return None
    modified, end = dated
    name = line[end + 1 :]
    if not name or name.isspace():
        return None
    size = written_size(match[1])
    folder = name.endswith("/")
    return Row(name.rstrip("/"), DIRECTORY if folder else FILE, size[0] if size else None, 0, modified)


READERS: tuple[Callable[[str, date], Row | None], ...] = (
    read_dos,
    read_vms,
    read_os400,
    read_os2,
    read_nonstop,
    read_numeric_unix,
    read_vshell,
    read_name_first,
    read_vxworks,
    read_os9,
)
