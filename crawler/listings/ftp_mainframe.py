"""Lines of LIST on mainframes: data sets, members and jobs of z/OS, files of z/VM."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

from crawler.listings.ftp_dates import full_year, made
from crawler.listings.ftp_rows import LARGEST_SIZE, Row, whole_size
from documents.records import EntryKind

FILE, DIRECTORY = EntryKind.FILE, EntryKind.DIRECTORY
# Bytes of one track, by the disk's type (IBM's tables); data sets are counted in tracks.
_TRACK_BYTES = {"3380": 47_476, "3390": 56_664}

_MEMBER = r"[A-Z0-9@#$-]{1,20}"
_DAY = r"(\d{4})/(\d\d)/(\d\d)"
_DATA_SET = re.compile(
    rf"\s*+\S{{1,6}}\s++(\S{{4,8}})\s++(?:{_DAY}|\*\*NONE\*\*)\s++(?:(?:[\d?+]{{1,4}}\s++(?:(\d{{1,10}})|[?+]{{1,9}})|[\d?+]{{1,15}})\s++)?"
    r"(?:[A-Z?]{1,4}\s++)?(?:\d{1,6}\s++)?(?:\d{1,6}\s++)?(PS|PS-[A-Z]|PO|PO-[A-Z]|PDSE?|DA|IS|VS|VSAM|GDG|PATH|U)\s++'?([^\s']{1,255})'?\s*+"
)
_FOLDER_KINDS = ("PO", "PDS")
# Names that it gives without facts: on tape, a name's first part, not readable.
_ELSEWHERE = re.compile(
    r"\s*+(Migrated|MIGRAT|ARCIVE|ARCHIVE|Not Mounted|Pseudo Directory|Error determining attributes"
    r"|User is not authorized)\s++'?([^\s']{1,255})'?\s*+",
    re.IGNORECASE,
)
_TAPE = re.compile(r"\s*+\S{1,6}\s++Tape\s++'?([\w@#$.-]{1,255})'?\s*+", re.IGNORECASE)
_VSAM = re.compile(r"\s*+\S{1,6}\s++\S{4,8}\s++VSAM\s++'?([^\s']{1,255})'?\s*+")
_STATISTICS = re.compile(
    rf"\s*+({_MEMBER})\s++\d\d\.\d\d\s++\d{{4}}/\d\d/\d\d\s++{_DAY}\s++(\d\d):(\d\d)(?::(\d\d))?(?:\s++\d{{1,10}}){{3}}\s++\S{{1,8}}\s*+"
)
_LOAD_MODULE = re.compile(rf"\s*+({_MEMBER})\s++([0-9A-F]{{6,8}})\s++[0-9A-F]{{6}}\s++(?:\S{{1,10}}(?:\s++|$)){{1,14}}")
# Without facts it may be anything that is written in capitals, so it must be a name that z/OS allows.
_BARE_MEMBER = re.compile(r"\s?([A-Z@#$][A-Z0-9@#$]{0,7})\s*+")
_JOB = re.compile(
    r"\S{1,8}\s++((?:JOB|TSU|STC|J|T|S)\d{5,7})\s++(?:\S{1,8}\s++)?(?:INPUT|HELD|ACTIVE|OUTPUT|-)(?=\s|-).*+", re.DOTALL
)
_VM = re.compile(
    r"\s*+(\S{1,20})\s++(?:(\S{1,8})\s++)?(?:[A-Z]\d\s++)?([FV]|DIR|-)\s++(\d{1,10}|-)\s++(\d{1,10}|-)\s++(?:\d{1,10}|-)\s++"
    r"(?:(\d{4})-(\d\d)-(\d\d)|(\d\d?)/(\d\d)/(\d{2,3}))\s++(\d\d?):(\d\d):(\d\d)(?:\s++\S{1,8})?\s*+"
)
# The disk that a file lies on, where others have the file's type.
_VM_MODE = re.compile(r"[A-Z]\d")


def read_data_set(line: str, today: date) -> Row | None:
    """`SAVE00 3390 2004/06/23  1  15  FB  128  6144  PS  INCOMING.RPT`; a partitioned one is a folder of members."""
    match = _DATA_SET.fullmatch(line)
    if match:
        disk, year, month, day, tracks, organisation, name = match.groups()
        modified = _midnight(year, month, day)
        if year and modified is None:
            return None
        kind = DIRECTORY if organisation.startswith(_FOLDER_KINDS) else FILE
        track = _TRACK_BYTES.get(disk)
        size = int(tracks) * track if tracks and track and kind is FILE else None
        return Row(name, kind, size, track if size and track else 0, modified)
    for pattern in (_VSAM, _TAPE):
        match = pattern.fullmatch(line)
        if match:
            return Row(match.groups()[-1], FILE, special=True)
    match = _ELSEWHERE.fullmatch(line)
    if match is None:
        return None
    is_part = match[1].lower().startswith("pseudo")
    return Row(match[2], DIRECTORY if is_part else FILE, special=not is_part)


def read_member(line: str, today: date) -> Row | None:
    """`TBSHELF2  01.03 2002/09/12 2002/10/11 09:37 11 11 0 KIL001`, a load module, or a name without statistics."""
    match = _STATISTICS.fullmatch(line)
    if match:
        name, year, month, day, *clock = match.groups()
        hour, minute, second = (int(part or 0) for part in clock)
        modified = made(int(year), int(month), int(day), (hour, minute, second))
        # Its sizes are lines, not bytes.
        return None if modified is None else Row(name, FILE, None, 0, modified)
    match = _LOAD_MODULE.fullmatch(line)
    if match:
        size = int(match[2], 16)
        return Row(match[1], FILE, size if size <= LARGEST_SIZE else None)
    match = _BARE_MEMBER.fullmatch(line)
    return Row(match[1], FILE) if match else None


def read_job(line: str, today: date) -> Row | None:
    """`IBMUSER2 JOB01906 IBMUSER  OUTPUT A  RC=0000 3 spool files`: a job's output has its number for a name."""
    match = _JOB.fullmatch(line)
    return Row(match[1], FILE) if match else None


def read_vm(line: str, today: date) -> Row | None:
    """`NAME TYPE F 80 12 1 2005-10-04 15:28:42 LABEL`: records of fixed length tell the size."""
    match = _VM.fullmatch(line)
    if match is None:
        return None
    name, ending, form, length, records, year, month, day, old_month, old_day, old_year, *clock = match.groups()
    hour, minute, second = (int(part) for part in clock)
    written = (int(year), int(month), int(day)) if year else (full_year(old_year), int(old_month), int(old_day))
    modified = made(*written, (hour, minute, second))
    if modified is None:
        return None
    if form == "DIR":
        return Row(name, DIRECTORY, modified=modified)
    size = int(length) * int(records) if form == "F" and "-" not in (length, records) else None
    if ending and not _VM_MODE.fullmatch(ending):
        name = f"{name}.{ending}"
    return Row(name, FILE, whole_size(str(size)) if size is not None else None, 0, modified)


def _midnight(year: str | None, month: str, day: str) -> datetime | None:
    return made(int(year), int(month), int(day)) if year else None


READERS: tuple[Callable[[str, date], Row | None], ...] = (read_data_set, read_vm, read_job, read_member)
