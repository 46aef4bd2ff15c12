"""Lines that were made for programs: MLSD and MLST (RFC 3659), and EPLF."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from crawler.listings.ftp_rows import Row, last_segment, whole_size
from documents.records import EntryKind, ModifiedSource

_KINDS = {
    "file": EntryKind.FILE,
    "dir": EntryKind.DIRECTORY,
    "cdir": EntryKind.DIRECTORY,
    "pdir": EntryKind.DIRECTORY,
    "os.unix=slink": EntryKind.LINK,
    "os.unix=symlink": EntryKind.LINK,
}
# The folder itself and the one above it.
_OURSELVES = {"cdir": ".", "pdir": ".."}
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)?(\d\d)?(\d\d)?(?:\.\d*+)?")
# Shortest value of `modify` that may be a date in some other form, digits; what is shorter is a damaged line.
_STAMP_DIGITS = 8
# One server separates the name by a tab.
_FACTS = re.compile(r"([^ \t]*+)[ \t](.*\S.*+)", re.DOTALL)
_EPLF = re.compile(r"\+((?:[a-z/][^,\s]*+,?)*+)\t(.+)", re.DOTALL)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Seconds since 1970 that are a date at all: the year 2100.
_LATEST_SECOND = 4_102_444_800


def read_mlsd(line: str) -> Row | None:
    """Facts, one space, the name as it is: it may begin with a space or hold `;`. A line of no facts has no type."""
    match = _FACTS.fullmatch(line)
    if match is None:
        return None
    facts, path = match.groups()
    kind, size, modified, target, special = EntryKind.UNKNOWN, None, None, "", False
    written_kind = ""
    # Some servers leave the last `;` away; a fact without a value that ends so is a damaged line.
    for fact in facts.removesuffix(";").split(";") if facts else ():
        key, sign, value = fact.partition("=")
        if not sign or (not value and not facts.endswith(";")):
            return None
        key = key.lower()
        if key == "type":
            written_kind = value.lower()
            kind, target, special = _kind(value)
        elif key in ("size", "sizd"):
            size = whole_size(value) if value.isascii() and value.isdigit() else None
        elif key == "modify" and value:
            modified, is_damaged = stamp(value)
            if is_damaged:
                return None
    name = _OURSELVES.get(written_kind) or (last_segment(path) if "/" in path else path)
    return Row(name, kind, size, 0, modified, ModifiedSource.MLSD, target, special) if name else None


def _kind(value: str) -> tuple[EntryKind, str, bool]:
    known = _KINDS.get(value.lower())
    if known is not None:
        return known, "", False
    written, _, target = value.partition(":")
    known = _KINDS.get(written.lower())
    if known is EntryKind.LINK:
        return known, target, False
    special = value.lower().startswith(("os.unix=blk", "os.unix=chr", "os.unix=fifo", "os.unix=sock", "os.unix=pipe"))
    return EntryKind.FILE if special else EntryKind.UNKNOWN, "", special


def stamp(value: str) -> tuple[datetime | None, bool]:
    """A time of RFC 3659 (UTC), and whether it is so far from one that the line can not be trusted."""
    match = _STAMP.fullmatch(value)
    if match is None:
        return None, not (len(value) >= _STAMP_DIGITS and value.isdigit())
    try:
        return datetime(*(int(part or 0) for part in match.groups()), tzinfo=UTC), False  # type: ignore[arg-type,misc]
    except ValueError:
        return None, False


def read_eplf(line: str) -> Row | None:
    """Bernstein's format: `+i8388621.48594,m825718503,r,s280,` tab, name."""
    match = _EPLF.fullmatch(line)
    if match is None:
        return None
    kind, size, modified = EntryKind.UNKNOWN, None, None
    for fact in match[1].split(","):
        letter, value = fact[:1], fact[1:]
        is_number = value.isascii() and value.isdigit()
        if fact in ("/", "r"):
            kind = EntryKind.DIRECTORY if fact == "/" else EntryKind.FILE
        elif letter == "s" and is_number:
            size = whole_size(value)
        elif letter == "m" and is_number:
            modified = from_epoch(value)
    return Row(match[2], kind, size, 0, modified)


def from_epoch(digits: str) -> datetime | None:
    """Seconds since 1970, UTC."""
    seconds = whole_size(digits)
    return None if seconds is None or seconds > _LATEST_SECOND else _EPOCH + timedelta(seconds=seconds)
