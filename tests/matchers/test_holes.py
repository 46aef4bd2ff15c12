"""Holes are what noise does not explain; page furniture is none."""

from __future__ import annotations

import random

import numpy as np

from matchers.holes import LetterWords, longest_noise, missing_runs
from matchers.token_shapes import TokenClass


def lost(total: int, *runs: tuple[int, int]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found = np.ones(total, dtype=np.bool_)
    for start, end in runs:
        found[start:end] = False
    return found


def run_lengths(found: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    runs = missing_runs(found)
    return runs[:, 1] - runs[:, 0]


def test_missing_runs() -> None:
    assert missing_runs(lost(10, (0, 2), (5, 6), (8, 10))).tolist() == [[0, 2], [5, 6], [8, 10]]
    assert missing_runs(lost(4)).tolist() == []


def test_evenly_spread_loss_is_noise_and_a_run_is_a_hole() -> None:
    generator = random.Random(1)  # noqa: S311 - the same in every run
    noisy = np.array([generator.random() > 0.25 for _ in range(500)])
    assert run_lengths(noisy).max() <= longest_noise(run_lengths(noisy), 500)
    assert longest_noise(run_lengths(lost(500, (100, 112), (300, 306))), 500) < 6
    noisy[200:230] = False
    assert longest_noise(run_lengths(noisy), 500) < 30


def words(count: int, template: range = range(0)) -> LetterWords:
    classes = np.full(count, TokenClass.UNIQUE, dtype=np.uint8)
    classes[list(template)] = TokenClass.TEMPLATE
    return LetterWords(np.arange(count, dtype=np.uint16), classes)


def left_out(count: int, start: int, end: int, instead: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Places of a letter in a document that has so many other words instead of the words `start` to `end`."""
    places = np.arange(count)
    places[start:end] = -1
    places[end:] += instead - (end - start)
    return places


def test_words_of_the_letter_itself_that_are_missing_are_a_hole() -> None:
    for instead in (0, 20):
        places = left_out(200, 100, 120, instead)
        assert words(200).holes(places, 0, 200).rows.tolist() == [[100, 120]]
        assert words(200).holes(places, 0, 200).unbroken(places) == [(0, 100), (120, 200)]
        assert words(200).hole_share(places) == 0.1


def test_a_page_break_that_an_excerpt_lacks_is_no_hole() -> None:
    letter = words(200, template=range(100, 118))
    places = left_out(200, 100, 120, instead=0)
    assert letter.hole_share(places) == 0.0
    assert letter.holes(places, 0, 200).unbroken(places) == [(0, 200)]
    assert letter.hole_share(left_out(200, 100, 120, instead=15)) == 0.1


def test_furniture_of_a_lone_letter_is_known_by_being_on_its_other_page() -> None:
    hashes = np.arange(200, dtype=np.uint16)
    hashes[100:120] = hashes[0:20]
    letter = LetterWords(hashes, np.full(200, TokenClass.UNIQUE, dtype=np.uint8))
    assert letter.hole_share(left_out(200, 100, 120, instead=0)) == 0.0
    assert letter.hole_share(left_out(200, 60, 80, instead=0)) == 0.1


def test_nothing_found() -> None:
    assert words(5).hole_share(np.full(5, -1)) == 1.0
