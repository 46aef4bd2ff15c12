"""The text of a document that belongs to one letter: where its spans are, what lies between, and its head and end."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from matchers.verdicts import Piece, Span

# Code points between two spans of a letter that belong to it: as many as identifiers are looked for across.
GAP = 1500
# Code points before its first and after its last span in a piece, where head and end are template text. A head has
# 600 to 1,000.
HEAD = 1000
END = 300

Ranges = Mapping[str, Sequence[tuple[int, int]]]


def ranges_of(spans: Iterable[Span]) -> dict[str, list[tuple[int, int]]]:
    """By piece the ranges of spans with what lies between close ones, in order."""
    found: dict[str, list[tuple[int, int]]] = {}
    for start, end, piece in sorted((*span.doc, span.piece) for span in spans):
        ranges = found.setdefault(piece, [])
        if ranges and start - ranges[-1][1] <= GAP:
            ranges[-1] = (ranges[-1][0], max(end, ranges[-1][1]))
        else:
            ranges.append((start, end))
    return found


def texts_by_letter(pieces: Iterable[Piece], letters: Sequence[Ranges]) -> list[list[str]]:
    """What a document says of each letter: its ranges with head and end, up to where another letter's text is.

    Takes the time that all ranges take, not that of letters times pieces: a bundle has hundreds of both.
    """
    texts: dict[str, list[tuple[int, str]]] = {}
    for number, piece in enumerate(pieces):
        texts.setdefault(piece.path, []).append((number, piece.text))
    borders: dict[str, _Borders] = {}
    for owner, ranges in enumerate(letters):
        for path, found in ranges.items():
            here = borders.setdefault(path, _Borders([], []))
            here.starts.extend((start, owner) for start, _ in found)
            here.ends.extend((end, owner) for _, end in found)
    for here in borders.values():
        here.starts.sort()
        here.ends.sort()
    told = []
    for owner, ranges in enumerate(letters):
        around = [
            (number, text[borders[path].before(owner, start) : borders[path].after(owner, end)])
            for path, found in ranges.items()
            for number, text in texts.get(path, ())
            for start, end in found
        ]
        around.sort(key=itemgetter(0))
        told.append([text for _, text in around])
    return told


class _Borders(NamedTuple):
    """Where the ranges of letters begin and end in one piece, with the letter's number; in order."""

    starts: list[tuple[int, int]]
    ends: list[tuple[int, int]]

    def before(self, owner: int, start: int) -> int:
        """Where the head before a range begins. Of the letter's own ranges at most one lies so near: see GAP."""
        least = max(0, start - HEAD)
        for at in range(bisect_right(self.ends, start, key=itemgetter(0)) - 1, -1, -1):
            end, other = self.ends[at]
            if end <= least:
                break
            if other != owner:
                return end
        return least

    def after(self, owner: int, end: int) -> int:
        """Where what is read after a range ends."""
        most = end + END
        for at in range(bisect_left(self.starts, end, key=itemgetter(0)), len(self.starts)):
            start, other = self.starts[at]
            if start >= most:
                break
            if other != owner:
                return start
        return most
