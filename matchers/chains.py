"""From single shingles found to chains: runs that keep their order and distance in letter and document."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchers.postings import Postings

# Symbols that the distance between letter and document may change from one shingle to the next on the same diagonal.
# At 10 % character error a shingle in four is followed by a change of 1 or 2, lost lines make steps of 60 or more.
DIAGONAL_STEP = 16
# Symbols without a rare shingle that a chain bridges: about 80 words, a long paragraph of template text.
LONGEST_BRIDGE = 400
# Symbols of evidence that a chain needs to be looked at: a word or a date that is new in its surroundings makes this
# much; one shingle alone (12) is a turn of phrase.
CHAIN_SYMBOLS = 24

# Share of a chain that lies on text of a stronger chain, from which it counts as finding the same text again.
REPETITION_OVERLAP = 0.5
# Chains of a letter are one occurrence of it when no more symbols than these lie between them in the document, and
# their distances between letter and document differ by no more: half a page. Another patient's story in the place of
# this one's changes the distance by less, another letter in the same file by more.
OCCURRENCE_GAP = 800
# Occurrences of one letter in one document that are looked at, strongest first.
MOST_OCCURRENCES = 8
# Groups that a chain may still join; hits on template text open groups of one in between.
_GROUPS_BACK = 4


@dataclass(frozen=True, slots=True)
class Chain:
    """Shingles of one letter found in order. Ranges are symbols, end not included.

    Attributes:
        evidence: symbols that the shingles cover, counted once on either side.
        unique: the same for shingles that no other letter has.
        diagonals: least and greatest of document symbol less letter symbol.
    """

    doc: tuple[int, int]
    letter: tuple[int, int]
    evidence: int
    unique: int
    diagonals: tuple[int, int]


def chains_by_letter(postings: Postings, length: int, at_least: int) -> dict[int, list[Chain]]:
    """The chains of every letter whose chains together have `at_least` symbols of evidence, strongest chain first."""
    if not len(postings):
        return {}
    diagonals = postings.document - postings.position
    order = np.lexsort((postings.document, diagonals, postings.letter))
    band = _breaks(postings.letter[order]) | (np.abs(np.diff(diagonals[order], prepend=0)) > DIAGONAL_STEP)
    bands = np.empty(len(order), dtype=np.int64)
    bands[order] = np.cumsum(band)
    order = np.lexsort((postings.document, bands))
    far = np.diff(postings.document[order], prepend=0) > LONGEST_BRIDGE
    groups = np.cumsum(_breaks(bands[order]) | far) - 1
    return _collected(postings.where(order), groups, length, at_least)


def _breaks(values: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where a value differs from the one before; the first always does."""
    return np.concatenate(([True], values[1:] != values[:-1]))


def _collected(postings: Postings, groups: NDArray[np.int64], length: int, at_least: int) -> dict[int, list[Chain]]:
    starts = np.flatnonzero(_breaks(groups))
    ends = np.append(starts[1:], len(groups))
    evidence = _evidence(postings, groups, length)
    chosen = postings.unique
    unique = np.zeros(len(starts), dtype=np.int64)
    if chosen.any():
        present, dense = np.unique(groups[chosen], return_inverse=True)
        unique[present] = _evidence(postings.where(chosen), dense, length)
    letters = postings.letter[starts]
    totals: dict[int, int] = {}
    strong = np.flatnonzero(evidence >= CHAIN_SYMBOLS)
    for letter, symbols in zip(letters[strong].tolist(), evidence[strong].tolist(), strict=True):
        totals[letter] = totals.get(letter, 0) + symbols
    found: dict[int, list[Chain]] = {}
    for number in strong[np.argsort(-evidence[strong], kind="stable")].tolist():
        letter = int(letters[number])
        if totals[letter] >= at_least:
            members = postings.where(np.arange(starts[number], ends[number]))
            found.setdefault(letter, []).append(_chain(members, length, int(evidence[number]), int(unique[number])))
    return found


def _chain(members: Postings, length: int, evidence: int, unique: int) -> Chain:
    diagonals = members.document - members.position
    return Chain(
        doc=(int(members.document.min()), int(members.document.max()) + length),
        letter=(int(members.position.min()), int(members.position.max()) + length),
        evidence=evidence,
        unique=unique,
        diagonals=(int(diagonals.min()), int(diagonals.max())),
    )


def _evidence(postings: Postings, groups: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """Symbols covered in each group, on the side where they are fewer: text repeated on one side counts once."""
    return np.minimum(
        _covered_symbols(postings.position, groups, length), _covered_symbols(postings.document, groups, length)
    )


def _covered_symbols(starts: NDArray[np.int64], groups: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    order = np.lexsort((starts, groups))
    ordered, of_group = starts[order], groups[order]
    steps = np.full(len(ordered), length, dtype=np.int64)
    steps[:-1] = np.where(of_group[1:] == of_group[:-1], np.minimum(length, np.diff(ordered)), length)
    return np.bincount(of_group, weights=steps).astype(np.int64)


def distinct_chains(chains: list[Chain]) -> list[Chain]:
    """The chains that each find other text of the letter in other text of the document; strongest first, as given.

    A chain is left out where a stronger one explains the same text of the document (a phrase that the letter repeats)
    or finds the same text of the letter (a second copy in the document).
    """
    kept: list[Chain] = []
    for chain in chains:
        in_doc = _overlaps(chain.doc, [other.doc for other in kept])
        if not in_doc and not _overlaps(chain.letter, [other.letter for other in kept]):
            kept.append(chain)
    return kept


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Groups of chains that stand near one another in the document, strongest group first.

    Attributes:
        looked_at: the chains of each group, `MOST_OCCURRENCES` groups at most.
        left: how many more there are.
    """

    looked_at: list[list[Chain]]
    left: int


def occurrences(chains: list[Chain], at_least: int) -> Occurrences:
    """Chains in groups that each have `at_least` symbols of evidence."""
    groups: list[list[Chain]] = []
    for chain in sorted(chains, key=lambda chain: chain.doc):
        near = [group for group in groups[-_GROUPS_BACK:] if _near(group[-1], chain)]
        if near:
            near[-1].append(chain)
        else:
            groups.append([chain])
    ordered = [sorted(group, key=lambda chain: -chain.evidence) for group in groups]
    ordered.sort(key=lambda group: -sum(chain.evidence for chain in group))
    strong = [group for group in ordered if sum(chain.evidence for chain in group) >= at_least]
    return Occurrences(strong[:MOST_OCCURRENCES], max(0, len(strong) - MOST_OCCURRENCES))


def _near(one: Chain, other: Chain) -> bool:
    apart = other.doc[0] - one.doc[1]
    shifted = max(other.diagonals[0] - one.diagonals[1], one.diagonals[0] - other.diagonals[1])
    return apart <= OCCURRENCE_GAP and shifted <= OCCURRENCE_GAP


def _overlaps(own: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    shared = sum(max(0, min(own[1], end) - max(own[0], start)) for start, end in others)
    return shared > REPETITION_OVERLAP * (own[1] - own[0])
