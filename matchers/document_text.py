"""A document's pieces as one stream of symbols, and back from symbols to code points of a piece."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matchers.normaliser import Normalised, normalise
from matchers.verdicts import Piece


class DocumentText:
    """All pieces of a document, normalised and joined: a letter may run from one page to the next."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        parts = [normalise(piece.text) for piece in pieces]
        self.piece_starts = np.concatenate(([0], np.cumsum([len(part) for part in parts]))).astype(np.int64)
        self.text = joined(parts)

    @property
    def symbols(self) -> int:
        """How many symbols the document has."""
        return len(self.text)

    def ranges(self, start: int, end: int) -> list[tuple[int, tuple[int, int], tuple[int, int]]]:
        """A range of symbols as number of the piece, its code points and symbols, for each piece that it lies in."""
        found = []
        first = int(np.searchsorted(self.piece_starts, start, side="right")) - 1
        for piece in range(first, len(self.piece_starts) - 1):
            low, high = max(start, int(self.piece_starts[piece])), min(end, int(self.piece_starts[piece + 1]))
            if low >= end:
                break
            if high > low:
                points = int(self.text.offsets[low]), int(self.text.offsets[high - 1]) + 1
                found.append((piece, points, (low, high)))
        return found


def joined(parts: Sequence[Normalised]) -> Normalised:
    """Texts one after the other; offsets stay those of each text."""
    if not parts:
        return normalise("")
    if len(parts) == 1:
        return parts[0]
    return Normalised(
        np.concatenate([part.symbols for part in parts]),
        np.concatenate([part.offsets for part in parts]),
        np.concatenate([part.begins_token for part in parts]),
        np.concatenate([part.numeric for part in parts]),
    )
