"""From single shingles found to chains: runs that keep their order and distance in letter and document."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from matchers.compiled import NUMBER, compiled, filled, given
from matchers.postings import Postings
from matchers.ranges import Ranges

# Symbols that the distance between letter and document may change from one shingle to the next on the same diagonal.
# At 20 % character error, where one shingle in 14 is found, most steps are smaller; lost lines make steps of 60 and up.
DIAGONAL_STEP = 16
# Symbols without a rare shingle that a chain bridges: about 120 words, a long paragraph of template text.
LONGEST_BRIDGE = 600
# Symbols without a rare shingle in which a chain ends if other text of the letter has its middle there, or what the
# letter has there has its middle elsewhere: pages in another order may come to stand at nearly their old distances.
PAGE_BREAK = 100
# Symbols of evidence that a chain needs to be looked at: a word or a date that is new in its surroundings makes this
# much; one shingle alone (12) is a turn of phrase.
CHAIN_SYMBOLS = 24
# Chains of one letter that are looked at, strongest first: 40 pages of noise in one have 1,000. What repeats a phrase
# makes as many as the phrase has places in the letter, times those in the document.
MOST_CHAINS = 2_000

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
# Bits for a symbol's number, or a distance of symbols, below a letter's or a group's number; and for a mark below both.
_SYMBOL_BITS = 31
_MARK_BITS = 1


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


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a document has of one letter.

    Attributes:
        chains: strongest first, `MOST_CHAINS` at most.
        left: how many weaker ones there are.
    """

    chains: list[Chain]
    left: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """The letters that a document may hold.

    Attributes:
        by_letter: by their numbers, that with the strongest chain first.
        left: how many more letters there are, of which less was found.
    """

    by_letter: dict[int, Candidate]
    left: int


# Columns of a table of chains, one row a chain.
_LETTER, _EVIDENCE, _UNIQUE, _DOC_START, _DOC_END, _OWN_START, _OWN_END, _LEAST, _GREATEST = range(9)
_Table = NDArray[np.int64]
_NO_CHAINS: _Table = np.empty((0, _GREATEST + 1), dtype=np.int64)


def chains_by_letter(postings: Postings, length: int, at_least: int, most: int) -> Candidates:
    """The chains of every letter whose chains together have `at_least` symbols of evidence.

    Args:
        postings: kept shingles that the document has too.
        length: symbols of a shingle.
        at_least: symbols.
        most: letters that are given, those with the most evidence.
    """
    table = _chain_table(postings, length) if len(postings) else _NO_CHAINS
    if not len(table):
        return Candidates({}, 0)
    table = table[np.lexsort((-table[:, _EVIDENCE], table[:, _LETTER]))]
    first = np.flatnonzero(np.diff(table[:, _LETTER], prepend=-1))
    ends = np.append(first[1:], len(table))
    totals = np.add.reduceat(table[:, _EVIDENCE], first)
    enough = np.flatnonzero(totals >= at_least)
    given_up = max(0, len(enough) - most)
    if given_up:
        enough = np.sort(enough[np.argsort(-totals[enough], kind="stable")[:most]])
    enough = enough[np.argsort(-table[first[enough], _EVIDENCE], kind="stable")]
    found = (_candidate(table[first[place] : ends[place]]) for place in enough.tolist())
    letters = table[first[enough], _LETTER].tolist()
    return Candidates(dict(zip(letters, found, strict=True)), given_up)


def _candidate(table: _Table) -> Candidate:
    chains = [
        Chain((row[_DOC_START], row[_DOC_END]), (row[_OWN_START], row[_OWN_END]), row[_EVIDENCE], row[_UNIQUE],
              (row[_LEAST], row[_GREATEST]))
        for row in table[:MOST_CHAINS].tolist()
    ]  # fmt: skip
    return Candidate(chains, max(0, len(table) - MOST_CHAINS))


def _chain_table(postings: Postings, length: int) -> _Table:
    """Every chain that has `CHAIN_SYMBOLS`, letter by letter."""
    order, bands = _bands(postings)
    links, chains = bands.copy(), bands
    count = _part_at_gaps(order, postings.document, PAGE_BREAK, links)
    table = _table_of(postings, links, count, length)
    if _part_at_gaps(order, postings.document, LONGEST_BRIDGE, chains) == count:
        return table
    middles = np.empty((2, len(table)), dtype=np.int64)
    middles[0] = table[:, _LETTER] << _SYMBOL_BITS | (table[:, _DOC_START] + table[:, _DOC_END]) // 2
    middles[1] = table[:, _LETTER] << _SYMBOL_BITS | (table[:, _OWN_START] + table[:, _OWN_END]) // 2
    middles.sort()
    count = _part_at_links(order, postings.letter, postings.document, postings.position, middles, chains)
    return _table_of(postings, chains, count, length)


def _table_of(postings: Postings, groups: NDArray[np.int64], count: int, length: int) -> _Table:
    """The groups that have `CHAIN_SYMBOLS`, of so many."""
    document = _evidence(postings.document, postings.unique, groups, (count, length))
    evidence = np.minimum(document, _evidence(postings.position, postings.unique, groups, (count, length)))
    strong = np.flatnonzero(evidence[0] >= CHAIN_SYMBOLS)
    row_of = np.full(count, -1, dtype=np.int64)
    row_of[strong] = np.arange(len(strong))
    table = np.empty((len(strong), _GREATEST + 1), dtype=np.int64)
    table[:, _EVIDENCE], table[:, _UNIQUE] = evidence[0, strong], evidence[1, strong]
    table[:, [_DOC_START, _OWN_START, _LEAST]] = np.iinfo(np.int64).max
    table[:, [_DOC_END, _OWN_END, _GREATEST]] = np.iinfo(np.int64).min
    _fill_table(row_of[groups], postings.letter, postings.document, postings.position, length, table)
    return table


def _bands(postings: Postings) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The band of each posting, and an order by band and place in the document; bands of one letter come together."""
    bands = np.empty(len(postings), dtype=np.int64)
    diagonals = postings.document - postings.position
    _fill_bands(
        np.argsort(postings.letter << _SYMBOL_BITS | diagonals - diagonals.min()), postings.letter, diagonals, bands
    )
    return np.argsort(bands << _SYMBOL_BITS | postings.document), bands


@compiled(NUMBER, (given("i8"), given("i8"), given("i8"), filled("i8")))
def _fill_bands(
    order: NDArray[np.int64], letters: NDArray[np.int64], diagonals: NDArray[np.int64], bands: NDArray[np.int64]
) -> int:
    """Number the runs of one letter on diagonals that lie close, in the order of letter and diagonal."""
    band, before = 0, order[0]
    for row in order:
        band += letters[row] != letters[before] or diagonals[row] - diagonals[before] > DIAGONAL_STEP
        bands[row], before = band, row
    return band + 1


@compiled(NUMBER, (given("i8"), given("i8"), NUMBER, filled("i8")))
def _part_at_gaps(
    order: NDArray[np.int64], document: NDArray[np.int64], longest: int, groups: NDArray[np.int64]
) -> int:
    """Number groups anew where they leave more symbols out, in the order of group and document; how many there are."""
    number, group, before = 0, groups[order[0]], order[0]
    for row in order:
        number += groups[row] != group or document[row] - document[before] > longest
        group, before = groups[row], row
        groups[row] = number
    return number + 1


@compiled(NUMBER, (given("i8"), given("i8"), given("i8"), given("i8"), filled("i8", 2), filled("i8")))
def _part_at_links(
    order: NDArray[np.int64],
    letters: NDArray[np.int64],
    document: NDArray[np.int64],
    position: NDArray[np.int64],
    middles: NDArray[np.int64],
    groups: NDArray[np.int64],
) -> int:
    """The same where a link of the letter, of this chain or another, has its middle in what is left out.

    Args:
        order: of the rows.
        letters: of each row.
        document: its place there.
        position: its place in the letter.
        middles: of links, ascending: letter and symbol of the document; letter and symbol of the letter.
        groups: of each row.
    """
    number, group, before = 0, groups[order[0]], order[0]
    for row in order:
        number += groups[row] != group
        if groups[row] == group and document[row] - document[before] > PAGE_BREAK:
            letter = letters[row] << _SYMBOL_BITS
            doc_low, doc_high = letter | document[before], letter | document[row]
            own_low, own_high = letter | position[before], letter | position[row]
            in_doc = np.searchsorted(middles[0], doc_low) < np.searchsorted(middles[0], doc_high)
            number += in_doc or np.searchsorted(middles[1], own_low) < np.searchsorted(middles[1], own_high)
        group, before = groups[row], row
        groups[row] = number
    return number + 1


def _evidence(
    starts: NDArray[np.int64], unique: NDArray[np.bool_], groups: NDArray[np.int64], sizes: tuple[int, int]
) -> NDArray[np.int64]:
    """Symbols that shingles cover in each group, on one side; of all, and of those that no other letter has.

    Args:
        starts: symbols that they begin with.
        unique: which no other letter has.
        groups: of each.
        sizes: how many groups there are, and symbols of a shingle.
    """
    covered = np.zeros((2, sizes[0]), dtype=np.int64)
    places = (groups << _SYMBOL_BITS | starts) << _MARK_BITS | unique
    places.sort()
    _fill_covered(places, sizes[1], covered)
    return covered


@compiled(NUMBER, (given("i8"), NUMBER, filled("i8", 2)))
def _fill_covered(places: NDArray[np.int64], length: int, covered: NDArray[np.int64]) -> int:
    """Fill in from ascending places: group, symbol, and in the last bit whether it counts in the second row too."""
    symbol_mask = (1 << _SYMBOL_BITS) - 1
    group, end, unique_end = -1, 0, 0
    for place in places:
        own, symbol = place >> (_SYMBOL_BITS + _MARK_BITS), place >> _MARK_BITS & symbol_mask
        if own != group:
            group, end, unique_end = own, 0, 0
        covered[0, group] += min(length, symbol + length - end)
        end = symbol + length
        if place & 1:
            covered[1, group] += min(length, symbol + length - unique_end)
            unique_end = end
    return len(places)


@compiled(NUMBER, (given("i8"), given("i8"), given("i8"), given("i8"), NUMBER, filled("i8", 2)))
def _fill_table(
    rows: NDArray[np.int64],
    letters: NDArray[np.int64],
    documents: NDArray[np.int64],
    positions: NDArray[np.int64],
    length: int,
    table: _Table,
) -> int:
    """Widen the ranges of each posting's row by it; -1 is no row."""
    for at in range(len(rows)):
        if rows[at] < 0:
            continue
        row, document, position = table[rows[at]], documents[at], positions[at]
        row[_LETTER] = letters[at]
        row[_DOC_START], row[_DOC_END] = min(row[_DOC_START], document), max(row[_DOC_END], document + length)
        row[_OWN_START], row[_OWN_END] = min(row[_OWN_START], position), max(row[_OWN_END], position + length)
        row[_LEAST] = min(row[_LEAST], document - position)
        row[_GREATEST] = max(row[_GREATEST], document - position)
    return len(rows)


def distinct_chains(chains: list[Chain]) -> list[Chain]:
    """The chains that each find other text of the letter in other text of the document; strongest first, as given.

    A chain is left out where a stronger one explains the same text of the document (a phrase that the letter repeats)
    or finds the same text of the letter (a second copy in the document).
    """
    in_doc, in_letter = Ranges(), Ranges()
    kept: list[Chain] = []
    for chain in chains:
        if not _repeats(chain.doc, in_doc) and not _repeats(chain.letter, in_letter):
            kept.append(chain)
            in_doc.add(*chain.doc)
            in_letter.add(*chain.letter)
    return kept


def _repeats(own: tuple[int, int], stronger: Ranges) -> bool:
    return stronger.within(*own) > REPETITION_OVERLAP * (own[1] - own[0])


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
    if len(chains) == 1:
        return Occurrences([chains] if chains[0].evidence >= at_least else [], 0)
    groups: list[list[Chain]] = []
    for chain in sorted(chains, key=attrgetter("doc")):
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
