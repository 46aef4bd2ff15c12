"""Objects of a PDF found by their marks in the bytes, without its tables: for files whose tables are lost."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from extraction.budget import Budget

# Bounded, so that digits or blanks without end are read once.
OBJECT_START = re.compile(rb"(?<!\d)(\d{1,7})\s{1,4}(\d{1,5})\s{1,4}obj\b")
_DICTIONARY_END = re.compile(rb"endobj|\bstream\b")
_STREAM_START = re.compile(rb"\bstream\r?\n?")
# Bytes of an object's dictionary that are looked at. A page's has some hundred, a list of pages 10 for each.
_DICTIONARY_BYTES = 20_000
_STREAM_END = b"endstream"
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b")
_OTHER_FILTER = re.compile(rb"/(?:ASCII85|ASCIIHex|LZW|RunLength)Decode|/Predictor\s*[2-9]")
_FIRST = re.compile(rb"/First\s+(\d{1,9})")
_NUMBER = re.compile(rb"\d{1,9}")
# Bytes given to the decompressor in one step, and taken from it.
_STEP = 1 << 14
_MOST_AT_ONCE = 1 << 20
# Objects of one stream; writers put 100 to 200 in each.
_MOST_INSIDE = 50_000


@dataclass(frozen=True, slots=True)
class FoundObject:
    """An object and its dictionary, as far as there is one.

    Attributes:
        number, generation: by which others name it.
        dictionary: the bytes up to its stream or end.
        behind: how many bytes follow the dictionary up to the end of its stream, or to the next object.
        packed: it lies in an object stream: `dictionary` is the whole object.
    """

    number: int
    generation: int
    dictionary: bytes = field(repr=False)
    behind: int = 0
    packed: bool = False


def find_objects(data: bytes, budget: Budget) -> Iterator[FoundObject]:
    """All objects in the order of the file, each followed by those packed in it. A later one of a number counts.

    Raises:
        BudgetSpentError: what object streams hold is too much.
    """
    ahead = OBJECT_START.search(data)
    while ahead:
        found, ahead = ahead, OBJECT_START.search(data, ahead.end())
        end = ahead.start() if ahead else len(data)
        dictionary = _DICTIONARY_END.split(data[found.end() : min(end, found.end() + _DICTIONARY_BYTES)], maxsplit=1)[0]
        start = found.end() + len(dictionary)
        closed = data.find(_STREAM_END, start, end)
        yield FoundObject(int(found[1]), int(found[2]), dictionary, (end if closed < 0 else closed) - start)
        if _OBJECT_STREAM.search(dictionary):
            yield from _packed(dictionary, data, found.end() + len(dictionary), budget)


def inflated(data: bytes, start: int, budget: Budget) -> tuple[bytes, bool]:
    """What the stream that begins here holds, as far as it is there, and whether that is all of it.

    Raises:
        BudgetSpentError: it is too much.
    """
    mark = _STREAM_START.match(data, start)
    if not mark:
        return b"", False
    squeezed = memoryview(data)[mark.end() :]
    unpack = zlib.decompressobj()
    parts: list[bytes] = []
    total = taken = 0
    try:
        while not unpack.eof:
            waiting = unpack.unconsumed_tail
            part = unpack.decompress(waiting or squeezed[taken : taken + _STEP], _MOST_AT_ONCE)
            taken = taken if waiting else min(taken + _STEP, len(squeezed))
            parts.append(part)
            total += len(part)
            budget.spend_bytes(len(part))
            budget.judge_member(total, taken)
            if not part and not unpack.unconsumed_tail and taken >= len(squeezed):
                break
    except zlib.error:
        pass  # what came before it counts
    return b"".join(parts), unpack.eof


def _packed(dictionary: bytes, data: bytes, start: int, budget: Budget) -> Iterator[FoundObject]:
    """The objects in one object stream: pairs of number and place first, then the objects."""
    first = _FIRST.search(dictionary)
    if not first or _OTHER_FILTER.search(dictionary):
        return
    content, whole = inflated(data, start, budget)
    base = int(first[1])
    numbers = [int(each) for each in _NUMBER.findall(content[:base])[: 2 * _MOST_INSIDE]]
    # The last object of a cut stream is left out: an open bracket in it would swallow what is put behind.
    places = [*numbers[1::2], *([len(content) - base] if whole else [])]
    for number, begin, end in zip(numbers[::2], places, places[1:], strict=False):
        if 0 <= begin < end <= len(content) - base:
            yield FoundObject(number, 0, content[base + begin : base + end], packed=True)
