"""Found recordings against the known ones of a pack: index, verification by bit errors, and what each match says.

It knows a recording again, whole, in part, re-encoded, quieter or in noise; never the same text spoken once more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matchers.pack import Pack
from matchers.sound_alignment import Stretch, stretch_at
from matchers.sound_store import StoredRecordings
from matchers.verdicts import Judgement, LetterMatch, Span, Verdict, strongest

Frames = NDArray[np.uint32]

# Seconds from one frame to the next; `extraction.recordings.sound_print` makes them so.
FRAME_SECONDS: Final = 256 / 5512
# Frames that must speak in both before a match is told, 5 seconds.
LEAST_SPEAKING: Final = 108
# Stretches of fewer speaking frames, 20 seconds, count up to this share of wrong bits only: two accents of one machine
# that say the same text, all else equal, came to 0.22 over 10 seconds.
_SHORT, _SHORT_ERROR = 430, 0.20
# Known recordings that share a sound from which it says nothing of any: music, announcements, tones of a line.
FREQUENT_FROM: Final = 4
# Share of either that two recordings have in common when they are copies of one.
COPY_SHARE: Final = 0.8
# Places of one frame from which it is not followed: in 10,000 recordings a frame that is peculiar has a few.
_MOST_PLACES = 400
# Frames by which hits of one match may lie apart: 0.7 s, by which clocks part in a minute.
_APART = 16
# Groups of hits that are verified, the largest first; each takes 0.2 ms. Below so many, single hits are tried too.
_MOST_TRIED, _FEW_TRIED = 4000, 500
# Found frames up to which frames with one wrong bit are looked up too, where nothing was found by whole ones: 15 min.
_MOST_FLIPPED = 20_000
# Times that one frame is looked for, however often it comes: what comes so often says little.
_MOST_REPEATS = 16
# Hits that are kept, those of the rarest frames: 50 MB. An hour of sound has some 100,000 in 10,000 recordings.
_MOST_HITS = 1_000_000
# Frames of all recordings of one document that are looked at, 5 hours; and places that are verified, 5 seconds of it.
_MOST_FRAMES, _MOST_VERIFIED = 387_600, 20_000
# Pairs of recordings that are held against each other for being copies.
_MOST_PAIRS = 2000


@dataclass(frozen=True, slots=True, repr=False)
class Heard:
    """A recording that was found: its path in the document, and the frames of its fingerprint, little endian."""

    path: str
    fingerprint: bytes


@dataclass(slots=True)
class _Known:
    """What was found of one known recording: in which sound, and where."""

    number: int
    stretches: list[tuple[int, Stretch]]


class RecordingMatcher:
    """Matches recordings. May be shared by threads.

    Args:
        pack: whose recordings are known.
    """

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    @property
    def has_recordings(self) -> bool:
        """Is there anything to be recognised?"""
        return self._pack.manifest.sounds is not None

    def match(self, sounds: Sequence[Heard]) -> Judgement:
        """What these recordings hold of the known ones; `known_letter` for each that is recognised.

        Raises:
            PackDamagedError: the pack's recordings can not be opened.
        """
        stored = self._pack.recordings
        if stored is None or not sounds:
            return Judgement(Verdict.CLEAR, (), ())
        frames = [np.frombuffer(sound.fingerprint, dtype="<u4") for sound in sounds]
        room = np.maximum(0, _MOST_FRAMES - np.cumsum([0, *map(len, frames)]))
        frames = [each[: int(left)] for each, left in zip(frames, room, strict=False)]
        known: dict[int, _Known] = {}
        budget = _Budget(_MOST_VERIFIED)
        for at, one in enumerate(frames):
            for number, stretch in _Search(stored, one, budget).stretches():
                known.setdefault(number, _Known(number, [])).stretches.append((at, stretch))
        return _Judging(stored, [sound.path for sound in sounds], frames).judgement(list(known.values()))


@dataclass(slots=True)
class _Budget:
    """Places that may still be verified: a recording may be made so that there are many."""

    left: int

    def spend(self) -> bool:
        self.left -= 1
        return self.left >= 0


class _Search:
    """One found recording against all known ones."""

    def __init__(self, stored: StoredRecordings, found: Frames, budget: _Budget) -> None:
        self._budget = budget
        self._stored = stored
        self._found = found
        self._speaking = np.flatnonzero(found)

    def stretches(self) -> Iterator[tuple[int, Stretch]]:
        """Each stretch of sound that is a known recording's, with the number of that one."""
        if len(self._speaking) < LEAST_SPEAKING:
            return
        values = self._found[self._speaking]
        seen = list(self._verified(self._speaking, values))
        if not seen and len(values) <= _MOST_FLIPPED:
            flipped = values[:, None] ^ (np.uint32(1) << np.arange(32, dtype=np.uint32))
            seen = list(self._verified(np.repeat(self._speaking, 32), flipped.ravel()))
        yield from seen

    def _verified(self, places: NDArray[np.int64], values: Frames) -> Iterator[tuple[int, Stretch]]:
        told: defaultdict[int, list[Stretch]] = defaultdict(list)
        for number, hits in self._groups(places, values):
            for found, known in hits:
                is_told = any(each.follows(found, known, 2 * _APART) for each in told[number])
                if is_told or not self._budget.spend():
                    break
                stretch = stretch_at(self._found, self._stored.frames_of(number), (found, known))
                if stretch is not None:
                    told[number].append(stretch)
                    if _counts(stretch):
                        yield number, stretch
                    break

    def _groups(self, places: NDArray[np.int64], values: Frames) -> Iterable[tuple[int, list[tuple[int, int]]]]:
        """Hits that lie along one line in one recording, the largest groups first: of each, three pairs of frames."""
        distinct, which = np.unique(values, return_inverse=True)
        asked, hits = self._stored.look_up(distinct, _MOST_PLACES, _MOST_HITS // _MOST_REPEATS)
        order = np.argsort(which, kind="stable")
        first = np.searchsorted(which[order], asked)
        counts = np.minimum(np.searchsorted(which[order], asked, side="right") - first, _MOST_REPEATS)
        rows = np.repeat(first, counts) + np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        found, hits = places[order[rows]], np.repeat(hits, counts)
        numbers = np.searchsorted(self._stored.starts, hits, side="right") - 1
        known = hits - self._stored.starts[numbers]
        lines = (known - found) // _APART
        order = np.lexsort((found, lines, numbers))
        numbers, found, known, lines = numbers[order], found[order], known[order], lines[order]
        begins = np.flatnonzero(np.r_[True, (numbers[1:] != numbers[:-1]) | (lines[1:] != lines[:-1])][: len(numbers)])
        sizes = np.diff(np.r_[begins, len(numbers)])
        tried = np.argsort(-sizes, kind="stable")[:_MOST_TRIED]
        if (sizes > 1).sum() > _FEW_TRIED:
            tried = tried[sizes[tried] > 1]
        for group in tried.tolist():
            begin, size = int(begins[group]), int(sizes[group])
            picked = dict.fromkeys((begin + size // 2, begin, begin + size - 1))
            yield int(numbers[begin]), [(int(found[each]), int(known[each])) for each in picked]


def _counts(stretch: Stretch) -> bool:
    if stretch.speaking < LEAST_SPEAKING:
        return False
    return stretch.speaking >= _SHORT or stretch.error <= _SHORT_ERROR


class _Judging:
    """From stretches to verdicts: what several known recordings have in common says little of each."""

    def __init__(self, stored: StoredRecordings, paths: Sequence[str], frames: Sequence[Frames]) -> None:
        self._stored = stored
        self._paths = paths
        self._frames = frames
        self._pairs = 0

    def judgement(self, known: list[_Known]) -> Judgement:
        groups = self._copies(known)
        covered = [np.zeros((len(groups), len(frames)), dtype=np.bool_) for frames in self._frames]
        for place, group in enumerate(groups):
            for one in group:
                for at, stretch in one.stretches:
                    covered[at][place, slice(*stretch.found)] = True
        counts = [each.sum(axis=0) for each in covered]
        letters = []
        for place, group in enumerate(groups):
            own, few = (
                sum(
                    int(np.count_nonzero(frames[mine[place] & (count >= least) & (count < end)]))
                    for frames, mine, count in zip(self._frames, covered, counts, strict=True)
                )
                for least, end in ((1, 2), (1, FREQUENT_FROM))
            )
            if few >= LEAST_SPEAKING:
                verdict = Verdict.KNOWN_LETTER if own >= LEAST_SPEAKING else Verdict.SHARED_PASSAGE
                letters += [self._match(one, verdict) for one in group]
        letters.sort(key=lambda pair: (pair[0].verdict.rank, -pair[0].evidence))
        matches = tuple(match for match, _ in letters)
        return Judgement(strongest(match.verdict for match in matches), matches, tuple(why for _, why in letters))

    def _match(self, known: _Known, verdict: Verdict) -> tuple[LetterMatch, str]:
        frames = self._stored.frames_of(known.number)
        inside = np.zeros(len(frames), dtype=np.bool_)
        found = [np.zeros(len(each), dtype=np.bool_) for each in self._frames]
        for at, stretch in known.stretches:
            inside[slice(*stretch.known)] = True
            found[at][slice(*stretch.found)] = True
        speaking = int(np.count_nonzero(frames[inside]))
        containment = speaking / max(1, int(self._stored.speaking[known.number]))
        in_found = sum(int(np.count_nonzero(each[mask])) for each, mask in zip(self._frames, found, strict=True))
        coverage = in_found / max(1, sum(int(np.count_nonzero(each)) for each in self._frames))
        weights = [stretch.speaking for _, stretch in known.stretches]
        error = float(np.average([stretch.error for _, stretch in known.stretches], weights=weights))
        seconds = inside.sum() * FRAME_SECONDS
        recording_id = self._stored.recording_id(known.number)
        match = LetterMatch(
            letter_id=recording_id,
            verdict=verdict,
            containment=containment,
            coverage=coverage,
            evidence=round(float(seconds), 1),
            spans=tuple(sorted((self._span(at, each) for at, each in known.stretches), key=lambda span: span.doc)),
            heard=True,
        )
        others = "" if verdict is Verdict.KNOWN_LETTER else "; other known recordings have it too"
        return match, (
            f"{seconds:.0f} s of recording {recording_id}, {containment:.0%} of it, bit error {error:.2f}{others}"
        )

    def _span(self, at: int, stretch: Stretch) -> Span:
        found, known = (
            (int(first * FRAME_SECONDS), max(int(first * FRAME_SECONDS) + 1, round(end * FRAME_SECONDS)))
            for first, end in (stretch.found, stretch.known)
        )
        return Span(self._paths[at], found, known)

    def _copies(self, known: list[_Known]) -> list[list[_Known]]:
        """Known recordings that are one and the same, as groups."""
        groups: list[list[_Known]] = []
        for one in known:
            mine = next((group for group in groups if self._are_copies(group[0], one)), None)
            if mine is None:
                groups.append([one])
            else:
                mine.append(one)
        return groups

    def _are_copies(self, one: _Known, other: _Known) -> bool:
        """Held against each other where both lie in the found recording."""
        for at, first in one.stretches:
            for place, second in other.stretches:
                begin, end = max(first.found[0], second.found[0]), min(first.found[1], second.found[1])
                if at != place or end <= begin or self._pairs >= _MOST_PAIRS:
                    continue
                self._pairs += 1
                middle = (begin + end) // 2
                pair = (first.known[0] + middle - first.found[0], second.known[0] + middle - second.found[0])
                frames = self._stored.frames_of(one.number), self._stored.frames_of(other.number)
                same = stretch_at(*frames, pair)
                least = COPY_SHARE * max(self._stored.speaking[one.number], self._stored.speaking[other.number])
                if same is not None and same.speaking >= least:
                    return True
        return False
