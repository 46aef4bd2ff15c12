"""Sketches of documents against a pack: which letters they may hold, without their text.

A sketch has no words, so nothing is aligned and no identifier is looked at. What it says is therefore less than what a
match says: a letter is called known only where so much of all that tells it from others is there that its names and
numbers must be among it. What is less is a passage, what is still less only a reason to fetch the document again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matchers.anchors import Stretcher
from matchers.chains import Candidate, chains_by_letter
from matchers.deciding import Surroundings
from matchers.pack import Pack
from matchers.people import RegisteredCategories, people_of
from matchers.postings import Postings, RowKind, kinds_of, unpacked_postings
from matchers.shingle_table import LookUp
from matchers.sketch import ONE_IN, SPARSEST, Sketch
from matchers.verdicts import LetterMatch, Verdict

# Shingles of a letter, one after the other, from which a document is fetched again: all passages of 60 words at 2 %
# character error have so many, and one in seven letters of other patients.
FETCH_SHINGLES: Final = 2
# Shingles from which there is a passage of the letter. Of 3,000 negatives the most have 7, of 5,100 hard ones 12 (a
# sequel to the same patient); passages of 150 words have a middling 34.
PASSAGE_SHINGLES: Final = 14
# Share of the letter's shingles from which it is the letter. Where all names and numbers are replaced 0.90 are left at
# most; of a clean copy 0.97 are there.
KNOWN_SHARE: Final = 0.92
# Shingles that a letter must have for a share to say so much.
KNOWN_SHINGLES: Final = 20
# Symbols of evidence that a chain needs: two shingles that do not overlap much.
_LEAST_SYMBOLS: Final = 12
# Template shingles from which a document whose verdict was that it is none of ours is looked at again.
TEMPLATE_SHINGLES: Final = 8
# Share of a passage in the text of a letter that is there as a whole, from which it is that letter's.
EXPLAINED_AWAY: Final = 0.9
_MOST_LETTERS: Final = 1_000


@dataclass(frozen=True, slots=True)
class SketchMatch:
    """A letter of which a sketch shows something.

    Attributes:
        letter_id: the letter's.
        verdict: known_letter or shared_passage; None for what is too little to say either.
        shingles: of the letter, found in order.
        share: of the letter's shingles that a sketch of this kind can show, 0 to 1.
        evidence: distinctive characters that agree, at least.
        file: path of the file inside that holds most of it; empty for the document itself.
        number: of the letter in the pack.
        places: symbols of the document that these shingles begin with.
    """

    letter_id: str
    verdict: Verdict | None
    shingles: int
    share: float
    evidence: int
    file: str
    number: int
    places: frozenset[int] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class Compared:
    """What a sketch shows.

    Attributes:
        matches: letters, that with most of it first.
        template: its shingles that are the organisation's template.
    """

    matches: tuple[SketchMatch, ...]
    template: int


class SketchMatcher:
    """Compares sketches with one pack. Reads one row in 16 of the pack's table when it is made: 0.1 s a million."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._expected = _shingles_by_letter(pack)
        self._categories = RegisteredCategories(Stretcher(pack.keyring.root))

    def compared(self, sketches: Sequence[Sketch], known: Sequence[Collection[str]] | None = None) -> list[Compared]:
        """What each sketch shows; a few thousand at a time.

        Args:
            sketches: of documents.
            known: for each the letters that the document is known to hold: they explain passages of others.
        """
        known = known or [()] * len(sketches)
        starts = np.cumsum([0, *(len(sketch.hashes) for sketch in sketches)])
        found = self._pack.look_up(np.concatenate([np.zeros(0, np.uint64), *(sketch.hashes for sketch in sketches)]))
        template = np.diff(np.concatenate(([0], np.cumsum(found.template)))[starts])
        postings = _by_document(found, starts)
        return [
            Compared(_unexplained(self._letters(sketch, postings[number]), known[number]), int(template[number]))
            for number, sketch in enumerate(sketches)
        ]

    def told(self, match: SketchMatch, verdict: Verdict) -> LetterMatch:
        """A letter with this verdict, as the matcher would tell it. Where in the document it stands is not known."""
        registered = self._pack.letter(match.number).anchors()
        said = (
            f"letter {match.letter_id}: by its sketch, the document was not looked at again: {match.share:.0%} of what "
            f"tells the letter from others, {match.evidence} characters at least; names and numbers were not compared"
        )
        return LetterMatch(
            letter_id=match.letter_id,
            verdict=verdict,
            containment=min(1.0, match.share),
            coverage=0.0,
            evidence=float(match.evidence),
            reasons=(said,),
            categories=tuple(self._categories.of(registered)),
            people=people_of(registered, match.letter_id),
        )

    def _letters(self, sketch: Sketch, postings: Postings) -> list[SketchMatch]:
        if len(postings) < FETCH_SHINGLES:
            return []
        placed = Postings(sketch.places[postings.document], postings.letter, postings.position, postings.unique)
        length = self._pack.parameters.shingle_symbols
        candidates = chains_by_letter(placed, length, _LEAST_SYMBOLS, _MOST_LETTERS)
        found = [self._match(sketch, number, each, placed) for number, each in candidates.by_letter.items()]
        kept = [match for match in found if match.shingles >= FETCH_SHINGLES]
        return sorted(kept, key=lambda match: (-match.shingles, match.letter_id))

    def _match(self, sketch: Sketch, number: int, candidate: Candidate, postings: Postings) -> SketchMatch:
        inside = _inside(candidate, number, postings)
        shingles = len(np.unique(postings.position[inside]))
        expected = max(1, int(self._expected[sketch.one_in][number]))
        letter = self._pack.letter(number)
        sizes = letter.sizes
        around = Surroundings(self._pack.letters, sizes.shared_share, self._pack.median_shared, sizes.siblings)
        share = shingles / expected
        middle = int(np.median(postings.document[inside])) if shingles else 0
        places = frozenset(postings.document[inside].tolist())
        evidence = sum(chain.evidence for chain in candidate.chains)
        verdict = _verdict(shingles, share, expected, around)
        return SketchMatch(letter.letter_id, verdict, shingles, share, evidence, sketch.file_at(middle), number, places)


def _unexplained(matches: Sequence[SketchMatch], known: Collection[str]) -> tuple[SketchMatch, ...]:
    """Without passages that stand in the text of a letter that is there as a whole: they are that letter's."""
    whole = [match for match in matches if match.verdict is Verdict.KNOWN_LETTER or match.letter_id in known]
    explained = frozenset[int]().union(*(match.places for match in whole))
    return tuple(
        match
        for match in matches
        if match in whole or len(match.places & explained) < EXPLAINED_AWAY * len(match.places)
    )


def _verdict(shingles: int, share: float, expected: int, around: Surroundings) -> Verdict | None:
    """What so much of a letter makes it.

    Where too few letters show what is template, another patient's letter may have most of one: then only a passage that
    is nearly the whole letter counts.
    """
    learned = around.learned and not around.small and not around.alone
    whole = share >= KNOWN_SHARE and expected >= KNOWN_SHINGLES
    if whole and learned:
        return Verdict.KNOWN_LETTER
    if whole or (learned and shingles >= PASSAGE_SHINGLES):
        return Verdict.SHARED_PASSAGE
    return None


def _inside(candidate: Candidate, number: int, postings: Postings) -> NDArray[np.bool_]:
    """The letter's rows that its chains are made of."""
    own = postings.letter == number
    diagonal = postings.document - postings.position
    inside = np.zeros(len(own), dtype=np.bool_)
    for chain in candidate.chains:
        low, high = chain.doc
        least, greatest = chain.diagonals
        within = (postings.document >= low) & (postings.document < high)
        inside |= own & within & (diagonal >= least) & (diagonal <= greatest)
    return inside


def _by_document(found: LookUp, starts: NDArray[np.int64]) -> list[Postings]:
    """The rows of each sketch; their places count from its first shingle."""
    postings = found.postings
    cuts = np.searchsorted(postings.document, starts)
    rows = []
    for start, low, high in zip(starts[:-1].tolist(), cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        part = slice(low, high)
        document = postings.document[part] - start
        rows.append(Postings(document, postings.letter[part], postings.position[part], postings.unique[part]))
    return rows


def _shingles_by_letter(pack: Pack) -> dict[int, NDArray[np.int64]]:
    """For each density of sketches how many shingles of each letter it can show."""
    counts = {one_in: np.zeros(pack.letters, dtype=np.int64) for one_in in _densities()}
    for hashes, values in pack.table.rows(one_in=ONE_IN):
        kept = kinds_of(values) <= RowKind.SHARED
        letters = unpacked_postings(np.zeros(int(kept.sum()), dtype=np.int64), values[kept]).letter
        for one_in, count in counts.items():
            few = hashes[kept] < np.uint64((1 << 64) // one_in)
            counts[one_in] = count + np.bincount(letters[few], minlength=pack.letters)
    return counts


def _densities() -> Collection[int]:
    return [one_in for one_in in (ONE_IN, 2 * ONE_IN, 4 * ONE_IN) if one_in <= SPARSEST]
