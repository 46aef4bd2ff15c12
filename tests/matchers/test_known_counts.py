"""Counts that an earlier pack gives without its texts, against the counts that the texts give."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from demo_range.letters import House
from matchers.hashed_letter import Letter, LetterHasher
from matchers.keys import PackKey
from matchers.known_counts import KnownCounts, runs_of
from matchers.pack import Pack, open_pack
from matchers.pack_build import build_pack
from matchers.postings import Postings
from tests.matchers.conftest import letters_of

KEY = PackKey(bytes(range(32)))


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return letters_of([House.IVF, House.DICTATION], 6)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> Pack:
    folder = tmp_path_factory.mktemp("known") / "pack"
    build_pack([Letter(f"L{n}", text) for n, text in enumerate(texts)], folder, KEY)
    return open_pack(folder, KEY)


def counted(pack: Pack, text: str, gone: int | None = None) -> tuple[list[int], NDArray[np.uint32]]:
    letter = LetterHasher(pack.keyring, pack.parameters).hashed([Letter("new", text)])[0]
    kept = np.ones(pack.letters, dtype=np.bool_)
    if gone is not None:
        kept[gone] = False
    found = pack.look_up(letter.shingles)
    counts = KnownCounts(pack.letter, kept, pack.parameters.shingle_symbols).of(letter, found, found.postings)
    return letter.shingles.tolist(), counts


def true_counts(pack: Pack, texts: list[str], shingles: list[int]) -> list[int]:
    hasher = LetterHasher(pack.keyring, pack.parameters)
    letters = [set(one.shingles.tolist()) for one in hasher.hashed([Letter("x", text) for text in texts])]
    return [sum(value in letter for letter in letters) for value in shingles]


def test_a_letter_of_the_same_template_is_counted_as_its_texts_would_count_it(pack: Pack, texts: list[str]) -> None:
    other = letters_of([House.IVF], 1, first=50)[0]
    shingles, counts = counted(pack, other)
    true = np.array(true_counts(pack, texts, shingles))
    assert (counts <= true).all(), "nothing is counted that is not there"
    assert (counts == true).mean() > 0.98


def test_text_of_one_letter_is_filled_between_its_samples_to_its_very_ends(pack: Pack, texts: list[str]) -> None:
    words = texts[8].split()
    passage = " ".join(words[40:90])
    shingles, counts = counted(pack, passage)
    true = np.array(true_counts(pack, texts, shingles))
    assert (counts == true).all()
    assert (true == 1).sum() > 50


def test_a_letter_that_goes_does_not_count(pack: Pack, texts: list[str]) -> None:
    shingles, counts = counted(pack, texts[8], gone=8)
    true = np.array(true_counts(pack, [text for n, text in enumerate(texts) if n != 8], shingles))
    few = true < pack.parameters.frequent_from - 1
    assert (counts[few] == true[few]).mean() > 0.98


def test_shingles_on_one_diagonal_that_meet_are_one_run() -> None:
    rows = [(0, 0, 5), (12, 0, 17), (25, 0, 30), (26, 0, 40), (3, 1, 8)]
    document, letter, position = (np.array(column) for column in zip(*rows, strict=True))
    runs = runs_of(Postings(document, letter, position, np.ones(5, dtype=np.bool_)), 12)
    assert list(zip(runs.letter, runs.start, runs.end, runs.shift, strict=True)) == [
        (0, 0, 24, 5), (0, 25, 37, 5), (0, 26, 38, 14), (1, 3, 15, 5),
    ]  # fmt: skip
    none = np.zeros(0, dtype=np.int64)
    assert len(runs_of(Postings(none, none, none, none.astype(np.bool_)), 12).start) == 0
