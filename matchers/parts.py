"""Documents of any length: cut into parts that overlap by more than a letter, so that memory has a bound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from matchers.verdicts import Piece, Span

# Code points of one part: what is held of it is about 120 bytes a code point. A document of up to so many is one part.
PART_POINTS = 2_000_000
# Code points that two parts have in common: a letter of up to 40 pages lies whole in one of them.
OVERLAP_POINTS = 100_000


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """Pieces, or slices of pieces, that follow one another.

    Attributes:
        pieces: their text.
        starts: for each the code point of its piece that it begins with.
    """

    pieces: tuple[Piece, ...]
    starts: tuple[int, ...]

    def placed(self, span: Span, piece: int) -> Span:
        """A span of the part's piece as one of the document's."""
        start = self.starts[piece]
        return replace(span, doc=(span.doc[0] + start, span.doc[1] + start)) if start else span


def part_ranges(total: int, points: int = PART_POINTS, overlap: int = OVERLAP_POINTS) -> Iterator[tuple[int, int]]:
    """The parts of `total` code points, start and end; together they hold all, and no part is short."""
    count = 1 if total <= points else -(-(total - overlap) // (points - overlap))
    step = -(-max(0, total - overlap) // count)
    for number in range(count):
        yield number * step, min(total, number * step + step + overlap)


def part_of(pieces: Sequence[Piece], start: int, end: int) -> Part:
    """The code points `start` to `end` of all pieces taken together."""
    kept, starts, at = [], [], 0
    for piece in pieces:
        low, high = max(0, start - at), min(len(piece.text), end - at)
        if low < high:
            kept.append(piece if high - low == len(piece.text) else Piece(piece.path, piece.text[low:high]))
            starts.append(low)
        at += len(piece.text)
    return Part(tuple(kept), tuple(starts))
