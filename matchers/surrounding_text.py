"""The text of a document that belongs to one letter: where its spans are, what lies between, and its head and end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

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


def texts_around(pieces: Iterable[Piece], own: Ranges, others: Iterable[Ranges]) -> list[str]:
    """What a document says of one letter: its ranges with head and end, up to where another letter's text is."""
    foreign: dict[str, list[tuple[int, int]]] = {}
    for ranges in others:
        for path, found in ranges.items():
            foreign.setdefault(path, []).extend(found)
    texts = []
    for piece in pieces:
        for start, end in own.get(piece.path, ()):
            taken = foreign.get(piece.path, ())
            first = max((other for _, other in taken if other <= start), default=0)
            last = min((other for other, _ in taken if other >= end), default=len(piece.text))
            texts.append(piece.text[max(first, start - HEAD) : min(last, end + END)])
    return texts
