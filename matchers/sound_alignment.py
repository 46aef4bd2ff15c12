"""Where two fingerprints are the same sound: bit errors along a line, at the pace of either recorder's clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint32]

# Share of bits that may differ. Re-encoded, quieter and noisy copies have 0.01 to 0.16, the nearest stretch of another
# recording 0.33 and more: `python -m benchmarks sound`.
MOST_ERROR: Final = 0.25
# Frames of 46 ms that are judged together where a match begins, and where it is followed: 6 and 3 seconds.
_FIRST, _NEXT = 128, 64
# Of these at least so many must speak in both.
_FIRST_SPEAKING, _NEXT_SPEAKING = 48, 8
# Known frames for each found one. Recorders' clocks and players that run fast or slow; pitch may move by 1 % with it.
_PACES: Final = (1.0, 0.99, 1.01, 0.98, 1.02, 0.97, 1.03, 0.96, 1.04)
_SHIFTS: Final = np.arange(-2, 3)
_BITS = 32
# Share of wrong bits by which the frame is found where two sounds part: midway between the same and another one.
_PARTING = 0.35


@dataclass(frozen=True, slots=True)
class Stretch:
    """The same sound in both, in frames: from the first up to, not including, the last.

    Attributes:
        found: in the found recording.
        known: in the known one.
        speaking: frames that speak in both.
        error: share of their bits that differ.
    """

    found: tuple[int, int]
    known: tuple[int, int]
    speaking: int
    error: float

    def follows(self, found: int, known: int, most: int) -> bool:
        """Does this pair of frames lie on it, or so near that it is no other?"""
        if not self.found[0] - most <= found < self.found[1] + most:
            return False
        share = (found - self.found[0]) / max(1, self.found[1] - self.found[0])
        return abs(self.known[0] + share * (self.known[1] - self.known[0]) - known) <= most


def stretch_at(found: Frames, known: Frames, at: tuple[int, int]) -> Stretch | None:
    """The stretch around a pair of frames that are said to be the same; None where they are not."""
    first = at[0] - _FIRST // 2
    trials = [
        (at[1] - _FIRST // 2 * pace + shift, pace) for pace in _PACES for shift in _SHIFTS.tolist()
    ]  # where the known one would begin
    counted = _counted(found, known, first, [start for start, _ in trials], [pace for _, pace in trials], _FIRST)
    best = _best(counted, _FIRST_SPEAKING)
    if best is None:
        return None
    start, pace = trials[best]
    walk = _Walk(found, known, pace)
    begin = _edge(found, known, walk.follow(first, start, -1), pace, -1)
    end = _edge(found, known, walk.follow(first, start, +1), pace, +1)
    if end[0] <= begin[0] or not walk.speaking:
        return None
    return Stretch((begin[0], end[0]), (max(0, begin[1]), min(len(known), end[1])), walk.speaking, walk.error)


def _edge(found: Frames, known: Frames, at: tuple[int, int], pace: float, step: int) -> tuple[int, int]:
    """Where exactly the sounds part, near where a block of frames said so."""
    along = np.arange(_NEXT, -_NEXT, -1) if step < 0 else np.arange(-_NEXT, _NEXT)
    along = along - (step < 0)
    mine, theirs = at[0] + along, np.rint(at[1] + pace * along).astype(np.int64)
    there = (mine >= 0) & (mine < len(found)) & (theirs >= 0) & (theirs < len(known))
    one, other = found[np.where(there, mine, 0)], known[np.where(there, theirs, 0)]
    speaks = there & (one != 0) & (other != 0)
    gained = np.cumsum(np.where(speaks, _PARTING * _BITS - np.bitwise_count(one ^ other), 0.0))
    best = int(np.argmax(gained))
    if gained[best] <= 0:
        return at
    last = int(along[best]) + (step > 0)
    return at[0] + last, round(at[1] + pace * last)


class _Walk:
    """Follows a match block by block until the sounds part."""

    def __init__(self, found: Frames, known: Frames, pace: float) -> None:
        self._found = found
        self._known = known
        self._pace = pace
        self._wrong = self.speaking = 0

    @property
    def error(self) -> float:
        return self._wrong / max(1, self.speaking * _BITS)

    def follow(self, first: int, start: float, step: int) -> tuple[int, int]:
        """From here on, forwards or backwards; the last pair of frames that is still the same sound."""
        at, known = (first, start) if step > 0 else (first - _NEXT, start - _NEXT * self._pace)
        edge = (first, round(start))
        while at + _NEXT > 0 and at < len(self._found):
            shifts = known + _SHIFTS
            wrong, speaking = _counted(self._found, self._known, at, shifts.tolist(), [self._pace] * len(shifts), _NEXT)
            share = wrong / np.maximum(1, speaking * _BITS)
            best = int(np.argmin(np.where(speaking > 0, share, 1.0)))
            if speaking[best] >= _NEXT_SPEAKING:
                if share[best] > MOST_ERROR:
                    break
                known = float(shifts[best])
                self._wrong += int(wrong[best])
                self.speaking += int(speaking[best])
                beyond = (at + _NEXT, known + _NEXT * self._pace) if step > 0 else (at, known)
                edge = (min(max(0, beyond[0]), len(self._found)), round(beyond[1]))
            elif not 0 <= known < len(self._known):
                break
            at += step * _NEXT
            known += step * _NEXT * self._pace
        return edge


def _best(counted: tuple[NDArray[np.int64], NDArray[np.int64]], least: int) -> int | None:
    wrong, speaking = counted
    share = np.where(speaking >= least, wrong / np.maximum(1, speaking * _BITS), 1.0)
    best = int(np.argmin(share))
    return best if share[best] <= MOST_ERROR else None


def _counted(
    found: Frames, known: Frames, first: int, starts: list[float], paces: list[float], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Bits that differ and frames that speak in both, for each way to lay the known frames beside the found ones."""
    along = np.arange(count)
    places = np.rint(np.array(starts)[:, None] + np.array(paces)[:, None] * along).astype(np.int64)
    given = first + along
    is_there = (places >= 0) & (places < len(known)) & ((given >= 0) & (given < len(found)))
    one = found[np.clip(given, 0, len(found) - 1)]
    other = known[np.clip(places, 0, len(known) - 1)]
    speaks = is_there & (one != 0) & (other != 0)
    wrong = np.where(speaks, np.bitwise_count(one ^ other), 0).sum(axis=1, dtype=np.int64)
    return wrong, speaks.sum(axis=1, dtype=np.int64)
