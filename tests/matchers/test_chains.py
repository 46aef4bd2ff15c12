"""From single shingles to chains."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np
import pytest

from matchers import chains as chains_module
from matchers.chains import Chain, chains_by_letter, distinct_chains, occurrences
from matchers.postings import Postings

K = 12
Row = tuple[int, int, int, bool]


def postings(*rows: Row) -> Postings:
    """Rows of letter, position, document, unique."""
    columns = list(zip(*rows, strict=True))
    letter, position, document = (np.array(column, dtype=np.int64) for column in columns[:3])
    return Postings(document, letter, position, np.array(columns[3], dtype=np.bool_))


def found(rows: Iterable[Row], at_least: int = 1, most: int = 100) -> dict[int, list[Chain]]:
    candidates = chains_by_letter(postings(*rows), K, at_least, most)
    return {letter: candidate.chains for letter, candidate in candidates.by_letter.items()}


def run(letter: int, position: int, document: int, count: int, unique: bool = True) -> list[Row]:
    return [(letter, position + 6 * step, document + 6 * step, unique) for step in range(count)]


def test_a_run_is_one_chain_with_its_symbols_counted_once() -> None:
    assert found(run(7, 100, 40, 10)) == {7: [Chain((40, 106), (100, 166), 66, 66, (-60, -60))]}


def test_drift_keeps_a_chain_and_a_jump_breaks_it() -> None:
    drifting = [(0, 10 * step, 10 * step + step, True) for step in range(20)]
    assert len(found(drifting)[0]) == 1
    assert len(found([*run(0, 0, 0, 9), *run(0, 60, 160, 9)])[0]) == 2
    assert len(found([*run(0, 0, 0, 9), *run(0, 900, 900, 9)])[0]) == 2


def test_text_repeated_on_one_side_counts_once() -> None:
    again = [row for place in (0, 1000, 2000) for row in run(0, 0, place, 5)]
    chains = found(again)[0]
    assert [chain.evidence for chain in chains] == [36, 36, 36]
    assert len(distinct_chains(chains)) == 1
    phrase = [(0, position, 5, True) for position in range(10)]
    assert found(phrase) == {}


def test_letters_with_too_little_are_left_out() -> None:
    rows = [*run(0, 0, 0, 10), *run(1, 0, 500, 4, unique=False), (2, 0, 900, True)]
    nothing = np.zeros(0, dtype=np.int64)
    assert set(found(rows, 40)) == {0}
    assert found(rows, 25)[1][0].unique == 0
    assert not chains_by_letter(Postings(nothing, nothing, nothing, np.zeros(0, dtype=np.bool_)), K, 1, 9).by_letter


def test_two_copies_are_two_occurrences_and_pieces_of_one_are_one() -> None:
    one = [*run(0, 0, 0, 20), *run(0, 200, 300, 20)]
    copy = [(letter, position, document + 5000, unique) for letter, position, document, unique in one]
    groups = occurrences(found([*one, *copy])[0], 60).looked_at
    assert [len(group) for group in groups] == [2, 2]


def test_of_too_many_letters_those_with_most_are_given_and_the_others_counted() -> None:
    rows = [row for letter in range(5) for row in run(letter, 0, 1000 * letter, 5 + letter)]
    candidates = chains_by_letter(postings(*rows), K, 30, 2)
    assert list(candidates.by_letter) == [4, 3]
    assert candidates.left == 3


def test_of_too_many_chains_the_strongest_are_given_and_the_others_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains_module, "MOST_CHAINS", 3)
    rows = [row for place in range(10) for row in run(0, 0, 1000 * place, 5 + place)]
    candidate = chains_by_letter(postings(*rows), K, 30, 9).by_letter[0]
    assert [chain.doc[0] for chain in candidate.chains] == [9000, 8000, 7000]
    assert candidate.left == 7


def test_chains_are_those_that_single_steps_give() -> None:
    generator = np.random.default_rng(5)
    for size in generator.integers(1, 200, 30):
        rows = sorted(
            {
                (int(letter), int(place + drift), int(place) + 300, bool(unique))
                for place, letter, drift, unique in generator.integers((20, 0, -20, 0), (3000, 3, 20, 2), (size, 4))
            },
            key=lambda row: row[2],
        )
        chains = found(rows)
        assert {letter: sorted(map(repr, own)) for letter, own in chains.items()} == step_by_step(rows)
        assert all(one.evidence >= other.evidence for own in chains.values() for one, other in pairwise(own))


def step_by_step(rows: list[Row]) -> dict[int, list[str]]:
    """The same, as the words in `chains.py` say it."""
    result: dict[int, list[str]] = {}
    for letter in {row[0] for row in rows}:
        own = sorted((row for row in rows if row[0] == letter), key=lambda row: row[2] - row[1])
        bands = parted(own, lambda one, other: (other[2] - other[1]) - (one[2] - one[1]) > chains_module.DIAGONAL_STEP)
        links = [link for band in bands for link in parted(by_place(band), wider_than(chains_module.PAGE_BREAK))]
        strong = [link for link in links if symbols(link) >= chains_module.CHAIN_SYMBOLS]

        def ends(one: Row, other: Row, strong: list[list[Row]] = strong) -> bool:
            gap = other[2] - one[2]
            within = any(one[side] <= middle(link, side) < other[side] for link in strong for side in (1, 2))
            return gap > chains_module.LONGEST_BRIDGE or (gap > chains_module.PAGE_BREAK and within)

        for band in bands:
            for part in parted(by_place(band), ends):
                evidence, unique = symbols(part), symbols([row for row in part if row[3]])
                if evidence < chains_module.CHAIN_SYMBOLS:
                    continue
                places, documents = [row[1] for row in part], [row[2] for row in part]
                distances = [row[2] - row[1] for row in part]
                chain = Chain(
                    (min(documents), max(documents) + K),
                    (min(places), max(places) + K),
                    evidence,
                    unique,
                    (min(distances), max(distances)),
                )
                result.setdefault(letter, []).append(repr(chain))
    return {letter: sorted(chains) for letter, chains in result.items()}


def by_place(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row[2])


def wider_than(symbols: int) -> Callable[[Row, Row], bool]:
    return lambda one, other: other[2] - one[2] > symbols


def middle(rows: list[Row], side: int) -> int:
    return (min(row[side] for row in rows) + max(row[side] for row in rows) + K) // 2


def parted(rows: list[Row], apart: Callable[[Row, Row], bool]) -> list[list[Row]]:
    parts = [[rows[0]]]
    for one, other in pairwise(rows):
        if apart(one, other):
            parts.append([])
        parts[-1].append(other)
    return parts


def symbols(rows: list[Row]) -> int:
    return min(len({row[side] + step for row in rows for step in range(K)}) for side in (1, 2))


def test_pages_in_another_order_are_chains_of_their_own() -> None:
    pages = [*run(0, 490, 20, 70), *run(0, 60, 470, 60), *run(0, 940, 920, 80)]  # the first and the last are in line
    assert [chain.letter for chain in found(pages)[0]] == [(940, 1426), (490, 916), (60, 426)]
    without = [*run(0, 490, 20, 70), *run(0, 1330, 900, 30)]
    assert len(found(without)[0]) == 2
    hidden = [*run(0, 0, 1000, 60), *run(0, 900, 1900, 60), *run(0, 450, 20, 60)]  # the second page stands before both
    assert len(found(hidden)[0]) == 3
    gap_only = [*run(0, 0, 1000, 60), *run(0, 900, 1900, 60)]
    assert len(found(gap_only)[0]) == 1
