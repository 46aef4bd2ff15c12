"""From single shingles to chains."""

from __future__ import annotations

import numpy as np

from matchers.chains import Chain, chains_by_letter, distinct_chains, occurrences
from matchers.postings import Postings

K = 12


def postings(*rows: tuple[int, int, int, bool]) -> Postings:
    """Rows of letter, position, document, unique."""
    columns = list(zip(*rows, strict=True))
    letter, position, document = (np.array(column, dtype=np.int64) for column in columns[:3])
    return Postings(document, letter, position, np.array(columns[3], dtype=np.bool_))


def run(letter: int, position: int, document: int, count: int, unique: bool = True) -> list[tuple[int, int, int, bool]]:
    return [(letter, position + 6 * step, document + 6 * step, unique) for step in range(count)]


def test_a_run_is_one_chain_with_its_symbols_counted_once() -> None:
    found = chains_by_letter(postings(*run(7, 100, 40, 10)), K, 1)
    assert found == {7: [Chain((40, 106), (100, 166), 66, 66, (-60, -60))]}


def test_drift_keeps_a_chain_and_a_jump_breaks_it() -> None:
    drifting = [(0, 10 * step, 10 * step + step, True) for step in range(20)]
    assert len(chains_by_letter(postings(*drifting), K, 1)[0]) == 1
    assert len(chains_by_letter(postings(*run(0, 0, 0, 9), *run(0, 60, 160, 9)), K, 1)[0]) == 2
    assert len(chains_by_letter(postings(*run(0, 0, 0, 9), *run(0, 600, 600, 9)), K, 1)[0]) == 2


def test_text_repeated_on_one_side_counts_once() -> None:
    again = [row for place in (0, 1000, 2000) for row in run(0, 0, place, 5)]
    chains = chains_by_letter(postings(*again), K, 1)[0]
    assert [chain.evidence for chain in chains] == [36, 36, 36]
    assert len(distinct_chains(chains)) == 1
    phrase = [(0, position, 5, True) for position in range(10)]
    assert chains_by_letter(postings(*phrase), K, 1) == {}


def test_letters_with_too_little_are_left_out() -> None:
    rows = [*run(0, 0, 0, 10), *run(1, 0, 500, 4, unique=False), (2, 0, 900, True)]
    nothing = np.zeros(0, dtype=np.int64)
    assert set(chains_by_letter(postings(*rows), K, 40)) == {0}
    assert chains_by_letter(postings(*rows), K, 25)[1][0].unique == 0
    assert chains_by_letter(Postings(nothing, nothing, nothing, np.zeros(0, dtype=np.bool_)), K, 1) == {}


def test_two_copies_are_two_occurrences_and_pieces_of_one_are_one() -> None:
    one = [*run(0, 0, 0, 20), *run(0, 200, 300, 20)]
    copy = [(letter, position, document + 5000, unique) for letter, position, document, unique in one]
    groups = occurrences(chains_by_letter(postings(*one, *copy), K, 1)[0], 60).looked_at
    assert [len(group) for group in groups] == [2, 2]
