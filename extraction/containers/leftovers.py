"""Bytes that nothing in a container accounts for: padding, a file of its own, or something that must be told of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from documents.media_type import MediaType, sniff
from documents.records import SkipReason
from extraction.budget import Budget
from extraction.paths import MemberPaths
from extraction.records import Embedded, Problem

# What fills blocks of tapes and disks: zeros, ones, blanks, line ends, DOS's end of file.
_PADDING = b"\x00\xff \t\r\n\x1a"
_NOT_ZERO = re.compile(rb"[^\x00]")
_SOLID = re.compile(rb"[^\x00\xff \t\r\n\x1a]")
# Bytes of what programs leave between records without a name, such as sizes behind a member (24 at most).
SMALL_BYTES = 24
Item = Embedded | Problem


def leftover(data: bytes, paths: MemberPaths, budget: Budget) -> Iterator[Item]:
    """What such bytes are: nothing, a file inside, or a problem."""
    if _SOLID.search(data) is None:
        return
    content = data.strip(_PADDING)
    if len(content) <= SMALL_BYTES and not _is_line(content):
        return
    budget.spend_member()
    budget.spend_bytes(len(data))
    path = paths.place("")
    for file in (data.lstrip(b"\x00"), content):  # the zeros behind a file may be its own
        if sniff(file) is not MediaType.BINARY:
            yield Embedded(path, file)
            return
    yield Problem(SkipReason.UNREADABLE, path, "bytes that belong to no member")


def _is_line(content: bytes) -> bool:
    return content.isascii() and content.decode("ascii").isprintable()


def padding_end(data: bytes, at: int) -> int:
    """The first byte from here on that is no zero; the end where there is none."""
    found = _NOT_ZERO.search(data, at)
    return found.start() if found else len(data)
